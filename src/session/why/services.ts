/** Why a Service answers or does not: its selector, its pods, its ports, its address, the policies before it. */
import type { NetworkPolicy, Pod, Service, ServicePort } from '../../cluster/api/generated/types.ts'
import { isPodTerminal } from '../../cluster/api/helpers/pods.ts'
import { matchesSet } from '../../cluster/api/meta/labels.ts'
import { isolates, refusal } from '../../cluster/network/policy.ts'
import { policyPod } from './calls.ts'
import { headOf, inNamespace, patchArgument, patchLine } from './edits.ts'
import {
  bad,
  type Candidate,
  distance,
  type Finding,
  nearest,
  ok,
  said,
  waiting,
} from './finding.ts'
import { aboutOf, type Look } from './look.ts'
import { podFinding } from './pods.ts'
import { rules } from './rules.ts'

/** Peers looked at when asking whom a policy lets in. */
const PEERS_MAX = 200
const OUTSIDE = '203.0.113.7'

/** How a Service fares. */
export function serviceFinding(look: Look, service: Service): Finding {
  const about = aboutOf(service)
  const spec = service.spec
  if (spec?.type === 'ExternalName')
    return ok('why.service.external', about, {
      values: { host: spec.externalName ?? '' },
      rule: rules.service,
    })
  const selector = spec?.selector ?? {}
  if (Object.keys(selector).length === 0)
    return ok('why.service.manual', about, {
      values: { ip: spec?.clusterIP ?? '' },
      rule: rules.service,
    })
  const pods = look
    .list('Pod', about.namespace)
    .filter((p) => matchesSet(selector, p.metadata.labels) && !isPodTerminal(p))
  if (pods.length === 0) return unmatched(look, service)
  const ready = readyPods(look, service)
  if (ready.length === 0) {
    const named = namedPort(look, service, pods)
    if (named) return named
    const found = pods.map((p) => podFinding(look, p)).sort((a, b) => rank(b) - rank(a))
    const because = found[0] as Finding
    const values = { pods: pods.length, selector: words(selector) }
    if (because.state === 'ok')
      return waiting('why.service.settling', about, { values, rule: rules.service })
    return bad('why.service.notready', about, { values, rule: rules.readiness, because })
  }
  return (
    wrongPort(look, service, ready) ??
    closed(look, service, ready) ??
    unbalanced(service) ??
    well(service, ready.length)
  )
}

function rank(f: Finding): number {
  return f.state === 'bad' ? 2 : f.state === 'waiting' ? 1 : 0
}

function words(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([k, v]) => `${k}=${v}`)
    .join(',')
}

function well(service: Service, n: number): Finding {
  const spec = service.spec
  const values = {
    type: spec?.type ?? 'ClusterIP',
    selector: words(spec?.selector ?? {}),
    ip: spec?.clusterIP ?? '',
    n,
    nodePort: spec?.ports?.[0]?.nodePort ?? 0,
    port: spec?.ports?.[0]?.port ?? 0,
    address: service.status?.loadBalancer?.ingress?.[0]?.ip ?? '',
  }
  const id =
    spec?.type === 'NodePort'
      ? 'why.service.nodeport'
      : spec?.type === 'LoadBalancer'
        ? 'why.service.balanced'
        : 'why.service'
  const rule =
    spec?.type === 'NodePort'
      ? rules.nodePort
      : spec?.type === 'LoadBalancer'
        ? rules.loadBalancer
        : rules.service
  return ok(id, aboutOf(service), { values, rule })
}

/** Names of pods that its EndpointSlices call ready. */
function readyPods(look: Look, service: Service): Pod[] {
  const slices = look
    .list('EndpointSlice', service.metadata.namespace)
    .filter((s) => s.metadata.labels?.['kubernetes.io/service-name'] === service.metadata.name)
  const names = new Set(
    slices
      .filter((s) => (s.ports?.length ?? 0) > 0 || service.spec?.clusterIP === 'None')
      .flatMap((s) => (s.endpoints ?? []).filter((e) => e.conditions?.ready !== false))
      .map((e) => e.targetRef?.name ?? ''),
  )
  return look
    .list('Pod', service.metadata.namespace)
    .filter((p) => names.has(p.metadata.name ?? ''))
}

/** No pod has its labels: which comes nearest, here or in another namespace? */
function unmatched(look: Look, service: Service): Finding {
  const about = aboutOf(service)
  const selector = service.spec?.selector ?? {}
  const wanted = words(selector)
  const pods = look.list('Pod').filter((p) => !isPodTerminal(p))
  const elsewhere = pods.find(
    (p) => p.metadata.namespace !== about.namespace && matchesSet(selector, p.metadata.labels),
  )
  const scored = pods
    .filter((p) => p.metadata.namespace === about.namespace)
    .map((pod) => ({ pod, off: misses(selector, pod) }))
    .sort((a, b) => a.off - b.off)
  const near =
    scored[0] && scored[0].off <= 3 * Object.keys(selector).length ? scored[0].pod : undefined
  if (!near && elsewhere) {
    const there = elsewhere.metadata.namespace ?? ''
    return bad('why.service.namespace', about, {
      values: {
        selector: wanted,
        pod: elsewhere.metadata.name ?? '',
        there,
        here: about.namespace,
      },
      rule: rules.namespaces,
      field: 'metadata.namespace',
      fixes: [moved(service, there)],
    })
  }
  if (!near) {
    const scaled = scaledDown(look, service)
    return bad('why.service.nopods', about, {
      values: { selector: wanted },
      rule: rules.selector,
      field: 'spec.selector',
      ...(scaled ? { fixes: [scaled] } : {}),
    })
  }
  const label = nearestLabels(selector, near)
  const head = headOf(look, near)
  const fixes: Candidate[] = [
    {
      command: patchLine(service, { spec: { selector: label } }),
      why: said('why.fix.selector', { label: words(label as Record<string, string>) }),
      cost: 1,
    },
  ]
  if (head.kind === 'Pod') {
    const pairs = Object.entries(selector).map(([k, v]) => `${k}=${v}`)
    fixes.push({
      command: `kubectl label pod ${near.metadata.name}${inNamespace(near)} ${pairs.join(' ')} --overwrite`,
      why: said('why.fix.label.pod', { pod: near.metadata.name ?? '', label: wanted }),
      cost: 2,
    })
  }
  return bad('why.service.selector', about, {
    values: {
      selector: wanted,
      pod: near.metadata.name ?? '',
      near: words(label as Record<string, string>) || '-',
    },
    rule: rules.selector,
    field: 'spec.selector',
    fixes,
  })
}

/** How far a pod's labels are from a selector. */
function misses(selector: Readonly<Record<string, string>>, pod: Pod): number {
  const labels = pod.metadata.labels ?? {}
  return Object.entries(selector).reduce((n, [k, v]) => {
    const own = labels[k]
    if (own === v) return n
    if (own !== undefined) return n + Math.min(5, distance(own, v))
    return n + (Object.values(labels).includes(v) ? 1 : 6)
  }, 0)
}

/** The selector that the pod would meet; a key it lacks is dropped, or exchanged for the one that has the value. */
function nearestLabels(
  selector: Readonly<Record<string, string>>,
  pod: Pod,
): Record<string, string | null> {
  const labels = pod.metadata.labels ?? {}
  const out: Record<string, string | null> = {}
  for (const [k, v] of Object.entries(selector)) {
    if (labels[k] !== undefined) out[k] = labels[k]
    else {
      const other = Object.keys(labels).find((l) => labels[l] === v)
      out[k] = null
      if (other) out[other] = v
    }
  }
  return out
}

function moved(service: Service, namespace: string): Candidate {
  const { name } = service.metadata
  const host = `${name}.${namespace}.svc.cluster.local`
  return {
    command: `kubectl delete service ${name}${inNamespace(service)} && kubectl create service externalname ${name}${inNamespace(service)} --external-name=${host}`,
    why: said('why.fix.external', { host }),
    cost: 4,
  }
}

/** A workload that would have matching pods, if it had any. */
function scaledDown(look: Look, service: Service): Candidate | undefined {
  const selector = service.spec?.selector ?? {}
  for (const kind of ['Deployment', 'StatefulSet'] as const) {
    const w = look
      .list(kind, service.metadata.namespace)
      .find((d) => matchesSet(selector, d.spec?.template?.metadata?.labels))
    if (w && (w.spec?.replicas ?? 1) === 0) {
      return {
        command: `kubectl scale ${kind.toLowerCase()}/${w.metadata.name}${inNamespace(w)} --replicas=1`,
        why: said('why.fix.scale.up', { n: 1 }),
        cost: 1,
      }
    }
  }
  return undefined
}

function declared(pod: Pod) {
  return (pod.spec?.containers ?? []).flatMap((c) => c.ports ?? [])
}

function withPort(service: Service, port: ServicePort, targetPort: number | string): string {
  const ports = [{ port: port.port, protocol: port.protocol ?? 'TCP', targetPort }]
  return `kubectl patch service ${service.metadata.name}${inNamespace(service)} -p ${patchArgument({ spec: { ports } })}`
}

/** A named targetPort that no container declares leaves the Service without endpoints. */
function namedPort(look: Look, service: Service, pods: readonly Pod[]): Finding | undefined {
  for (const port of service.spec?.ports ?? []) {
    const { targetPort } = port
    if (typeof targetPort !== 'string') continue
    const pod = pods[0] as Pod
    const known = declared(pod)
    if (known.some((p) => p.name === targetPort)) continue
    const name = nearest(
      targetPort,
      known.flatMap((p) => p.name ?? []),
    )
    const listens = look.ports(pod)
    const others = [name, ...known.map((p) => p.containerPort), ...listens].filter(
      (x) => x !== undefined,
    )
    return bad('why.service.portname', aboutOf(service), {
      values: {
        port: targetPort,
        pod: pod.metadata.name ?? '',
        near: name ?? (listens.join(', ') || '-'),
      },
      rule: rules.targetPort,
      field: 'spec.ports.targetPort',
      fixes: [...new Set(others)].slice(0, 3).map((p) => ({
        command: withPort(service, port, p as string | number),
        why: said('why.fix.targetport', { port: p as string | number }),
        cost: 1,
      })),
    })
  }
  return undefined
}

/** Nothing listens where the Service sends to. */
function wrongPort(look: Look, service: Service, ready: readonly Pod[]): Finding | undefined {
  for (const port of service.spec?.ports ?? []) {
    if ((port.protocol ?? 'TCP') !== 'TCP') continue
    const pod = ready[0] as Pod
    const listens = look.ports(pod)
    if (listens.length === 0) continue
    const wanted = port.targetPort ?? port.port
    const number =
      typeof wanted === 'number'
        ? wanted
        : declared(pod).find((p) => p.name === wanted)?.containerPort
    if (number === undefined || listens.includes(number)) continue
    return bad('why.service.targetport', aboutOf(service), {
      values: {
        port: port.port,
        target: number,
        pod: pod.metadata.name ?? '',
        listens: listens.join(', '),
      },
      rule: rules.targetPort,
      field: 'spec.ports.targetPort',
      fixes: listens.slice(0, 3).map((p) => ({
        command: withPort(service, port, p),
        why: said('why.fix.targetport', { port: p }),
        cost: 1,
      })),
    })
  }
  return undefined
}

/** A policy that lets nobody reach its pods. */
function closed(look: Look, service: Service, ready: readonly Pod[]): Finding | undefined {
  const namespace = service.metadata.namespace ?? ''
  const policies = look.list('NetworkPolicy', namespace)
  const pod = ready[0] as Pod
  const to = policyPod(look, pod)
  const isolating = policies.filter((p) => isolates(p, 'Ingress', to))
  const [first] = isolating
  if (!first) return undefined
  const port = Number(service.spec?.ports?.[0]?.targetPort ?? service.spec?.ports?.[0]?.port ?? 80)
  const of = (n: string) => look.list('NetworkPolicy', n)
  const passes = (from: { ip: string; pod?: ReturnType<typeof policyPod> }) =>
    refusal(of, { from, to: { ip: pod.status?.podIP ?? '', pod: to }, port, protocol: 'TCP' }) ===
    undefined
  const peers = look
    .list('Pod')
    .filter((p) => p.spec?.nodeName && !p.spec.hostNetwork && !isBackend(service, p))
    .slice(0, PEERS_MAX)
  const outside = passes({ ip: OUTSIDE })
  const inside = peers.some((p) => passes({ ip: p.status?.podIP ?? '', pod: policyPod(look, p) }))
  if (outside || inside) return undefined
  return bad('why.service.policy', aboutOf(service), {
    values: { policy: isolating.map((p) => p.metadata.name).join(', '), port },
    rule: rules.policy,
    field: 'networkpolicy.spec.ingress',
    fixes: allowing(look, service, first, port),
  })
}

function isBackend(service: Service, p: Pod): boolean {
  return (
    p.metadata.namespace === service.metadata.namespace &&
    matchesSet(service.spec?.selector, p.metadata.labels)
  )
}

function allowing(look: Look, service: Service, policy: NetworkPolicy, port: number): Candidate[] {
  const { name, namespace } = service.metadata
  const selector = Object.entries(service.spec?.selector ?? {})
    .map(([k, v]) => `${k}: "${v}"`)
    .join(', ')
  const spec = `  podSelector: {matchLabels: {${selector}}}\n  ingress:\n    - from: [{podSelector: {}}]\n      ports: [{port: ${port}}]`
  const peers = look.list('Pod', namespace).some((p) => !isBackend(service, p))
  return [
    ...(peers
      ? [
          {
            command: `kubectl apply -f - <<'EOF'\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: allow-${name}\n  namespace: ${namespace}\nspec:\n${spec}\nEOF`,
            why: said('why.fix.policy.allow', { port }),
            cost: 3,
          },
        ]
      : []),
    {
      command: `kubectl delete networkpolicy ${policy.metadata.name}${inNamespace(policy)}`,
      why: said('why.fix.policy.drop', { policy: policy.metadata.name ?? '' }),
      cost: 6,
    },
  ]
}

/** A LoadBalancer without an address. */
function unbalanced(service: Service): Finding | undefined {
  const spec = service.spec
  if (spec?.type !== 'LoadBalancer' || service.status?.loadBalancer?.ingress?.length)
    return undefined
  return bad('why.service.pending', aboutOf(service), {
    values: { nodePort: spec.ports?.[0]?.nodePort ?? 0 },
    rule: rules.loadBalancer,
    field: 'spec.type',
    fixes: [
      {
        command: patchLine(service, { spec: { type: 'NodePort' } }),
        why: said('why.fix.nodeport'),
        cost: 1,
      },
    ],
  })
}
