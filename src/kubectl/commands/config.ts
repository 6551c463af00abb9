/** `kubectl config`. @source staging/src/k8s.io/kubectl/pkg/cmd/config */
import type { AnyObject } from '../../cluster/api/object.ts'
import type { Command } from '../command.ts'
import { CliError, throwAll } from '../errors.ts'
import type { Flag } from '../flags.ts'
import type { Invocation } from '../invocation.ts'
import { type Context, type Kubeconfig, writeKubeconfig } from '../kubeconfig.ts'
import { goJsonIndent } from '../printers/gojson.ts'
import { printerFor } from '../printers/output.ts'
import { layOut, TABLE } from '../printers/tabwriter.ts'
import { toYaml } from '../printers/yaml.ts'

function save(k: Invocation, config: Kubeconfig): void {
  if (!k.io.files) throw new CliError('there is no home folder to keep the kubeconfig in')
  writeKubeconfig(k.io.files, config)
}

const noHeaders: Flag = {
  name: 'no-headers',
  kind: 'bool',
  default: 'false',
  usage: "Don't print headers.",
}
const outputFlag: Flag = { name: 'output', short: 'o', kind: 'string', usage: 'Output format.' }

const view: Command = {
  name: 'view',
  use: 'view [flags]',
  short: 'Display merged kubeconfig settings or a specified kubeconfig file',
  flags: [
    outputFlag,
    { name: 'flatten', kind: 'bool', default: 'false', usage: 'Make the output self-contained.' },
    {
      name: 'minify',
      kind: 'bool',
      default: 'false',
      usage: 'Only what the current context uses.',
    },
    { name: 'raw', kind: 'bool', default: 'false', usage: 'Show raw byte data.' },
  ],
  *run(k) {
    const config = k.flags.bool('minify') ? minified(k) : k.config
    const output = k.flags.string('output')
    if (output === '' || output === 'yaml') k.out(toYaml(config))
    else if (output === 'json') k.out(`${goJsonIndent(config)}\n`)
    else {
      const printer = printerFor(k, {})
      printer.print(config as unknown as AnyObject)
      printer.flush()
    }
    return undefined
  },
}

function minified(k: Invocation): Kubeconfig {
  const name = k.flags.string('context') || k.config['current-context']
  const contexts = k.config.contexts.filter((c) => c.name === name)
  if (contexts.length === 0) throw new CliError(`cannot locate context ${name}`)
  const { cluster, user } = contexts[0]?.context ?? {}
  return {
    ...k.config,
    contexts,
    clusters: k.config.clusters.filter((c) => c.name === cluster),
    users: k.config.users.filter((u) => u.name === user),
  }
}

const currentContextCommand: Command = {
  name: 'current-context',
  use: 'current-context [flags]',
  short: 'Display the current-context',
  *run(k) {
    if (!k.config['current-context']) throw new CliError('current-context is not set')
    k.out(`${k.config['current-context']}\n`)
    return undefined
  },
}

const useContext: Command = {
  name: 'use-context',
  aliases: ['use'],
  use: 'use-context CONTEXT_NAME',
  short: 'Set the current-context in a kubeconfig file',
  *run(k) {
    const [name] = k.args
    if (k.args.length !== 1 || !name) throw k.usage(`Unexpected args: [${k.args.join(' ')}]`)
    if (!k.config.contexts.some((c) => c.name === name))
      throw new CliError(`no context exists with the name: "${name}"`)
    save(k, { ...k.config, 'current-context': name })
    k.out(`Switched to context "${name}".\n`)
    return undefined
  },
}

const getContexts: Command = {
  name: 'get-contexts',
  use: 'get-contexts [(-o|--output=)name)]',
  short: 'Describe one or many contexts',
  flags: [noHeaders, outputFlag],
  *run(k) {
    const wanted = k.args.length > 0 ? k.args : k.config.contexts.map((c) => c.name)
    const known = (n: string) => k.config.contexts.some((c) => c.name === n)
    const names = wanted.filter(known).sort()
    const missing = wanted
      .filter((n) => !known(n))
      .map((n) => new CliError(`context ${n} not found`))
    if (k.flags.string('output') === 'name') {
      for (const n of names) k.out(`${n}\n`)
      throwAll(missing)
      return undefined
    }
    const rows = names.map((n) => {
      const c = k.config.contexts.find((x) => x.name === n)?.context ?? {}
      const mark = n === k.config['current-context'] ? '*' : ''
      return [mark, n, c.cluster ?? '', c.user ?? '', c.namespace ?? ''].join('\t')
    })
    const head = k.flags.bool('no-headers') ? [] : ['CURRENT\tNAME\tCLUSTER\tAUTHINFO\tNAMESPACE']
    k.out(layOut(`${[...head, ...rows].join('\n')}\n`, TABLE))
    throwAll(missing)
    return undefined
  },
}

function listing(name: string, head: string, names: (c: Kubeconfig) => string[]): Command {
  return {
    name,
    use: name,
    short: `Display ${head === 'NAME' && name.includes('cluster') ? 'clusters' : 'users'} defined in the kubeconfig`,
    *run(k) {
      k.out([head, ...names(k.config), ''].join('\n'))
      return undefined
    },
  }
}

const setContext: Command = {
  name: 'set-context',
  use: 'set-context [NAME | --current] [--cluster=cluster_nickname] [--user=user_nickname] [--namespace=namespace] [options]',
  short: 'Set a context entry in kubeconfig',
  examples:
    '# Work in another namespace from now on\nkubectl config set-context --current --namespace=my-namespace',
  flags: [{ name: 'current', kind: 'bool', default: 'false', usage: 'Modify the current context' }],
  *run(k) {
    const current = k.flags.bool('current')
    if (current && k.args.length > 0)
      throw new CliError('you cannot specify both a context name and --current')
    if (!current && k.args.length !== 1) throw k.usage(`Unexpected args: [${k.args.join(' ')}]`)
    const name = current ? k.config['current-context'] : (k.args[0] as string)
    const known = k.config.contexts.find((c) => c.name === name)
    if (current && !known) throw new CliError('no current context is set')
    const f = k.flags
    const changes: Context = {
      ...(f.changed('cluster') ? { cluster: f.string('cluster') } : {}),
      ...(f.changed('namespace') ? { namespace: f.string('namespace') } : {}),
      ...(f.changed('user') ? { user: f.string('user') } : {}),
    }
    const context = { ...known?.context, ...changes }
    const contexts = known
      ? k.config.contexts.map((c) => (c.name === name ? { name, context } : c))
      : [...k.config.contexts, { name, context }]
    save(k, { ...k.config, contexts })
    k.out(`Context "${name}" ${known ? 'modified' : 'created'}.\n`)
    return undefined
  },
}

const deleteContext: Command = {
  name: 'delete-context',
  use: 'delete-context NAME',
  short: 'Delete the specified context from the kubeconfig',
  *run(k) {
    const [name] = k.args
    if (!k.config.contexts.some((c) => c.name === name))
      throw new CliError(`cannot delete context ${name}, not in /root/.kube/config`)
    if (name === k.config['current-context'])
      k.err(
        'warning: this removed your active context, use "kubectl config use-context" to select a different one\n',
      )
    save(k, { ...k.config, contexts: k.config.contexts.filter((c) => c.name !== name) })
    k.out(`deleted context ${name} from /root/.kube/config\n`)
    return undefined
  },
}

const renameContext: Command = {
  name: 'rename-context',
  use: 'rename-context CONTEXT_NAME NEW_NAME',
  short: 'Rename a context from the kubeconfig file',
  *run(k) {
    const [name = '', now = ''] = k.args
    if (k.args.length !== 2) throw k.usage(`Unexpected args: [${k.args.join(' ')}]`)
    const { contexts } = k.config
    const known = contexts.find((c) => c.name === name)
    if (!known)
      throw new CliError(`cannot rename the context "${name}", it's not in /root/.kube/config`)
    if (contexts.some((c) => c.name === now))
      throw new CliError(
        `cannot rename the context "${name}", the context "${now}" already exists in /root/.kube/config`,
      )
    const current = k.config['current-context']
    save(k, {
      ...k.config,
      'current-context': current === name ? now : current,
      contexts: contexts.map((c) => (c === known ? { ...c, name: now } : c)),
    })
    k.out(`Context "${name}" renamed to "${now}".\n`)
    return undefined
  },
}

function deleting(what: 'cluster' | 'user'): Command {
  return {
    name: `delete-${what}`,
    use: `delete-${what} NAME`,
    short: `Delete the specified ${what} from the kubeconfig`,
    *run(k) {
      const [name] = k.args
      if (k.args.length !== 1) throw k.usage(`Unexpected args: [${k.args.join(' ')}]`)
      const list: readonly { readonly name: string }[] = k.config[`${what}s`]
      if (!list.some((x) => x.name === name))
        throw new CliError(`cannot delete ${what} ${name}, not in /root/.kube/config`)
      save(k, { ...k.config, [`${what}s`]: list.filter((x) => x.name !== name) })
      k.out(`deleted ${what} ${name} from /root/.kube/config\n`)
      return undefined
    },
  }
}

/** Reads and changes the kubeconfig. */
export const config: Command = {
  name: 'config',
  use: 'config SUBCOMMAND',
  short: 'Modify kubeconfig files',
  long: 'Modify kubeconfig files using subcommands like "kubectl config set-context --current --namespace=my-namespace".',
  subcommands: [
    currentContextCommand,
    deleting('cluster'),
    deleteContext,
    deleting('user'),
    listing('get-clusters', 'NAME', (c) => c.clusters.map((x) => x.name)),
    getContexts,
    listing('get-users', 'NAME', (c) => c.users.map((x) => x.name)),
    renameContext,
    setContext,
    useContext,
    view,
  ],
}
