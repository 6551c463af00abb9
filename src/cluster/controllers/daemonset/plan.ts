/**
 * Where a DaemonSet's pods belong.
 * @source pkg/controller/daemon/daemon_controller.go, update.go, util/daemonset_util.go
 */
import type { DaemonSet, Node, Pod, PodSpec, Toleration } from '../../api/generated/types.ts'
import { matchesRequiredNodeAffinity } from '../../api/helpers/nodeaffinity.ts'
import { isPodAvailable, isPodReady } from '../../api/helpers/pods.ts'
import { untoleratedTaint } from '../../api/helpers/tolerations.ts'
import { scaledValue } from '../../api/meta/intstr.ts'
import { parseTime } from '../../api/meta/time.ts'

/** On pods: the hash of their template's revision. */
export const REVISION_HASH = 'controller-revision-hash'

const tolerations = new WeakMap<PodSpec, readonly Toleration[]>()

/** The template's tolerations and those that every DaemonSet pod has. */
export function daemonTolerations(spec: PodSpec): readonly Toleration[] {
  let all = tolerations.get(spec)
  if (!all) {
    const added: [string, Toleration['effect']][] = [
      ['node.kubernetes.io/not-ready', 'NoExecute'],
      ['node.kubernetes.io/unreachable', 'NoExecute'],
      ['node.kubernetes.io/disk-pressure', 'NoSchedule'],
      ['node.kubernetes.io/memory-pressure', 'NoSchedule'],
      ['node.kubernetes.io/pid-pressure', 'NoSchedule'],
      ['node.kubernetes.io/unschedulable', 'NoSchedule'],
    ]
    if (spec.hostNetwork) added.push(['node.kubernetes.io/network-unavailable', 'NoSchedule'])
    const own = spec.tolerations ?? []
    const more = added
      .filter(([key, effect]) => !own.some((t) => t.key === key && t.effect === effect))
      .map(
        ([key, effect]): Toleration => ({
          key,
          operator: 'Exists',
          ...(effect ? { effect } : {}),
        }),
      )
    all = [...own, ...more]
    tolerations.set(spec, all)
  }
  return all
}

/** Whether a new pod belongs on the node, and whether one that is there may stay. */
export function belongsOn(ds: DaemonSet, node: Node): { run: boolean; stay: boolean } {
  const spec = ds.spec?.template.spec
  if (!spec) return { run: false, stay: false }
  const probe = { spec } as Pod
  const named = !spec.nodeName || spec.nodeName === node.metadata.name
  if (!named || !matchesRequiredNodeAffinity(probe, node)) return { run: false, stay: false }
  const taints = node.spec?.taints
  const all = daemonTolerations(spec)
  if (!untoleratedTaint(taints, all, ['NoSchedule', 'NoExecute'])) return { run: true, stay: true }
  return { run: false, stay: !untoleratedTaint(taints, all, ['NoExecute']) }
}

/** The node that a DaemonSet pod is for, bound or not. */
export function targetNode(pod: Pod): string | undefined {
  if (pod.spec?.nodeName) return pod.spec.nodeName
  const affinity = pod.spec?.affinity?.nodeAffinity
  for (const t of affinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ??
    []) {
    for (const f of t.matchFields ?? []) {
      if (f.key === 'metadata.name' && f.operator === 'In') return f.values?.[0]
    }
  }
  return undefined
}

/** The pod spec for one node: pinned by affinity, so that the scheduler binds it there. */
export function pinnedSpec(spec: PodSpec, node: string): PodSpec {
  const term = {
    matchFields: [{ key: 'metadata.name', operator: 'In' as const, values: [node] }],
  }
  const affinity = {
    ...spec.affinity,
    nodeAffinity: {
      ...spec.affinity?.nodeAffinity,
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term] },
    },
  }
  return { ...spec, affinity, tolerations: [...daemonTolerations(spec)] }
}

/** Pods by the node they are for. */
export function podsByNode(pods: Iterable<Pod>): Map<string, Pod[]> {
  const out = new Map<string, Pod[]>()
  for (const p of pods) {
    const node = targetNode(p) ?? ''
    const list = out.get(node)
    if (list) list.push(p)
    else out.set(node, [p])
  }
  return out
}

export function byAge(a: Pod, b: Pod): number {
  const t = (p: Pod) => parseTime(p.metadata.creationTimestamp) ?? 0
  return t(a) - t(b) || ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1)
}

/** What to do about the number of pods. */
export interface NodePlan {
  /** Nodes that need a pod. */
  readonly create: string[]
  readonly remove: Pod[]
  /** Finished pods to replace. */
  readonly finished: Pod[]
}

/** Compares nodes with pods. */
export function planNodes(
  ds: DaemonSet,
  nodes: readonly Node[],
  pods: ReadonlyMap<string, readonly Pod[]>,
): NodePlan {
  const plan: NodePlan = { create: [], remove: [], finished: [] }
  const names = new Set<string>()
  const surge = surgeOf(ds, nodes.length) > 0
  for (const node of nodes) {
    const name = node.metadata.name ?? ''
    names.add(name)
    const here = pods.get(name) ?? []
    const { run, stay } = belongsOn(ds, node)
    if (run && here.length === 0) plan.create.push(name)
    else if (stay) keepOne(here, surge, plan)
    else plan.remove.push(...here.filter((p) => !p.metadata.deletionTimestamp))
  }
  for (const [name, list] of pods) {
    if (!names.has(name)) plan.remove.push(...list.filter((p) => !p.spec?.nodeName))
  }
  return plan
}

function keepOne(here: readonly Pod[], surge: boolean, plan: NodePlan): void {
  const running: Pod[] = []
  for (const p of here) {
    if (p.metadata.deletionTimestamp) continue
    const phase = p.status?.phase
    if (phase === 'Failed' || phase === 'Succeeded') plan.finished.push(p)
    else running.push(p)
  }
  // While surging, old and new stand side by side; the rolling update tidies up.
  if (surge || running.length <= 1) return
  plan.remove.push(...running.sort(byAge).slice(1))
}

export function surgeOf(ds: DaemonSet, desired: number): number {
  if (ds.spec?.updateStrategy?.type === 'OnDelete') return 0
  return scaledValue(ds.spec?.updateStrategy?.rollingUpdate?.maxSurge ?? 0, desired, true)
}

function unavailableOf(ds: DaemonSet, desired: number): number {
  const rolling = ds.spec?.updateStrategy?.rollingUpdate
  const n = scaledValue(rolling?.maxUnavailable ?? 1, desired, true)
  return n === 0 && surgeOf(ds, desired) === 0 ? 1 : n
}

/** Old pods to delete now, and nodes where a new one may start beside the old. */
export function planUpdate(
  ds: DaemonSet,
  hash: string,
  desired: number,
  pods: ReadonlyMap<string, readonly Pod[]>,
  nowMs: number,
): { remove: Pod[]; create: string[] } {
  const ready = ds.spec?.minReadySeconds ?? 0
  const available = (p: Pod) => isPodAvailable(p, ready, nowMs)
  const surge = surgeOf(ds, desired)
  const broken: Pod[] = []
  const candidates: Pod[] = []
  const create: string[] = []
  const urgent: string[] = []
  const remove: Pod[] = []
  let unavailable = 0
  let surging = 0
  for (const [node, list] of pods) {
    const live = list.filter((p) => !p.metadata.deletionTimestamp)
    const fresh = live.find((p) => p.metadata.labels?.[REVISION_HASH] === hash)
    const old = live.find((p) => p.metadata.labels?.[REVISION_HASH] !== hash)
    if (surge > 0) {
      if (fresh && old) {
        if (available(fresh) || !isPodReady(old)) remove.push(old)
        else surging++
      } else if (old) {
        // One that serves nobody is replaced at once, whatever the others do.
        if (available(old)) create.push(node)
        else urgent.push(node)
      }
      continue
    }
    if (fresh) {
      if (!available(fresh)) unavailable++
    } else if (old) {
      if (available(old)) candidates.push(old)
      else {
        broken.push(old)
        unavailable++
      }
    } else unavailable++
  }
  if (surge > 0) {
    const room = Math.max(0, surge - surging)
    return { remove, create: [...urgent, ...create.slice(0, room)] }
  }
  const room = Math.max(0, unavailableOf(ds, desired) - unavailable)
  return { remove: [...broken, ...candidates.slice(0, room)], create: [] }
}
