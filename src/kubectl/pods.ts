/** From what is named to a pod: pods themselves, or the pods behind a workload or Service. @source staging/src/k8s.io/kubectl/pkg/polymorphichelpers/helpers.go, pkg/cmd/util/podcmd */
import type { LabelSelector, Pod } from '../cluster/api/generated/types.ts'
import { formatLabelSelector, formatLabels } from '../cluster/api/meta/labels.ts'
import type { AnyObject } from '../cluster/api/object.ts'
import type { Task } from '../cluster/sim/task.ts'
import { goType } from './discovery.ts'
import { CliError } from './errors.ts'
import type { Invocation } from './invocation.ts'
import { getObject, listObjects, resolveTargets } from './resource.ts'

const ANNOTATION = 'kubectl.kubernetes.io/default-container'

/**
 * The pods that an argument means: `web`, `pod/web`, `deploy/web`, `svc/web`.
 * @param failure how the command says that there are none: `cannot get the logs from`
 * @param which all of them, the first, or the first with a word on how many there are (as `logs` has it)
 */
export function* podBehind(
  k: Invocation,
  argument: string,
  which: 'every' | 'first' | 'first, said' = 'first',
  failure = 'cannot attach to',
): Task<Pod[]> {
  const args = argument.includes('/') ? [argument] : ['pods', argument]
  const [target] = yield* resolveTargets(k, { args })
  if (!target?.name) throw new CliError('pod, type/name or --filename must be specified')
  const object = yield* getObject(k, { ...target, name: target.name })
  if (object.kind === 'Pod') return [object as unknown as Pod]
  const selector = selectorOf(object)
  if (!selector) {
    const type = goType(target.mapping)
    const why =
      object.kind === 'Service'
        ? `invalid service '${target.name}': Service is defined without a selector`
        : `selector for ${type} not implemented`
    throw new CliError(`${failure} ${type}: ${why}`)
  }
  const mapping = yield* k.mapping('pods')
  const found = (yield* listObjects(
    k,
    { mapping, namespace: target.namespace },
    { selector },
  )) as unknown as Pod[]
  if (found.length === 0) throw new CliError('timed out waiting for the condition')
  const sorted = [...found].sort(byUse)
  if (which === 'every' || sorted.length === 1) return sorted
  if (which === 'first, said')
    k.err(`Found ${sorted.length} pods, using pod/${sorted[0]?.metadata.name}\n`)
  return sorted.slice(0, 1)
}

/**
 * Running and ready ones first, then who has been ready longest, then the older.
 * @source staging/src/k8s.io/kubectl/pkg/util/podutils/podutils.go ByLogging
 */
function byUse(a: Pod, b: Pod): number {
  return (
    rank(a) - rank(b) ||
    compareTimes(readySince(a), readySince(b)) ||
    compareTimes(a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? '')
  )
}

function readySince(p: Pod): string {
  const ready = p.status?.conditions?.find((c) => c.type === 'Ready' && c.status === 'True')
  return ready?.lastTransitionTime ?? ''
}

function compareTimes(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1
}

function rank(p: Pod): number {
  if (p.status?.phase !== 'Running') return 2
  return p.status.conditions?.some((c) => c.type === 'Ready' && c.status === 'True') ? 0 : 1
}

function selectorOf(o: AnyObject): string | undefined {
  const spec = o.spec as { selector?: LabelSelector | Record<string, string> } | undefined
  const s = spec?.selector
  if (!s) return undefined
  const plain = o.kind === 'Service' || o.kind === 'ReplicationController'
  const text = plain
    ? formatLabels(s as Record<string, string>)
    : formatLabelSelector(s as LabelSelector)
  return text === '<none>' ? undefined : text
}

/** The container to use when none is named; says which when there are others. */
export function defaultContainer(k: Invocation, pod: Pod, quiet = false): string {
  const all = pod.spec?.containers ?? []
  const annotated = pod.metadata.annotations?.[ANNOTATION]
  if (annotated && all.some((c) => c.name === annotated)) return annotated
  const [first] = all
  if (!first) throw new CliError(`pod ${pod.metadata.name} has no containers`)
  const names = [
    ...all.map((c) => c.name),
    ...(pod.spec?.ephemeralContainers ?? []).map((c) => `${c.name} (ephem)`),
    ...(pod.spec?.initContainers ?? []).map((c) => `${c.name} (init)`),
  ]
  if (names.length > 1 && !quiet)
    k.err(`Defaulted container "${first.name}" out of: ${names.join(', ')}\n`)
  return first.name
}
