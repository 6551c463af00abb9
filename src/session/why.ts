/**
 * Why something is as it is: the latest change of an object that matters, and the chain of causes behind it, out of the
 * trace; first the words, then the steps, then what is being waited for.
 */
import type { Pod } from '../cluster/api/generated/types.ts'
import type { KubeObject } from '../cluster/api/object.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { CauseId } from '../cluster/sim/clock.ts'
import type { TraceRecord } from '../cluster/sim/trace.ts'
import type { WaitCard, WhyAnswer, WhyStep } from '../protocol/protocol.ts'
import { cardOf } from './views.ts'

/** Records looked through, newest first, before giving up. */
const LOOK_BACK = 100_000
const STEPS_MAX = 14

type Verdict = WhyAnswer['verdict']
type About = { kind: string; namespace: string; name: string }

/** Answers for one object. `found` is its newest version, if any. */
export function why(cluster: Cluster, about: About, found: KubeObject | undefined): WhyAnswer {
  const records = recordsAbout(cluster, about)
  const verdict = found
    ? verdictOf(found, cluster, records)
    : { id: 'why.gone', values: { kind: about.kind, name: about.name } }
  const key = keyRecord(records)
  const chain = key ? cluster.world.trace.chain(key.id) : []
  const causes = chain.filter(isTelling)
  const room = Math.max(2, STEPS_MAX - causes.length)
  const own = records.filter((r) => !chain.includes(r) && isTelling(r)).slice(0, room)
  const steps = [...causes, ...own].sort((a, b) => a.at - b.at || a.id - b.id).map(stepOf)
  return { question: `${about.kind} ${about.name}`, verdict, steps, next: waitsFor(cluster, about) }
}

function recordsAbout(cluster: Cluster, about: About): TraceRecord[] {
  const found: TraceRecord[] = []
  let looked = 0
  cluster.world.trace.backwards((r) => {
    const a = r.about
    if (
      a &&
      a.kind === about.kind &&
      a.name === about.name &&
      (a.namespace ?? '') === about.namespace
    )
      found.push(r)
    return ++looked < LOOK_BACK && found.length < 400
  })
  return found
}

/** The record whose causes explain most: a fault, a decision, an exit, else the newest write. */
function keyRecord(records: readonly TraceRecord[]): TraceRecord | undefined {
  return (
    records.find((r) => r.verb === 'fault') ??
    records.find((r) => r.verb === 'decide') ??
    records.find((r) => r.verb === 'request' && /^create/.test(r.text)) ??
    records[0]
  )
}

function isTelling(r: TraceRecord): boolean {
  return [
    'command',
    'request',
    'decide',
    'fault',
    'exit',
    'start',
    'probe',
    'message',
    'reconcile',
  ].includes(r.verb)
}

function stepOf(r: TraceRecord): WhyStep {
  return {
    at: r.at,
    owner: r.owner,
    verb: r.verb,
    text: r.text,
    ...(r.about ? { about: r.about } : {}),
    ...(r.detail ? { detail: r.detail } : {}),
  }
}

function waitsFor(cluster: Cluster, about: About): WaitCard[] {
  return cluster.world.clock
    .upcoming(400)
    .filter((u) => u.label.includes(about.name) || u.owner.startsWith(`${about.name}/`))
    .slice(0, 4)
    .map((u) => ({ at: u.due, owner: u.owner, label: u.label }))
}

function verdictOf(o: KubeObject, cluster: Cluster, records: readonly TraceRecord[]): Verdict {
  const card = cardOf(o, cluster.world.clock.epochMs)
  const name = o.metadata.name ?? ''
  if (card?.kind === 'Pod' && 'look' in card) return podVerdict(o as Pod, card, records)
  if (card?.kind === 'Node' && 'ready' in card) {
    if (card.ready === 'Unknown') {
      const silent = Math.round((cluster.world.clock.now - card.readySince) / 1000)
      return { id: 'why.node.unknown', values: { name, seconds: silent } }
    }
    if (card.cordoned) return { id: 'why.node.cordoned', values: { name } }
    return {
      id: card.ready === 'True' ? 'why.node.ready' : 'why.node.notready',
      values: { name, reason: card.readyReason },
    }
  }
  if (card?.kind === 'PersistentVolumeClaim' && 'volume' in card) {
    return card.phase === 'Bound'
      ? { id: 'why.claim.bound', values: { name, volume: card.volume } }
      : { id: 'why.claim.pending', values: { name, storageClass: card.storageClass || '""' } }
  }
  if (card?.kind === 'Service' && 'clusterIP' in card) {
    const selector = Object.entries(card.selector)
      .map(([k, v]) => `${k}=${v}`)
      .join(',')
    return {
      id: 'why.service',
      values: { name, type: card.type, selector: selector || '-', ip: card.clusterIP },
    }
  }
  return { id: 'why.object', values: { kind: o.kind, name } }
}

function podVerdict(
  o: Pod,
  card: {
    look: string
    status: string
    message: string
    node: string
    unschedulable: string
    restarts: number
  },
  records: readonly TraceRecord[],
): Verdict {
  const name = o.metadata.name ?? ''
  if (card.look === 'terminating')
    return {
      id: 'why.pod.terminating',
      values: { name, seconds: o.metadata.deletionGracePeriodSeconds ?? 0, node: card.node },
    }
  if (card.unschedulable)
    return { id: 'why.pod.unschedulable', values: { name, message: card.unschedulable } }
  if (card.status === 'CrashLoopBackOff')
    return {
      id: 'why.pod.crashloop',
      values: { name, restarts: card.restarts, message: card.message },
    }
  if (/Image|ErrImage/.test(card.status))
    return { id: 'why.pod.image', values: { name, status: card.status, message: card.message } }
  if (card.look === 'failed')
    return { id: 'why.pod.failed', values: { name, status: card.status, message: card.message } }
  if (card.look === 'creating')
    return {
      id: 'why.pod.creating',
      values: { name, status: card.status, node: card.node, message: card.message },
    }
  if (card.look === 'notready') return { id: 'why.pod.notready', values: { name } }
  const placed = records.find((r) => r.verb === 'decide' && r.detail && 'chosen' in r.detail)
  if (placed) {
    const nodes =
      (placed.detail?.nodes as { node: string; total?: number; filteredBy?: string }[]) ?? []
    const passed = nodes.filter((n) => !n.filteredBy)
    const best = passed.find((n) => n.node === card.node)
    return {
      id: 'why.pod.placed',
      values: {
        name,
        node: card.node,
        passed: passed.length,
        all: nodes.length,
        score: best?.total ?? 0,
      },
    }
  }
  return { id: 'why.pod.running', values: { name, node: card.node } }
}

/** The trace chain that ends in a record, for tests and the scripting face. */
export function chainOf(cluster: Cluster, id: CauseId): readonly WhyStep[] {
  return cluster.world.trace.chain(id).map(stepOf)
}
