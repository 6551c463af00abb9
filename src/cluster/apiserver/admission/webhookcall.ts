/**
 * One call of an admission webhook: where to, what is sent, what a sound answer is.
 * @source staging/src/k8s.io/apiserver/pkg/admission/plugin/webhook/request, pkg/util/webhook/client.go
 */
import type { Service, WebhookClientConfig } from '../../api/generated/types.ts'
import { newUid } from '../../api/meta/names.ts'
import type { Task } from '../../sim/task.ts'
import { withTimeout } from '../../sim/task.ts'
import type { Registry } from '../registry/registry.ts'
import type { Attributes } from './chain.ts'

/** Where a webhook is. */
export interface WebhookTarget {
  /** As Go prints it, with the timeout: `https://name.namespace.svc:443/path?timeout=10s`. */
  readonly url: string
  /** Cluster address and port of the Service; none when a plain URL was given. */
  readonly address?: { readonly ip: string; readonly port: number }
  readonly service?: { readonly namespace: string; readonly name: string; readonly port: number }
}

/** An AdmissionReview, as JSON. */
export interface AdmissionReview {
  readonly apiVersion?: string
  readonly kind?: string
  readonly request?: Readonly<Record<string, unknown>>
  readonly response?: AdmissionResponse
}

/** What a webhook answers. */
export interface AdmissionResponse {
  readonly uid?: string
  readonly allowed?: boolean
  readonly status?: {
    readonly code?: number
    readonly message?: string
    readonly reason?: string
    readonly details?: object
  }
  /** JSON patch in base64. */
  readonly patch?: string
  readonly patchType?: string
  readonly warnings?: readonly string[]
}

/** Carries a review to a webhook and brings its answer. @throws WebhookFailure when there is none */
export type WebhookCaller = (
  target: WebhookTarget,
  review: AdmissionReview,
) => Task<AdmissionReview>

/** Why a webhook gave no answer: Go's text, e.g. `dial tcp 10.96.0.9:443: connect: connection refused`. */
export class WebhookFailure extends Error {
  override name = 'WebhookFailure'
  constructor(
    message: string,
    /** True when somebody answered, but not with a review: `the server could not find the requested resource`. */
    readonly answered = false,
  ) {
    super(message)
  }
}

const DEFAULT_PORT = 443

/** What is called. */
export interface Callee {
  readonly name: string
  readonly clientConfig: WebhookClientConfig
  readonly timeoutSeconds?: number
}

/**
 * Calls a webhook and checks its answer.
 * @throws WebhookFailure with all that follows `failed calling webhook "x": `
 */
export function* callWebhook(
  r: Registry,
  a: Attributes,
  hook: Callee,
  mutating: boolean,
): Task<AdmissionResponse> {
  const uid = newUid(a.call.random)
  const seconds = hook.timeoutSeconds ?? 10
  const url = urlOf(hook.clientConfig, seconds)
  const post = `failed to call webhook: Post ${JSON.stringify(url)}: `
  let answer: AdmissionReview
  try {
    const target = yield* targetOf(r, hook.clientConfig, url)
    // What goes over the wire is a copy of its own.
    const review = JSON.parse(JSON.stringify(reviewOf(a, uid))) as AdmissionReview
    const carry = r.callWebhook ?? nobody
    const said = yield* withTimeout(r.world, r.place, seconds * 1000, () => carry(target, review))
    if (!said) throw new WebhookFailure('context deadline exceeded')
    answer = said.value
  } catch (error) {
    if (!(error instanceof WebhookFailure)) throw error
    const head = error.answered ? 'failed to call webhook: ' : post
    throw new WebhookFailure(head + error.message)
  }
  return verified(answer, uid, mutating)
}

/** Without a network nobody listens anywhere. */
function* nobody(t: WebhookTarget): Task<AdmissionReview> {
  if (t.address) {
    const { ip, port } = t.address
    throw new WebhookFailure(`dial tcp ${ip}:${port}: connect: connection refused`)
  }
  const host = /^https?:\/\/([^/:?]+)/.exec(t.url)?.[1] ?? ''
  throw new WebhookFailure(`dial tcp: lookup ${host}: no such host`)
}

function urlOf(c: WebhookClientConfig, seconds: number): string {
  const query = `timeout=${seconds}s`
  if (c.url !== undefined) return `${c.url}${c.url.includes('?') ? '&' : '?'}${query}`
  const s = c.service
  const path = s?.path ? (s.path.startsWith('/') ? s.path : `/${s.path}`) : '/'
  return `https://${s?.name}.${s?.namespace}.svc:${s?.port ?? DEFAULT_PORT}${path}?${query}`
}

/** Services are reached by their cluster address. @source staging/src/k8s.io/kube-aggregator/pkg/apiserver/resolvers.go */
function* targetOf(r: Registry, c: WebhookClientConfig, url: string): Task<WebhookTarget> {
  if (!c.service) return { url }
  const { namespace, name, port = DEFAULT_PORT } = c.service
  const services = r.builtin('', 'v1', 'services')
  yield* services.cache.ready()
  const found = r.cached<Service>(services, namespace, name)
  if (!found) throw new WebhookFailure(`service ${JSON.stringify(name)} not found`)
  if (!found.spec?.ports?.some((p) => p.port === port)) {
    throw new WebhookFailure(`no service port ${port} found for service ${JSON.stringify(name)}`)
  }
  const service = { namespace, name, port }
  const ip = found.spec.clusterIP
  if (!ip || ip === 'None') return { url, service }
  return { url, service, address: { ip, port } }
}

const OPTIONS: Readonly<Record<string, string>> = {
  CREATE: 'CreateOptions',
  UPDATE: 'UpdateOptions',
  DELETE: 'DeleteOptions',
}

function reviewOf(a: Attributes, uid: string): AdmissionReview {
  const { group, version, kind } = a.served.definition
  const gvk = { group, version, kind }
  const gvr = { group, version, resource: a.served.gr.resource }
  const { user, dryRun, manager } = a.call
  const sub = a.subresource
  const optionsKind =
    a.operation === 'UPDATE' && a.call.request.method === 'PATCH'
      ? 'PatchOptions'
      : OPTIONS[a.operation]
  const options = optionsKind && {
    kind: optionsKind,
    apiVersion: 'meta.k8s.io/v1',
    ...(dryRun ? { dryRun: ['All'] } : {}),
    ...(a.operation === 'DELETE' ? {} : { fieldManager: manager }),
  }
  return {
    kind: 'AdmissionReview',
    apiVersion: 'admission.k8s.io/v1',
    request: {
      uid,
      kind: gvk,
      resource: gvr,
      ...(sub ? { subResource: sub } : {}),
      requestKind: gvk,
      requestResource: gvr,
      ...(sub ? { requestSubResource: sub } : {}),
      ...(a.name ? { name: a.name } : {}),
      ...(a.namespace ? { namespace: a.namespace } : {}),
      operation: a.operation,
      userInfo: {
        username: user.name,
        ...(user.uid ? { uid: user.uid } : {}),
        groups: user.groups,
      },
      object: a.operation === 'DELETE' ? null : (a.object ?? null),
      oldObject: a.old ?? null,
      dryRun,
      options: options ?? null,
    },
  }
}

function verified(answer: AdmissionReview, uid: string, mutating: boolean): AdmissionResponse {
  const unsound = (text: string) => new WebhookFailure(`received invalid webhook response: ${text}`)
  const { response, apiVersion = '', kind = '' } = answer
  if (!response) throw unsound('webhook response was absent')
  if (response.uid !== uid) {
    throw unsound(`expected response.uid="${uid}", got ${JSON.stringify(response.uid ?? '')}`)
  }
  if (apiVersion !== 'admission.k8s.io/v1' || kind !== 'AdmissionReview') {
    const gvk = apiVersion.includes('/') ? apiVersion : `/${apiVersion}`
    const wanted = 'admission.k8s.io/v1, Kind=AdmissionReview'
    throw unsound(`expected webhook response of ${wanted}, got ${gvk}, Kind=${kind}`)
  }
  const { patch, patchType } = response
  if (mutating) {
    if (patch && !patchType) {
      throw unsound('webhook returned response.patch but not response.patchType')
    }
    if (!patch && patchType) {
      throw unsound('webhook returned response.patchType but not response.patch')
    }
    if (patchType && patchType !== 'JSONPatch') {
      throw unsound(`webhook returned invalid response.patchType of ${JSON.stringify(patchType)}`)
    }
  } else {
    if (patch) throw unsound('validating webhook may not return response.patch')
    if (patchType) throw unsound('validating webhook may not return response.patchType')
  }
  return response
}
