/** `kubectl wait`. @source staging/src/k8s.io/kubectl/pkg/cmd/wait */
import type { AnyObject } from '../../cluster/api/object.ts'
import type { Task } from '../../cluster/sim/task.ts'
import type { Command } from '../command.ts'
import { waitGone } from '../deletion.ts'
import { CliError, isExpected, isReason, throwAll } from '../errors.ts'
import type { Invocation } from '../invocation.ts'
import { parseJsonPath, relaxedJsonPath, selectAll, toText } from '../jsonpath.ts'
import { outputFlags, printerFor } from '../printers/output.ts'
import {
  fetchTarget,
  fileFlags,
  getObject,
  hasFiles,
  type Info,
  infoFrom,
  nothingNamed,
  readFiles,
  resolveTargets,
  type Selection,
  type Target,
} from '../resource.ts'
import { type Check, waitFor } from '../watching.ts'

/** A week: what a negative timeout means. @unit milliseconds */
const WEEK = 168 * 3_600_000

/** Waits for conditions. */
export const wait: Command = {
  name: 'wait',
  use: "wait ([-f FILENAME] | resource.group/resource.name | resource.group [(-l label | --all)]) [--for=create|--for=delete|--for condition=available|--for=jsonpath='{}'[=value]] [options]",
  short: 'Experimental: Wait for a specific condition on one or many resources',
  examples: '# Wait until a pod is ready\nkubectl wait --for=condition=Ready pod/busybox1',
  flags: [
    ...outputFlags,
    ...fileFlags,
    { name: 'all', kind: 'bool', default: 'false', usage: 'Select all resources of the types.' },
    {
      name: 'all-namespaces',
      short: 'A',
      kind: 'bool',
      default: 'false',
      usage: 'Look across all namespaces.',
    },
    { name: 'field-selector', kind: 'string', usage: 'Selector (field query) to filter on.' },
    {
      name: 'for',
      kind: 'string',
      usage:
        "What to wait for: [create|delete|condition=name[=value]|jsonpath='{expression}'[=value]].",
    },
    {
      name: 'local',
      kind: 'bool',
      default: 'false',
      usage: 'Work on the file, not on the server.',
    },
    { name: 'selector', short: 'l', kind: 'string', usage: 'Selector (label query) to filter on.' },
    {
      name: 'timeout',
      kind: 'duration',
      default: '30s',
      usage: 'How long to wait before giving up. Zero means check once, negative means a week.',
    },
  ],
  *run(k) {
    const goal = parseGoal(k.flags.string('for'))
    const now = k.deps.world.clock.now
    const timeout = k.flags.duration('timeout')
    const deadline = now + (timeout < 0 ? WEEK : timeout)
    const errors: unknown[] = []
    const targets = yield* candidates(k)
    if (goal.kind === 'create') yield* untilCreated(k, targets, deadline)
    const infos = yield* found(k, targets, goal, errors)
    for (const info of infos) {
      try {
        yield* waitOne(k, info, goal, deadline)
      } catch (error) {
        if (!isExpected(error)) throw error
        errors.push(error)
      }
    }
    if (infos.length === 0 && errors.length === 0 && goal.kind !== 'delete')
      throw new CliError('no matching resources found')
    throwAll(errors)
    return undefined
  },
}

type Goal = { kind: 'delete' | 'create' } | { kind: 'check'; check: (o: AnyObject) => boolean }

function parseGoal(text: string): Goal {
  const lower = text.toLowerCase()
  if (lower === 'delete' || lower === 'create') return { kind: lower }
  if (lower.startsWith('condition=')) {
    const [type, value] = text.slice('condition='.length).split('=') as [string, string?]
    return { kind: 'check', check: (o) => hasCondition(o, type, value ?? 'true') }
  }
  if (lower.startsWith('jsonpath=')) return jsonPathGoal(text.slice('jsonpath='.length))
  throw new CliError(`unrecognized condition: "${text}"`)
}

function jsonPathGoal(text: string): Goal {
  const m = /^(\{[^}]*\}|[^={}]+|.*\})(?:=(.*))?$/s.exec(text)
  if (!m?.[1])
    throw new CliError(
      "jsonpath wait format must be --for=jsonpath='{.status.readyReplicas}'=3 or --for=jsonpath='{.status.readyReplicas}'",
    )
  const path = parseJsonPath(relaxedJsonPath(m[1].trim()))
  const wanted = m[2]?.replace(/^(['"])(.*)\1$/s, '$2')
  if (m[2] === '') throw new CliError('jsonpath wait has to have a value after equal sign')
  return {
    kind: 'check',
    check(o) {
      const values = selectAll(path, o)
      if (values.length === 0) return false
      if (wanted === undefined) return true
      if (values.length > 1)
        throw new CliError('given jsonpath expression matches more than one value')
      const v = values[0]
      if (typeof v === 'object' && v !== null)
        throw new CliError('jsonpath leads to a nested object or list which is not supported')
      return toText(v) === wanted
    },
  }
}

/** True when the condition has that status and speaks of the latest generation. */
function hasCondition(o: AnyObject, type: string, value: string): boolean {
  const status = o.status as
    | {
        observedGeneration?: number
        conditions?: { type: string; status: string; observedGeneration?: number }[]
      }
    | undefined
  const condition = status?.conditions?.find((c) => c.type.toLowerCase() === type.toLowerCase())
  if (!condition) return false
  const observed = condition.observedGeneration || status?.observedGeneration
  if (observed !== undefined && observed < (o.metadata.generation ?? 0)) return false
  return condition.status.toLowerCase() === value.toLowerCase()
}

function* candidates(k: Invocation): Task<Target[]> {
  if (hasFiles(k)) return [...(yield* readFiles(k))]
  const targets = yield* resolveTargets(k, selectionOf(k))
  if (targets.length === 0) throw nothingNamed()
  return targets
}

function selectionOf(k: Invocation): Selection {
  return {
    args: k.args,
    selector: k.flags.string('selector'),
    fieldSelector: k.flags.string('field-selector'),
    all: k.flags.bool('all'),
    allNamespaces: k.flags.bool('all-namespaces'),
  }
}

function* found(
  k: Invocation,
  targets: readonly Target[],
  goal: Goal,
  errors: unknown[],
): Task<Info[]> {
  const infos: Info[] = []
  for (const t of targets) {
    try {
      infos.push(...(yield* fetchTarget(k, t, selectionOf(k))))
    } catch (error) {
      if (!isExpected(error)) throw error
      if (goal.kind === 'delete' && isReason(error, 'NotFound')) continue
      errors.push(error)
    }
  }
  return infos
}

function* untilCreated(k: Invocation, targets: readonly Target[], deadline: number): Task<void> {
  for (const t of targets) {
    if (t.name === undefined) {
      while ((yield* fetchTarget(k, t, selectionOf(k))).length === 0) {
        if (k.deps.world.clock.now >= deadline)
          throw new CliError('timed out waiting for the condition')
        yield* k.sleep(500)
      }
      continue
    }
    const named = { ...t, name: t.name }
    if (!(yield* waitFor(k, named, deadline, (o) => o !== undefined))) throw timedOut(named)
  }
}

/** @param checked true: looked at once, as `--timeout=0` asks */
function timedOut(t: Target & { name: string }, checked = false): CliError {
  if (checked) return new CliError(`condition not met for ${t.mapping.plural}/${t.name}`)
  return new CliError(`timed out waiting for the condition on ${t.mapping.plural}/${t.name}`)
}

function* waitOne(k: Invocation, info: Info, goal: Goal, deadline: number): Task<void> {
  let object = info.object
  if (goal.kind === 'delete') {
    if (!(yield* waitGone(k, info, info.object.metadata.uid, deadline)))
      throw timedOut(info, k.flags.duration('timeout') === 0)
  } else if (goal.kind === 'check' && !goal.check(object)) {
    let gone = false
    const check: Check = (o) => {
      gone = o === undefined
      if (o) object = o
      return gone || goal.check(object)
    }
    if (!(yield* waitFor(k, info, deadline, check)))
      throw timedOut(info, k.flags.duration('timeout') === 0)
    if (gone) {
      object = infoFrom(info.mapping, yield* getObject(k, info)).object
    }
  }
  const printer = printerFor(k, { operation: 'condition met' })
  printer.print(object)
  printer.flush()
}
