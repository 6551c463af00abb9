/**
 * `kubectl create service` and `kubectl create ingress`.
 * @source staging/src/k8s.io/kubectl/pkg/cmd/create/create_service.go, create_ingress.go
 */
import type { Command } from '../../command.ts'
import { CliError } from '../../errors.ts'
import type { Flag } from '../../flags.ts'
import type { Invocation } from '../../invocation.ts'
import { generatorCommand, type Json, metadataOf } from './generator.ts'

const tcpFlag: Flag = {
  name: 'tcp',
  kind: 'strings',
  usage: "Port pairs can be specified as '<port>:<targetPort>'.",
}

type ServiceType = 'ClusterIP' | 'NodePort' | 'LoadBalancer' | 'ExternalName'

function serviceGenerator(
  name: string,
  type: ServiceType,
  aliases: readonly string[],
  flags: readonly Flag[],
): Command {
  return generatorCommand({
    name,
    aliases,
    use: `NAME${type === 'ExternalName' ? ' --external-name external.name' : ' --tcp=port:targetPort'} [--dry-run=server|client|none] [options]`,
    short: `Create ${article(type)} service`,
    examples: `# Create a service\nkubectl create service ${name} my-svc ${type === 'ExternalName' ? '--external-name bar.com' : '--tcp=5678:8080'}`,
    flags,
    ...(type === 'ExternalName' ? { required: ['external-name'] } : {}),
    failure: () => `failed to create ${type} service: `,
    build: (k, service) => serviceObject(k, service, type),
  })
}

function article(type: ServiceType): string {
  return type === 'ExternalName' ? 'an ExternalName' : `a ${type}`
}

/** `create service`. */
export const service: Command = {
  name: 'service',
  aliases: ['svc'],
  use: 'service',
  short: 'Create a service using a specified subcommand',
  subcommands: [
    serviceGenerator(
      'clusterip',
      'ClusterIP',
      [],
      [
        {
          name: 'clusterip',
          kind: 'string',
          usage: "Assign your own ClusterIP or set to 'None' for a headless service.",
        },
        tcpFlag,
      ],
    ),
    serviceGenerator(
      'externalname',
      'ExternalName',
      [],
      [{ name: 'external-name', kind: 'string', usage: 'External name of service' }, tcpFlag],
    ),
    serviceGenerator('loadbalancer', 'LoadBalancer', [], [tcpFlag]),
    serviceGenerator(
      'nodeport',
      'NodePort',
      [],
      [
        {
          name: 'node-port',
          kind: 'int',
          default: '0',
          usage: 'Port used to expose the service on each node.',
        },
        tcpFlag,
      ],
    ),
  ],
}

const DNS_NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/

function serviceObject(k: Invocation, name: string, type: ServiceType): Json {
  const tcp = k.flags.strings('tcp')
  const clusterIP = k.flags.string('clusterip')
  const externalName = k.flags.string('external-name')
  const headless = clusterIP === 'None'
  if (type === 'ClusterIP' || type === 'NodePort' || type === 'LoadBalancer') {
    if (tcp.length === 0 && !headless)
      throw new CliError('at least one tcp port specifier must be provided')
  }
  if (type === 'ExternalName' && !DNS_NAME.test(externalName))
    throw new CliError(`invalid service external name ${externalName}`)
  const nodePort = type === 'NodePort' ? k.flags.int('node-port') : 0
  const ports = tcp.map((t) => {
    const { port, targetPort, label } = parsePort(t)
    return {
      name: label,
      ...(nodePort ? { nodePort } : {}),
      port,
      protocol: 'TCP',
      targetPort,
    }
  })
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadataOf(name, { app: name }),
    spec: {
      ...(clusterIP ? { clusterIP } : {}),
      ...(externalName ? { externalName } : {}),
      ...(ports.length > 0 ? { ports } : {}),
      selector: { app: name },
      type,
    },
    status: { loadBalancer: {} },
  }
}

const PORT_RANGE = 'must be between 1 and 65535, inclusive'

function parsePort(text: string): { port: number; targetPort: number | string; label: string } {
  const parts = text.split(':')
  if (parts.length > 2) throw new CliError(`too many colons in port specification ${text}`)
  const [first, second] = parts as [string, string?]
  if (!/^[+-]?\d+$/.test(first))
    throw new CliError(`strconv.ParseUint: parsing "${first}": invalid syntax`)
  const port = Number(first)
  if (port < 0 || port > 65535) throw new CliError(PORT_RANGE)
  const label = text.replace(':', '-')
  if (second === undefined) return { port, targetPort: port, label }
  if (/^\d+$/.test(second)) {
    const target = Number(second)
    if (target < 1 || target > 65535) throw new CliError(PORT_RANGE)
    return { port, targetPort: target, label }
  }
  return { port, targetPort: checkPortName(second), label }
}

function checkPortName(name: string): string {
  const problems: string[] = []
  if (name.length > 15) problems.push('must be no more than 15 characters')
  if (!/^[-a-z0-9]+$/.test(name))
    problems.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)')
  if (!/[a-z]/.test(name)) problems.push('must contain at least one letter (a-z)')
  if (problems.length > 0) throw new CliError(problems.join(','))
  return name
}

const RULE = 'host/path=svcname:svcport[,tls[=secret]]'

/** `create ingress`. */
export const ingress: Command = generatorCommand({
  name: 'ingress',
  aliases: ['ing'],
  use: `NAME --rule=${RULE} [options]`,
  short: 'Create an ingress with the specified name',
  examples:
    '# Send foo.com/bar to svc1 on port 8080\nkubectl create ingress simple --rule="foo.com/bar=svc1:8080,tls=my-cert"',
  flags: [
    {
      name: 'annotation',
      kind: 'array',
      usage: 'Annotation to insert in the ingress object, in the format annotation=value',
    },
    { name: 'class', kind: 'string', usage: 'Ingress Class to be used' },
    {
      name: 'default-backend',
      kind: 'string',
      usage: 'Default service for backend, in format of svcname:port',
    },
    { name: 'rule', kind: 'array', usage: `Rule in format ${RULE}.` },
  ],
  failure: () => 'failed to create ingress: ',
  build(k, name) {
    const rules = k.flags.strings('rule')
    const backend = k.flags.string('default-backend')
    if (rules.length === 0 && !backend)
      throw new CliError(
        'not enough information provided: every ingress has to either specify a default-backend (which catches all traffic) or a list of rules (which catch specific paths)',
      )
    for (const r of rules)
      if (!/^[^/]*(\/[^=]*)?=[^:]+:[^,]+(,tls(=\S*)?)?$/.test(r) || !r.includes('/'))
        throw new CliError(`rule ${r} is invalid and should be in format ${RULE}`)
    if (backend && !/^[^:]+:[^:]+$/.test(backend))
      throw new CliError(`default-backend should be in format servicename:serviceport`)
    const annotations: Record<string, string> = {}
    for (const a of k.flags.strings('annotation')) {
      const eq = a.indexOf('=')
      if (eq < 1)
        throw new CliError(`annotation ${a} is invalid and should be in format key=[value]`)
      annotations[a.slice(0, eq)] = a.slice(eq + 1)
    }
    const ingressClass = k.flags.string('class')
    return {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: {
        ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
        ...metadataOf(name),
      },
      spec: {
        ...(backend ? { defaultBackend: backendOf(backend) } : {}),
        ...(ingressClass ? { ingressClassName: ingressClass } : {}),
        ...ingressRules(rules),
      },
      status: { loadBalancer: {} },
    }
  },
})

function backendOf(text: string): Json {
  const [name, port] = text.split(':') as [string, string]
  const number = /^\d+$/.test(port)
  return { service: { name, port: number ? { number: Number(port) } : { name: port } } }
}

interface Host {
  readonly host: string
  readonly paths: Json[]
}

function ingressRules(rules: readonly string[]): Json {
  const hosts: Host[] = []
  const tls: { hosts: string[]; secretName?: string }[] = []
  for (const rule of rules) {
    const slash = rule.indexOf('/')
    const host = rule.slice(0, slash)
    const eq = rule.indexOf('=', slash)
    let path = rule.slice(slash, eq)
    const [target, ...options] = rule.slice(eq + 1).split(',') as [string, ...string[]]
    let pathType = 'Exact'
    if (path.endsWith('*')) {
      pathType = 'Prefix'
      path = path.slice(0, -1)
    }
    const entry = { backend: backendOf(target), path, pathType }
    const known = hosts.find((h) => h.host === host)
    if (known) known.paths.push(entry)
    else hosts.push({ host, paths: [entry] })
    const option = options.find((o) => o.startsWith('tls'))
    if (option === undefined) continue
    const secretName = option.split('=')[1]
    const same = tls.find((t) => t.secretName === secretName)
    if (same) {
      if (host && !same.hosts.includes(host)) same.hosts.push(host)
    } else tls.push({ hosts: host ? [host] : [], ...(secretName ? { secretName } : {}) })
  }
  return {
    ...(hosts.length > 0
      ? {
          rules: hosts.map((h) => ({
            ...(h.host ? { host: h.host } : {}),
            http: { paths: h.paths },
          })),
        }
      : {}),
    ...(tls.length > 0
      ? { tls: tls.map((t) => (t.hosts.length > 0 ? t : { secretName: t.secretName })) }
      : {}),
  }
}
