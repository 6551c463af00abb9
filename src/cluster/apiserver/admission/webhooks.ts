/**
 * Mutating and validating admission webhooks.
 * @source staging/src/k8s.io/apiserver/pkg/admission/plugin/webhook/{generic,mutating,validating}
 */
import type {
  MutatingWebhook,
  MutatingWebhookConfiguration,
  ValidatingWebhook,
} from '../../api/generated/types.ts'
import { decodeBase64 } from '../../api/meta/base64.ts'
import { deepEqual } from '../../api/meta/json.ts'
import {
  type ApiError,
  badRequest,
  failure,
  forbidden,
  internalError,
  type StatusReason,
} from '../../api/meta/status.ts'
import type { AnyObject } from '../../api/object.ts'
import { JsonPatchError, type JsonPatchOperation, jsonPatch } from '../../api/patch/json.ts'
import { Signal, spawn, type Task } from '../../sim/task.ts'
import { authorizerReady } from '../authz/authorize.ts'
import type { Registry } from '../registry/registry.ts'
import type { AdmissionPlugin, Attributes } from './chain.ts'
import { conditionsMet, contextOf, ruleMatches, selected } from './matching.ts'
import { decoded, replaceObject } from './mutatingpolicy.ts'
import { Reinvoked } from './reinvocation.ts'
import { type AdmissionResponse, callWebhook, WebhookFailure } from './webhookcall.ts'

const GROUP = 'admissionregistration.k8s.io'
const MUTATING = 'MutatingAdmissionWebhook'

type Hook = ValidatingWebhook | MutatingWebhook

interface Configured {
  readonly hook: Hook
  /** Tells it from all others. */
  readonly key: string
}

/** Asks mutating webhooks, one after the other. */
export const mutatingWebhooks: AdmissionPlugin = {
  name: MUTATING,
  wants: (s) => s.gr.group !== GROUP,
  *admit(a, r) {
    const hooks = yield* hooksOf(r, 'mutatingwebhookconfigurations')
    if (hooks.length === 0) return
    const mine = Reinvoked.of(a, MUTATING)
    mine?.begin(a.object)
    for (const { hook, key } of hooks) {
      if (!(yield* isMeant(a, r, hook))) continue
      if (mine && !mine.wanted(key)) continue
      if (yield* mutate(a, r, hook)) mine?.changed()
      if ((hook as MutatingWebhook).reinvocationPolicy === 'IfNeeded') mine?.again(key)
    }
    mine?.end(a.object)
  },
}

/** Asks validating webhooks, all at once. */
export const validatingWebhooks: AdmissionPlugin = {
  name: 'ValidatingAdmissionWebhook',
  wants: (s) => s.gr.group !== GROUP,
  *validate(a, r) {
    const hooks = yield* hooksOf(r, 'validatingwebhookconfigurations')
    const meant: Hook[] = []
    for (const { hook } of hooks) if (yield* isMeant(a, r, hook)) meant.push(hook)
    if (meant.length > 0) yield* askAll(a, r, meant)
  },
}

/** All webhooks, by the names of their configurations and then as listed. */
function* hooksOf(r: Registry, plural: string): Task<readonly Configured[]> {
  const { cache } = r.builtin(GROUP, 'v1', plural)
  yield* cache.ready()
  if (cache.state.size === 0) return []
  yield* r.builtin('', 'v1', 'namespaces').cache.ready()
  return [...cache.state]
    .sort(([x], [y]) => (x < y ? -1 : x > y ? 1 : 0))
    .flatMap(([key, o]) => {
      const { webhooks = [] } = o as unknown as MutatingWebhookConfiguration
      return webhooks.map((hook, i) => ({ hook: hook as Hook, key: `${key}/${hook.name}/${i}` }))
    })
}

/** True when rules, selectors and conditions fit. @throws ApiError when a condition fails and may not be ignored */
function* isMeant(a: Attributes, r: Registry, hook: Hook): Task<boolean> {
  const exact = hook.matchPolicy === 'Exact'
  if (!(hook.rules ?? []).some((x) => ruleMatches(a, r, x, exact))) return false
  if (!selected(a, r, hook)) return false
  if ((hook.matchConditions ?? []).length === 0) return true
  yield* authorizerReady(r, a.call.user)
  const met = conditionsMet(hook.matchConditions, contextOf(a, r))
  if (!(met instanceof Error)) return met
  if (hook.failurePolicy === 'Ignore') return false
  throw forbidden(a.served.gr, a.name, met.message)
}

function* ask(
  a: Attributes,
  r: Registry,
  hook: Hook,
  mutating: boolean,
): Task<AdmissionResponse | undefined> {
  if (a.call.dryRun && hook.sideEffects !== 'None' && hook.sideEffects !== 'NoneOnDryRun') {
    throw badRequest(`admission webhook ${JSON.stringify(hook.name)} does not support dry run`)
  }
  try {
    const answer = yield* callWebhook(r, a, hook, mutating)
    for (const w of answer.warnings ?? []) a.call.warnings.push(w)
    if (!answer.allowed) throw denial(hook.name, answer)
    return answer
  } catch (error) {
    if (!(error instanceof WebhookFailure)) throw error
    return unanswered(hook, error)
  }
}

/** @throws ApiError InternalError unless failures are ignored */
function unanswered(hook: Hook, error: WebhookFailure): undefined {
  if (hook.failurePolicy === 'Ignore') return undefined
  throw internalError(`failed calling webhook ${JSON.stringify(hook.name)}: ${error.message}`)
}

function denial(name: string, answer: AdmissionResponse): ApiError {
  const { code = 0, message, reason = '', details } = answer.status ?? {}
  const why = message || reason
  const text = `admission webhook ${JSON.stringify(name)} denied the request`
  return failure(
    code < 400 ? 400 : code,
    reason as StatusReason,
    why ? `${text}: ${why}` : `${text} without explanation`,
    details,
  )
}

/** @returns true when the webhook changed the object */
function* mutate(a: Attributes, r: Registry, hook: Hook): Task<boolean> {
  const answer = yield* ask(a, r, hook, true)
  if (!answer?.patch) return false
  const operations = operationsOf(hook, answer.patch)
  if (!operations || operations.length === 0) return false
  if (!a.object || a.operation === 'DELETE') {
    const text = 'attempted to modify the object, which is not supported for this operation'
    throw internalError(`admission webhook ${JSON.stringify(hook.name)} ${text}`)
  }
  let next: AnyObject
  try {
    next = decoded(a, r, jsonPatch(a.object, operations))
  } catch (error) {
    if (error instanceof JsonPatchError) throw internalError(error.message)
    throw error
  }
  if (deepEqual(next, a.object)) return false
  replaceObject(a, next)
  return true
}

function operationsOf(hook: Hook, patch: string): JsonPatchOperation[] | undefined {
  try {
    const list = JSON.parse(decodeBase64(patch) ?? '') as unknown
    if (Array.isArray(list)) return list as JsonPatchOperation[]
    const text = 'json: cannot unmarshal object into Go value of type jsonpatch.Patch'
    return unanswered(hook, undecodable(text))
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return unanswered(hook, undecodable(error.message))
  }
}

function undecodable(why: string): WebhookFailure {
  return new WebhookFailure(`received undecodable patch in webhook response: ${why}`)
}

/** Asks all at once. @throws the first refusal */
function* askAll(a: Attributes, r: Registry, hooks: readonly Hook[]): Task<void> {
  const errors: unknown[] = []
  const signal = new Signal()
  let open = hooks.length
  for (const hook of hooks) {
    spawn(r.world, r.place, `webhook ${hook.name}`, function* () {
      try {
        yield* ask(a, r, hook, false)
      } catch (error) {
        errors.push(error)
      }
      open--
      signal.notify()
    })
  }
  while (open > 0) yield* signal.wait()
  if (errors.length > 0) throw errors[0]
}
