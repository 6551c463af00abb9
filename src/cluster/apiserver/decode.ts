/**
 * From JSON to an object of a kind: types checked, unknown fields named, nulls and Go's unwritten zeros dropped. The
 * result is a fresh copy that may be changed in place. Errors read as Go's JSON decoder words them.
 * @source staging/src/k8s.io/apimachinery/pkg/runtime/serializer/json, encoding/json
 */

import numbers from '../api/generated/protobuf.json' with { type: 'json' }
import { base64Fault } from '../api/meta/base64.ts'
import { isObject, type JsonObject } from '../api/meta/json.ts'
import { canonicalQuantity, isQuantity, QUANTITY_SYNTAX } from '../api/meta/quantity.ts'
import { resolve, type Schema, schemas } from '../api/schema.ts'
import { omitsZero } from './zero.ts'

/** A value of the wrong JSON type; its message is Go's. */
export class DecodeError extends Error {
  override name = 'DecodeError'
}

/** What the decoder found besides the object. */
export interface DecodeNotes {
  /** Paths of fields that the kind does not have. */
  readonly unknown: string[]
  /** True when the sender's JSON would have had its members sorted, as kubectl's has. */
  readonly sorted?: boolean
}

/** What holds the value that is being decoded. Paths are made of it only when there is something to say. */
class Holder {
  constructor(
    readonly up: Holder | undefined,
    /** Under which the holder itself is held. */
    readonly key: string | number,
    /** Its Go type; undefined for maps and lists. */
    readonly struct: string | undefined,
    readonly notes: DecodeNotes | undefined,
  ) {}

  /** With indexes, for unknown fields: `spec.containers[0].env`. */
  pathTo(key: string | number): string {
    const here = this.up ? this.up.pathTo(this.key) : ''
    return typeof key === 'number' ? `${here}[${key}]` : join(here, key)
  }

  /** Without indexes, for type errors: `spec.containers.env`. */
  goPathTo(key: string | number): string {
    const here = this.up ? this.up.goPathTo(this.key) : ''
    return this.struct === undefined ? here : join(here, String(key))
  }

  /** Go type of the struct that holds it in the end. */
  get holdingStruct(): string {
    return this.struct ?? this.up?.holdingStruct ?? ''
  }
}

type Decoder = (value: unknown, holder: Holder, key: string | number) => unknown

const decoders = new WeakMap<Schema, Decoder>()

/**
 * Decodes a value by its schema.
 * @param notes collects unknown fields; without it they are dropped silently
 * @throws DecodeError
 */
export function decode(schema: Schema, value: unknown, notes?: DecodeNotes): unknown {
  return decoderOf(schema)(value, new Holder(undefined, '', undefined, notes), '')
}

/** Gives a schema a decoder of its own: custom resources are pruned by their raw schema. */
export function setDecoder(
  schema: Schema,
  d: (value: unknown, notes: DecodeNotes | undefined) => unknown,
): void {
  decoders.set(schema, (value, holder) => d(value, holder.notes))
}

function decoderOf(schema: Schema): Decoder {
  let d = decoders.get(schema)
  if (!d) {
    // Types may contain themselves: a forwarding decoder stands in until the real one is made.
    let made: Decoder | undefined
    decoders.set(schema, (v, holder, key) => (made as Decoder)(v, holder, key))
    made = compile(schema)
    decoders.set(schema, made)
    d = made
  }
  return d
}

function compile(schema: Schema): Decoder {
  const s = resolve(schema)
  const name = typeName(s)
  if (s.format === 'int-or-string' || s.intOrString) return decodeIntOrString
  if (name === 'Quantity') return decodeQuantity
  if (s.format === 'date-time') return decodeTime(name)
  if (s.properties) return compileStruct(s)
  if (s.additionalProperties) return compileMap(s)
  if (s.items) return compileArray(s)
  switch (s.type) {
    case 'string':
      return s.format === 'byte' ? decodeBase64 : scalar('string', goType(s))
    case 'boolean':
      return scalar('boolean', 'bool')
    case 'integer':
      return decodeInteger(s.format === 'int64' ? 'int64' : 'int32')
    case 'number':
      return scalar('number', 'float64')
    default:
      return (v) => v
  }
}

interface Field {
  readonly name: string
  readonly decode: Decoder
  readonly required: boolean
  /** A struct that Go always writes. */
  readonly filled: boolean
}

function compileStruct(s: Schema): Decoder {
  const struct = typeName(s)
  const fields = new Map<string, Field>()
  const filled: Field[] = []
  const zeros: [string, unknown][] = []
  const lists: string[] = []
  const order = fieldOrder(s)
  const nil = NIL_LISTS.has(struct)
  const written = WRITTEN[struct]
  for (const [name, p] of Object.entries(s.properties ?? {})) {
    const isStruct = p.ref !== undefined && isObject(p.default)
    const field: Field = {
      name,
      decode: decoderOf(p),
      required: s.required?.includes(name) ?? false,
      filled: isStruct,
    }
    fields.set(name, field)
    if (isStruct) filled.push(field)
    else if (field.required && isZero(p.default)) zeros.push([name, p.default])
    else if (field.required && p.type === 'array') lists.push(name)
  }
  return (value, holder, at) => {
    if (!isObject(value)) throw mismatch(value, holder, at, `v1.${struct}`)
    const { notes } = holder
    const here = new Holder(holder, at, struct, notes)
    const out: JsonObject = {}
    const keys = Object.keys(value)
    if (notes?.sorted) keys.sort()
    for (const key of keys) {
      const v = value[key]
      const field = fields.get(key)
      if (!field) {
        if (v !== undefined) notes?.unknown.push(here.pathTo(key))
        continue
      }
      if (v === undefined || v === null) continue
      const decoded = field.decode(v, here, key)
      if (field.required || !isOmitted(struct, key, decoded)) out[key] = decoded
    }
    for (const f of filled) if (out[f.name] === undefined) out[f.name] = f.decode({}, here, f.name)
    for (const [name, zero] of zeros) if (out[name] === undefined) out[name] = zero
    for (const name of lists) if (out[name] === undefined) out[name] = nil ? null : []
    if (written) for (const k of Object.keys(written)) if (out[k] === undefined) out[k] = written[k]
    return notes && order ? reordered(out, order) : out
  }
}

/** Kinds whose required list may stay out, and is then written as null. */
const NIL_LISTS = new Set(['EndpointSlice', 'LimitRangeSpec', 'CSINodeSpec'])

/** Optional fields that Go writes even when they are not set, for want of `omitempty`. */
const WRITTEN: Readonly<Record<string, JsonObject>> = {
  Role: { rules: null },
  ClusterRole: { rules: null },
  PriorityClass: { value: 0 },
  StatefulSetStatus: { availableReplicas: 0 },
}

/** Go writes struct fields in the order of their declaration, which their protobuf numbers follow. */
function fieldOrder(s: Schema): readonly string[] | undefined {
  const name = names.get(s)
  return name === undefined ? undefined : orderOf(name)
}

function orderOf(table: string): readonly string[] | undefined {
  const known = NUMBERS[table]
  if (!known) return undefined
  const numbers = Object.keys(known)
    .map(Number)
    .sort((a, b) => a - b)
  return numbers.flatMap((n) => {
    const field = known[String(n)] as string
    return field.startsWith('@') ? (orderOf(field) ?? []) : [field]
  })
}

const NUMBERS = numbers as unknown as Readonly<Record<string, Readonly<Record<string, string>>>>
const names = new Map<Schema, string>(Object.entries(schemas).map(([name, s]) => [s, name]))

function reordered(o: JsonObject, order: readonly string[]): JsonObject {
  const out: JsonObject = {}
  for (const k of order) if (o[k] !== undefined) out[k] = o[k]
  for (const k of Object.keys(o)) if (out[k] === undefined) out[k] = o[k]
  return out
}

/** What Go writes for a required field that was not given. */
function isZero(v: unknown): boolean {
  return v === '' || v === 0 || v === false
}

function isOmitted(struct: string, field: string, v: unknown): boolean {
  if (v === '' || v === 0 || v === false) return omitsZero(struct, field, v)
  if (Array.isArray(v)) return v.length === 0
  return v === undefined
}

function compileMap(s: Schema): Decoder {
  const item = decoderOf(s.additionalProperties as Schema)
  const type = `map[string]${goType(s.additionalProperties as Schema)}`
  return (value, holder, at) => {
    if (!isObject(value)) throw mismatch(value, holder, at, type)
    const here = new Holder(holder, at, undefined, holder.notes)
    const out: JsonObject = {}
    let members = 0
    const keys = Object.keys(value)
    // Go writes maps in key order; objects of our own are made in a stable order already.
    if (holder.notes) keys.sort()
    for (const key of keys) {
      const v = value[key]
      if (v === undefined) continue
      members++
      // A null value of a map is the zero value in Go.
      out[key] = v === null ? zeroOf(s.additionalProperties as Schema) : item(v, here, key)
    }
    return members === 0 ? undefined : out
  }
}

function zeroOf(schema: Schema): unknown {
  const s = resolve(schema)
  if (s.type === 'string') return ''
  if (s.type === 'integer' || s.type === 'number') return 0
  if (s.type === 'boolean') return false
  return typeName(s) === 'Quantity' ? '0' : null
}

function compileArray(s: Schema): Decoder {
  const items = s.items as Schema
  const item = decoderOf(items)
  const type = `[]${goType(items)}`
  return (value, holder, at) => {
    if (!Array.isArray(value)) throw mismatch(value, holder, at, type)
    const here = new Holder(holder, at, undefined, holder.notes)
    return value.map((v, i) => (v === null ? zeroItem(items) : item(v, here, i)))
  }
}

function zeroItem(items: Schema): unknown {
  return resolve(items).properties ? {} : zeroOf(items)
}

function scalar(want: 'string' | 'boolean' | 'number', go: string): Decoder {
  return (value, holder, at) => {
    if (typeof value !== want) throw mismatch(value, holder, at, go)
    return value
  }
}

function decodeBase64(value: unknown, holder: Holder, at: string | number): unknown {
  if (typeof value !== 'string') throw mismatch(value, holder, at, '[]uint8')
  const fault = holder.notes ? base64Fault(value) : undefined
  if (fault !== undefined) throw new DecodeError(`illegal base64 data at input byte ${fault}`)
  return value
}

function decodeInteger(go: 'int32' | 'int64'): Decoder {
  return (value, holder, at) => {
    const fits =
      typeof value === 'number' &&
      Number.isInteger(value) &&
      (go === 'int64' || (value <= 2147483647 && value >= -2147483648))
    if (!fits) throw mismatch(value, holder, at, go)
    return value
  }
}

function decodeIntOrString(value: unknown, holder: Holder, at: string | number): unknown {
  if (typeof value === 'string') return value
  if (typeof value === 'number' && Number.isInteger(value)) return value
  throw mismatch(value, holder, at, typeof value === 'number' ? 'int32' : 'string')
}

function decodeQuantity(value: unknown): unknown {
  if (typeof value !== 'string' && typeof value !== 'number') throw new DecodeError(QUANTITY_SYNTAX)
  const text = String(value)
  if (!isQuantity(text)) throw new DecodeError(QUANTITY_SYNTAX)
  return canonicalQuantity(text)
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/

function decodeTime(name: string): Decoder {
  const layout =
    name === 'MicroTime' ? '2006-01-02T15:04:05.000000Z07:00' : '2006-01-02T15:04:05Z07:00'
  return (value, holder, at) => {
    if (typeof value !== 'string') throw mismatch(value, holder, at, 'string')
    if (!TIME.test(value) || Number.isNaN(Date.parse(value))) {
      const bad = JSON.stringify(value)
      throw new DecodeError(`parsing time ${bad} as "${layout}": cannot parse ${bad} as "2006"`)
    }
    return value
  }
}

function mismatch(value: unknown, holder: Holder, at: string | number, type: string): DecodeError {
  const what = Array.isArray(value)
    ? 'array'
    : value === null
      ? 'null'
      : typeof value === 'object'
        ? 'object'
        : typeof value === 'boolean'
          ? 'bool'
          : typeof value === 'number'
            ? numberText(value, type)
            : 'string'
  const struct = holder.holdingStruct
  const where = struct ? `Go struct field ${struct}.${holder.goPathTo(at)}` : 'Go value'
  return new DecodeError(`json: cannot unmarshal ${what} into ${where} of type ${type}`)
}

function numberText(value: number, type: string): string {
  return /^(u?int|float)/.test(type) ? `number ${value}` : 'number'
}

function join(path: string, key: string): string {
  return path ? `${path}.${key}` : key
}

/** `PodSpec` of `io.k8s.api.core.v1.PodSpec`. */
export function typeName(s: Schema): string {
  const id = s.id ?? ''
  return id.slice(id.lastIndexOf('.') + 1)
}

function goType(schema: Schema): string {
  const s = resolve(schema)
  if (s.id) {
    if (s.id.endsWith('.Quantity')) return 'resource.Quantity'
    const parts = s.id.split('.')
    const version = parts[parts.length - 2] ?? 'v1'
    if (s.properties) return `${version}.${typeName(s)}`
    if (s.format === 'date-time') return 'string'
  }
  if (s.items) return `[]${goType(s.items)}`
  if (s.additionalProperties) return `map[string]${goType(s.additionalProperties)}`
  if (s.type === 'string') return s.format === 'byte' ? '[]uint8' : 'string'
  if (s.type === 'boolean') return 'bool'
  if (s.type === 'integer') return s.format === 'int64' ? 'int64' : 'int32'
  if (s.type === 'number') return 'float64'
  return 'interface {}'
}
