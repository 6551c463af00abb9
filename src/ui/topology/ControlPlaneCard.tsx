/** The masters: API server (the only door), etcd, controller manager, scheduler, and who speaks to them from outside. */
import { Crown } from 'lucide-react'
import { useWords } from '../i18n/i18n.ts'
import { select, useSelection } from '../store/selection.ts'
import { cards, type NodeCard, useKind, usePodsOn, useSlowTopic, useWorld } from '../store/world.ts'
import styles from './cards.module.css'
import { useStage } from './director.ts'
import { CHIPS } from './layout.ts'
import { More } from './More.tsx'
import { PodButton } from './PodButton.tsx'

/** Pods of the master that the card has room for. */
const SHOWN = 6

/** The control-plane card. */
export function ControlPlaneCard() {
  const t = useWords()
  const rate = useWorld((s) => s.requestsPerSecond)
  const revision = useWorld((s) => s.revision)
  const scheduling = useStage((s) => s.scheduling)
  const syncing = useStage((s) => s.syncing)
  const waiting = usePodsOn('').length
  useSlowTopic('now', 250)
  const busy = syncing && cards.now - syncing.at < 3000
  const node = useKind<NodeCard>('Node').find((n) => n.controlPlane)
  const pods = usePodsOn(node?.name ?? '?').filter((p) => p.node !== '')
  const selected = useSelection((s) => s.selected?.uid)
  return (
    <section className={styles.card} aria-label={t('cp.title')} data-testid="control-plane">
      <svg className={styles.wires} width="100%" height="100%" aria-hidden="true">
        <path
          className={styles.wire}
          d={`M${CHIPS.manager.x + CHIPS.manager.w} 37H${CHIPS.api.x}`}
        />
        <path
          className={styles.wire}
          d={`M${CHIPS.scheduler.x + CHIPS.scheduler.w} 87H${CHIPS.api.x}`}
        />
        <path className={styles.wire} d={`M${CHIPS.api.x + CHIPS.api.w} 87H${CHIPS.etcd.x}`} />
        <path className={styles.wire} d={`M${CHIPS.api.x + CHIPS.api.w} 37H840`} />
        <path
          className={styles.wire}
          d={`M${CHIPS.api.x + CHIPS.api.w} 62H820V87H840`}
          strokeDasharray="3 4"
        />
      </svg>
      <div style={{ padding: '10px 14px', width: 210 }}>
        <div className={styles.head}>
          <Crown size={16} className="accent" aria-hidden="true" />
          <button type="button" className={styles.name} onClick={() => node && select(node)}>
            {node?.name ?? 'control-1'}
          </button>
          <span className={`${styles.pill} ${styles.ok}`}>{t('node.ready')}</span>
        </div>
        <p className="small muted" style={{ marginTop: 4 }}>
          {t('cp.holds')}
          <br />
          <span className="mono">{node ? `${node.ip} ${node.version}` : ''}</span>
        </p>
        <div
          style={{
            display: 'flex',
            gap: 4,
            marginTop: 6,
            transform: 'scale(.62)',
            transformOrigin: '0 0',
          }}
        >
          {pods.slice(0, SHOWN).map((p) => (
            <PodButton key={p.uid} pod={p} selected={selected === p.uid} />
          ))}
          <More n={pods.length - SHOWN} line={node?.uid ?? ''} />
        </div>
      </div>
      <Chip
        place={CHIPS.manager}
        hot={busy === true}
        title={t('cp.manager')}
        note={busy && syncing ? t('cp.manager.busy', { what: syncing.text }) : t('cp.manager.idle')}
      />
      <Chip
        place={CHIPS.scheduler}
        hot={scheduling !== undefined}
        title={t('cp.scheduler')}
        note={
          scheduling
            ? t('cp.scheduler.binding', { pod: scheduling.pod })
            : waiting
              ? t('cp.scheduler.waiting', { n: waiting })
              : t('cp.scheduler.idle')
        }
      />
      <Chip
        place={CHIPS.api}
        hot={false}
        title={t('cp.api')}
        note={t('cp.api.rate', { n: rate })}
        more={t('cp.api.revision', { n: revision })}
      />
      <Chip
        place={CHIPS.etcd}
        hot={false}
        title={t('cp.etcd')}
        note={t('cp.api.revision', { n: revision })}
      />
    </section>
  )
}

/** kubectl and the page itself, clients like any other. */
export function OutsideCard() {
  const t = useWords()
  return (
    <div style={{ position: 'relative', width: '100%', height: '100%' }}>
      <Chip
        place={{ x: 24, y: 16, w: 152, h: 42 }}
        hot={false}
        title={t('cp.kubectl')}
        note="v1.36.2"
        outside
      />
      <Chip
        place={{ x: 24, y: 66, w: 152, h: 42 }}
        hot={false}
        title={t('cp.page')}
        note={t('cp.page.watching')}
        outside
      />
    </div>
  )
}

function Chip(p: {
  place: { x: number; y: number; w: number; h: number }
  hot: boolean
  title: string
  note: string
  more?: string
  outside?: boolean
}) {
  const { place } = p
  const outside = p.outside ? { background: 'var(--card)', borderColor: 'var(--line)' } : {}
  return (
    <div
      className={`${styles.chip} ${p.hot ? styles.hot : ''}`}
      style={{ left: place.x, top: place.y, width: place.w, height: place.h, ...outside }}
    >
      <span className={styles.chipTitle}>{p.title}</span>
      <span className={styles.chipNote}>{p.note}</span>
      {p.more ? <span className={styles.chipNote}>{p.more}</span> : null}
    </div>
  )
}
