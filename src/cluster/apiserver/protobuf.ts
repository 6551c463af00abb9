/**
 * Reads bodies that kubectl's typed commands send as protobuf, into the JSON form everything else here speaks. Answers
 * are always JSON, which clients accept.
 * @source staging/src/k8s.io/apimachinery/pkg/runtime/serializer/protobuf/protobuf.go
 */
import numbers from '../api/generated/protobuf.json' with { type: 'json' }
import { encodeBytes, fromUtf8 } from '../api/meta/base64.ts'
import type { JsonObject } from '../api/meta/json.ts'
import { badRequest } from '../api/meta/status.ts'
import { formatMicroTime, formatTime } from '../api/meta/time.ts'
import { resolve, type Schema, schemaNamed, schemaOf, schemas } from '../api/schema.ts'

const FIELDS = numbers as unknown as Readonly<Record<string, Readonly<Record<string, string>>>>
/** `k8s` and a zero byte before every body. */
const MAGIC = [0x6b, 0x38, 0x73, 0]

const names = new Map<Schema, string>(Object.entries(schemas).map(([name, s]) => [s, name]))

interface Wire {
  readonly number: number
  readonly value: number | bigint | Uint8Array
}

/** The object of a protobuf body. @throws ApiError BadRequest */
export function decodeProtobuf(body: Uint8Array): JsonObject {
  if (MAGIC.some((b, i) => body[i] !== b)) {
    throw badRequest(
      'provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]',
    )
  }
  const unknown = new Map(fieldsOf(body.subarray(4)).map((f) => [f.number, f.value]))
  const meta = new Map(fieldsOf(unknown.get(1) as Uint8Array).map((f) => [f.number, f.value]))
  const apiVersion = text(meta.get(1))
  const kind = text(meta.get(2))
  const slash = apiVersion.indexOf('/')
  const group = slash < 0 ? '' : apiVersion.slice(0, slash)
  const schema = schemaOf(group, apiVersion.slice(slash + 1), kind) ?? sharedKind(kind)
  if (!schema) {
    throw badRequest(
      `no kind "${kind}" is registered for version "${apiVersion}" in scheme "protobuf"`,
    )
  }
  const raw = unknown.get(2)
  return {
    kind,
    apiVersion,
    ...message(schema, raw instanceof Uint8Array ? raw : new Uint8Array()),
  }
}

/** Kinds that every group has: options of deletes and the like. */
function sharedKind(kind: string): Schema | undefined {
  return schemas[kind] ? schemaNamed(kind) : undefined
}

function message(schema: Schema, bytes: Uint8Array): JsonObject {
  const s = resolve(schema)
  const out: JsonObject = {}
  readInto(out, s, names.get(s) ?? '', bytes)
  return out
}

/** Fields of an embedded Go struct (`@Name` in the table) belong to the message around it. */
function readInto(out: JsonObject, s: Schema, table: string, bytes: Uint8Array): void {
  const known = FIELDS[table] ?? {}
  for (const { number, value } of fieldsOf(bytes)) {
    const name = known[number]
    if (name?.startsWith('@') && value instanceof Uint8Array) {
      readInto(out, s, name, value)
      continue
    }
    const field = name === undefined ? undefined : s.properties?.[name]
    if (name === undefined || !field) continue
    const type = resolve(field)
    if (type.type === 'array' && type.items) {
      const list = (out[name] as unknown[] | undefined) ?? []
      list.push(one(type.items, value))
      out[name] = list
    } else if (type.additionalProperties && value instanceof Uint8Array) {
      const map = (out[name] as JsonObject | undefined) ?? {}
      const [key, v] = entry(type.additionalProperties, value)
      map[key] = v
      out[name] = map
    } else {
      out[name] = one(field, value)
    }
  }
}

function entry(schema: Schema, bytes: Uint8Array): [string, unknown] {
  const parts = new Map(fieldsOf(bytes).map((f) => [f.number, f.value]))
  const value = parts.get(2)
  const s = resolve(schema)
  // A list as a map's value is wrapped in a message with one repeated field.
  if (s.type === 'array' && s.items && value instanceof Uint8Array) {
    const items = s.items
    return [text(parts.get(1)), fieldsOf(value).map((f) => one(items, f.value))]
  }
  return [text(parts.get(1)), one(schema, value ?? new Uint8Array())]
}

function one(schema: Schema, value: number | bigint | Uint8Array): unknown {
  const s = resolve(schema)
  const name = names.get(s)
  if (value instanceof Uint8Array) {
    switch (name) {
      case 'Time':
      case 'MicroTime':
        return time(value, name)
      case 'Quantity':
        return text(fieldsOf(value)[0]?.value)
      case 'IntOrString':
        return intOrString(value)
      case 'RawExtension':
      case 'FieldsV1':
      case 'JSON':
        return json(fieldsOf(value)[0]?.value)
    }
    if (s.properties) return message(s, value)
    return s.format === 'byte' ? encodeBytes(value) : fromUtf8(value)
  }
  if (s.type === 'boolean') return value !== 0 && value !== 0n
  return typeof value === 'bigint' ? Number(BigInt.asIntN(64, value)) : value
}

function time(bytes: Uint8Array, name: string): string | undefined {
  const parts = new Map(fieldsOf(bytes).map((f) => [f.number, f.value]))
  const seconds = signed(parts.get(1))
  if (parts.size === 0) return undefined
  const ms = seconds * 1000 + Math.floor(signed(parts.get(2)) / 1_000_000)
  return name === 'Time' ? formatTime(ms) : formatMicroTime(ms)
}

function intOrString(bytes: Uint8Array): number | string {
  const parts = new Map(fieldsOf(bytes).map((f) => [f.number, f.value]))
  return signed(parts.get(1)) === 1 ? text(parts.get(3)) : signed(parts.get(2))
}

function json(value: Wire['value'] | undefined): unknown {
  if (!(value instanceof Uint8Array) || value.length === 0) return undefined
  return JSON.parse(fromUtf8(value))
}

function signed(value: Wire['value'] | undefined): number {
  if (typeof value === 'bigint') return Number(BigInt.asIntN(64, value))
  return typeof value === 'number' ? value : 0
}

function text(value: Wire['value'] | undefined): string {
  return value instanceof Uint8Array ? fromUtf8(value) : ''
}

function fieldsOf(bytes: Uint8Array | undefined): Wire[] {
  const out: Wire[] = []
  if (!bytes) return out
  let at = 0
  const varint = (): bigint => {
    let v = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const b = bytes[at++]
      if (b === undefined) throw badRequest('unexpected EOF')
      v |= BigInt(b & 127) << shift
      if (b < 128) return v
    }
    throw badRequest('proto: integer overflow')
  }
  while (at < bytes.length) {
    const tag = Number(varint())
    const number = tag >> 3
    switch (tag & 7) {
      case 0:
        out.push({ number, value: varint() })
        break
      case 1:
        out.push({
          number,
          value: new DataView(bytes.buffer, bytes.byteOffset + at, 8).getFloat64(0, true),
        })
        at += 8
        break
      case 2: {
        const length = Number(varint())
        if (length > bytes.length - at) throw badRequest('unexpected EOF')
        out.push({ number, value: bytes.subarray(at, at + length) })
        at += length
        break
      }
      default:
        throw badRequest(`proto: illegal wireType ${tag & 7}`)
    }
  }
  return out
}
