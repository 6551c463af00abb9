/** Counts, and where the keys of the map are told. */
import { useWords } from '../i18n/i18n.ts'
import { useKind } from '../store/world.ts'
import styles from './Shelf.module.css'

/** The strip above the map. */
export function Layers() {
  const t = useWords()
  const nodes = useKind('Node').length
  const pods = useKind('Pod').length
  return (
    <div className={styles.top}>
      <span className="small muted" data-testid="counts">
        {t('glass.count', { nodes, pods })}
      </span>
    </div>
  )
}
