/** Why a Deployment, ReplicaSet, StatefulSet or DaemonSet does not have the pods it wants. */
import type {
  DaemonSet,
  Deployment,
  Pod,
  ReplicaSet,
  StatefulSet,
} from '../../cluster/api/generated/types.ts'
import { matchesRequiredNodeAffinity } from '../../cluster/api/helpers/nodeaffinity.ts'
import { untoleratedTaint } from '../../cluster/api/helpers/tolerations.ts'
import type { KubeObject } from '../../cluster/api/object.ts'
import { patchLine, target } from './edits.ts'
import { bad, type Candidate, type Finding, nearest, ok, said, waiting } from './finding.ts'
import { aboutOf, type Look } from './look.ts'
import { isSilent } from './nodes.ts'
import { podFinding } from './pods.ts'
import { refusalFinding } from './refusals.ts'
import { rules } from './rules.ts'

/** Pods that it controls. */
export function podsOf(look: Look, owner: KubeObject): Pod[] {
  return look
    .list('Pod', owner.metadata.namespace ?? '')
    .filter((p) => p.metadata.ownerReferences?.some((r) => r.uid === owner.metadata.uid))
}

/** Of pods that look alike, so many are asked: among thousands the next one would say the same. */
const ALIKE_MAX = 5

/** The pod that fares worst, said in its own words; of pods that fare alike, the oldest. */
export function worstPod(look: Look, pods: readonly Pod[]): Finding | undefined {
  let soft: Finding | undefined
  const asked = new Map<string, number>()
  for (const p of pods) {
    const face = faceOf(look, p)
    const n = asked.get(face) ?? 0
    if (n >= ALIKE_MAX) continue
    asked.set(face, n + 1)
    const f = podFinding(look, p)
    if (f.state === 'bad') return f
    if (f.state === 'waiting') soft ??= f
  }
  return soft
}

/** What a pod shows of how it fares, without asking why. */
function faceOf(look: Look, { metadata, spec, status }: Pod): string {
  const node = spec?.nodeName ? look.get('Node', '', spec.nodeName) : undefined
  const silent = node !== undefined && isSilent(node)
  let face = `${status?.phase} ${status?.reason} ${!!metadata.deletionTimestamp} ${!!node} ${silent}`
  for (const c of status?.conditions ?? []) face += ` ${c.type}=${c.status}:${c.reason}`
  const all = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])]
  for (const c of all) {
    const state = c.state?.waiting?.reason ?? c.state?.terminated?.reason ?? ''
    face += ` ${c.name}=${c.ready} ${state} ${c.lastState?.terminated?.reason} ${c.restartCount > 0}`
  }
  return face
}

/** How a Deployment fares. */
export function deploymentFinding(look: Look, d: Deployment): Finding {
  const about = aboutOf(d)
  const s = d.status
  const wanted = d.spec?.replicas ?? 1
  const values = {
    wanted,
    ready: s?.readyReplicas ?? 0,
    updated: s?.updatedReplicas ?? 0,
    available: s?.availableReplicas ?? 0,
  }
  const condition = (type: string) => s?.conditions?.find((c) => c.type === type)
  const done =
    values.updated >= wanted && values.available >= wanted && (s?.replicas ?? 0) <= values.updated
  const seen = (s?.observedGeneration ?? 0) >= (d.metadata.generation ?? 0)
  if (d.spec?.paused && !done) {
    return bad('why.deployment.paused', about, {
      values,
      rule: rules.paused,
      field: 'spec.paused',
      fixes: [
        { command: `kubectl rollout resume ${target(d)}`, why: said('why.fix.resume'), cost: 1 },
      ],
    })
  }
  if (done && seen) {
    if (wanted === 0)
      return ok('why.deployment.zero', about, {
        values,
        rule: rules.deployment,
        field: 'spec.replicas',
      })
    return ok('why.deployment.done', about, { values, rule: rules.deployment })
  }
  const sets = look
    .list('ReplicaSet', about.namespace)
    .filter((r) => r.metadata.ownerReferences?.some((o) => o.uid === d.metadata.uid))
    .sort((a, b) => revision(b) - revision(a))
  const failure = condition('ReplicaFailure')
  const pods = sets.flatMap((r) => podsOf(look, r))
  const because =
    (failure?.status === 'True' ? refusalFinding(look, failure.message ?? '', d) : undefined) ??
    worstPod(look, pods)
  const late = condition('Progressing')
  const rolling = d.spec?.strategy?.rollingUpdate
  if (late?.status === 'False' && late.reason === 'ProgressDeadlineExceeded') {
    return bad('why.deployment.stuck', about, {
      values: { ...values, seconds: d.spec?.progressDeadlineSeconds ?? 600 },
      rule: rules.progress,
      field: 'spec.progressDeadlineSeconds',
      ...(because ? { because } : {}),
    })
  }
  const surge = {
    surge: String(rolling?.maxSurge ?? '25%'),
    unavailable: String(rolling?.maxUnavailable ?? '25%'),
  }
  if (because?.state === 'bad')
    return bad('why.deployment.held', about, {
      values: { ...values, ...surge },
      rule: rules.deployment,
      because,
    })
  return waiting('why.deployment.rolling', about, {
    values: { ...values, ...surge },
    rule: rules.deployment,
    ...(because ? { because } : {}),
  })
}

function revision(r: ReplicaSet): number {
  return Number(r.metadata.annotations?.['deployment.kubernetes.io/revision'] ?? 0)
}

/** How a ReplicaSet fares. */
export function replicaSetFinding(look: Look, r: ReplicaSet): Finding {
  const about = aboutOf(r)
  const wanted = r.spec?.replicas ?? 1
  const values = { wanted, ready: r.status?.readyReplicas ?? 0 }
  if (wanted === 0) return ok('why.replicaset.zero', about, { values, rule: rules.replicaSet })
  if (values.ready >= wanted)
    return ok('why.replicaset.done', about, { values, rule: rules.replicaSet })
  const failure = r.status?.conditions?.find(
    (c) => c.type === 'ReplicaFailure' && c.status === 'True',
  )
  const because =
    (failure ? refusalFinding(look, failure.message ?? '', r) : undefined) ??
    worstPod(look, podsOf(look, r))
  const state = because?.state === 'bad' ? bad : waiting
  return state('why.replicaset.held', about, {
    values,
    rule: rules.replicaSet,
    ...(because ? { because } : {}),
  })
}

/** How a StatefulSet fares: pods come one after the other, each when the one before is ready. */
export function statefulSetFinding(look: Look, s: StatefulSet): Finding {
  const about = aboutOf(s)
  const wanted = s.spec?.replicas ?? 1
  const ready = s.status?.readyReplicas ?? 0
  const updated = s.status?.updatedReplicas ?? wanted
  if (ready >= wanted && updated >= wanted)
    return ok('why.statefulset.done', about, { values: { wanted, ready }, rule: rules.statefulSet })
  const pods = podsOf(look, s)
  const ordered = (s.spec?.podManagementPolicy ?? 'OrderedReady') === 'OrderedReady'
  for (let i = 0; i < wanted; i++) {
    const name = `${about.name}-${i}`
    const pod = pods.find((p) => p.metadata.name === name)
    const because = pod ? podFinding(look, pod) : undefined
    if (because?.state === 'ok') continue
    const refused = pod ? undefined : refusedBy(look, s)
    const cause = because ?? refused
    const state = cause?.state === 'bad' ? bad : waiting
    return state(
      ordered && i < wanted - 1 ? 'why.statefulset.waits' : 'why.statefulset.held',
      about,
      {
        values: { wanted, ready, pod: name, next: `${about.name}-${i + 1}` },
        rule: rules.statefulSet,
        field: 'spec.podManagementPolicy',
        ...(cause ? { because: cause } : {}),
      },
    )
  }
  return waiting('why.statefulset.held', about, {
    values: { wanted, ready, pod: '-' },
    rule: rules.statefulSet,
  })
}

/** The newest FailedCreate event of an owner, taken apart. */
export function refusedBy(look: Look, o: KubeObject): Finding | undefined {
  const event = look.events(aboutOf(o)).find((e) => e.reason === 'FailedCreate')
  return event ? refusalFinding(look, event.message ?? '', o) : undefined
}

/** How a DaemonSet fares: one pod on each node that its template and the taints allow. */
export function daemonSetFinding(look: Look, d: DaemonSet): Finding {
  const about = aboutOf(d)
  const s = d.status
  const nodes = look.list('Node')
  const template = { metadata: {}, spec: d.spec?.template?.spec } as Pod
  const values = {
    wanted: s?.desiredNumberScheduled ?? 0,
    ready: s?.numberReady ?? 0,
    nodes: nodes.length,
  }
  const because = refusedNow(look, d) ?? worstPod(look, podsOf(look, d))
  if (because?.state === 'bad')
    return bad('why.daemonset.held', about, { values, rule: rules.daemonSet, because })
  if (values.wanted < nodes.length) {
    const left = nodes.filter(
      (n) => !podsOf(look, d).some((p) => p.spec?.nodeName === n.metadata.name),
    )
    const taint = left
      .map((n) => ({
        n,
        t: untoleratedTaint(n.spec?.taints, template.spec?.tolerations, [
          'NoSchedule',
          'NoExecute',
        ]),
      }))
      .find((x) => x.t && !x.t.key.startsWith('node.kubernetes.io/'))
    if (taint?.t)
      return daemonTaint(d, values, left.map((n) => n.metadata.name).join(', '), taint.t)
    const other = left.find((n) => !matchesRequiredNodeAffinity(template, n))
    if (other) return daemonLabel(d, values, left, nodes)
  }
  if (because)
    return waiting('why.daemonset.held', about, { values, rule: rules.daemonSet, because })
  return ok('why.daemonset.done', about, { values, rule: rules.daemonSet })
}

/** A refusal counts only while pods are missing. */
function refusedNow(look: Look, d: DaemonSet): Finding | undefined {
  const s = d.status
  return (s?.currentNumberScheduled ?? 0) < (s?.desiredNumberScheduled ?? 0)
    ? refusedBy(look, d)
    : undefined
}

function daemonTaint(
  d: DaemonSet,
  values: { wanted: number; ready: number; nodes: number },
  left: string,
  taint: { key: string; value?: string; effect: string },
): Finding {
  const text = `${taint.key}${taint.value ? `=${taint.value}` : ''}:${taint.effect}`
  const toleration = { key: taint.key, operator: 'Exists', effect: taint.effect }
  const tolerations = [...(d.spec?.template?.spec?.tolerations ?? []), toleration]
  const fixes: Candidate[] = [
    {
      command: patchLine(d, { spec: { template: { spec: { tolerations } } } }),
      why: said('why.fix.tolerate', { taint: text }),
      cost: 1,
    },
  ]
  return bad('why.daemonset.taint', aboutOf(d), {
    values: { ...values, left, taint: text },
    rule: rules.daemonSet,
    field: 'spec.template.spec.tolerations',
    fixes,
  })
}

function daemonLabel(
  d: DaemonSet,
  values: { wanted: number; ready: number; nodes: number },
  left: readonly KubeObject[],
  nodes: readonly KubeObject[],
): Finding {
  const selector = d.spec?.template?.spec?.nodeSelector ?? {}
  const [key = '', value = ''] = Object.entries(selector)[0] ?? []
  const having = nodes.flatMap((n) => n.metadata.labels?.[key] ?? [])
  const near = having.includes(value) ? undefined : nearest(value, having)
  const names = left.map((n) => n.metadata.name ?? '')
  const workers = left.filter(
    (n) => !('node-role.kubernetes.io/control-plane' in (n.metadata.labels ?? {})),
  )
  const fixes: Candidate[] = key
    ? [
        {
          command: `kubectl label node ${workers.map((n) => n.metadata.name).join(' ')} ${key}=${value} --overwrite`,
          why: said('why.fix.label.node', {
            node: workers.map((n) => n.metadata.name).join(', '),
            label: `${key}=${value}`,
          }),
          cost: 2,
        },
        {
          command: patchLine(d, {
            spec: { template: { spec: { nodeSelector: { [key]: near ?? null } } } },
          }),
          why: near
            ? said('why.fix.nodeselector', { label: `${key}=${near}` })
            : said('why.fix.nodeselector.drop', { label: `${key}=${value}` }),
          cost: near ? 1 : 3,
        },
      ]
    : []
  // Some nodes have the label: it is where it is wanted. None has it: that is a slip.
  const make = values.wanted === 0 ? bad : ok
  return make('why.daemonset.label', aboutOf(d), {
    values: { ...values, left: names.join(', '), label: key ? `${key}=${value}` : 'affinity' },
    rule: rules.daemonNodes,
    field: 'spec.template.spec.nodeSelector',
    fixes,
  })
}
