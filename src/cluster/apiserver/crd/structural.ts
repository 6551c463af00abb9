/**
 * Structural schemas: pruning, defaulting and the form that the rest of the server reads.
 * @source staging/src/k8s.io/apiextensions-apiserver/pkg/apiserver/schema
 */
import { cloneJson, isObject, type JsonObject } from '../../api/meta/json.ts'
import { type Schema, schemaNamed } from '../../api/schema.ts'
import { type DecodeNotes, decode } from '../decode.ts'

/** JSONSchemaProps as a CRD states them. */
export type RawSchema = JsonObject

/** A member of a schema that is itself a schema. */
export function sub(s: RawSchema | undefined, key: string): RawSchema | undefined {
  const v = s?.[key]
  return isObject(v) ? v : undefined
}

/** Schemas of properties. */
export function propertiesOf(s: RawSchema | undefined): Readonly<Record<string, RawSchema>> {
  return (sub(s, 'properties') ?? {}) as Record<string, RawSchema>
}

/** Our form of a raw schema, for OpenAPI, explain and apply. */
export function convert(raw: RawSchema, top = false): Schema {
  const out: Record<string, unknown> = {}
  for (const k of [
    'type',
    'format',
    'enum',
    'required',
    'default',
    'nullable',
    'description',
    'pattern',
    'minimum',
    'maximum',
  ]) {
    if (raw[k] !== undefined) out[k] = raw[k]
  }
  const items = sub(raw, 'items')
  if (items) out.items = convert(items)
  const more = sub(raw, 'additionalProperties')
  if (more) out.additionalProperties = convert(more)
  const known = Object.entries(propertiesOf(raw))
  if (known.length > 0 || top) {
    out.properties = Object.fromEntries(known.map(([k, v]) => [k, convert(v)]))
  }
  for (const [x, k] of EXTENSIONS) if (raw[x] !== undefined) out[k] = raw[x]
  if (!top) return out as Schema
  const properties = {
    ...(out.properties as Record<string, Schema>),
    apiVersion: { type: 'string' },
    kind: { type: 'string' },
    metadata: { ref: 'ObjectMeta' },
  }
  return { ...out, properties } as Schema
}

const EXTENSIONS: readonly (readonly [string, string])[] = [
  ['x-kubernetes-list-type', 'listType'],
  ['x-kubernetes-list-map-keys', 'listMapKeys'],
  ['x-kubernetes-map-type', 'mapType'],
  ['x-kubernetes-preserve-unknown-fields', 'preserveUnknownFields'],
  ['x-kubernetes-embedded-resource', 'embeddedResource'],
  ['x-kubernetes-int-or-string', 'intOrString'],
]

/** Decodes a custom object: metadata as everywhere, the rest pruned. @throws DecodeError */
export function decodeCustom(raw: RawSchema, value: unknown, notes?: DecodeNotes): unknown {
  if (!isObject(value)) return value
  const { metadata, apiVersion, kind, ...rest } = value
  const pruned = prune(cloneJson(rest), raw, '', notes) as JsonObject
  const inner: DecodeNotes = { unknown: [] }
  const m = decode(schemaNamed('ObjectMeta'), metadata ?? {}, inner)
  for (const u of inner.unknown) notes?.unknown.push(`metadata.${u}`)
  return { kind, apiVersion, metadata: m, ...pruned }
}

function prune(v: unknown, s: RawSchema | undefined, path: string, notes?: DecodeNotes): unknown {
  if (Array.isArray(v)) {
    const items = sub(s, 'items')
    return v.map((x, i) => prune(x, items, `${path}[${i}]`, notes))
  }
  if (!isObject(v) || s?.['x-kubernetes-embedded-resource']) return v
  const known = propertiesOf(s)
  const more = s?.additionalProperties
  const open = s?.['x-kubernetes-preserve-unknown-fields'] === true
  const out: JsonObject = {}
  for (const [k, x] of Object.entries(v)) {
    const at = path ? `${path}.${k}` : k
    const field = known[k] ?? (isObject(more) ? more : undefined)
    if (!field && !open && more !== true) {
      notes?.unknown.push(at)
      continue
    }
    if (x === null && field && field.nullable !== true) continue
    out[k] = field ? prune(x, field, at, notes) : x
  }
  return out
}

/** Fills defaults in place. */
export function fillDefaults(v: unknown, s: RawSchema | undefined): void {
  if (!s) return
  if (Array.isArray(v)) {
    for (const x of v) fillDefaults(x, sub(s, 'items'))
    return
  }
  if (!isObject(v)) return
  for (const [k, field] of Object.entries(propertiesOf(s))) {
    if (v[k] === undefined && field.default !== undefined) v[k] = cloneJson(field.default)
    if (v[k] !== undefined) fillDefaults(v[k], field)
  }
  const more = sub(s, 'additionalProperties')
  if (!more) return
  const known = propertiesOf(s)
  for (const [k, x] of Object.entries(v)) if (!known[k]) fillDefaults(x, more)
}
