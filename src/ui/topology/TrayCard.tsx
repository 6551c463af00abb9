/** Pods without a node: they wait here for the scheduler. */
import { useWords } from '../i18n/i18n.ts'
import { useSelection } from '../store/selection.ts'
import { usePodsOn } from '../store/world.ts'
import styles from './cards.module.css'
import { More } from './More.tsx'
import { PodButton } from './PodButton.tsx'

const SHOWN = 5

/** The pending tray. */
export function TrayCard() {
  const t = useWords()
  const pods = usePodsOn('')
  const selected = useSelection((s) => s.selected?.uid)
  const unfit = pods.filter((p) => p.unschedulable).length
  return (
    <section
      className={`${styles.card} ${styles.tray}`}
      aria-label={t('tray.title')}
      data-testid="tray"
    >
      <div className={styles.head}>
        <h2 className={styles.heading}>{t('tray.title')}</h2>
        <span className={`small ${unfit ? 'warn' : 'muted'} ${styles.push}`}>
          {unfit ? t('tray.nofit', { n: unfit }) : pods.length || ''}
        </span>
      </div>
      {pods.length === 0 ? (
        <p className={styles.empty}>{t('tray.none')}</p>
      ) : (
        <div className={styles.trayCells}>
          {pods.slice(0, SHOWN).map((p) => (
            <PodButton key={p.uid} pod={p} selected={selected === p.uid} />
          ))}
          <More n={pods.length - SHOWN} line="pending" />
        </div>
      )}
    </section>
  )
}
