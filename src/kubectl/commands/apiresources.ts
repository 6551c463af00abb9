/**
 * `kubectl api-resources`, `api-versions`, `cluster-info` and `version`.
 * @source staging/src/k8s.io/kubectl/pkg/cmd/apiresources, cmd/clusterinfo, cmd/version
 */
import type { Service } from '../../cluster/api/generated/types.ts'
import { UPSTREAM } from '../../cluster/api/version.ts'
import type { Command } from '../command.ts'
import { groupResource, groupVersion, type Mapping } from '../discovery.ts'
import { CliError, isExpected } from '../errors.ts'
import { compareStrings, goJsonIndent } from '../printers/gojson.ts'
import { layOut, TABLE } from '../printers/tabwriter.ts'
import { toYaml } from '../printers/yaml.ts'
import { listObjects } from '../resource.ts'

/** Lists the resource types that the server has. */
export const apiResources: Command = {
  name: 'api-resources',
  use: 'api-resources [flags] [options]',
  short: 'Print the supported API resources on the server',
  examples:
    '# With more columns\nkubectl api-resources -o wide\n\n# Only those of a group\nkubectl api-resources --api-group=apps',
  flags: [
    { name: 'api-group', kind: 'string', usage: 'Limit to resources in the specified API group.' },
    {
      name: 'cached',
      kind: 'bool',
      default: 'false',
      usage: 'Use the cached list of resources if available.',
    },
    {
      name: 'categories',
      kind: 'strings',
      usage: 'Limit to resources that belong to the specified categories.',
    },
    {
      name: 'namespaced',
      kind: 'bool',
      default: 'true',
      usage: 'If false, only cluster-scoped resources are shown.',
    },
    { name: 'no-headers', kind: 'bool', default: 'false', usage: "Don't print headers." },
    {
      name: 'output',
      short: 'o',
      kind: 'string',
      usage: 'Output format. One of: (json, yaml, name, wide).',
    },
    {
      name: 'show-managed-fields',
      kind: 'bool',
      default: 'false',
      usage: 'Keep the managedFields.',
      hidden: true,
    },
    { name: 'sort-by', kind: 'string', usage: 'If non-empty, sort by "name" or "kind".' },
    {
      name: 'verbs',
      kind: 'strings',
      usage: 'Limit to resources that support the specified verbs.',
    },
  ],
  *run(k) {
    const f = k.flags
    if (k.args.length > 0) throw k.usage(`unexpected arguments: [${k.args.join(' ')}]`)
    const output = f.string('output')
    if (!['', 'wide', 'name', 'json', 'yaml'].includes(output))
      throw new CliError(`--output ${output} is not available`)
    const by = f.string('sort-by')
    if (!['', 'name', 'kind'].includes(by))
      throw new CliError('--sort-by accepts only name or kind')
    const discovery = yield* k.discovery(!f.bool('cached'))
    const wanted = discovery.resources.filter(
      (m) =>
        m.preferred &&
        m.verbs.length > 0 &&
        (!f.changed('api-group') || m.group === f.string('api-group')) &&
        (!f.changed('namespaced') || m.namespaced === f.bool('namespaced')) &&
        f.strings('verbs').every((v) => m.verbs.includes(v)) &&
        f.strings('categories').every((c) => m.categories.includes(c)),
    )
    const key = (m: Mapping) => (by === 'kind' ? m.kind : by === 'name' ? m.plural : m.group)
    wanted.sort((a, b) => compareStrings(key(a), key(b)) || compareStrings(a.plural, b.plural))
    if (output === 'name') {
      for (const m of wanted) k.out(`${groupResource(m)}\n`)
      return undefined
    }
    const wide = output === 'wide'
    const lines = wanted.map((m) =>
      [
        m.plural,
        m.shortNames.join(','),
        groupVersion(m),
        String(m.namespaced),
        m.kind,
        ...(wide ? [m.verbs.join(','), m.categories.join(',')] : []),
      ].join('\t'),
    )
    const head = [
      'NAME',
      'SHORTNAMES',
      'APIVERSION',
      'NAMESPACED',
      'KIND',
      ...(wide ? ['VERBS', 'CATEGORIES'] : []),
    ]
    if (!f.bool('no-headers')) lines.unshift(head.join('\t'))
    if (lines.length > 0) k.out(layOut(`${lines.join('\n')}\n`, TABLE))
    return undefined
  },
}

/** Lists the group versions that the server has. */
export const apiVersions: Command = {
  name: 'api-versions',
  use: 'api-versions',
  short: 'Print the supported API versions on the server, in the form of "group/version"',
  *run(k) {
    if (k.args.length > 0) throw k.usage(`unexpected arguments: [${k.args.join(' ')}]`)
    const discovery = yield* k.discovery(true)
    const all = new Set(discovery.resources.map(groupVersion))
    for (const gv of [...all].sort(compareStrings)) k.out(`${gv}\n`)
    return undefined
  },
}

const GREEN = '\u001b[0;32m'
const YELLOW = '\u001b[0;33m'
const PLAIN = '\u001b[0m'

/** Says where the control plane is. */
export const clusterInfo: Command = {
  name: 'cluster-info',
  use: 'cluster-info [flags] [options]',
  short: 'Display cluster information',
  *run(k) {
    const { cluster } =
      k.config.contexts.find((c) => c.name === k.config['current-context'])?.context ?? {}
    const server = String(k.config.clusters.find((c) => c.name === cluster)?.cluster.server ?? '')
    k.out(`${GREEN}Kubernetes control plane${PLAIN} is running at ${YELLOW}${server}${PLAIN}\n`)
    const mapping = yield* k.mapping('services')
    const selector = 'kubernetes.io/cluster-service=true'
    const services = (yield* listObjects(
      k,
      { mapping, namespace: 'kube-system' },
      { selector },
    )) as unknown as Service[]
    for (const s of services) {
      const name = s.metadata.labels?.['kubernetes.io/name'] ?? s.metadata.name
      const [port] = s.spec?.ports ?? []
      const suffix = port?.name ? `:${port.name}` : ''
      const path = `/api/v1/namespaces/kube-system/services/${s.metadata.name}${suffix}/proxy`
      k.out(`${GREEN}${name}${PLAIN} is running at ${YELLOW}${server}${path}${PLAIN}\n`)
    }
    k.out("\nTo further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.\n")
    return undefined
  },
}

const KUSTOMIZE = 'v5.7.1'

/** Prints versions. */
export const version: Command = {
  name: 'version',
  use: 'version [flags] [options]',
  short: 'Print the client and server version information',
  flags: [
    {
      name: 'client',
      kind: 'bool',
      default: 'false',
      usage: 'If true, shows client version only (no server required).',
    },
    { name: 'output', short: 'o', kind: 'string', usage: "One of 'yaml' or 'json'." },
  ],
  *run(k) {
    const output = k.flags.string('output')
    if (!['', 'yaml', 'json'].includes(output))
      throw new CliError("--output must be 'yaml' or 'json'")
    const clientVersion = {
      buildDate: '',
      compiler: 'none',
      gitCommit: '',
      gitTreeState: 'clean',
      gitVersion: UPSTREAM.version,
      goVersion: '',
      major: UPSTREAM.major,
      minor: UPSTREAM.minor,
      platform: 'browser/virtual',
    }
    let serverVersion: Record<string, unknown> | undefined
    let problem: unknown
    if (!k.flags.bool('client')) {
      try {
        serverVersion = yield* k.client.object('GET', '/version')
      } catch (error) {
        if (!isExpected(error)) throw error
        problem = error
      }
    }
    const all = {
      clientVersion,
      kustomizeVersion: KUSTOMIZE,
      ...(serverVersion ? { serverVersion } : {}),
    }
    if (output === 'yaml') k.out(toYaml(all))
    else if (output === 'json') k.out(`${goJsonIndent(all, '  ')}\n`)
    else {
      k.out(`Client Version: ${UPSTREAM.version}\nKustomize Version: ${KUSTOMIZE}\n`)
      if (serverVersion) k.out(`Server Version: ${serverVersion.gitVersion}\n`)
    }
    if (problem) throw problem
    return undefined
  },
}
