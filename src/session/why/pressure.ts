/** Memory that ran out on a node: who was evicted for it, and who had taken it. */
import type { Node, Pod } from '../../cluster/api/generated/types.ts'
import { formatQuantity } from '../../cluster/api/meta/quantity.ts'
import type { TraceRecord } from '../../cluster/sim/trace.ts'
import { headOf, target, templateLine } from './edits.ts'
import { bad, type Candidate, type Finding, said } from './finding.ts'
import { aboutOf, type Look } from './look.ts'
import { rules } from './rules.ts'

const MEBI = 1024 * 1024
/** Trace records looked through for the kubelet's last decision. */
const LOOK_BACK = 100_000

/** One pod as the kubelet ranked it. @unit bytes */
interface Ranked {
  readonly namespace: string
  readonly pod: string
  readonly bytes: number
  readonly request: number
}

/** What a kubelet knew when it decided. @unit bytes */
interface Decision {
  readonly available: number
  readonly capacity: number
  readonly ranked: readonly Ranked[]
}

/** An evicted Pod. */
export function evictedFinding(look: Look, pod: Pod): Finding {
  const about = aboutOf(pod)
  const node = pod.spec?.nodeName ?? ''
  const message = (pod.status?.message ?? '').trim()
  const record = look.records(about).find((r) => decisionOf(r))
  const decision = record && decisionOf(record)
  const because = decision
    ? hog(look, node, decision)
    : look
        .list('Node')
        .filter((n) => n.metadata.name === node && pressed(n))
        .map((n) => pressureFinding(look, n))[0]
  const own = decision?.ranked.find((r) => isAbout(r, pod))
  return bad('why.pod.evicted', about, {
    values: { node, message },
    rule: rules.eviction,
    ...(own ? { fixes: stating(look, pod, own.bytes, 1) } : {}),
    ...(because ? { because } : {}),
  })
}

/** Whether a node says that it is short of memory. */
export function pressed(node: Node): boolean {
  return (
    node.status?.conditions?.some((c) => c.type === 'MemoryPressure' && c.status === 'True') ??
    false
  )
}

/** A node with MemoryPressure. */
export function pressureFinding(look: Look, node: Node): Finding {
  const about = aboutOf(node)
  let decision: Decision | undefined
  let looked = 0
  look.backwards((r) => {
    if (r.owner === `${about.name}/kubelet`) decision = decisionOf(r)
    return !decision && ++looked < LOOK_BACK
  })
  return bad('why.node.memory', about, {
    rule: rules.eviction,
    field: 'status.conditions',
    ...(decision ? { because: hog(look, about.name, decision) } : {}),
  })
}

/** Whoever uses most beyond what it asked for. */
function hog(look: Look, node: string, d: Decision): Finding {
  const [worst] = [...d.ranked].sort((a, b) => b.bytes - b.request - (a.bytes - a.request))
  const about = { kind: 'Pod', namespace: worst?.namespace ?? '', name: worst?.pod ?? '' }
  const pod = look.get('Pod', about.namespace, about.name)
  const values = {
    node,
    available: mebi(d.available),
    has: mebi(d.capacity),
    used: mebi(worst?.bytes ?? 0),
    request: mebi(worst?.request ?? 0),
  }
  return bad('why.node.hog', about, {
    values,
    rule: rules.eviction,
    field: 'spec.containers.resources.requests.memory',
    fixes: pod ? [...stating(look, pod, worst?.bytes ?? 0, 1.5), ...giveUp(look, pod)] : [],
  })
}

/** States what a pod really uses, so that the scheduler finds it a node that has it. */
function stating(look: Look, pod: Pod, bytes: number, cost: number): Candidate[] {
  const [c] = pod.spec?.containers ?? []
  if (!c) return []
  const value = `${Math.ceil(bytes / MEBI)}Mi`
  const resources = { requests: { memory: value } }
  return [
    {
      command: templateLine(look, pod, { containers: [{ name: c.name, resources }] }),
      why: said('why.fix.request.set', { resource: 'memory', value, container: c.name }),
      cost,
    },
  ]
}

/** Stops whoever takes it all. */
function giveUp(look: Look, pod: Pod): Candidate[] {
  const head = headOf(look, pod)
  if (!/^(Deployment|StatefulSet|ReplicaSet)$/.test(head.kind)) return []
  const command = `kubectl scale ${target(head)} --replicas=0`
  return [{ command, why: said('why.fix.scale.none', { what: head.metadata.name ?? '' }), cost: 7 }]
}

function decisionOf(r: TraceRecord): Decision | undefined {
  return r.verb === 'decide' && Array.isArray(r.detail?.ranked)
    ? (r.detail as unknown as Decision)
    : undefined
}

function isAbout(r: Ranked, pod: Pod): boolean {
  return r.pod === pod.metadata.name && r.namespace === pod.metadata.namespace
}

function mebi(n: number): string {
  return formatQuantity(Math.round(n / MEBI) * MEBI, 'BinarySI')
}
