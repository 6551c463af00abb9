/** The rail: which view of the cluster fills the glass. */
import { Boxes, GraduationCap, HardDrive, ListTree, Map as MapIcon, Share2 } from 'lucide-react'
import { type MessageId, useWords } from '../i18n/i18n.ts'
import { prefer, usePreference, type View } from '../store/preferences.ts'
import styles from './bar.module.css'

/** The views, in their order. */
export const VIEWS: readonly { view: View; word: MessageId; icon: typeof Boxes }[] = [
  { view: 'map', word: 'rail.map', icon: MapIcon },
  { view: 'tree', word: 'rail.tree', icon: ListTree },
  { view: 'workloads', word: 'rail.workloads', icon: Boxes },
  { view: 'network', word: 'rail.network', icon: Share2 },
  { view: 'disks', word: 'rail.disks', icon: HardDrive },
  { view: 'learn', word: 'rail.learn', icon: GraduationCap },
]

/** The rail. */
export function Rail() {
  const t = useWords()
  const current = usePreference((p) => p.view)
  return (
    <nav className={styles.rail}>
      {VIEWS.map(({ view, word, icon: Icon }) => (
        <button
          type="button"
          key={view}
          className={current === view ? styles.on : ''}
          aria-current={current === view ? 'page' : undefined}
          onClick={() => prefer({ view })}
        >
          <Icon size={18} aria-hidden="true" />
          {t(word)}
        </button>
      ))}
    </nav>
  )
}
