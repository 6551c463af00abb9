/** What the layers that are shown mean, and whom they are about: one line for each that needs words. */
import type { ReactNode } from 'react'
import type { PlainCard } from '../../protocol/cards.ts'
import { useWords } from '../i18n/i18n.ts'
import { select, useSelection } from '../store/selection.ts'
import { cards, type PodCard, useSlowTopic, type WorkloadCard } from '../store/world.ts'
import { More } from '../topology/More.tsx'
import { workloadLivery } from '../topology/owners.ts'
import styles from './layers.module.css'
import { type Layer, useLayer } from './layers.ts'
import { MARK, policiesOn } from './marks.ts'
import { Shapes } from './PodMarks.tsx'

/** How often it follows the cluster. @unit real ms */
const LOOK_MS = 300
const OWNERS_SHOWN = 12

/** How high a line is. @unit px */
const LINE_PX = 30

/** Which layers need words now: the network's only once there is a policy. */
function useLegends(): Layer[] {
  useSlowTopic('NetworkPolicy', LOOK_MS)
  const policies = cards.byKind.get('NetworkPolicy')?.size ?? 0
  const on = {
    ownership: useLayer('ownership'),
    network: useLayer('network') && policies > 0,
    storage: useLayer('storage'),
    security: useLayer('security'),
  }
  return (Object.keys(on) as (keyof typeof on)[]).filter((l) => on[l])
}

/** How much of the map's lower edge the legends cover. @unit px */
export function useLegendHeight(): number {
  return useLegends().length * LINE_PX
}

/** All legends. */
export function Legend() {
  const on = useLegends()
  return (
    <>
      {on.includes('ownership') ? <Owners /> : null}
      {on.includes('network') ? <Traffic /> : null}
      {on.includes('storage') ? <Storage /> : null}
      {on.includes('security') ? <Security /> : null}
    </>
  )
}

function Line({ layer, children }: { layer: Layer; children: ReactNode }) {
  const t = useWords()
  return (
    <section
      className={styles.legend}
      aria-label={t(`layers.${layer}`)}
      data-testid={`legend-${layer}`}
    >
      <span className="muted">{t(`layers.${layer}`)}</span>
      {children}
    </section>
  )
}

/** Controllers at the top of their chain, the reader's own before the system's. */
function Owners() {
  useSlowTopic('Deployment', LOOK_MS)
  useSlowTopic('ReplicaSet', LOOK_MS)
  const chosen = useSelection((s) => s.selected?.uid)
  const all = (['Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'ReplicaSet'] as const)
    .flatMap((kind) => [...cards.of<WorkloadCard>(kind)])
    .filter((w) => !w.owner)
  const system = (w: WorkloadCard) => (/^kube-/.test(w.namespace) ? 1 : 0)
  const sorted = all.sort((a, b) => system(a) - system(b))
  return (
    <Line layer="ownership">
      {sorted.slice(0, OWNERS_SHOWN).map((w) => (
        <span key={w.uid} className={styles.chain}>
          <Owner w={w} chosen={chosen} />
          {setsOf(w).map((s) => (
            <span key={s.uid} className={styles.chain}>
              <span className="muted">›</span>
              <Owner w={s} chosen={chosen} />
            </span>
          ))}
        </span>
      ))}
      <More n={sorted.length - OWNERS_SHOWN} line="workloads" />
    </Line>
  )
}

/** ReplicaSets of a Deployment that have pods, or want some. */
function setsOf(w: WorkloadCard): WorkloadCard[] {
  if (w.kind !== 'Deployment' || /^kube-/.test(w.namespace)) return []
  return [...cards.of<WorkloadCard>('ReplicaSet')].filter(
    (s) => s.owner?.uid === w.uid && s.desired + s.current > 0,
  )
}

function Owner({ w, chosen }: { w: WorkloadCard; chosen: string | undefined }) {
  const name = w.owner && w.hash ? w.hash : w.name
  return (
    <button
      type="button"
      className={`${styles.owner} ${chosen === w.uid ? styles.chosen : ''}`}
      onClick={() => select(w)}
      title={`${w.kind} ${w.namespace}/${w.name}`}
    >
      <i className={`${styles.swatch} ${workloadLivery(w)}`} />
      <span className="muted">{w.kind}</span> {name} {w.ready}/{w.desired}
    </button>
  )
}

function Mark({ bits, children }: { bits: number; children: ReactNode }) {
  const part =
    bits & MARK.policy ? '24 23 20 22' : bits & MARK.claim ? '-5 28 20 16' : '-5 -6 22 20'
  return (
    <span className={styles.mark}>
      <svg width="16" height="16" viewBox={part} aria-hidden="true">
        <Shapes marks={bits} />
      </svg>
      {children}
    </span>
  )
}

function Traffic() {
  const t = useWords()
  useSlowTopic('NetworkPolicy', LOOK_MS)
  const chosen = useSelection((s) => s.selected)
  const pod =
    chosen?.kind === 'Pod' ? (cards.all.get(chosen.uid) as PodCard | undefined) : undefined
  return (
    <Line layer="network">
      <Mark bits={MARK.policy}>{t('layers.policy')}</Mark>
      {(pod ? policiesOn(pod) : []).map((p) => (
        <span key={p.uid}>
          <b>{p.name}</b>{' '}
          <span className="muted">
            {[...(p.ingress ? ['Ingress'] : []), ...(p.egress ? ['Egress'] : [])].join(
              t('list.names'),
            )}
          </span>
        </span>
      ))}
    </Line>
  )
}

function Storage() {
  const t = useWords()
  return (
    <Line layer="storage">
      <Mark bits={MARK.claim}>{t('layers.claims')}</Mark>
    </Line>
  )
}

function Security() {
  const t = useWords()
  useSlowTopic('Namespace', LOOK_MS)
  const chosen = useSelection((s) => s.selected)
  useSlowTopic('Pod', LOOK_MS)
  const pod =
    chosen?.kind === 'Pod' ? (cards.all.get(chosen.uid) as PodCard | undefined) : undefined
  const enforced = [...cards.of<PlainCard>('Namespace')]
    .filter((n) => n.note)
    .map((n) => `${n.name}: ${n.note}`)
  return (
    <Line layer="security">
      {pod ? (
        <span>
          <b>{pod.name}</b> ServiceAccount {pod.security.account || '-'} ·{' '}
          {[...pod.security.risks, ...(pod.security.root ? [t('layers.root')] : [])].join(
            t('list.names'),
          ) || t('layers.norisk')}{' '}
          · {t('layers.keeps', { level: pod.security.keeps })}
        </span>
      ) : null}
      <Mark bits={MARK.risk}>{t('layers.risk')}</Mark>
      <Mark bits={MARK.root}>{t('layers.root')}</Mark>
      <span>
        <span className="muted">{t('layers.enforce')}</span>{' '}
        {enforced.length ? enforced.join(t('list.names')) : t('layers.enforce.none')}
      </span>
    </Line>
  )
}
