/** `kubectl expose`. @source staging/src/k8s.io/kubectl/pkg/cmd/expose/expose.go */
import type { AnyObject } from '../../cluster/api/object.ts'
import type { Task } from '../../cluster/sim/task.ts'
import type { Command } from '../command.ts'
import { CliError, throwAll } from '../errors.ts'
import type { Invocation } from '../invocation.ts'
import { applyMergePatch } from '../patch/json.ts'
import { goQuote } from '../printers/gojson.ts'
import { outputFlags } from '../printers/output.ts'
import { fetchInfos, fileFlags, type Info } from '../resource.ts'
import {
  createObject,
  dryRunFlag,
  fieldManagerFlag,
  operationPrinter,
  recorded,
  recordFlag,
  saveConfigFlag,
  withSavedConfig,
} from '../writes.ts'
import { parsePairs } from './create/generator.ts'

interface Exposable {
  readonly spec?: {
    readonly selector?: Record<string, unknown>
    readonly template?: { readonly spec?: { readonly containers?: readonly Container[] } }
    readonly containers?: readonly Container[]
    readonly ports?: readonly { port: number; protocol?: string; name?: string }[]
  }
}

interface Container {
  readonly ports?: readonly { containerPort: number; protocol?: string }[]
}

/** Makes a Service for a workload. */
export const expose: Command = {
  name: 'expose',
  use: 'expose (-f FILENAME | TYPE NAME) [--port=port] [--protocol=TCP|UDP|SCTP] [--target-port=number-or-name] [--name=name] [--external-ip=external-ip-of-service] [--type=type] [options]',
  short:
    'Take a replication controller, service, deployment or pod and expose it as a new Kubernetes service',
  examples:
    '# A service on port 80 for a deployment that listens on 8000\nkubectl expose deployment nginx --port=80 --target-port=8000',
  flags: [
    ...outputFlags,
    ...fileFlags,
    dryRunFlag,
    recordFlag,
    saveConfigFlag,
    fieldManagerFlag('kubectl-expose'),
    {
      name: 'cluster-ip',
      kind: 'string',
      usage: "ClusterIP to be assigned to the service; 'None' for a headless service.",
    },
    { name: 'external-ip', kind: 'string', usage: 'Additional external IP address.' },
    {
      name: 'labels',
      short: 'l',
      kind: 'string',
      usage: 'Labels to apply to the service created by this call.',
    },
    { name: 'load-balancer-ip', kind: 'string', usage: 'IP to assign to the LoadBalancer.' },
    { name: 'name', kind: 'string', usage: 'The name for the newly created object.' },
    {
      name: 'override-type',
      kind: 'string',
      default: 'merge',
      usage: 'How --overrides is merged: json, merge, or strategic.',
    },
    {
      name: 'overrides',
      kind: 'string',
      usage: 'Inline JSON that overrides the generated object.',
    },
    { name: 'port', kind: 'string', usage: 'The port that the service should serve on.' },
    { name: 'protocol', kind: 'string', usage: "The network protocol. Default is 'TCP'." },
    { name: 'selector', kind: 'string', usage: 'A label selector to use for this service.' },
    { name: 'session-affinity', kind: 'string', usage: "'None' or 'ClientIP'." },
    { name: 'target-port', kind: 'string', usage: 'Name or number for the port on the container.' },
    {
      name: 'type',
      kind: 'string',
      usage: "ClusterIP, NodePort, LoadBalancer, or ExternalName. Default is 'ClusterIP'.",
    },
  ],
  *run(k) {
    const errors: unknown[] = []
    const infos = yield* fetchInfos(k, { args: k.args }, errors)
    throwAll(errors)
    for (const info of infos) yield* exposeOne(k, info)
    return undefined
  },
}

const EXPOSABLE = new Set(['Pod', 'Service', 'ReplicationController', 'Deployment', 'ReplicaSet'])

function* exposeOne(k: Invocation, info: Info): Task<void> {
  const f = k.flags
  const { mapping, object, name } = info
  if (!EXPOSABLE.has(mapping.kind)) {
    const gk = mapping.group ? `${mapping.kind}.${mapping.group}` : mapping.kind
    throw new CliError(`cannot expose a ${gk}`)
  }
  const service = (f.string('name') || name).slice(0, 63)
  const selector = f.string('selector') ? parsePairs(f.string('selector')) : selectorOf(info)
  const ports = portsOf(k, info)
  const labels = f.string('labels') ? parsePairs(f.string('labels')) : object.metadata.labels
  const built = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      creationTimestamp: null,
      ...(labels && Object.keys(labels).length > 0 ? { labels } : {}),
      name: service,
    },
    spec: {
      ...(f.string('cluster-ip') ? { clusterIP: f.string('cluster-ip') } : {}),
      ...(f.string('external-ip') ? { externalIPs: [f.string('external-ip')] } : {}),
      ...(f.string('load-balancer-ip') ? { loadBalancerIP: f.string('load-balancer-ip') } : {}),
      ports,
      selector,
      ...(f.string('session-affinity') ? { sessionAffinity: f.string('session-affinity') } : {}),
      ...(f.string('type') ? { type: f.string('type') } : {}),
    },
    status: { loadBalancer: {} },
  }
  const text = f.string('overrides')
  const merged = (text ? applyMergePatch(built, JSON.parse(text)) : built) as AnyObject
  const placed = {
    ...merged,
    metadata: { ...merged.metadata, ...(k.explicitNamespace ? { namespace: k.namespace } : {}) },
  }
  const final = withSavedConfig(k, recorded(k, placed as AnyObject))
  const target = yield* k.mapping('services')
  const printer = operationPrinter(k, 'exposed', true)
  if (k.dryRun() === 'client') printer.print(final)
  else
    printer.print(
      yield* createObject(k, {
        mapping: target,
        namespace: info.namespace,
        name: service,
        object: final,
        source: '',
      }),
    )
  printer.flush()
}

function selectorOf(info: Info): Record<string, string> {
  const { kind } = info.mapping
  const o = info.object as unknown as Exposable
  if (kind === 'Pod') {
    const labels = info.object.metadata.labels
    if (!labels || Object.keys(labels).length === 0)
      throw new CliError(
        `couldn't retrieve selectors via --selector flag or introspection: the pod has no labels and cannot be exposed`,
      )
    return labels
  }
  const s = o.spec?.selector ?? {}
  if (kind === 'Service' || kind === 'ReplicationController') {
    if (Object.keys(s).length === 0)
      throw new CliError(
        `couldn't retrieve selectors via --selector flag or introspection: the ${kind.toLowerCase()} has no pod selector set`,
      )
    return s as Record<string, string>
  }
  const { matchLabels, matchExpressions } = s as {
    matchLabels?: Record<string, string>
    matchExpressions?: unknown[]
  }
  if (matchExpressions?.length)
    throw new CliError(
      `couldn't retrieve selectors via --selector flag or introspection: couldn't convert expressions - "${JSON.stringify(matchExpressions)}" to map-based selector format`,
    )
  return matchLabels ?? {}
}

function portNumber(text: string): number {
  if (/^[+-]?\d+$/.test(text)) return Number(text)
  throw new CliError(`strconv.Atoi: parsing ${goQuote(text)}: invalid syntax`)
}

function portsOf(k: Invocation, info: Info): object[] {
  const f = k.flags
  const o = info.object as unknown as Exposable
  const declared =
    info.mapping.kind === 'Service'
      ? (o.spec?.ports ?? []).map((p) => ({ port: p.port, protocol: p.protocol ?? 'TCP' }))
      : (o.spec?.template?.spec?.containers ?? o.spec?.containers ?? []).flatMap((c) =>
          (c.ports ?? []).map((p) => ({ port: p.containerPort, protocol: p.protocol ?? 'TCP' })),
        )
  const given = f.string('port')
    ? f.string('port').split(',').map(portNumber)
    : declared.map((p) => p.port)
  if (given.length === 0)
    throw new CliError(
      "couldn't find port via --port flag or introspection\nSee 'kubectl expose -h' for help and examples",
    )
  const target = f.string('target-port')
  return given.map((port, i) => {
    const protocol =
      f.string('protocol') || declared.find((p) => p.port === port)?.protocol || 'TCP'
    return {
      ...(given.length > 1 ? { name: `port-${i + 1}` } : {}),
      port,
      protocol,
      targetPort: target === '' ? port : /^\d+$/.test(target) ? Number(target) : target,
    }
  })
}
