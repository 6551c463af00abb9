/** A machine: its state, capacity, what the scheduler said of it, and its pods. Can be dragged to the bin. */
import { Server } from 'lucide-react'
import { useWords } from '../i18n/i18n.ts'
import { useLayer } from '../layers/layers.ts'
import { select, useSelection } from '../store/selection.ts'
import {
  cards,
  type LeaseCard,
  type NodeCard as Node,
  type PodCard,
  useCard,
  useKind,
  useNow,
  usePodsOn,
  useWorld,
} from '../store/world.ts'
import styles from './cards.module.css'
import { type NodeVerdict, useStage } from './director.ts'
import { PodButton } from './PodButton.tsx'

/** The taint behind an eviction countdown, if the node has one. */
function evictionTaint(node: Node) {
  const taint = node.taints.find((x) => x.effect === 'NoExecute' && x.since !== undefined)
  return taint?.since === undefined ? undefined : { key: taint.key, since: taint.since }
}

/** The card of one node. */
export function NodeCard({ uid }: { uid: string }) {
  const t = useWords()
  const node = useCard<Node>(uid)
  const pods = usePodsOn(node?.name ?? '?')
  const power = useWorld((s) => s.machines[node?.name ?? ''])
  const scheduling = useLayer('scheduling')
  const decided = useStage((s) => s.scheduling?.verdicts.find((v) => v.node === node?.name))
  const verdict = scheduling ? decided : undefined
  const chosen = useStage((s) => s.scheduling?.chosen)
  const selected = useSelection((s) => s.selected?.uid)
  if (!node) return null
  const off = power === 'off'
  const lost = off || node.ready === 'Unknown'
  const wins = verdict !== undefined && chosen === node.name
  const dim = verdict?.filteredBy !== undefined
  const taint = evictionTaint(node)
  const state =
    off && node.ready === 'True'
      ? 'node.off'
      : node.ready === 'True'
        ? 'node.ready'
        : node.ready === 'False'
          ? 'node.notready'
          : 'node.unknown'
  return (
    <section
      className={`${styles.card} ${styles.node} ${wins ? styles.win : ''} ${dim ? styles.dim : ''} ${lost ? styles.lost : ''} ${selected === uid ? styles.selected : ''}`}
      aria-label={t('node.label', { name: node.name, state: t(state), n: pods.length })}
      data-testid="node"
      data-uid={uid}
      data-node={node.name}
      data-ready={node.ready}
      data-power={power ?? 'on'}
      data-verdict={wins ? 'wins' : dim ? 'filtered' : verdict ? 'passed' : ''}
    >
      <header className={styles.head} data-grip={node.name}>
        <Server size={16} aria-hidden="true" />
        <button type="button" className={`${styles.name} nodrag`} onClick={() => select(node)}>
          {node.name}
        </button>
        <span className={`${styles.pill} ${node.ready === 'True' && !off ? styles.ok : styles.no}`}>
          {t(state)}
        </span>
        {node.cordoned ? (
          <span className={`${styles.pill} ${styles.wait} ${styles.push}`}>
            {t('node.cordoned')}
          </span>
        ) : (
          <span className={`mono muted ${styles.push} ${styles.address}`}>{node.ip}</span>
        )}
        <LeaseArc node={node.name} off={off} />
      </header>
      <Capacity node={node} pods={pods} />
      <div className={styles.verdict}>
        {lost ? (
          <Lost node={node} taint={taint} pods={pods} />
        ) : verdict ? (
          <Verdict verdict={verdict} wins={wins} />
        ) : (
          <Calm node={node} count={pods.length} />
        )}
      </div>
      <div className={styles.cells}>
        {pods.map((p) => {
          const slot = cards.slots.get(p.uid) ?? 0
          return (
            <span
              key={p.uid}
              style={{ gridColumn: (slot % 6) + 1, gridRow: Math.floor(slot / 6) + 1 }}
            >
              <PodButton
                pod={p}
                selected={selected === p.uid}
                taintKey={taint?.key}
                taintSince={taint?.since}
              />
            </span>
          )
        })}
      </div>
    </section>
  )
}

const RING = 2 * Math.PI * 7
/** How long a lease is trusted before the node is Unknown. @unit ms */
const GRACE_MS = 50_000

function LeaseArc({ node, off }: { node: string; off: boolean }) {
  const t = useWords()
  const now = useNow()
  const lease = cards.find<LeaseCard>('Lease', 'kube-node-lease', node)
  const age = lease ? now - lease.renewed : 0
  const left = Math.max(0, 1 - age / GRACE_MS)
  const colour = off || left < 0.6 ? 'var(--bad)' : 'var(--good)'
  const title = t('node.lease', { s: Math.round(age / 1000) })
  return (
    <svg
      width="18"
      height="18"
      viewBox="0 0 18 18"
      role="img"
      aria-label={title}
      data-testid="lease"
      data-left={left.toFixed(2)}
    >
      <title>{title}</title>
      <circle cx="9" cy="9" r="7" fill="none" stroke="var(--line)" strokeWidth="3" />
      <circle
        cx="9"
        cy="9"
        r="7"
        fill="none"
        stroke={colour}
        strokeWidth="3"
        strokeDasharray={`${RING * left} ${RING}`}
        transform="rotate(-90 9 9)"
      />
    </svg>
  )
}

function Capacity({ node, pods }: { node: Node; pods: readonly PodCard[] }) {
  const t = useWords()
  const live = pods.filter((p) => p.look !== 'succeeded' && p.look !== 'failed')
  const cpu = live.reduce((n, p) => n + p.cpu, 0)
  const mem = live.reduce((n, p) => n + p.mem, 0)
  const gi = (b: number) => (b / 1024 ** 3).toFixed(1)
  return (
    <div className={styles.caps}>
      <Bar
        label={t('node.cpu')}
        share={node.cpu ? cpu / node.cpu : 0}
        text={t('node.cores', { a: (cpu / 1000).toFixed(1), b: (node.cpu / 1000).toFixed(1) })}
      />
      <Bar
        label={t('node.mem')}
        share={node.memory ? mem / node.memory : 0}
        text={t('node.gib', { a: gi(mem), b: gi(node.memory) })}
      />
    </div>
  )
}

function Bar({ label, share, text }: { label: string; share: number; text: string }) {
  const w = Math.min(1, share) * 132
  const full = share > 0.85
  return (
    <div className={styles.cap}>
      <span>{label}</span>
      <svg width="136" height="10" aria-hidden="true">
        <rect width="136" height="10" rx="2" fill="var(--raise)" />
        <rect
          x="1"
          y="1"
          width={Math.max(0, w)}
          height="8"
          rx="2"
          fill={full ? 'var(--warn)' : 'var(--line-strong)'}
        />
      </svg>
      <span>{text}</span>
    </div>
  )
}

const SCORES_SHOWN = 3

function Verdict({ verdict, wins }: { verdict: NodeVerdict; wins: boolean }) {
  const t = useWords()
  if (verdict.filteredBy) {
    return (
      <div data-testid="filtered">
        <p className="strong">{t('node.verdict.filtered', { plugin: verdict.filteredBy })}</p>
        <p className="muted">{verdict.reason}</p>
      </div>
    )
  }
  const scores = Object.entries(verdict.scores ?? {})
    .sort((a, b) => b[1] - a[1])
    .slice(0, SCORES_SHOWN)
  return (
    <div data-testid="scores">
      {scores.map(([plugin, score]) => (
        <div key={plugin} className={styles.score}>
          <span>{plugin.replace('NodeResources', '').replace('Allocation', '')}</span>
          <span className={styles.bar}>
            <i style={{ width: `${Math.min(100, score / 3)}%` }} />
          </span>
          <span>{score}</span>
        </div>
      ))}
      <p className="strong">
        {scores.length === 0
          ? t('node.verdict.only')
          : t('node.verdict.passed', { score: verdict.total ?? 0 })}{' '}
        {wins && scores.length > 0 ? (
          <span className="accent">{t('node.verdict.wins')}</span>
        ) : null}
      </p>
    </div>
  )
}

function Calm({ node, count }: { node: Node; count: number }) {
  const t = useWords()
  const taints = node.taints.map((x) => `${x.key}${x.value ? `=${x.value}` : ''}:${x.effect}`)
  return (
    <div className="muted">
      {node.zone ? <p>{t('node.zone', { zone: node.zone })}</p> : null}
      <p>{t('node.calm', { n: count, max: node.pods })}</p>
      <p>{t('node.kubelet', { version: node.version })}</p>
      {taints.slice(0, 2).map((x) => (
        <p key={x} className="mono">
          {x}
        </p>
      ))}
    </div>
  )
}

function Lost({
  node,
  taint,
  pods,
}: {
  node: Node
  taint: { key: string; since: number } | undefined
  pods: readonly PodCard[]
}) {
  const t = useWords()
  const now = useNow()
  useKind('Lease')
  const lease = cards.find<LeaseCard>('Lease', 'kube-node-lease', node.name)
  if (node.ready === 'True') {
    const silent = Math.round((now - (lease?.renewed ?? now)) / 1000)
    return <p className="bad strong">{t('node.lost.lease', { s: silent })}</p>
  }
  const since = taint?.since ?? node.readySince
  const left = Math.max(0, 300 - Math.round((now - since) / 1000))
  return (
    <>
      <p className="bad strong">
        {t('node.lost.unknown', { s: Math.round((now - node.readySince) / 1000) })}
      </p>
      <p>
        {left > 0 && pods.some((p) => p.look !== 'terminating')
          ? t('node.lost.tolerate', { s: left })
          : t('node.lost.evicted')}
      </p>
      {taint ? (
        <p className="mono muted">{taint.key.replace('node.kubernetes.io/', '')}:NoExecute</p>
      ) : null}
    </>
  )
}
