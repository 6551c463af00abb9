/**
 * Request bodies: which encoding, which kind, and strictness as the client asked for.
 * @source staging/src/k8s.io/apiserver/pkg/endpoints/handlers/create.go, negotiation
 */
import { parse as parseYaml } from 'yaml'
import { isObject, type JsonObject } from '../api/meta/json.ts'
import { JsonSyntaxError, parseJson } from '../api/meta/jsontext.ts'
import { badRequest, failure, unsupportedMediaType } from '../api/meta/status.ts'
import type { AnyObject } from '../api/object.ts'
import { type Schema, schemaOf } from '../api/schema.ts'
import { TYPED_OBJECT } from '../api/transport.ts'
import type { Call } from './call.ts'
import { DecodeError, type DecodeNotes, decode } from './decode.ts'
import { decodeProtobuf } from './protobuf.ts'

/** Largest body taken from outside. @unit bytes */
export const BODY_MAX = 3 * 1024 * 1024

/** A body parsed but not yet decoded. */
export interface RawBody {
  readonly value: unknown
  readonly duplicates: readonly string[]
  /** True when it came as an object: kubectl sends those with their members sorted. */
  readonly sorted?: boolean
}

const NO_DUPLICATES: readonly string[] = []

/** Parses a body by its content type. @throws ApiError BadRequest, UnsupportedMediaType, RequestEntityTooLarge */
export function readBody(body: unknown, contentType: string | undefined): RawBody {
  if (body instanceof Uint8Array) return { value: decodeProtobuf(body), duplicates: NO_DUPLICATES }
  if (typeof body !== 'string') {
    return { value: body, duplicates: NO_DUPLICATES, sorted: true }
  }
  if (body.length > BODY_MAX) {
    const message = `Request entity too large: limit is ${BODY_MAX}`
    throw failure(413, 'RequestEntityTooLarge', message)
  }
  const type = (contentType ?? 'application/json').split(';')[0]?.trim()
  if (type === 'application/yaml' || type === 'application/apply-patch+yaml') return readYaml(body)
  if (
    type === 'application/vnd.kubernetes.protobuf' ||
    (type && !/json/.test(type) && type !== '*/*')
  ) {
    throw unsupportedMediaType(
      'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf',
    )
  }
  return parseJson(body)
}

function readYaml(text: string): RawBody {
  if (text.trimStart().startsWith('{')) return parseJson(text)
  try {
    const value = parseYaml(text, { version: '1.1', maxAliasCount: 100, merge: true }) as unknown
    return { value, duplicates: NO_DUPLICATES }
  } catch (error) {
    throw badRequest(`error converting YAML to JSON: yaml: ${(error as Error).message}`)
  }
}

/** The object of a write request, as a fresh copy of the kind served. @throws ApiError BadRequest */
export function decodeObject(c: Call, what?: { kind: string; schema: Schema }): AnyObject {
  const { definition, apiVersion } = c.served
  const kind = what?.kind ?? definition.kind
  const schema = what?.schema ?? definition.schema
  if (c.typed) {
    const o = decode(schema, c.request.body) as AnyObject
    return kept(o, kind, what ? (o.apiVersion ?? apiVersion) : apiVersion)
  }
  const raw = rawObject(c, kind)
  const o = raw.value as JsonObject
  checkKind(o, kind, definition.group, what ? undefined : apiVersion)
  return decodeStrictly(c, schema, raw, {
    kind,
    apiVersion: what ? String(o.apiVersion) : apiVersion,
  })
}

/** Decodes a raw value of the given kind, minding the request's fieldValidation. */
export function decodeStrictly(
  c: Call,
  schema: Schema,
  raw: RawBody,
  as: { kind: string; apiVersion: string },
): AnyObject {
  const notes: DecodeNotes = { unknown: [], sorted: raw.sorted ?? false }
  const version = as.apiVersion.slice(as.apiVersion.indexOf('/') + 1)
  const handled = `${as.kind} in version "${version}" cannot be handled as a ${as.kind}`
  let decoded: AnyObject
  try {
    decoded = decode(schema, raw.value, notes) as AnyObject
  } catch (error) {
    if (error instanceof DecodeError) throw badRequest(`${handled}: ${error.message}`)
    throw error
  }
  const problems = [
    ...raw.duplicates.map((d) => `duplicate field ${JSON.stringify(d)}`),
    ...notes.unknown.map((u) => `unknown field ${JSON.stringify(u)}`),
  ]
  if (problems.length > 0 && c.fieldValidation === 'Strict') {
    throw badRequest(`${handled}: strict decoding error: ${problems.join(', ')}`)
  }
  if (c.fieldValidation === 'Warn') c.warnings.push(...problems)
  return kept(decoded, as.kind, as.apiVersion)
}

function rawObject(c: Call, kind: string): RawBody {
  let raw: RawBody
  try {
    raw = readBody(c.request.body, c.request.headers['content-type'])
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error
    throw unrecognized(kind, `json parse error: ${error.message}`, c.request.body)
  }
  if (!isObject(raw.value)) {
    if (raw.value === undefined || raw.value === null)
      throw unrecognized(kind, 'json parse error: unexpected end of JSON input', c.request.body)
    const got = Array.isArray(raw.value) ? 'array' : typeof raw.value
    throw unrecognized(
      kind,
      `json parse error: json: cannot unmarshal ${got} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`,
      c.request.body,
    )
  }
  return raw
}

function unrecognized(kind: string, why: string, body: unknown) {
  return badRequest(
    `the object provided is unrecognized (must be of type ${kind}): couldn't get version/kind; ${why} (${summary(body)})`,
  )
}

const SUMMARY_MAX = 30

/** How a body that nobody can read is shown: as text when it begins like JSON, else byte by byte. */
function summary(body: unknown): string {
  const whole = typeof body === 'string' ? body : body == null ? '' : JSON.stringify(body)
  if (whole === '') return '<empty>'
  const part = whole.slice(0, SUMMARY_MAX)
  const more = whole.length > SUMMARY_MAX ? ' ...' : ''
  if (whole.startsWith('{')) return part + more
  return [...part].map((ch) => ch.charCodeAt(0).toString(16).padStart(2, '0')).join('') + more
}

/** The package of a group's internal types. */
function internalPackage(group: string): string {
  if (group === '' || group === 'events.k8s.io') return 'core'
  return group === 'rbac.authorization.k8s.io' ? 'rbac' : (group.split('.')[0] as string)
}

/** Why an object of one kind cannot be read as another. */
export function conversionFault(
  apiVersion: string,
  kind: string,
  group: string,
  wanted: string,
): string {
  const slash = apiVersion.indexOf('/')
  const [from, v] = [apiVersion.slice(0, Math.max(slash, 0)), apiVersion.slice(slash + 1)]
  if (!schemaOf(from, v, kind)) {
    return `no kind "${kind}" is registered for version "${apiVersion}" in scheme "pkg/api/legacyscheme/scheme.go:30"`
  }
  return `converting (${v}.${kind}) to (${internalPackage(group)}.${wanted}): unknown conversion`
}

function checkKind(
  o: JsonObject,
  kind: string,
  group: string,
  apiVersion: string | undefined,
): void {
  const gotKind = o.kind
  const gotVersion = o.apiVersion
  if (typeof gotKind === 'string' && gotKind !== '' && gotKind !== kind) {
    const version = String(gotVersion ?? '')
    const v = version.slice(version.indexOf('/') + 1)
    const why = conversionFault(version, gotKind, group, kind)
    throw badRequest(`${gotKind} in version "${v}" cannot be handled as a ${kind}: ${why}`)
  }
  if (
    apiVersion &&
    typeof gotVersion === 'string' &&
    gotVersion !== '' &&
    gotVersion !== apiVersion
  ) {
    throw badRequest(
      `the API version in the data (${gotVersion}) does not match the expected API version (${apiVersion})`,
    )
  }
}

/** Kind, version and metadata first, as Go writes them. */
function kept(o: AnyObject, kind: string, apiVersion: string): AnyObject {
  const { kind: _k, apiVersion: _a, metadata, ...rest } = o
  return { kind, apiVersion, metadata: metadata ?? {}, ...rest }
}

/** True for requests of components inside the process. */
export function isTyped(contentType: string | undefined, accept: string | undefined): boolean {
  return contentType === TYPED_OBJECT || accept === TYPED_OBJECT
}
