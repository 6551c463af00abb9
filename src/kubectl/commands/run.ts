/** `kubectl run`. @source staging/src/k8s.io/kubectl/pkg/cmd/run/run.go */
import type { Pod } from '../../cluster/api/generated/types.ts'
import type { AnyObject } from '../../cluster/api/object.ts'
import type { Task } from '../../cluster/sim/task.ts'
import { attachTo } from '../attaching.ts'
import type { Command } from '../command.ts'
import { deleteObject } from '../deletion.ts'
import { pathOf } from '../discovery.ts'
import { CliError, isExpected } from '../errors.ts'
import type { Invocation } from '../invocation.ts'
import { applyMergePatch, isMap } from '../patch/json.ts'
import { outputFlags } from '../printers/output.ts'
import { about, type Target } from '../resource.ts'
import { waitFor } from '../watching.ts'
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
import { type Json, metadataOf, parsePairs, requireFlags } from './create/generator.ts'

/** Runs an image in a pod. */
export const run: Command = {
  name: 'run',
  use: 'run NAME --image=image [--env="key=value"] [--port=port] [--dry-run=server|client] [--overrides=inline-json] [--command] -- [COMMAND] [args...] [options]',
  short: 'Run a particular image on the cluster',
  examples:
    '# Start an nginx pod\nkubectl run nginx --image=nginx\n\n# Start a shell in a pod that goes away afterwards\nkubectl run -i -t busybox --image=busybox --restart=Never --rm',
  flags: [
    ...outputFlags,
    dryRunFlag,
    recordFlag,
    saveConfigFlag,
    fieldManagerFlag('kubectl-run'),
    { name: 'annotations', kind: 'array', usage: 'Annotations to apply to the pod.' },
    {
      name: 'attach',
      kind: 'bool',
      default: 'false',
      usage: 'Wait for the pod to start, then attach to it.',
    },
    {
      name: 'command',
      kind: 'bool',
      default: 'false',
      usage: 'Extra arguments are the command, not args.',
    },
    { name: 'env', kind: 'array', usage: 'Environment variables to set in the container.' },
    {
      name: 'expose',
      kind: 'bool',
      default: 'false',
      usage: 'Create a ClusterIP service for the pod. Requires --port.',
    },
    { name: 'image', kind: 'string', usage: 'The image for the container to run.' },
    {
      name: 'image-pull-policy',
      kind: 'string',
      usage: 'The image pull policy for the container.',
    },
    {
      name: 'labels',
      short: 'l',
      kind: 'string',
      usage: 'Comma separated labels to apply to the pod.',
    },
    {
      name: 'leave-stdin-open',
      kind: 'bool',
      default: 'false',
      usage: 'Leave stdin open after the first attach.',
    },
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
    {
      name: 'pod-running-timeout',
      kind: 'duration',
      default: '1m0s',
      usage: 'How long to wait until the pod runs',
    },
    { name: 'port', kind: 'string', usage: 'The port that this container exposes.' },
    {
      name: 'privileged',
      kind: 'bool',
      default: 'false',
      usage: 'Run the container in privileged mode.',
    },
    {
      name: 'quiet',
      short: 'q',
      kind: 'bool',
      default: 'false',
      usage: 'Suppress prompt messages.',
    },
    {
      name: 'restart',
      kind: 'string',
      default: 'Always',
      usage: 'The restart policy for this Pod: Always, OnFailure, Never.',
    },
    { name: 'rm', kind: 'bool', default: 'false', usage: 'Delete the pod after it exits.' },
    {
      name: 'stdin',
      short: 'i',
      kind: 'bool',
      default: 'false',
      usage: 'Keep stdin open on the container.',
    },
    {
      name: 'tty',
      short: 't',
      kind: 'bool',
      default: 'false',
      usage: 'Allocate a TTY for the container.',
    },
  ],
  *run(k) {
    requireFlags(k, ['image'])
    const f = k.flags
    if (k.args.length === 0 || f.dash === 0) throw k.usage('NAME is required for run')
    const image = f.string('image')
    if (image === '') throw new CliError('--image is required')
    if (!/^[^\s]+$/.test(image) || /[A-Z]/.test(image.split(':')[0] as string))
      throw new CliError(`Invalid image name "${image}": invalid reference format`)
    const interactive = f.bool('stdin') || f.bool('tty') || f.bool('attach')
    if (f.bool('tty') && !f.bool('stdin'))
      throw new CliError('-i/--stdin is required for containers with -t/--tty=true')
    if (f.bool('rm') && !interactive)
      throw new CliError('--rm should only be used for attached containers')
    if (f.bool('expose') && !f.string('port'))
      throw k.usage('--port must be set when exposing a service')
    const pod = overridden(k, podOf(k))
    const service = f.bool('expose') ? serviceOf(k) : undefined
    const made = yield* make(k, pod)
    if (service) yield* make(k, service)
    if (interactive && k.dryRun() === '') return yield* attachAndEnd(k, made)
    return undefined
  },
}

function podOf(k: Invocation): Json {
  const f = k.flags
  const name = k.args[0] as string
  const restart = f.string('restart')
  if (!['Always', 'OnFailure', 'Never'].includes(restart))
    throw k.usage(`invalid restart policy: ${restart}`)
  const args = k.args.slice(1)
  const env = f.strings('env').map((e) => {
    const eq = e.indexOf('=')
    if (eq < 1) throw new CliError(`invalid env: ${e}`)
    return { name: e.slice(0, eq), value: e.slice(eq + 1) }
  })
  const port = f.string('port')
  const policy = f.string('image-pull-policy')
  const container = {
    ...(args.length > 0 ? { [f.bool('command') ? 'command' : 'args']: args } : {}),
    ...(env.length > 0 ? { env } : {}),
    image: f.string('image'),
    ...(policy ? { imagePullPolicy: policy } : {}),
    name,
    ...(port ? { ports: [{ containerPort: Number(port) }] } : {}),
    resources: {},
    ...(f.bool('privileged') ? { securityContext: { privileged: true } } : {}),
    ...(f.bool('stdin')
      ? { stdin: true, ...(f.bool('leave-stdin-open') ? {} : { stdinOnce: true }) }
      : {}),
    ...(f.bool('tty') ? { tty: true } : {}),
  }
  const annotations = Object.assign(
    {},
    ...f.strings('annotations').map((a) => parsePairs(a, 'annotation')),
  )
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
      ...metadataOf(name, labelsOf(k, name)),
    },
    spec: { containers: [container], dnsPolicy: 'ClusterFirst', restartPolicy: restart },
    status: {},
  }
}

function labelsOf(k: Invocation, name: string): Record<string, string> {
  const given = k.flags.string('labels')
  return given ? parsePairs(given) : { run: name }
}

function serviceOf(k: Invocation): Json {
  const name = k.args[0] as string
  const port = Number(k.flags.string('port'))
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadataOf(name),
    spec: {
      ports: [{ port, protocol: 'TCP', targetPort: port }],
      selector: labelsOf(k, name),
    },
    status: { loadBalancer: {} },
  }
}

function overridden(k: Invocation, pod: Json): Json {
  const text = k.flags.string('overrides')
  if (!text) return pod
  let patch: unknown
  try {
    patch = JSON.parse(text)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new CliError(`Invalid JSON Patch: ${error.message}`)
  }
  const type = k.flags.string('override-type')
  if (type === 'merge') return applyMergePatch(pod, patch) as Json
  if (type !== 'strategic') throw new CliError(`invalid override type: ${type}`)
  return mergeByKey(pod, patch) as Json
}

/** A strategic merge, enough for a generated pod: lists of named things merge by name. */
function mergeByKey(value: unknown, patch: unknown): unknown {
  if (Array.isArray(value) && Array.isArray(patch)) {
    if (!patch.every((p) => isMap(p) && 'name' in p)) return patch
    const out = [...value] as Json[]
    for (const p of patch as Json[]) {
      const i = out.findIndex((o) => o.name === p.name)
      if (i < 0) out.push(p)
      else out[i] = mergeByKey(out[i], p) as Json
    }
    return out
  }
  if (!isMap(value) || !isMap(patch)) return patch
  const out: Json = { ...value }
  for (const key of Object.keys(patch)) {
    if (patch[key] === null) delete out[key]
    else out[key] = mergeByKey(out[key], patch[key])
  }
  return out
}

function* make(k: Invocation, built: Json): Task<AnyObject> {
  const raw = built as unknown as AnyObject
  const mapping = yield* k.mappingOfKind(raw.apiVersion, raw.kind)
  if (!mapping)
    throw new CliError(`no matches for kind "${raw.kind}" in version "${raw.apiVersion}"`)
  const namespace = mapping.namespaced ? raw.metadata.namespace || k.namespace : ''
  const placed = k.explicitNamespace ? { ...raw, metadata: { ...raw.metadata, namespace } } : raw
  const object = withSavedConfig(k, recorded(k, placed))
  const printer = operationPrinter(k, 'created', k.dryRun() === 'client')
  const { name = '' } = object.metadata
  const silent =
    (k.flags.bool('quiet') || k.flags.bool('rm') || k.flags.bool('stdin')) &&
    !k.flags.string('output')
  if (k.dryRun() === 'client') {
    printer.print(object)
    printer.flush()
    return object
  }
  const made = yield* createObject(k, { mapping, namespace, name, object, source: '' })
  if (!silent) printer.print(made)
  printer.flush()
  return made
}

/** How long an attached pod may take to end after its output did. @unit ms */
const END_MS = 60_000

function* attachAndEnd(k: Invocation, pod: AnyObject): Task<number> {
  const mapping = yield* k.mapping('pods')
  const { name = '', namespace = '' } = pod.metadata
  const target: Target & { name: string } = { mapping, namespace, name }
  const deadline = k.deps.world.clock.now + k.flags.duration('pod-running-timeout')
  let phase = ''
  const running = yield* waitFor(k, target, deadline, (o) => {
    phase = String((o?.status as { phase?: string } | undefined)?.phase ?? '')
    return o === undefined || phase === 'Running' || phase === 'Succeeded' || phase === 'Failed'
  })
  if (!running) throw new CliError('timed out waiting for the condition')
  const code = yield* output(k, target, phase)
  if (k.flags.bool('rm')) {
    yield* deleteObject(k, target, { propagation: 'Background' })
    if (!k.flags.bool('quiet')) k.out(`pod "${name}" deleted\n`)
  }
  return code
}

/** What the pod prints: by attaching while it runs, from its log when it was too quick. @returns its exit code */
function* output(k: Invocation, target: Target & { name: string }, phase: string): Task<number> {
  const streams = { stdin: k.flags.bool('stdin'), tty: k.flags.bool('tty') }
  if (phase === 'Running') {
    try {
      const code = yield* attachTo(k, target, streams)
      return k.flags.string('restart') === 'Always' ? code : yield* exitCode(k, target, code)
    } catch (error) {
      if (!isExpected(error)) throw error
    }
  }
  const path = pathOf(target.mapping, target.namespace, target.name, 'log')
  const { body } = yield* k.client.request('GET', path, {
    about: about(target.mapping, target.name),
  })
  if (typeof body === 'string') k.out(body)
  return k.flags.string('restart') === 'Always' ? 0 : yield* exitCode(k, target, 0)
}

/** The exit code of the pod's container, once it ended. */
function* exitCode(
  k: Invocation,
  target: Target & { name: string },
  fallback: number,
): Task<number> {
  let code = fallback
  yield* waitFor(k, target, k.deps.world.clock.now + END_MS, (o) => {
    const pod = o as unknown as Pod | undefined
    const phase = pod?.status?.phase
    code = pod?.status?.containerStatuses?.[0]?.state?.terminated?.exitCode ?? code
    return pod === undefined || phase === 'Succeeded' || phase === 'Failed'
  })
  return code
}
