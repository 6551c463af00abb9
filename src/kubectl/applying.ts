/**
 * One object applied: created, patched with what changed, or left alone; and the server-side kind.
 * @source staging/src/k8s.io/kubectl/pkg/cmd/apply/apply.go, patcher.go
 */
import type { AnyObject } from '../cluster/api/object.ts'
import { schemaOf } from '../cluster/api/schema.ts'
import type { Task } from '../cluster/sim/task.ts'
import { deleteAndWait } from './deletion.ts'
import { addSource, CliError, isExpected, isReason, StatusError } from './errors.ts'
import type { Invocation } from './invocation.ts'
import { isEmpty, type JsonMap } from './patch/json.ts'
import { mergeThreeWay, strategicThreeWay } from './patch/threeway.ts'
import { goJson } from './printers/gojson.ts'
import { getObject, type Info } from './resource.ts'
import { createObject, LAST_APPLIED, patchObject, withLastApplied } from './writes.ts'

/** What became of one object. */
export interface Applied {
  readonly object: AnyObject
  /** `created`, `configured`, `unchanged`, `serverside-applied`. */
  readonly operation: string
}

/** How often a conflicting patch is computed anew. */
const RETRIES_MAX = 5

/** The patch from the live object to the manifest, and its kind. */
export function patchFor(
  info: Info,
  current: AnyObject,
  modified: AnyObject,
): { type: 'strategic' | 'merge'; patch: JsonMap } {
  const annotation = current.metadata.annotations?.[LAST_APPLIED]
  const original = annotation ? (JSON.parse(annotation) as JsonMap) : undefined
  const states = { original, modified: modified as JsonMap, current: current as JsonMap }
  const { group, version, kind } = info.mapping
  const schema = schemaOf(group, version, kind)
  if (schema) return { type: 'strategic', patch: strategicThreeWay(states, schema) }
  return { type: 'merge', patch: mergeThreeWay(states) }
}

/** Applies one object of a manifest on the client's side. @throws StatusError, CliError in context */
export function* applyClientSide(k: Invocation, info: Info): Task<Applied> {
  const modified = withLastApplied(info.object)
  let current: AnyObject
  try {
    current = yield* getObject(k, info)
  } catch (error) {
    if (!isReason(error, 'NotFound'))
      throw addSource(
        error,
        `retrieving current configuration of:\n${describe(info)}\nfrom server for:`,
        info.source,
      )
    return { object: yield* createNew(k, { ...info, object: modified }), operation: 'created' }
  }
  // A client-side dry run does not compute the patch: it says configured even when nothing changed.
  if (k.dryRun() === 'client') return { object: current, operation: 'configured' }
  warnIfNotApplied(k, info, current)
  return yield* patchUntilSettled(k, info, current, modified)
}

function* createNew(k: Invocation, info: Info): Task<AnyObject> {
  if (k.dryRun() === 'client') return info.object
  try {
    return yield* createObject(k, info)
  } catch (error) {
    if (!isExpected(error)) throw error
    throw addSource(error, 'creating', info.source)
  }
}

function warnIfNotApplied(k: Invocation, info: Info, current: AnyObject): void {
  if (current.metadata.annotations?.[LAST_APPLIED] === undefined) {
    const what = `resource ${info.mapping.plural}/${info.name} is missing the ${LAST_APPLIED} annotation which is required by kubectl apply.`
    k.err(
      `Warning: ${what} kubectl apply should only be used on resources created declaratively by either kubectl create --save-config or kubectl apply. The missing annotation will be patched automatically.\n`,
    )
  }
  if (current.metadata.deletionTimestamp)
    k.err(`Warning: Detected changes to resource ${info.name} which is currently being deleted.\n`)
}

function* patchUntilSettled(
  k: Invocation,
  info: Info,
  live: AnyObject,
  modified: AnyObject,
): Task<Applied> {
  let current = live
  for (let attempt = 0; ; attempt++) {
    const { type, patch } = patchFor(info, current, modified)
    if (isEmpty(patch)) return { object: current, operation: 'unchanged' }
    try {
      const object = yield* patchObject(k, info, type, patch)
      return { object, operation: 'configured' }
    } catch (error) {
      if (!(error instanceof StatusError)) throw error
      if (error.reason === 'Conflict' && attempt < RETRIES_MAX) {
        current = yield* getObject(k, info)
        continue
      }
      const recreate = k.flags.bool('force') && ['Conflict', 'Invalid'].includes(error.reason)
      if (recreate) return { object: yield* recreated(k, info, modified), operation: 'configured' }
      const verb = `applying patch:\n${goJson(patch)}\nto:\n${describe(info)}\nfor:`
      throw addSource(addSource(error, 'patching', info.source), verb, info.source)
    }
  }
}

function* recreated(k: Invocation, info: Info, modified: AnyObject): Task<AnyObject> {
  yield* deleteAndWait(k, info)
  return yield* createObject(k, { ...info, object: modified })
}

function describe(info: Info): string {
  const { group, version, plural, kind } = info.mapping
  const gv = `${group ? `${group}/` : '/'}${version}`
  return `Resource: "${gv}, Resource=${plural}", GroupVersionKind: "${gv}, Kind=${kind}"\nName: "${info.name}", Namespace: "${info.namespace}"`
}

const RESOLVE = `Please review the fields above--they currently have other managers. Here
are the ways you can resolve this warning:
* If you intend to manage all of these fields, please re-run the apply
  command with the \`--force-conflicts\` flag.
* If you do not intend to manage all of the fields, please edit your
  manifest to remove references to the fields that should keep their
  current managers.
* You may co-own fields by updating your manifest to match the existing
  value; in this case, you'll become the manager if the other manager(s)
  stop managing the field (remove it from their configuration).
See https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts`

/** Applies one object on the server's side. @throws CliError for conflicts, StatusError */
export function* applyServerSide(k: Invocation, info: Info): Task<Applied> {
  try {
    const object = yield* patchObject(k, info, 'apply', info.object, {
      query: { force: k.flags.bool('force-conflicts') ? 'true' : undefined },
    })
    return { object, operation: 'serverside-applied' }
  } catch (error) {
    if (!isReason(error, 'Conflict')) throw error
    throw new CliError(`${error.message}\n${RESOLVE}`)
  }
}
