/**
 * What matters most right now: a node that was lost and what comes next, a claim finding its volume, a request on its
 * way, a rollout handing over. Each is drawn from what the cluster says, never from a script.
 */

import { bridge } from '../bridge/bridge.ts'
import { watchedThrough } from '../bridge/transport.ts'
import { clockText } from '../components/time.ts'
import { useWords } from '../i18n/i18n.ts'
import { useScene } from '../store/scene.ts'
import {
  cards,
  type NodeCard,
  type PodCard,
  useKind,
  useNow,
  useSlowTopic,
  useWorld,
  type WorkloadCard,
} from '../store/world.ts'
import { startTour } from '../tour/tour.ts'
import styles from './cards.module.css'
import { type BindScene, useStage, type WalkScene } from './director.ts'
import { isNewest, workloadLivery } from './owners.ts'

/** The focus card. */
export function FocusCard() {
  const walk = useStage((s) => s.walk)
  const bind = useStage((s) => s.bind)
  const lost = useLostNode()
  const rollout = useRollout()
  const starting = useKind<WorkloadCard>('Deployment').find(isSettling)
  if (bind) return <Bind scene={bind} />
  if (lost) return <LostNode node={lost} />
  if (rollout) return <Rollout deployment={rollout} />
  if (walk) return <Walk scene={walk} />
  if (starting) return <Rollout deployment={starting} />
  return <Idle />
}

/** Lines that only look: something else is more worth trying while nothing changes. */
const LOOKS = /^kubectl (get|describe|logs|top|rollout (status|history))\b/

/** Pods that are not yet what they shall be. */
function useMoving(): { starting: number; ending: number } {
  useSlowTopic('Pod', 300)
  let starting = 0
  let ending = 0
  for (const { look } of cards.of<PodCard>('Pod')) {
    if (look === 'creating') starting++
    else if (look === 'terminating') ending++
  }
  return { starting, ending }
}

function Idle() {
  const t = useWords()
  const { starting, ending } = useMoving()
  const tries = useScene((s) => s.scene?.tries) ?? []
  const line = tries.find((l) => !LOOKS.test(l)) ?? tries[0] ?? 'kubectl get events -w'
  return (
    <section className={`${styles.card} ${styles.focus}`} data-testid="focus" data-scene="idle">
      <h2 className={styles.heading}>
        {starting + ending > 0 ? t('focus.idle.busy', { starting, ending }) : t('focus.idle.title')}
      </h2>
      <p className="small muted" style={{ marginTop: 8 }}>
        {t('focus.idle.text', { line })}
      </p>
      <button
        type="button"
        className="btn nodrag"
        style={{ marginTop: 8 }}
        onClick={() => void startTour()}
        data-testid="tour-offer"
      >
        {t('tour.offer')}
      </button>
    </section>
  )
}

/** All Pods of the newest revision are there, but they do not all serve yet: so says the Progressing condition. */
function isSettling(d: WorkloadCard): boolean {
  return d.progress === 'ReplicaSetUpdated' && d.available < d.desired
}

/** The Deployment that is handing over between revisions, if any. */
function useRollout(): WorkloadCard | undefined {
  const deployments = useKind<WorkloadCard>('Deployment')
  const sets = useKind<WorkloadCard>('ReplicaSet')
  useSlowTopic('Pod', 120)
  return deployments.find((d) => {
    const own = sets.filter((s) => s.owner?.uid === d.uid)
    const live = own.filter((s) => s.desired > 0 || s.current > 0)
    return (
      live.length > 1 ||
      (own.length > 1 && isSettling(d)) ||
      (d.desired > 0 && d.updated < d.desired && d.ready > 0 && live.length > 0)
    )
  })
}

function Rollout({ deployment: d }: { deployment: WorkloadCard }) {
  const t = useWords()
  const sets = [...cards.of<WorkloadCard>('ReplicaSet')].filter(
    (s) => s.owner?.uid === d.uid && (s.desired > 0 || s.current > 0 || isNewest(s)),
  )
  const total = sets.reduce((n, s) => n + s.current, 0)
  const top = d.desired + d.maxSurge
  const floor = Math.max(0, d.desired - d.maxUnavailable)
  return (
    <section
      className={`${styles.card} ${styles.focus}`}
      data-testid="focus"
      data-scene="rollout"
      data-deployment={d.name}
    >
      <div className={styles.head}>
        <h2 className={styles.heading}>{t('focus.rollout.title', { name: d.name })}</h2>
        <span className={`small muted ${styles.push}`}>
          {t('focus.rollout.progress', { updated: d.updated, desired: d.desired, ready: d.ready })}
        </span>
      </div>
      <div className={styles.sets}>
        {sets.slice(0, 2).map((s) => (
          <SetRow key={s.uid} set={s} />
        ))}
        <div
          className={styles.limits}
          style={{ gridColumn: 2, gridRow: '1 / span 2' }}
          data-testid="limits"
        >
          <span>{t('focus.rollout.surge', { n: top, s: d.maxSurge })}</span>
          <div className={styles.limitBar}>
            {Array.from({ length: Math.min(top, 24) }, (_, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: places of a gauge have no other identity
              <i key={i} className={i < d.available ? styles.full : i < total ? styles.half : ''} />
            ))}
          </div>
          <span>{t('focus.rollout.floor', { n: floor, u: d.maxUnavailable })}</span>
        </div>
      </div>
    </section>
  )
}

const MINIS = 12

function SetRow({ set }: { set: WorkloadCard }) {
  const t = useWords()
  const pods: PodCard[] = [...(cards.podsByOwner.get(set.uid)?.values() ?? [])]
  return (
    <div
      className={styles.set}
      data-testid="replicaset"
      data-newest={isNewest(set)}
      data-count={set.current}
    >
      <span className="muted">{t(isNewest(set) ? 'focus.rollout.new' : 'focus.rollout.old')}</span>
      <span className="mono">…{set.hash}</span>
      <span className={`${styles.minis} ${workloadLivery(set)}`}>
        {pods.slice(0, MINIS).map((p) => (
          <i
            key={p.uid}
            className={`${styles.mini} ${p.look === 'ready' ? '' : styles.hollow} ${p.look === 'terminating' ? styles.leaving : ''}`}
          />
        ))}
      </span>
      <span className="strong">{set.current}</span>
    </div>
  )
}

function Walk({ scene }: { scene: WalkScene }) {
  const t = useWords()
  const first = scene.hops[0]
  const again = () => {
    const m = /http:\/\/([^:/]+):(\d+)(\/.*)?$/.exec(scene.title)
    if (m)
      void bridge.traffic({
        from: 'client',
        host: m[1] as string,
        port: Number(m[2]),
        path: m[3] ?? '/',
      })
  }
  return (
    <section className={`${styles.card} ${styles.focus}`} data-testid="focus" data-scene="walk">
      <div className={styles.head}>
        <h2 className={styles.heading}>{t('focus.walk.title', { what: scene.title })}</h2>
        <button type="button" className={`nodrag ${styles.link} ${styles.push}`} onClick={again}>
          {t('focus.walk.send')}
        </button>
      </div>
      <div className={styles.hops}>
        {scene.hops.map((h, i) => (
          <div
            // biome-ignore lint/suspicious/noArrayIndexKey: hops are only ever added at the end
            key={i}
            className={`${styles.hop} ${h.kind === 'answer' ? styles.good : h.kind === 'failure' ? styles.bad : ''}`}
            data-testid="hop"
            data-kind={h.kind}
            title={`${h.place}\n${h.note}\n${h.address}`}
          >
            <p className="strong">{h.kind === 'answer' ? h.note : h.place.replace(/^.*\//, '')}</p>
            <p className="muted">
              {h.kind === 'answer'
                ? `+${h.at - (first?.at ?? h.at)} ms`
                : h.kind === 'client'
                  ? h.address
                  : h.note}
            </p>
            <p className="mono muted">
              {h.kind === 'answer' || h.kind === 'client' ? '' : h.address}
            </p>
          </div>
        ))}
      </div>
    </section>
  )
}

function Bind({ scene }: { scene: BindScene }) {
  const t = useWords()
  return (
    <section className={`${styles.card} ${styles.focus}`} data-testid="focus" data-scene="bind">
      <div className={styles.head}>
        <h2 className={styles.heading}>{t('focus.bind.title', { name: scene.claim })}</h2>
        <span className={`small ${styles.push} ${scene.chosen ? 'accent' : 'muted'}`}>
          {scene.chosen
            ? t('focus.bind.chosen', { volume: scene.chosen })
            : scene.provision
              ? t('focus.bind.provision')
              : t('focus.bind.none')}
        </span>
      </div>
      <div className={styles.candidates}>
        {scene.candidates.slice(0, 4).map((c) => (
          <div
            key={c.volume}
            className={`${styles.candidate} ${c.volume === scene.chosen ? styles.fits : ''}`}
            data-testid="candidate"
            data-fits={c.volume === scene.chosen}
          >
            <p className="strong">{c.volume}</p>
            <p className="muted">{c.reason || (c.fits ? '✓' : '')}</p>
          </div>
        ))}
      </div>
    </section>
  )
}

/** A node without power or word, worst first. */
function useLostNode(): NodeCard | undefined {
  const nodes = useKind<NodeCard>('Node')
  const machines = useWorld((s) => s.machines)
  return nodes.find((n) => (machines[n.name] === 'off' || n.ready === 'Unknown') && !n.controlPlane)
}

/** The node controller's grace period and the default toleration. @unit ms */
const GRACE = 50_000
const TOLERATION = 300_000

function LostNode({ node }: { node: NodeCard }) {
  const t = useWords()
  const now = useNow()
  const lease = cards.find<import('../store/world.ts').LeaseCard>(
    'Lease',
    'kube-node-lease',
    node.name,
  )
  const silentSince = lease?.renewed ?? node.readySince
  const unknownAt = node.ready === 'Unknown' ? node.readySince : silentSince + GRACE
  const taint = node.taints.find((x) => x.effect === 'NoExecute' && x.since !== undefined)
  const evictAt = (taint?.since ?? unknownAt) + TOLERATION
  const stops = [
    { at: silentSince, text: t('focus.lost.power'), bad: false },
    { at: unknownAt, text: t('focus.lost.unknown'), bad: true },
    { at: evictAt, text: t('focus.lost.evict'), bad: false },
    { at: evictAt + 5000, text: t('focus.lost.done'), bad: false },
  ]
  const positions = [0, 22, 64, 100]
  const next = stops.find((s) => s.at > now)
  const share = progress(
    now,
    stops.map((s) => s.at),
    positions,
  )
  const left = next ? next.at - now : 0
  return (
    <section
      className={`${styles.card} ${styles.focus}`}
      data-testid="focus"
      data-scene="lost"
      data-node={node.name}
    >
      <div className={styles.head}>
        <h2 className={styles.heading}>{t('focus.lost.title')}</h2>
        <span className="small muted">{t('focus.lost.sub', { node: node.name })}</span>
        {next ? (
          <>
            <span className={`small muted ${styles.push}`}>
              {t('focus.lost.wait', { s: Math.ceil(left / 1000) })}
            </span>
            {watchedThrough() === undefined ? (
              <button
                type="button"
                className={`nodrag ${styles.link}`}
                data-testid="fast-forward"
                onClick={() => void bridge.advance(left + 1000)}
              >
                {t('focus.lost.skip', { t: clockText(left + 999).slice(3) })}
              </button>
            ) : null}
          </>
        ) : null}
      </div>
      <div className={styles.timeline}>
        <div className={styles.rail}>
          <i style={{ width: `${share}%` }} />
        </div>
        {stops.map((s, i) => (
          <div
            key={s.text}
            className={`${styles.stop} ${s.at <= now ? styles.past : ''} ${s.bad && s.at <= now ? styles.bad : ''} ${i === stops.length - 1 ? styles.end : ''}`}
            style={{ left: `${positions[i]}%`, top: 21 }}
          >
            <p className="mono">{clockText(s.at)}</p>
            <p className="muted">{s.text}</p>
          </div>
        ))}
      </div>
    </section>
  )
}

function progress(now: number, times: readonly number[], positions: readonly number[]): number {
  for (let i = 1; i < times.length; i++) {
    const [from = 0, to = 0] = [times[i - 1], times[i]]
    if (now < to) {
      const [a = 0, b = 0] = [positions[i - 1], positions[i]]
      return a + ((b - a) * Math.max(0, now - from)) / Math.max(1, to - from)
    }
  }
  return 100
}
