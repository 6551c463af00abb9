/** A call that a container made and that failed: its name does not resolve, or a policy keeps the caller out. */
import type { Pod, Service } from '../../cluster/api/generated/types.ts'
import { matchesSet } from '../../cluster/api/meta/labels.ts'
import { isolates, refusal } from '../../cluster/network/policy.ts'
import { inNamespace } from './edits.ts'
import { bad, type Candidate, type Finding, said } from './finding.ts'
import { aboutOf, type Look } from './look.ts'
import { rules } from './rules.ts'

/** What kept a container's call from its Service, by what it printed. @param command what it was started with */
export function callFinding(
  look: Look,
  pod: Pod,
  printed: string,
  command: string,
): Finding | undefined {
  const unresolved = /bad address '?([\w.-]+)|Could not resolve host: ([\w.-]+)/.exec(printed)
  if (unresolved) return unnamed(look, pod, unresolved[1] ?? unresolved[2] ?? '')
  if (!/timed out/i.test(printed)) return undefined
  const host = /https?:\/\/([\w.-]+)/.exec(command)?.[1]
  const service = host ? serviceOf(look, pod, host) : undefined
  return service && keptOut(look, pod, service)
}

function serviceOf(look: Look, pod: Pod, host: string): Service | undefined {
  const [name = '', namespace = pod.metadata.namespace ?? ''] = host.split('.')
  return look.get('Service', namespace, name)
}

/** A name that is not answered: nobody answers any, or there is no such Service. */
function unnamed(look: Look, pod: Pod, host: string): Finding | undefined {
  const servers = look.list('Pod', 'kube-system').filter((p) => isServer(p) && isReady(p))
  const coredns = look.get('Deployment', 'kube-system', 'coredns')
  if (servers.length === 0 && coredns) {
    const down = (coredns.spec?.replicas ?? 1) === 0
    return bad('why.dns.down', aboutOf(coredns), {
      values: { host },
      rule: rules.dns,
      field: 'spec.replicas',
      fixes: down
        ? [
            {
              command: 'kubectl scale deployment coredns -n kube-system --replicas=2',
              why: said('why.fix.scale.up', { n: 2 }),
              cost: 1,
            },
          ]
        : [],
    })
  }
  if (serviceOf(look, pod, host)) return undefined
  const [name = '', namespace = pod.metadata.namespace ?? ''] = host.split('.')
  return bad('why.service.missing', { kind: 'Service', namespace, name }, { rule: rules.dns })
}

function isServer(p: Pod): boolean {
  return p.metadata.labels?.['k8s-app'] === 'kube-dns'
}

function isReady(p: Pod): boolean {
  return p.status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True') ?? false
}

/** A policy of the Service's pods that lets others in, but not this one. */
function keptOut(look: Look, pod: Pod, service: Service): Finding | undefined {
  const namespace = service.metadata.namespace ?? ''
  const backend = look
    .list('Pod', namespace)
    .find((p) => isReady(p) && matchesSet(service.spec?.selector, p.metadata.labels))
  if (!backend) return undefined
  const first = service.spec?.ports?.[0]
  const port = Number(first?.targetPort ?? first?.port ?? 80)
  const refused = refusal((n) => look.list('NetworkPolicy', n), {
    from: { ip: pod.status?.podIP ?? '', pod: policyPod(look, pod) },
    to: { ip: backend.status?.podIP ?? '', pod: policyPod(look, backend) },
    port,
    protocol: 'TCP',
  })
  const isolating = look
    .list('NetworkPolicy', namespace)
    .filter((p) => isolates(p, 'Ingress', policyPod(look, backend)))
  if (!refused || isolating.length === 0) return undefined
  const policy = isolating.map((p) => p.metadata.name).join(', ')
  return bad('why.call.policy', aboutOf(pod), {
    values: { policy, service: service.metadata.name ?? '', port },
    rule: rules.policy,
    field: 'networkpolicy.spec.ingress.from',
    fixes: [letIn(pod, service, port)],
  })
}

/** One more policy that lets the caller in, by its labels. */
function letIn(pod: Pod, service: Service, port: number): Candidate {
  const { name, namespace } = service.metadata
  const list = (labels: Readonly<Record<string, string>> | undefined) =>
    Object.entries(labels ?? {})
      .map(([k, v]) => `${k}: "${v}"`)
      .join(', ')
  const from =
    pod.metadata.namespace === namespace
      ? `{podSelector: {matchLabels: {${list(pod.metadata.labels)}}}}`
      : `{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: ${pod.metadata.namespace}}}}`
  const spec = `  podSelector: {matchLabels: {${list(service.spec?.selector)}}}\n  ingress:\n    - from: [${from}]\n      ports: [{port: ${port}}]`
  return {
    command: `kubectl apply${inNamespace(service)} -f - <<'EOF'\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: allow-${pod.metadata.name}-to-${name}\nspec:\n${spec}\nEOF`,
    why: said('why.fix.policy.client', { client: pod.metadata.name ?? '', port }),
    cost: 3,
  }
}

/** A pod as policies see it. */
export function policyPod(look: Look, p: Pod) {
  const namespace = p.metadata.namespace ?? ''
  return {
    namespace,
    name: p.metadata.name ?? '',
    labels: p.metadata.labels,
    namespaceLabels: look.get('Namespace', '', namespace)?.metadata.labels,
    ports: (p.spec?.containers ?? []).flatMap((c) => c.ports ?? []),
  }
}
