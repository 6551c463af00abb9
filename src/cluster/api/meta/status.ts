/**
 * metav1.Status errors, made only here, in Kubernetes' own words; learners paste them into search boxes.
 * @source staging/src/k8s.io/apimachinery/pkg/api/errors/errors.go
 */
import type { Status, StatusCause } from '../generated/types.ts'

/** metav1.StatusReason values in use. */
export type StatusReason =
  | 'AlreadyExists'
  | 'BadRequest'
  | 'Conflict'
  | 'Expired'
  | 'Forbidden'
  | 'Gone'
  | 'InternalError'
  | 'Invalid'
  | 'MethodNotAllowed'
  | 'NotAcceptable'
  | 'NotFound'
  | 'RequestEntityTooLarge'
  | 'ServiceUnavailable'
  | 'Timeout'
  | 'TooManyRequests'
  | 'Unauthorized'
  | 'UnsupportedMediaType'
  | ''

/** An API error: wraps the Status that goes over the wire. */
export class ApiError extends Error {
  override name = 'ApiError'
  constructor(readonly status: Status) {
    super(status.message ?? '')
  }
  get reason(): string {
    return this.status.reason ?? ''
  }
  get code(): number {
    return this.status.code ?? 500
  }
}

/** The resource an error speaks of: `{group: 'apps', resource: 'deployments'}`. */
export interface GroupResource {
  readonly group: string
  readonly resource: string
}

/** `deployments.apps`, or `pods` in the core group. */
export function groupResource(gr: GroupResource): string {
  return gr.group ? `${gr.resource}.${gr.group}` : gr.resource
}

/** Any Status failure. */
export function failure(
  code: number,
  reason: StatusReason,
  message: string,
  details?: Status['details'],
): ApiError {
  return new ApiError({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    ...(reason ? { reason } : {}),
    ...(details ? { details } : {}),
    code,
  })
}

export function notFound(gr: GroupResource, name: string): ApiError {
  const message = `${groupResource(gr)} "${name}" not found`
  return failure(404, 'NotFound', message, details(gr, name))
}

export function alreadyExists(gr: GroupResource, name: string): ApiError {
  const message = `${groupResource(gr)} "${name}" already exists`
  return failure(409, 'AlreadyExists', message, details(gr, name))
}

export function conflict(gr: GroupResource, name: string, why: string): ApiError {
  const message = `Operation cannot be fulfilled on ${groupResource(gr)} "${name}": ${why}`
  return failure(409, 'Conflict', message, details(gr, name))
}

/** The conflict of an update made against an older resourceVersion. */
export const OPTIMISTIC_LOCK =
  'the object has been modified; please apply your changes to the latest version and try again'

export function forbidden(gr: GroupResource, name: string, why: string): ApiError {
  const message = name
    ? `${groupResource(gr)} "${name}" is forbidden: ${why}`
    : `${groupResource(gr)} is forbidden: ${why}`
  return failure(403, 'Forbidden', message, details(gr, name))
}

export function badRequest(message: string): ApiError {
  return failure(400, 'BadRequest', message)
}

export function methodNotAllowed(gr: GroupResource, action: string): ApiError {
  const message = `${action} is not supported on resources of kind "${groupResource(gr)}"`
  return failure(405, 'MethodNotAllowed', message, details(gr, ''))
}

export function expired(message: string): ApiError {
  return failure(410, 'Expired', message)
}

export function internalError(message: string): ApiError {
  return failure(500, 'InternalError', `Internal error occurred: ${message}`, {
    causes: [{ message }],
  })
}

export function unsupportedMediaType(message: string): ApiError {
  return failure(415, 'UnsupportedMediaType', message)
}

export function tooManyRequests(message: string, retryAfterSeconds: number): ApiError {
  return failure(429, 'TooManyRequests', message, retryAfterSeconds ? { retryAfterSeconds } : {})
}

export function unauthorized(): ApiError {
  return failure(401, 'Unauthorized', 'Unauthorized')
}

export function serviceUnavailable(message: string): ApiError {
  return failure(503, 'ServiceUnavailable', message)
}

function details(gr: GroupResource, name: string): Status['details'] {
  return { ...(name ? { name } : {}), ...(gr.group ? { group: gr.group } : {}), kind: gr.resource }
}

/** A validation failure of one field, made by the functions below. */
export interface FieldError {
  readonly type:
    | 'FieldValueNotFound'
    | 'FieldValueRequired'
    | 'FieldValueDuplicate'
    | 'FieldValueInvalid'
    | 'FieldValueNotSupported'
    | 'FieldValueForbidden'
    | 'FieldValueTooLong'
    | 'FieldValueTooMany'
    | 'FieldValueTypeInvalid'
    | 'InternalError'
  readonly field: string
  /** Without the field: `Invalid value: "x": must be ...`. */
  readonly body: string
}

/** 422: `Deployment.apps "web" is invalid: spec.replicas: Invalid value: -1: must be ...`. */
export function invalid(
  gk: { group: string; kind: string },
  name: string,
  errors: readonly FieldError[],
): ApiError {
  const causes: StatusCause[] = errors.map((e) => ({
    reason: e.type,
    message: e.body,
    field: e.field,
  }))
  const subject = gk.group ? `${gk.kind}.${gk.group}` : gk.kind
  return failure(422, 'Invalid', `${subject} "${name}" is invalid: ${aggregate(errors)}`, {
    ...(name ? { name } : {}),
    ...(gk.group ? { group: gk.group } : {}),
    kind: gk.kind,
    causes,
  })
}

/** How Go's error aggregate prints: one bare, several in brackets, repeats dropped. */
export function aggregate(errors: readonly FieldError[]): string {
  const texts = [...new Set(errors.map((e) => `${e.field}: ${e.body}`))]
  return texts.length === 1 ? (texts[0] as string) : `[${texts.join(', ')}]`
}

/** True for an ApiError of that reason. */
export function isReason(error: unknown, reason: StatusReason): error is ApiError {
  return error instanceof ApiError && error.reason === reason
}
