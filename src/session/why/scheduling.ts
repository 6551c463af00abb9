/** Why no node takes a Pod: the reason at the nodes that are nearest to taking it, and how near they are. */
import type { Node, Pod, Taint } from '../../cluster/api/generated/types.ts'
import {
  matchesNodeSelector,
  matchesRequiredNodeAffinity,
} from '../../cluster/api/helpers/nodeaffinity.ts'
import { amountsOf, podRequests } from '../../cluster/api/helpers/requests.ts'
import { untoleratedTaint } from '../../cluster/api/helpers/tolerations.ts'
import { formatMilli, formatQuantity } from '../../cluster/api/meta/quantity.ts'
import { claimFinding } from './claims.ts'
import { headOf, target, templateLine } from './edits.ts'
import { acting, bad, type Candidate, type Finding, nearest, said, waiting } from './finding.ts'
import { aboutOf, type Look } from './look.ts'
import { pressed, pressureFinding } from './pressure.ts'
import { rules } from './rules.ts'

const CONTROL_PLANE = 'node-role.kubernetes.io/control-plane'
const MEBI = 1024 * 1024

/** One thing that keeps a pod off a node. */
type Obstacle =
  | { what: 'cordoned' }
  | { what: 'taint'; taint: Taint }
  | { what: 'labels' }
  | { what: 'resource'; resource: string; asked: number; free: number; has: number }

interface Judged {
  node: Node
  obstacles: Obstacle[]
}

/** One more machine from the shelf. */
const MACHINE = acting({ kind: 'add-node' }, said('why.fix.machine'), 3)

/** Why a Pod without a node has none. */
export function pending(look: Look, pod: Pod): Finding {
  const about = aboutOf(pod)
  const spec = pod.spec
  const gates = spec?.schedulingGates ?? []
  if (gates.length > 0) {
    const values = { gate: gates.map((g) => g.name).join(', ') }
    return waiting('why.pod.gated', about, {
      values,
      rule: rules.gates,
      field: 'spec.schedulingGates',
    })
  }
  if (spec?.schedulerName && spec.schedulerName !== 'default-scheduler') {
    const values = { scheduler: spec.schedulerName }
    const fix = templateLine(look, pod, { schedulerName: 'default-scheduler' })
    return bad('why.pod.scheduler', about, {
      values,
      rule: rules.scheduler,
      field: 'spec.schedulerName',
      fixes: [{ command: fix, why: said('why.fix.scheduler'), cost: 1 }],
    })
  }
  const claim = claimTrouble(look, pod)
  if (claim) return claim
  const nodes = look.list('Node')
  if (nodes.length === 0)
    return bad('why.pod.nonodes', about, { rule: rules.scheduler, fixes: [MACHINE] })
  const judged = nodes.map((node) => ({ node, obstacles: obstaclesOf(look, pod, node) }))
  const fewest = Math.min(
    ...judged.filter((j) => !isControlPlane(j.node)).map((j) => j.obstacles.length),
  )
  const near = judged.filter((j) => !isControlPlane(j.node) && j.obstacles.length === fewest)
  if (near.length === 0)
    return bad('why.pod.noworkers', about, { rule: rules.taints, fixes: [MACHINE] })
  const first = near[0]?.obstacles[0]
  if (!first) return otherwise(look, pod)
  const alike = near.filter((j) => j.obstacles[0]?.what === first.what)
  return explain(look, pod, first.what, alike)
}

function isControlPlane(node: Node): boolean {
  return CONTROL_PLANE in (node.metadata.labels ?? {})
}

function obstaclesOf(look: Look, pod: Pod, node: Node): Obstacle[] {
  const found: Obstacle[] = []
  if (node.spec?.unschedulable) found.push({ what: 'cordoned' })
  const taints = node.spec?.taints?.filter((t) => t.key !== 'node.kubernetes.io/unschedulable')
  const taint = untoleratedTaint(taints, pod.spec?.tolerations, ['NoSchedule', 'NoExecute'])
  if (taint) found.push({ what: 'taint', taint })
  if (!matchesRequiredNodeAffinity(pod, node)) found.push({ what: 'labels' })
  const has = amountsOf(node.status?.allocatable)
  const used = look.usedOn(node.metadata.name ?? '')
  for (const [resource, asked] of podRequests(pod)) {
    const free = (has.get(resource) ?? 0) - (used.get(resource) ?? 0)
    if (asked > free && asked > 0)
      found.push({ what: 'resource', resource, asked, free, has: has.get(resource) ?? 0 })
  }
  return found
}

function explain(look: Look, pod: Pod, what: Obstacle['what'], near: readonly Judged[]): Finding {
  switch (what) {
    case 'cordoned':
      return cordoned(pod, near)
    case 'taint':
      return tainted(look, pod, near)
    case 'labels':
      return unlabelled(look, pod)
    case 'resource':
      return tooLarge(look, pod, near)
  }
}

function cordoned(pod: Pod, near: readonly Judged[]): Finding {
  const names = near.map((j) => j.node.metadata.name ?? '')
  return bad('why.pod.cordoned', aboutOf(pod), {
    values: { nodes: names.join(', ') },
    rule: rules.cordon,
    field: 'node.spec.unschedulable',
    fixes: names.slice(0, 2).map((n) => ({
      command: `kubectl uncordon ${n}`,
      why: said('why.fix.uncordon', { node: n }),
      cost: 1,
    })),
  })
}

function tainted(look: Look, pod: Pod, near: readonly Judged[]): Finding {
  const first = near[0]?.obstacles.find((o) => o.what === 'taint')
  const { key, value, effect } = (first as { taint: Taint }).taint
  const text = `${key}${value ? `=${value}` : ''}:${effect}`
  const node = near[0]?.node.metadata.name ?? ''
  const toleration = {
    key,
    effect,
    ...(value ? { operator: 'Equal', value } : { operator: 'Exists' }),
  }
  const values = { taint: text, nodes: near.map((j) => j.node.metadata.name).join(', ') }
  if (key.startsWith('node.kubernetes.io/')) {
    const short = near.find((j) => pressed(j.node))
    return bad('why.pod.unhealthy', aboutOf(pod), {
      values,
      rule: rules.taints,
      ...(short ? { because: pressureFinding(look, short.node) } : {}),
    })
  }
  const untaint = `kubectl taint nodes ${node} ${key}${value ? `=${value}` : ''}:${effect}-`
  return bad('why.pod.taint', aboutOf(pod), {
    values,
    rule: rules.taints,
    field: 'spec.tolerations',
    fixes: [
      {
        command: toleratesLine(look, pod, toleration),
        why: said('why.fix.tolerate', { taint: text }),
        cost: 1,
      },
      { command: untaint, why: said('why.fix.untaint', { taint: text, node }), cost: 2 },
    ],
  })
}

/** A Pod may gain tolerations while it lives; a template takes them whole. */
function toleratesLine(look: Look, pod: Pod, toleration: object): string {
  const head = headOf(look, pod)
  if (head.kind === 'Pod') {
    const ops = [{ op: 'add', path: '/spec/tolerations/-', value: toleration }]
    return `kubectl patch ${target(head)} --type=json -p '${JSON.stringify(ops)}'`.replace(
      'pod/',
      'pod ',
    )
  }
  return templateLine(look, pod, { tolerations: [toleration] })
}

function unlabelled(look: Look, pod: Pod): Finding {
  const about = aboutOf(pod)
  const nodes = look.list('Node').filter((n) => !isControlPlane(n))
  for (const [key, value] of Object.entries(pod.spec?.nodeSelector ?? {})) {
    const having = nodes.flatMap((n) => n.metadata.labels?.[key] ?? [])
    if (having.includes(value)) continue
    const near = nearest(value, new Set(having))
    const node = nodes[0]?.metadata.name ?? ''
    const fixes: Candidate[] = [
      {
        command: `kubectl label node ${node} ${key}=${value}${having.length > 0 ? ' --overwrite' : ''}`,
        why: said('why.fix.label.node', { node, label: `${key}=${value}` }),
        cost: 2,
      },
      {
        command: templateLine(look, pod, { nodeSelector: { [key]: near ?? null } }),
        why: near
          ? said('why.fix.nodeselector', { label: `${key}=${near}` })
          : said('why.fix.nodeselector.drop', { label: `${key}=${value}` }),
        cost: near ? 1 : 3,
      },
    ]
    const values = {
      label: `${key}=${value}`,
      near: near ? `${key}=${near}` : having.join(', ') || '-',
    }
    const id = near ? 'why.pod.nodeselector.near' : 'why.pod.nodeselector'
    return bad(id, about, { values, rule: rules.assign, field: 'spec.nodeSelector', fixes })
  }
  const required = pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
  if (required && !nodes.some((n) => matchesNodeSelector(required, n))) {
    const r = required.nodeSelectorTerms[0]?.matchExpressions?.[0]
    const text = r ? `${r.key} ${r.operator} ${(r.values ?? []).join(',')}` : ''
    const node = nodes[0]?.metadata.name ?? ''
    const wanted =
      r?.operator === 'In' ? r.values?.[0] : r?.operator === 'Exists' ? 'true' : undefined
    return bad('why.pod.nodeaffinity', about, {
      values: { term: text },
      rule: rules.assign,
      field: 'spec.affinity.nodeAffinity',
      fixes:
        r && wanted !== undefined
          ? [
              {
                command: `kubectl label node ${node} ${r.key}=${wanted} --overwrite`,
                why: said('why.fix.label.node', { node, label: `${r.key}=${wanted}` }),
                cost: 2,
              },
            ]
          : [],
    })
  }
  return otherwise(look, pod)
}

function tooLarge(look: Look, pod: Pod, near: readonly Judged[]): Finding {
  const about = aboutOf(pod)
  const lacks = near.flatMap((j) =>
    j.obstacles.flatMap((o) =>
      o.what === 'resource' ? [{ ...o, node: j.node.metadata.name ?? '' }] : [],
    ),
  )
  const best = lacks.reduce((a, b) => (b.free > a.free ? b : a))
  const { resource } = best
  const show = (n: number) =>
    resource === 'cpu'
      ? formatMilli(n)
      : formatQuantity(n, n % MEBI === 0 ? 'BinarySI' : 'DecimalSI')
  const largest = Math.max(...lacks.filter((l) => l.resource === resource).map((l) => l.has))
  const values = {
    resource,
    asked: show(best.asked),
    free: show(neat(resource, best.free)),
    node: best.node,
    has: show(largest),
  }
  const never = best.asked > largest
  return bad(never ? 'why.pod.toolarge' : 'why.pod.resources', about, {
    values,
    rule: rules.requests,
    field: 'spec.containers.resources.requests',
    fixes: smaller(look, pod, resource, best.free, show),
  })
}

function neat(resource: string, n: number): number {
  if (n <= 0) return 0
  if (resource === 'cpu') return n >= 100 ? n - (n % 50) : n - (n % 5)
  return resource === 'memory' ? n - (n % (16 * MEBI)) : n
}

/** Asks for less: what is free on the best node, what lets all waiting copies fit, and fewer copies. */
function smaller(
  look: Look,
  pod: Pod,
  resource: string,
  free: number,
  show: (n: number) => string,
): Candidate[] {
  const asks = (pod.spec?.containers ?? []).map((c) => ({
    name: c.name,
    asked: amountsOf(c.resources?.requests).get(resource) ?? 0,
    limit: c.resources?.limits?.[resource],
  }))
  const most = asks.reduce((a, b) => (b.asked > a.asked ? b : a))
  const others = asks.reduce((n, a) => n + a.asked, 0) - most.asked
  const head = headOf(look, pod)
  const copies = Number((head as { spec?: { replicas?: number } }).spec?.replicas ?? 1)
  const fits = [
    free - others,
    Math.floor((free - others) / 2),
    Math.floor((free - others) / Math.max(2, copies)),
  ]
  const out: Candidate[] = []
  for (const n of new Set(fits.map((f) => neat(resource, f)))) {
    if (n <= 0) continue
    const resources = { requests: { [resource]: show(n) } }
    out.push({
      command: templateLine(look, pod, { containers: [{ name: most.name, resources }] }),
      why: said('why.fix.request', { container: most.name, resource, value: show(n) }),
      cost: 1 + (out.length > 0 ? 0.5 : 0),
    })
  }
  const running = look
    .list('Pod', pod.metadata.namespace)
    .filter((p) => p.spec?.nodeName && aboutOf(headOf(look, p)).name === head.metadata.name).length
  if (head.kind !== 'Pod' && running > 0 && running < copies) {
    out.push({
      command: `kubectl scale ${target(head)} --replicas=${running}`,
      why: said('why.fix.scale.down', { n: running }),
      cost: 6,
    })
  }
  return out
}

/** A reason that the scheduler gave and that has no sentence of its own. */
function otherwise(look: Look, pod: Pod): Finding {
  const about = aboutOf(pod)
  const message =
    pod.status?.conditions?.find((c) => c.type === 'PodScheduled' && c.status === 'False')
      ?.message ?? ''
  if (!message) return waiting('why.pod.scheduling', about, { rule: rules.scheduler })
  const head = headOf(look, pod)
  const placed = look
    .list('Pod', pod.metadata.namespace)
    .filter((p) => p.spec?.nodeName && aboutOf(headOf(look, p)).name === head.metadata.name).length
  const fewer: Candidate[] =
    head.kind !== 'Pod' && placed > 0
      ? [
          {
            command: `kubectl scale ${target(head)} --replicas=${placed}`,
            why: said('why.fix.scale.down', { n: placed }),
            cost: 6,
          },
        ]
      : []
  const [id, rule, field, fix] = /anti-affinity/.test(message)
    ? [
        'why.pod.antiaffinity',
        rules.affinity,
        'spec.affinity.podAntiAffinity',
        { affinity: { podAntiAffinity: null } },
      ]
    : /pod affinity/.test(message)
      ? [
          'why.pod.affinity',
          rules.affinity,
          'spec.affinity.podAffinity',
          { affinity: { podAffinity: null } },
        ]
      : /topology spread/.test(message)
        ? [
            'why.pod.spread',
            rules.spread,
            'spec.topologySpreadConstraints',
            { topologySpreadConstraints: null },
          ]
        : /free ports/.test(message)
          ? ['why.pod.ports', rules.assign, 'spec.containers.ports.hostPort', undefined]
          : ['why.pod.unschedulable', rules.scheduler, undefined, undefined]
  const drop: Candidate[] = fix
    ? [
        {
          command: templateLine(look, pod, fix),
          why: said('why.fix.drop', { field: field as string }),
          cost: 3,
        },
      ]
    : []
  return bad(id as string, about, {
    values: { message },
    rule: rule as typeof rules.scheduler,
    ...(field ? { field: field as string } : {}),
    fixes: [...drop, ...fewer],
  })
}

/** A claim that the pod needs and that is missing or unbound. */
function claimTrouble(look: Look, pod: Pod): Finding | undefined {
  const namespace = pod.metadata.namespace ?? ''
  for (const v of pod.spec?.volumes ?? []) {
    const name = v.persistentVolumeClaim?.claimName
    if (!name) continue
    const claim = look.get('PersistentVolumeClaim', namespace, name)
    if (!claim) {
      const known = look.list('PersistentVolumeClaim', namespace).map((c) => c.metadata.name ?? '')
      const near = nearest(name, known)
      const manifest = `apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata:\n  name: ${name}\n  namespace: ${namespace}\nspec:\n  accessModes: [ReadWriteOnce]\n  resources:\n    requests:\n      storage: 1Gi\n`
      return bad('why.pod.claim.missing', aboutOf(pod), {
        values: { claim: name, near: near ?? '-' },
        rule: rules.claims,
        field: 'spec.volumes.persistentVolumeClaim.claimName',
        fixes: [
          ...(near
            ? [
                {
                  command: templateLine(look, pod, {
                    volumes: [{ name: v.name, persistentVolumeClaim: { claimName: near } }],
                  }),
                  why: said('why.fix.claim.name', { claim: near }),
                  cost: 1,
                },
              ]
            : []),
          {
            command: `kubectl apply -f - <<'EOF'\n${manifest}EOF`,
            why: said('why.fix.create', { kind: 'PersistentVolumeClaim', what: name }),
            cost: 3,
          },
        ],
      })
    }
    if (claim.status?.phase === 'Bound') continue
    const because = claimFinding(look, claim)
    // A class that waits for its first pod waits for this one: whatever else is wrong comes first.
    if (because.state !== 'bad') continue
    return bad('why.pod.claim', aboutOf(pod), {
      values: { claim: name },
      rule: rules.claims,
      because,
    })
  }
  return undefined
}
