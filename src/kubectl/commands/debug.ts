/**
 * `kubectl debug`: an ephemeral container in a pod, a changed copy of a pod, or a pod on a node.
 * The profile is `general` throughout.
 * @source staging/src/k8s.io/kubectl/pkg/cmd/debug/debug.go, profiles.go
 */
import type { Container, Pod, PodSpec } from '../../cluster/api/generated/types.ts'
import type { AnyObject } from '../../cluster/api/object.ts'
import { schemaOf } from '../../cluster/api/schema.ts'
import type { Task } from '../../cluster/sim/task.ts'
import { attachTo } from '../attaching.ts'
import type { Command } from '../command.ts'
import { deleteObject } from '../deletion.ts'
import { pathOf } from '../discovery.ts'
import { CliError, isExpected, messageOf } from '../errors.ts'
import type { Invocation } from '../invocation.ts'
import type { JsonMap } from '../patch/json.ts'
import { strategicTwoWay } from '../patch/threeway.ts'
import {
  about,
  getObject,
  type Info,
  infoFrom,
  isKind,
  resolveTargets,
  type Target,
} from '../resource.ts'
import { waitFor } from '../watching.ts'
import { createObject, patchObject } from '../writes.ts'

type Named = Target & { readonly name: string }

/** Starts something to look into a pod or a node with. */
export const debug: Command = {
  name: 'debug',
  use: 'debug (POD | TYPE[[.VERSION].GROUP]/NAME) [ -- COMMAND [args...] ] [options]',
  short: 'Create debugging sessions for troubleshooting workloads and nodes',
  examples:
    '# A shell beside the containers of a pod\nkubectl debug mypod -it --image=busybox\n\n# A copy of a pod with another command\nkubectl debug mypod -it --copy-to=my-debugger --container=mycontainer -- sh\n\n# A pod on a node\nkubectl debug node/mynode -it --image=busybox',
  flags: [
    {
      name: 'arguments-only',
      kind: 'bool',
      default: 'false',
      usage: 'Everything after -- is passed as Args instead of Command.',
    },
    { name: 'attach', kind: 'bool', default: 'false', usage: 'Attach to the new container.' },
    { name: 'container', short: 'c', kind: 'string', usage: 'Name of the debug container.' },
    { name: 'copy-to', kind: 'string', usage: 'Create a copy of the target Pod with this name.' },
    { name: 'env', kind: 'array', usage: 'Environment variables to set in the container.' },
    { name: 'image', kind: 'string', usage: 'Container image to use for debug container.' },
    { name: 'image-pull-policy', kind: 'string', usage: 'The image pull policy.' },
    { name: 'profile', kind: 'string', default: 'general', usage: 'Options are "general".' },
    { name: 'quiet', short: 'q', kind: 'bool', default: 'false', usage: 'Say less.' },
    {
      name: 'replace',
      kind: 'bool',
      default: 'false',
      usage: "When used with '--copy-to', delete the original Pod.",
    },
    {
      name: 'same-node',
      kind: 'bool',
      default: 'false',
      usage: "When used with '--copy-to', schedule the copy on the same node.",
    },
    {
      name: 'set-image',
      kind: 'strings',
      usage: "When used with '--copy-to', a list of name=image pairs for changing images.",
    },
    {
      name: 'share-processes',
      kind: 'bool',
      default: 'true',
      usage: "When used with '--copy-to', share processes between the containers of the copy.",
    },
    { name: 'stdin', short: 'i', kind: 'bool', default: 'false', usage: 'Keep stdin open.' },
    {
      name: 'target',
      kind: 'string',
      usage: 'Target processes in this container of the pod.',
    },
    { name: 'tty', short: 't', kind: 'bool', default: 'false', usage: 'Allocate a TTY.' },
  ],
  *run(k) {
    const { dash } = k.flags
    const names = dash === undefined ? k.args : k.args.slice(0, dash)
    const command = dash === undefined ? [] : k.args.slice(dash)
    check(k, names, command)
    const args = names.map((n) => (n.includes('/') ? n : `pods/${n}`))
    for (const target of yield* resolveTargets(k, { args })) {
      const named = { ...target, name: target.name as string }
      const info = infoFrom(target.mapping, yield* getObject(k, named))
      const started = yield* start(k, info, command)
      const attach = k.flags.changed('attach') ? k.flags.bool('attach') : k.flags.bool('stdin')
      if (attach && started.container) {
        const code = yield* join(k, started.pod, started.container)
        if (code !== 0) return code
      }
    }
    return undefined
  },
}

function check(k: Invocation, names: readonly string[], command: readonly string[]): void {
  const f = k.flags
  const image = f.string('image')
  const container = f.string('container')
  if (f.bool('attach') && !image && !container)
    throw new CliError(
      'you must specify --container or create a new container using --image in order to attach.',
    )
  if (f.string('copy-to')) {
    if (!image && f.strings('set-image').length === 0 && command.length === 0)
      throw new CliError('you must specify --image, --set-image or command arguments.')
    if (command.length > 0 && !container && !image)
      throw new CliError(
        'you must specify an existing container or a new image when specifying args.',
      )
  } else {
    for (const flag of ['replace', 'same-node', 'set-image'])
      if (f.changed(flag)) throw new CliError(`--${flag} may only be used with --copy-to.`)
    if (!image) throw new CliError('you must specify --image when not using --copy-to.')
  }
  if (names.length === 0) throw new CliError('NAME or filename is required for debug')
  const policy = f.string('image-pull-policy')
  if (!['', 'Always', 'IfNotPresent', 'Never'].includes(policy))
    throw new CliError(`invalid image pull policy: ${policy}`)
  const target = f.string('target')
  if (target && f.string('copy-to'))
    throw new CliError('--target is incompatible with --copy-to. Use --share-processes instead.')
  if (target)
    say(
      k,
      `Targeting container "${target}". If you don't see processes from this container it may be because the container runtime doesn't support this feature.`,
    )
  if (f.bool('tty') && !f.bool('stdin'))
    throw new CliError('-i/--stdin is required for containers with -t/--tty=true')
  if (f.string('profile') !== 'general')
    throw new CliError(`profile "${f.string('profile')}" is not available here: use general`)
}

function say(k: Invocation, text: string): void {
  if (!k.flags.bool('quiet')) k.out(`${text}\n`)
}

interface Started {
  readonly pod: Named
  /** Empty: nothing to attach to. */
  readonly container: string
}

function* start(k: Invocation, info: Info, command: readonly string[]): Task<Started> {
  if (isKind(info.mapping, '', 'Node')) return yield* onNode(k, info, command)
  if (!isKind(info.mapping, '', 'Pod')) {
    const { group, version, kind } = info.mapping
    throw new CliError(`"${group}/${version}, Kind=${kind}" not supported by debug`)
  }
  const pod = info.object as unknown as Pod
  if (k.flags.string('copy-to')) return yield* byCopy(k, info, pod, command)
  const container = nameFor(k, pod)
  const added = {
    ...debugContainer(k, container, command),
    ...(k.flags.string('target') ? { targetContainerName: k.flags.string('target') } : {}),
  }
  const ephemeralContainers = [...(pod.spec?.ephemeralContainers ?? []), added]
  const after = { ...pod, spec: { ...pod.spec, ephemeralContainers } } as unknown as JsonMap
  const schema = schemaOf('', 'v1', 'Pod')
  if (!schema) throw new CliError('cannot patch a Pod: no schema')
  const patch = strategicTwoWay(info.object as unknown as JsonMap, after, schema)
  yield* patchObject(k, info, 'strategic', patch, { sub: 'ephemeralcontainers' })
  return { pod: info, container }
}

/** What `--image` and the arguments say, allowed to trace processes. */
function debugContainer(k: Invocation, name: string, command: readonly string[]): Container {
  const f = k.flags
  const env = f.strings('env').map((e) => {
    const [key = '', ...rest] = e.split('=')
    return { name: key, value: rest.join('=') }
  })
  const policy = f.string('image-pull-policy')
  return {
    ...commandOf(k, command),
    ...(env.length > 0 ? { env } : {}),
    image: f.string('image'),
    ...(policy ? { imagePullPolicy: policy as 'Always' } : {}),
    name,
    securityContext: { capabilities: { add: ['SYS_PTRACE'] } },
    ...(f.bool('stdin') ? { stdin: true } : {}),
    terminationMessagePolicy: 'File',
    ...(f.bool('tty') ? { tty: true } : {}),
  }
}

function commandOf(k: Invocation, command: readonly string[]): Partial<Container> {
  if (command.length === 0) return {}
  return k.flags.bool('arguments-only') ? { args: [...command] } : { command: [...command] }
}

function nameFor(k: Invocation, pod: Pod): string {
  const given = k.flags.string('container')
  if (given) return given
  const spec = pod.spec
  const taken = new Set(
    [
      ...(spec?.containers ?? []),
      ...(spec?.initContainers ?? []),
      ...(spec?.ephemeralContainers ?? []),
    ].map((c) => c.name),
  )
  for (let n = 0; ; n++) {
    const name = `debugger-${suffix(k, `${pod.metadata.uid} ${n}`)}`
    if (taken.has(name)) continue
    say(k, `Defaulting debug container name to ${name}.`)
    return name
  }
}

const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789'

function suffix(k: Invocation, from: string): string {
  const random = k.deps.world.random.split(`kubectl debug ${from}`)
  return Array.from({ length: 5 }, () => ALPHABET[random.below(ALPHABET.length)]).join('')
}

function* onNode(k: Invocation, node: Info, command: readonly string[]): Task<Started> {
  const container = k.flags.string('container') || 'debugger'
  const name = `node-debugger-${node.name}-${suffix(k, `${node.name} ${k.now}`)}`
  say(k, `Creating debugging pod ${name} with container ${container} on node ${node.name}.`)
  const { securityContext: _, ...plain } = debugContainer(k, container, command)
  const spec: PodSpec = {
    containers: [{ ...plain, volumeMounts: [{ mountPath: '/host', name: 'host-root' }] }],
    hostIPC: true,
    hostNetwork: true,
    hostPID: true,
    nodeName: node.name,
    restartPolicy: 'Never',
    tolerations: [{ operator: 'Exists' }],
    volumes: [{ hostPath: { path: '/' }, name: 'host-root' }],
  }
  return { pod: yield* make(k, name, k.namespace, spec), container }
}

function* byCopy(k: Invocation, info: Info, pod: Pod, command: readonly string[]): Task<Started> {
  const f = k.flags
  const { ephemeralContainers: _, nodeName, ...rest } = pod.spec as PodSpec
  const images = new Map(f.strings('set-image').map((s) => s.split('=', 2) as [string, string]))
  const containers = rest.containers.map(
    ({ livenessProbe: _l, readinessProbe: _r, startupProbe: _s, ...c }) => {
      const image = images.get(c.name) ?? images.get('*')
      return image ? { ...c, image } : c
    },
  )
  const container = change(k, pod, containers, command)
  const spec: PodSpec = {
    ...rest,
    containers,
    ...(f.bool('same-node') && nodeName ? { nodeName } : {}),
    ...(container || f.changed('share-processes')
      ? { shareProcessNamespace: f.bool('share-processes') }
      : {}),
  }
  const copy = yield* make(k, f.string('copy-to'), info.namespace, spec)
  if (f.bool('replace')) yield* deleteObject(k, info, { propagation: 'Background', grace: 0 })
  return { pod: copy, container }
}

/** Changes the named container, or adds one. @returns its name; empty when only images changed */
function change(
  k: Invocation,
  pod: Pod,
  containers: Container[],
  command: readonly string[],
): string {
  const f = k.flags
  const at = containers.findIndex((c) => c.name === f.string('container'))
  if (at < 0) {
    if (!f.string('image')) {
      if (f.changed('set-image')) return ''
      throw new CliError('you must specify image when creating new container')
    }
    const name = nameFor(k, pod)
    containers.push(debugContainer(k, name, command))
    return name
  }
  const { args, stdin: _i, tty: _t, ...was } = containers[at] as Container
  const { image, ...said } = debugContainer(k, was.name, command)
  const keepArgs = command.length === 0 && args ? { args } : {}
  containers[at] = { ...was, ...keepArgs, ...said, ...(image ? { image } : {}) }
  return was.name
}

function* make(k: Invocation, name: string, namespace: string, spec: PodSpec): Task<Named> {
  const mapping = yield* k.mapping('pods')
  const object = { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace }, spec }
  const built = object as unknown as AnyObject
  yield* createObject(k, { mapping, namespace, name, object: built, source: '' })
  return { mapping, namespace, name }
}

/** Waits for the container and attaches to it; shows its log when it has ended already. @returns the exit code */
function* join(k: Invocation, pod: Named, container: string): Task<number> {
  let ended = false
  let said = ''
  yield* waitFor(k, pod, undefined, (o) => {
    if (!o) throw new CliError(`pods "${pod.name}" not found`)
    const { status } = o as unknown as Pod
    const statuses = [
      ...(status?.containerStatuses ?? []),
      ...(status?.ephemeralContainerStatuses ?? []),
    ]
    const state = statuses.find((s) => s.name === container)?.state
    ended = state?.terminated !== undefined
    const message = state?.waiting?.message
    if (message && message !== said && !k.flags.bool('quiet'))
      k.err(`Warning: container ${container}: ${message}\n`)
    said = message ?? said
    return ended || state?.running !== undefined
  })
  if (!ended) {
    if (!k.flags.bool('quiet')) k.err("If you don't see a command prompt, try pressing enter.\n")
    try {
      const { flags } = k
      return yield* attachTo(k, pod, {
        container,
        stdin: flags.bool('stdin'),
        tty: flags.bool('tty'),
      })
    } catch (error) {
      if (!isExpected(error)) throw error
      k.err(
        `warning: couldn't attach to pod/${pod.name}, falling back to streaming logs: ${messageOf(error)}\n`,
      )
    }
  }
  const { body } = yield* k.client.request(
    'GET',
    pathOf(pod.mapping, pod.namespace, pod.name, 'log'),
    {
      query: { container },
      about: about(pod.mapping, pod.name),
    },
  )
  if (typeof body === 'string') k.out(body)
  return 0
}
