/**
 * Requests that ask and store nothing: access reviews, who am I, tokens.
 * @source pkg/registry/authorization, pkg/registry/authentication, pkg/registry/core/serviceaccount/storage/token.go
 */
import type {
  Pod,
  PolicyRule,
  ServiceAccount,
  SubjectAccessReview,
  AuthenticationV1TokenRequest as TokenRequest,
  TokenReview,
} from '../../api/generated/types.ts'
import { invalidValue } from '../../api/meta/field.ts'
import type { JsonObject } from '../../api/meta/json.ts'
import { newUid } from '../../api/meta/names.ts'
import {
  badRequest,
  conflict,
  type FieldError,
  failure,
  invalid,
  notFound,
} from '../../api/meta/status.ts'
import { formatTime } from '../../api/meta/time.ts'
import type { AnyObject } from '../../api/object.ts'
import { schemaNamed } from '../../api/schema.ts'
import type { ApiResponse, UserInfo } from '../../api/transport.ts'
import type { Task } from '../../sim/task.ts'
import { type Claims, ISSUER, readToken, signToken } from '../authn/tokens.ts'
import { authorize, authorizerReady } from '../authz/authorize.ts'
import { isNode } from '../authz/node.ts'
import { type Access, type Decision, rulesFor } from '../authz/rbac.ts'
import { decodeObject } from '../body.ts'
import type { Call } from '../call.ts'
import { json } from '../content.ts'
import { getObject } from '../registry/read.ts'
import type { Registry } from '../registry/registry.ts'

/** Kinds answered here. */
export const REVIEWS: ReadonlySet<string> = new Set([
  'LocalSubjectAccessReview',
  'SelfSubjectAccessReview',
  'SelfSubjectReview',
  'SelfSubjectRulesReview',
  'SubjectAccessReview',
  'TokenReview',
])

/** Answers a review. */
export function* serveReview(r: Registry, c: Call): Task<ApiResponse> {
  const o = decodeObject(c)
  yield* authorizerReady(r, subjectOf(c, o))
  const metadata = { ...o.metadata }
  switch (c.served.definition.kind) {
    case 'SelfSubjectReview': {
      const status = { userInfo: userInfo(c.user) }
      return json(201, { ...o, metadata: { creationTimestamp: c.now }, status }, c.warnings)
    }
    case 'SelfSubjectRulesReview':
      return json(201, { ...o, metadata, status: rulesStatus(r, c, o) }, c.warnings)
    case 'TokenReview':
      return json(201, { ...o, metadata, status: tokenStatus(r, c, o) }, c.warnings)
    default:
      return json(201, { ...o, metadata, status: accessStatus(r, c, o) }, c.warnings)
  }
}

function userInfo(u: UserInfo): JsonObject {
  return {
    username: u.name,
    ...(u.uid ? { uid: u.uid } : {}),
    groups: [...u.groups],
    ...(u.extra ? { extra: u.extra } : {}),
  }
}

/** Of whom is asked: oneself, or whom the review names. */
function subjectOf(c: Call, o: AnyObject): UserInfo {
  const { kind } = c.served.definition
  if (kind !== 'SubjectAccessReview' && kind !== 'LocalSubjectAccessReview') return c.user
  const { spec } = o as unknown as SubjectAccessReview
  return {
    name: spec?.user ?? '',
    groups: spec?.groups ?? [],
    ...(spec?.uid ? { uid: spec.uid } : {}),
  }
}

function accessStatus(r: Registry, c: Call, o: AnyObject): JsonObject {
  const spec = (o as unknown as SubjectAccessReview).spec
  const self = c.served.definition.kind === 'SelfSubjectAccessReview'
  const errors = [...reviewErrors(spec, self), ...metaErrors(c, o, spec)]
  if (errors.length > 0) throw unnamed(errors)
  return statusOf(authorize(r, accessOf(subjectOf(c, o), spec)))
}

function statusOf(d: Decision): JsonObject {
  return { allowed: d.allowed, ...(d.reason ? { reason: d.reason } : {}) }
}

function accessOf(user: UserInfo, spec: SubjectAccessReview['spec']): Access {
  const n = spec?.nonResourceAttributes
  const a = spec?.resourceAttributes
  const base = { user, namespace: '', group: '', resource: '', subresource: '', name: '' }
  if (n) return { ...base, verb: n.verb ?? '', path: n.path ?? '' }
  return {
    ...base,
    verb: a?.verb ?? '',
    namespace: a?.namespace ?? '',
    group: a?.group ?? '',
    resource: a?.resource ?? '',
    subresource: a?.subresource ?? '',
    name: a?.name ?? '',
  }
}

function reviewErrors(spec: SubjectAccessReview['spec'], self: boolean): FieldError[] {
  const out: FieldError[] = []
  const both = spec?.resourceAttributes && spec.nonResourceAttributes
  const none = !spec?.resourceAttributes && !spec?.nonResourceAttributes
  if (both) {
    const text = 'cannot be specified in combination with resourceAttributes'
    out.push(invalidValue('spec.nonResourceAttributes', shownAttributes(spec), text))
  }
  if (none) {
    const text = 'exactly one of nonResourceAttributes or resourceAttributes must be specified'
    out.push(invalidValue('spec.resourceAttributes', null, text))
  }
  if (!self && !spec?.user && (spec?.groups?.length ?? 0) === 0) {
    out.push(invalidValue('spec.user', '', 'at least one of user or group must be specified'))
  }
  return out
}

/** As Go shows them, whose internal types carry no JSON names. */
function shownAttributes(spec: SubjectAccessReview['spec']): JsonObject {
  const { path = '', verb = '' } = spec?.nonResourceAttributes ?? {}
  return { Path: path, Verb: verb }
}

/** What a review may not carry besides its spec. */
function metaErrors(c: Call, o: AnyObject, spec: SubjectAccessReview['spec']): FieldError[] {
  const local = c.served.definition.kind === 'LocalSubjectAccessReview'
  const out: FieldError[] = []
  const { managedFields: _, namespace = '', ...rest } = o.metadata
  if (local && spec?.resourceAttributes && spec.resourceAttributes.namespace !== namespace) {
    const path = 'spec.resourceAttributes.namespace'
    const found = spec.resourceAttributes.namespace ?? ''
    out.push(invalidValue(path, found, 'must match metadata.namespace'))
  }
  if (local && spec?.nonResourceAttributes) {
    const text = 'disallowed on this kind of request'
    out.push(invalidValue('spec.nonResourceAttributes', shownAttributes(spec), text))
  }
  if (Object.keys(rest).length > 0 || (!local && namespace)) {
    out.push(invalidValue('metadata', o.metadata, 'must be empty'))
  }
  return out
}

/** An Invalid status that names no kind, as reviews give it. */
function unnamed(errors: readonly FieldError[]): Error {
  return invalid({ group: '', kind: '' }, '', errors)
}

function rulesStatus(r: Registry, c: Call, o: AnyObject): JsonObject {
  const namespace = ((o.spec as JsonObject | undefined)?.namespace as string | undefined) ?? ''
  const all = rulesFor(r, c.user, namespace)
  const resourceRules = all.filter((x) => !x.nonResourceURLs?.length).map(resourceRule)
  const nonResourceRules = all
    .filter((x) => x.nonResourceURLs?.length)
    .map((x) => ({ verbs: x.verbs, nonResourceURLs: x.nonResourceURLs }))
  const evaluationError = 'node authorizer does not support user rule resolution'
  const node = isNode(c) ? { incomplete: true, evaluationError } : undefined
  return { resourceRules, nonResourceRules, incomplete: false, ...node }
}

function resourceRule(x: PolicyRule): JsonObject {
  const { verbs, apiGroups, resources, resourceNames } = x
  return { verbs, apiGroups, resources, ...(resourceNames ? { resourceNames } : {}) }
}

function tokenStatus(r: Registry, c: Call, o: AnyObject): JsonObject {
  const { spec } = o as unknown as TokenReview
  if (!spec?.token) throw badRequest('token is required for TokenReview in authentication')
  const claims = readToken(spec?.token ?? '', secretOf(r), c.nowMs)
  if (!claims) return { user: {}, error: 'invalid bearer token' }
  const audiences = spec?.audiences ?? claims.aud
  return { authenticated: true, user: userInfo(userOfClaims(claims)), audiences }
}

/** The user that a token stands for. */
export function userOfClaims(claims: Claims): UserInfo {
  const { namespace, serviceaccount } = claims['kubernetes.io']
  const extra = extraOf(claims)
  return {
    name: claims.sub,
    uid: serviceaccount.uid,
    ...(extra ? { extra } : {}),
    groups: [
      'system:serviceaccounts',
      `system:serviceaccounts:${namespace}`,
      'system:authenticated',
    ],
  }
}

/** What a token tells of itself and of whom it is bound to. @source pkg/serviceaccount/util.go UserInfo */
function extraOf(claims: Claims): Record<string, string[]> | undefined {
  const { pod, node } = claims['kubernetes.io']
  const prefix = 'authentication.kubernetes.io'
  const out: Record<string, string[]> = {}
  if (claims.jti) out[`${prefix}/credential-id`] = [`JTI=${claims.jti}`]
  if (node) {
    out[`${prefix}/node-name`] = [node.name]
    out[`${prefix}/node-uid`] = [node.uid]
  }
  if (pod) {
    out[`${prefix}/pod-name`] = [pod.name]
    out[`${prefix}/pod-uid`] = [pod.uid]
  }
  return Object.keys(out).length > 0 ? out : undefined
}

/** What seals this cluster's tokens. */
export function secretOf(r: Registry): string {
  return `service-account-key/${r.world.random.seed}`
}

const HOUR_SECONDS = 3600
const TOKEN_MIN_SECONDS = 600
const TOKEN_MAX_SECONDS = 2 ** 32

/** `serviceaccounts/x/token`. @throws ApiError NotFound, Invalid */
export function* serveToken(r: Registry, c: Call): Task<ApiResponse> {
  const account = (yield* getObject(r, c, c.info.name)) as unknown as ServiceAccount
  const schema = schemaNamed('AuthenticationV1TokenRequest')
  const o = decodeObject(c, { kind: 'TokenRequest', schema })
  const spec = (o as unknown as TokenRequest).spec
  const seconds = spec?.expirationSeconds ?? HOUR_SECONDS
  const wrong = (text: string) => {
    const error = invalidValue('spec.expirationSeconds', seconds, text)
    return invalid({ group: 'authentication.k8s.io', kind: 'TokenRequest' }, '', [error])
  }
  if (seconds < TOKEN_MIN_SECONDS) throw wrong('may not specify a duration less than 10 minutes')
  if (seconds > TOKEN_MAX_SECONDS) {
    throw wrong('may not specify a duration larger than 2^32 seconds')
  }
  const { name = '', namespace = '', uid = '' } = account.metadata
  if (!account.metadata.name) throw notFound(c.served.gr, name)
  const audiences = spec?.audiences?.length ? spec.audiences : [ISSUER]
  const bound = yield* boundTo(r, c, spec, name)
  const iat = Math.floor(c.nowMs / 1000)
  const claims: Claims = {
    iss: ISSUER,
    sub: `system:serviceaccount:${namespace}:${name}`,
    aud: audiences,
    exp: iat + seconds,
    iat,
    nbf: iat,
    jti: newUid(c.random),
    'kubernetes.io': { namespace, serviceaccount: { name, uid }, ...bound },
  }
  const status = {
    token: signToken(claims, secretOf(r)),
    expirationTimestamp: formatTime((iat + seconds) * 1000),
  }
  return json(201, {
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: { name, namespace, creationTimestamp: c.now },
    spec: { audiences, expirationSeconds: seconds, boundObjectRef: spec?.boundObjectRef ?? null },
    status,
  })
}

/** Objects that a token can end with. */
const BOUND = { Pod: 'pods', Secret: 'secrets', Node: 'nodes' } as const

/** The object whose end is the token's end. @throws ApiError NotFound, BadRequest, Conflict */
function* boundTo(
  r: Registry,
  c: Call,
  spec: TokenRequest['spec'] | undefined,
  account: string,
): Task<Partial<Claims['kubernetes.io']>> {
  const ref = spec?.boundObjectRef
  if (!ref) return {}
  const kind = ref.kind as keyof typeof BOUND
  const resource = ref.apiVersion === 'v1' ? BOUND[kind] : undefined
  if (!resource) {
    const [group, version] = ref.apiVersion?.includes('/')
      ? ref.apiVersion.split('/')
      : ['', ref.apiVersion ?? '']
    throw badRequest(
      `cannot bind token to object of type ${group}/${version}, Kind=${ref.kind ?? ''}`,
    )
  }
  const served = r.builtin('', 'v1', resource)
  yield* served.cache.ready()
  const name = ref.name ?? ''
  const o = r.cached(served, c.namespace, name)
  if (!o) throw notFound(served.gr, name)
  const spoken = (o as unknown as Pod).spec?.serviceAccountName
  if (kind === 'Pod' && spoken !== account) {
    throw badRequest(
      `cannot bind token for serviceaccount ${JSON.stringify(account)} to pod running with different serviceaccount name.`,
    )
  }
  const { uid = '' } = o.metadata
  if (ref.uid && ref.uid !== uid) {
    const text = `the UID in the bound object reference (${ref.uid}) does not match the UID in record. The object might have been deleted and then recreated`
    throw conflict({ group: '', resource: kind }, name, text)
  }
  return { [kind.toLowerCase()]: { name, uid } }
}

/** The user behind `Authorization: Bearer`. @throws ApiError Unauthorized when it is no token of ours */
export function userOfToken(r: Registry, authorization: string, nowMs: number): UserInfo {
  const token = /^Bearer\s+(\S+)$/i.exec(authorization)?.[1]
  const claims = token ? readToken(token, secretOf(r), nowMs) : undefined
  if (!claims) throw failure(401, 'Unauthorized', 'Unauthorized')
  return userOfClaims(claims)
}
