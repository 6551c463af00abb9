/** Counts, and where the keys of the map are told. */
import { useWords } from '../i18n/i18n.ts'
import { cards, useSlowTopic } from '../store/world.ts'
import styles from './Shelf.module.css'

/** The strip above the map. */
export function Layers() {
  const t = useWords()
  useSlowTopic('Pod', 250)
  useSlowTopic('Node', 250)
  const nodes = cards.byKind.get('Node')?.size ?? 0
  const pods = cards.byKind.get('Pod')?.size ?? 0
  return (
    <div className={styles.top}>
      <span className="small muted" data-testid="counts">
        {t('glass.count', { nodes, pods })}
      </span>
    </div>
  )
}
