/** `kubectl logs`. @source staging/src/k8s.io/kubectl/pkg/cmd/logs/logs.go */
import type { Pod } from '../../cluster/api/generated/types.ts'
import type { Task } from '../../cluster/sim/task.ts'
import type { Command } from '../command.ts'
import { pathOf } from '../discovery.ts'
import { CliError, isExpected, isReason, throwAll } from '../errors.ts'
import type { Invocation } from '../invocation.ts'
import { defaultContainer, podBehind } from '../pods.ts'
import { about, listObjects } from '../resource.ts'
import { StreamReader } from '../watching.ts'

/** Prints what containers wrote. */
export const logs: Command = {
  name: 'logs',
  use: 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER] [options]',
  short: 'Print the logs for a container in a pod',
  examples:
    '# Follow the log of a pod\nkubectl logs -f nginx\n\n# The last 20 lines of all pods with a label\nkubectl logs -l app=nginx --tail=20',
  flags: [
    {
      name: 'all-containers',
      kind: 'bool',
      default: 'false',
      usage: "Get all containers' logs in the pod(s).",
    },
    {
      name: 'all-pods',
      kind: 'bool',
      default: 'false',
      usage: 'Get logs from all pod(s). Sets prefix to true.',
    },
    { name: 'container', short: 'c', kind: 'string', usage: 'Print the logs of this container' },
    {
      name: 'follow',
      short: 'f',
      kind: 'bool',
      default: 'false',
      usage: 'Specify if the logs should be streamed.',
    },
    {
      name: 'ignore-errors',
      kind: 'bool',
      default: 'false',
      usage: 'If following, let errors of one pod pass.',
    },
    { name: 'limit-bytes', kind: 'int', default: '0', usage: 'Maximum bytes of logs to return.' },
    {
      name: 'max-log-requests',
      kind: 'int',
      default: '5',
      usage: 'Maximum number of concurrent logs to follow.',
    },
    {
      name: 'pod-running-timeout',
      kind: 'duration',
      default: '20s',
      usage: 'How long to wait until a pod runs',
    },
    {
      name: 'prefix',
      kind: 'bool',
      default: 'false',
      usage: 'Prefix each log line with the log source.',
    },
    {
      name: 'previous',
      short: 'p',
      kind: 'bool',
      default: 'false',
      usage: 'Print the logs of the previous instance of the container.',
    },
    { name: 'selector', short: 'l', kind: 'string', usage: 'Selector (label query) to filter on.' },
    {
      name: 'since',
      kind: 'duration',
      usage: 'Only return logs newer than a relative duration like 5s, 2m, or 3h.',
    },
    {
      name: 'since-time',
      kind: 'string',
      usage: 'Only return logs after a specific date (RFC3339).',
    },
    { name: 'tail', kind: 'int', default: '-1', usage: 'Lines of recent log file to display.' },
    {
      name: 'timestamps',
      kind: 'bool',
      default: 'false',
      usage: 'Include timestamps on each line in the log output',
    },
  ],
  *run(k) {
    const f = k.flags
    check(k)
    const pods = yield* podsOf(k)
    const several = pods.length > 1 || f.bool('all-containers')
    const sources = pods.flatMap((p) => containersOf(k, p, several || f.string('selector') !== ''))
    if (f.bool('follow') && sources.length > f.int('max-log-requests'))
      throw new CliError(
        `you are attempting to follow ${sources.length} log streams, but maximum allowed concurrency is ${f.int('max-log-requests')}, use --max-log-requests to increase the limit`,
      )
    yield* f.bool('follow') ? followAll(k, sources) : printAll(k, sources)
    return undefined
  },
}

const EXPECTED = `'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'`

function check(k: Invocation): void {
  const f = k.flags
  const selector = f.string('selector')
  if (k.args.length === 0 && !selector)
    throw k.usage(
      `expected ${EXPECTED}.\nPOD or TYPE/NAME is a required argument for the logs command`,
    )
  if (k.args.length > 0 && selector) throw k.usage('only a selector (-l) or a POD name is allowed')
  if (k.args.length > 2)
    throw k.usage(
      `expected ${EXPECTED}.\nPOD or TYPE/NAME is a required argument for the logs command`,
    )
  if (f.changed('since') && f.changed('since-time'))
    throw new CliError('at most one of `sinceTime` or `sinceSeconds` may be specified')
  if (f.bool('all-containers') && f.string('container'))
    throw new CliError(
      `--all-containers=true should not be specified with container name ${f.string('container')}`,
    )
  if (f.int('tail') < -1) throw new CliError('--tail must be greater than or equal to -1')
}

interface Source {
  readonly pod: Pod
  readonly container: string
}

function* podsOf(k: Invocation): Task<Pod[]> {
  const selector = k.flags.string('selector')
  if (selector) {
    const mapping = yield* k.mapping('pods')
    const found = yield* listObjects(k, { mapping, namespace: k.namespace }, { selector })
    if (found.length === 0) k.err(`No resources found in ${k.namespace} namespace.\n`)
    return found as unknown as Pod[]
  }
  const which = k.flags.bool('all-pods') ? 'every' : 'first, said'
  try {
    return yield* podBehind(k, k.args[0] as string, which, 'cannot get the logs from')
  } catch (error) {
    if (!isReason(error, 'NotFound')) throw error
    const { message } = error as Error
    throw new CliError(`error from server (NotFound): ${message} in namespace "${k.namespace}"`)
  }
}

function containersOf(k: Invocation, pod: Pod, several: boolean): Source[] {
  const named = k.flags.string('container') || k.args[1]
  const all = [
    ...(pod.spec?.initContainers ?? []),
    ...(pod.spec?.containers ?? []),
    ...(pod.spec?.ephemeralContainers ?? []),
  ]
  if (k.flags.bool('all-containers')) return all.map((c) => ({ pod, container: c.name }))
  if (named) {
    if (!all.some((c) => c.name === named))
      throw new CliError(`container ${named} is not valid for pod ${pod.metadata.name}`)
    return [{ pod, container: named }]
  }
  return [{ pod, container: defaultContainer(k, pod, several) }]
}

function queryOf(k: Invocation, s: Source): Record<string, string | undefined> {
  const f = k.flags
  const tail = f.changed('tail') ? f.int('tail') : f.string('selector') ? 10 : -1
  const since = f.duration('since')
  return {
    container: s.container,
    follow: f.bool('follow') ? 'true' : undefined,
    limitBytes: f.int('limit-bytes') > 0 ? String(f.int('limit-bytes')) : undefined,
    previous: f.bool('previous') ? 'true' : undefined,
    sinceSeconds: since > 0 ? String(Math.ceil(since / 1000)) : undefined,
    sinceTime: f.string('since-time') || undefined,
    tailLines: tail >= 0 ? String(tail) : undefined,
    timestamps: f.bool('timestamps') ? 'true' : undefined,
  }
}

function* open(k: Invocation, s: Source) {
  const mapping = yield* k.mapping('pods')
  const { name = '', namespace = '' } = s.pod.metadata
  return yield* k.client.request('GET', pathOf(mapping, namespace, name, 'log'), {
    query: queryOf(k, s),
    about: about(mapping, name),
  })
}

function prefixed(k: Invocation, s: Source, text: string): string {
  if (!k.flags.bool('prefix') && !k.flags.bool('all-pods')) return text
  const prefix = `[pod/${s.pod.metadata.name}/${s.container}] `
  return text.replace(/^(?=.)/gm, prefix)
}

function* printAll(k: Invocation, sources: readonly Source[]): Task<void> {
  const errors: unknown[] = []
  for (const s of sources) {
    try {
      const response = yield* open(k, s)
      if (typeof response.body === 'string') k.out(prefixed(k, s, response.body))
      else if (response.stream) yield* pump(k, s, new StreamReader<string>(k, response.stream))
    } catch (error) {
      if (!isExpected(error)) throw error
      errors.push(error)
    }
  }
  throwAll(errors)
}

function* pump(k: Invocation, s: Source, reader: StreamReader<string>): Task<void> {
  for (;;) {
    const next = yield* reader.next()
    if (next === 'ended' || next === 'timeout') return
    k.out(prefixed(k, s, next.item.endsWith('\n') ? next.item : `${next.item}\n`))
  }
}

/** How often several followed logs are looked at. @unit ms */
const POLL_MS = 100

/** Follows one log as it comes, several in turns. */
function* followAll(k: Invocation, sources: readonly Source[]): Task<void> {
  const readers: { s: Source; reader: StreamReader<string> }[] = []
  for (const s of sources) {
    const response = yield* open(k, s)
    if (response.stream) readers.push({ s, reader: new StreamReader<string>(k, response.stream) })
    else if (typeof response.body === 'string') k.out(prefixed(k, s, response.body))
  }
  const [first] = readers
  if (first && readers.length === 1) return yield* pump(k, first.s, first.reader)
  const live = new Set(readers)
  while (live.size > 0) {
    for (const r of [...live]) {
      for (;;) {
        const next = yield* r.reader.next(k.deps.world.clock.now)
        if (next === 'timeout') break
        if (next === 'ended') {
          live.delete(r)
          break
        }
        k.out(prefixed(k, r.s, next.item.endsWith('\n') ? next.item : `${next.item}\n`))
      }
    }
    if (live.size > 0) yield* k.sleep(POLL_MS)
  }
}
