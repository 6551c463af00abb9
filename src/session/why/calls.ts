/** A call that a container made and that failed: its name does not resolve, or a policy keeps the caller out. */
import type { Container, Pod, Service } from '../../cluster/api/generated/types.ts'
import { matchesSet } from '../../cluster/api/meta/labels.ts'
import type { KubeObject } from '../../cluster/api/object.ts'
import { isolates, refusal } from '../../cluster/network/policy.ts'
import { headOf, inNamespace, target, templateLine } from './edits.ts'
import { bad, type Candidate, type Finding, nearest, said } from './finding.ts'
import { aboutOf, type Look } from './look.ts'
import { rules } from './rules.ts'

/** What kept a container's call from its Service, by what it printed. */
export function callFinding(
  look: Look,
  pod: Pod,
  printed: string,
  spec: Container,
): Finding | undefined {
  const unresolved = /bad address '?([\w.-]+)|Could not resolve host: ([\w.-]+)/.exec(printed)
  if (unresolved) return unnamed(look, pod, unresolved[1] ?? unresolved[2] ?? '', spec)
  const command = [...(spec.command ?? []), ...(spec.args ?? [])].join(' ')
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
function unnamed(look: Look, pod: Pod, host: string, spec: Container): Finding | undefined {
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
  const about = { kind: 'Service', namespace, name }
  return bad('why.service.missing', about, {
    rule: rules.dns,
    fixes: reachable(look, pod, { host, name, namespace }, spec),
    beyond: said('why.beyond.service', { name }),
  })
}

/** Another name to call (of a Service nearly so called, or of that name elsewhere), or a Service for the workload. */
function reachable(
  look: Look,
  pod: Pod,
  called: { host: string; name: string; namespace: string },
  spec: Container,
): Candidate[] {
  const { host, name, namespace } = called
  const services = look.list('Service')
  const here = services.filter((s) => s.metadata.namespace === namespace)
  const near = nearest(
    name,
    here.map((s) => s.metadata.name ?? ''),
  )
  const elsewhere = services.find((s) => s.metadata.name === name)?.metadata.namespace
  const other = near ?? (elsewhere && `${name}.${elsewhere}`)
  const found: Candidate[] = other ? [calling(look, pod, spec, host, other)] : []
  const workload = (look.get('Deployment', namespace, name) ??
    look.get('StatefulSet', namespace, name)) as KubeObject | undefined
  if (workload) {
    const command = [...(spec.command ?? []), ...(spec.args ?? [])].join(' ')
    const port = Number(command.split(host)[1]?.match(/^:(\d+)/)?.[1] ?? 80)
    const backend = look
      .list('Pod', namespace)
      .find((p) => headOf(look, p).metadata.uid === workload.metadata.uid)
    const listens = backend ? look.ports(backend)[0] : undefined
    const to = listens && listens !== port ? ` --target-port=${listens}` : ''
    found.push({
      command: `kubectl expose ${target(workload)} --port=${port}${to}`,
      why: said('why.fix.create', { kind: 'Service', what: name }),
      cost: 3,
    })
  }
  return found
}

/** The container with another host in what it is started with. */
function calling(look: Look, pod: Pod, spec: Container, host: string, other: string): Candidate {
  const anew = (words: readonly string[] | undefined) =>
    words?.map((w) =>
      w.replace(new RegExp(`(^|[\\s/@'"])${host}(?=$|[\\s/:'"])`, 'g'), `$1${other}`),
    )
  const command = anew(spec.command)
  const args = anew(spec.args)
  const container = { name: spec.name, ...(command ? { command } : {}), ...(args ? { args } : {}) }
  return {
    command: templateLine(look, pod, { containers: [container] }),
    why: said('why.fix.host', { container: spec.name, host: other }),
    cost: 1,
  }
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
