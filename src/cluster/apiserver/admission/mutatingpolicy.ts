/**
 * MutatingAdmissionPolicy: changes in CEL, as apply configurations or JSON patches, bound to what they apply to.
 * @source staging/src/k8s.io/apiserver/pkg/admission/plugin/policy/mutating
 */
import type {
  MutatingAdmissionPolicyBinding as Binding,
  Mutation,
  MutatingAdmissionPolicy as Policy,
} from '../../api/generated/types.ts'
import { deepEqual, isObject } from '../../api/meta/json.ts'
import { type ApiError, failure, forbidden, internalError } from '../../api/meta/status.ts'
import type { AnyObject } from '../../api/object.ts'
import { ApplyError, checkConfiguration, mergeApplied } from '../../api/patch/apply.ts'
import { JsonPatchError, type JsonPatchOperation, jsonPatch } from '../../api/patch/json.ts'
import { resolve, type Schema } from '../../api/schema.ts'
import type { Task } from '../../sim/task.ts'
import { authorizerReady } from '../authz/authorize.ts'
import type { Served } from '../call.ts'
import { fromCel, runCel } from '../cel/environment.ts'
import { CelObject, mismatch } from '../cel/objects.ts'
import { DecodeError, decode } from '../decode.ts'
import type { Registry } from '../registry/registry.ts'
import type { AdmissionPlugin, Attributes } from './chain.ts'
import { bound, broken, conditionsMet, contextOf, paramsOf, withVariables } from './matching.ts'
import { Reinvoked } from './reinvocation.ts'

const GROUP = 'admissionregistration.k8s.io'
const NAME = 'MutatingAdmissionPolicy'

interface Invocation {
  readonly policy: Policy
  readonly binding: Binding
  readonly param: AnyObject | undefined
}

interface Refusal {
  readonly policy: Policy
  readonly message: string
}

/** The plugin. */
export const mutatingAdmissionPolicy: AdmissionPlugin = {
  name: NAME,
  // Policies and webhooks are never changed by policies, lest one lock everybody out.
  wants: (s, operation) => s.gr.group !== GROUP && operation !== 'CONNECT',
  *admit(a, r) {
    const policies = r.builtin(GROUP, 'v1', 'mutatingadmissionpolicies').cache
    yield* policies.ready()
    if (policies.state.size === 0) return
    const bindings = r.builtin(GROUP, 'v1', 'mutatingadmissionpolicybindings').cache
    yield* bindings.ready()
    if (bindings.state.size === 0) return
    yield* r.builtin('', 'v1', 'namespaces').cache.ready()
    yield* authorizerReady(r, a.call.user)
    const refusals: Refusal[] = []
    const list = yield* invocations(a, r, refusals)
    if (list.length > 0) dispatch(a, r, list, refusals)
    refuse(a, refusals)
  },
}

/** Every matching policy with each of its bindings and params, in the order of the policies' names. */
function* invocations(a: Attributes, r: Registry, refusals: Refusal[]): Task<Invocation[]> {
  const out: Invocation[] = []
  const policies = r.builtin(GROUP, 'v1', 'mutatingadmissionpolicies').cache
  const bindings = [...r.builtin(GROUP, 'v1', 'mutatingadmissionpolicybindings').cache.state]
  for (const [, o] of [...policies.state].sort(byKey)) {
    const policy = o as unknown as Policy
    for (const [, b] of bindings.sort(byKey)) {
      const binding = b as unknown as Binding
      if (binding.spec?.policyName !== policy.metadata.name) continue
      if (!bound(a, r, policy, binding)) continue
      const params = yield* paramsOf(a, r, policy, binding)
      if (params instanceof Error) refusals.push(refusal({ policy, binding }, params))
      else out.push(...params.map((param) => ({ policy, binding, param })))
    }
  }
  return out
}

function byKey(a: readonly [string, unknown], b: readonly [string, unknown]): number {
  return a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0
}

function dispatch(
  a: Attributes,
  r: Registry,
  list: readonly Invocation[],
  refusals: Refusal[],
): void {
  const mine = Reinvoked.of(a, NAME)
  mine?.begin(a.object)
  for (const x of list) {
    const context = contextOf(a, r, x.param)
    const met = conditionsMet(x.policy.spec?.matchConditions, context)
    if (met instanceof Error) refusals.push(refusal(x, met))
    if (met !== true) continue
    const key = [x.policy, x.binding, x.param].map((o) => o?.metadata.name).join('/')
    if (mine && !mine.wanted(key)) continue
    if (a.object && invoke(a, r, x, refusals)) mine?.changed()
    if (x.policy.spec?.reinvocationPolicy === 'IfNeeded') mine?.again(key)
  }
  mine?.end(a.object)
}

/** Runs one policy's mutations in order. @returns true when the object is another one now */
function invoke(a: Attributes, r: Registry, x: Invocation, refusals: Refusal[]): boolean {
  const before = { ...(a.object as AnyObject) }
  for (const m of x.policy.spec?.mutations ?? []) {
    const context = contextOf(a, r, x.param)
    withVariables(context, x.policy.spec?.variables)
    const next = mutated(a, r, m, context)
    if (next instanceof Error) refusals.push(refusal(x, next))
    else if (next) replaceObject(a, next)
  }
  return !deepEqual(before, a.object)
}

function mutated(
  a: Attributes,
  r: Registry,
  m: Mutation,
  context: Record<string, unknown>,
): AnyObject | Error | undefined {
  const expression = (m.applyConfiguration ?? m.jsonPatch)?.expression ?? ''
  const value = runCel(expression, context)
  if (value instanceof Error) return broken(expression, value)
  return m.patchType === 'JSONPatch' ? byPatch(a, r, value) : byConfiguration(a, r, value)
}

function byConfiguration(a: Attributes, r: Registry, value: unknown): AnyObject | Error {
  if (!(value instanceof CelObject)) {
    return new Error('unsupported return type from ApplyConfiguration expression')
  }
  const wrong = mismatch(value)
  if (wrong) return new Error(`type mismatch: ${wrong}`)
  const { schema } = storedAs(a, r).definition
  const patch = fromCel(value) as AnyObject
  try {
    checkConfiguration(patch, schema)
  } catch (error) {
    if (!(error instanceof ApplyError)) throw error
    return new Error(
      `error applying patch: failed to convert patch object to typed object: ${error.message}`,
    )
  }
  const atomic = atomics(patch, schema, '')
  if (atomic.length > 0) {
    const text = `may not mutate atomic arrays, maps or structs: ${atomic.join(', ')}`
    return new Error(`error applying patch: invalid ApplyConfiguration: ${text}`)
  }
  return decoded(a, r, mergeApplied(a.object, patch, schema))
}

/** Paths of what can only be replaced as a whole. */
function atomics(v: unknown, schema: Schema | undefined, at: string): string[] {
  if (!schema) return []
  const s = resolve(schema)
  const out: string[] = []
  if (Array.isArray(v)) {
    const kind = schema.listType ?? s.listType ?? 'atomic'
    if (kind === 'atomic') out.push(at)
    v.forEach((x, i) => {
      out.push(...atomics(x, s.items, `${at}[${i}]`))
    })
  } else if (isObject(v)) {
    if ((schema.mapType ?? s.mapType) === 'atomic') out.push(at)
    for (const [k, x] of Object.entries(v))
      out.push(...atomics(x, s.properties?.[k] ?? s.additionalProperties, `${at}.${k}`))
  }
  return out
}

function byPatch(a: Attributes, r: Registry, value: unknown): AnyObject | Error | undefined {
  if (!Array.isArray(value)) {
    return new Error('type mismatch: JSONPatchType.expression should evaluate to array')
  }
  for (const x of value) {
    if (!(x instanceof CelObject) || x.type !== 'JSONPatch') {
      return new Error(
        'type mismatch: JSONPatchType.expression should evaluate to array of JSONPatch',
      )
    }
    const v = x.fields.value
    const wrong = v instanceof CelObject ? mismatch(v, v.type) : undefined
    if (wrong) return new Error(`type mismatch: ${wrong}`)
  }
  try {
    return decoded(a, r, jsonPatch(a.object, fromCel(value) as JsonPatchOperation[]))
  } catch (error) {
    if (!(error instanceof JsonPatchError)) throw error
    // A test that fails leaves the object as it was.
    if (error.message.startsWith('testing value')) return undefined
    return new Error(`JSONPath: ${error.message}`)
  }
}

/** The patched value as a fresh object of its kind, with defaults. @throws ApiError when it is none */
export function decoded(a: Attributes, r: Registry, value: unknown): AnyObject {
  const { definition, apiVersion } = storedAs(a, r)
  try {
    const o = decode(definition.schema, value) as AnyObject
    const next = { ...o, apiVersion, kind: definition.kind }
    definition.defaults?.(next)
    return next
  } catch (error) {
    if (error instanceof DecodeError) throw internalError(error.message)
    throw error
  }
}

/** Admission sees the stored version, which need not be the one that was asked for. */
function storedAs(a: Attributes, r: Registry): Served {
  const [version = '', group = ''] = (a.object?.apiVersion ?? '').split('/').reverse()
  return r.ofKind(group, version, a.served.definition.kind) ?? a.served
}

/** Makes the object under admission another one, in place. */
export function replaceObject(a: Attributes, next: AnyObject): void {
  const target = a.object as Record<string, unknown>
  for (const k of Object.keys(target)) delete target[k]
  Object.assign(target, next)
}

function refusal(x: Pick<Invocation, 'policy' | 'binding'>, error: Error): Refusal {
  const names = `policy '${x.policy.metadata.name}' with binding '${x.binding.metadata.name}'`
  return { policy: x.policy, message: `${names} denied request: ${error.message}` }
}

/** @throws ApiError when a policy failed that may not be ignored */
function refuse(a: Attributes, refusals: readonly Refusal[]): void {
  const list = refusals.filter((x) => x.policy.spec?.failurePolicy !== 'Ignore')
  const first = list[0]
  if (first) throw denial(a, first.message, list)
}

function denial(a: Attributes, message: string, list: readonly Refusal[]): ApiError {
  const { status } = forbidden(a.served.gr, a.name, message)
  const causes = list.map((x) => ({ message: x.message }))
  return failure(403, 'Invalid', message, { ...status.details, causes })
}
