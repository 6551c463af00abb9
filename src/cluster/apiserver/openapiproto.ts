/**
 * The OpenAPI v2 document in the binary form that kubectl downloads.
 * @source github.com/google/gnostic-models/openapiv2/OpenAPIv2.proto (field numbers)
 */
import { utf8 } from '../api/meta/base64.ts'
import { isObject, type JsonObject } from '../api/meta/json.ts'

type Bytes = readonly number[]

/** Encodes a v2 document made by our own code. */
export function encodeV2(doc: JsonObject): Uint8Array {
  const info = doc.info as { title: string; version: string }
  const paths = Object.entries(doc.paths as JsonObject).map(([path, item]) =>
    message(2, [text(1, path), message(2, pathItem(item as JsonObject))]),
  )
  const definitions = Object.entries(doc.definitions as JsonObject).map(([name, s]) =>
    message(1, namedSchema(name, s as JsonObject)),
  )
  return join([
    text(1, String(doc.swagger)),
    message(2, [text(1, info.title), text(2, info.version)]),
    message(8, paths),
    message(9, definitions),
  ])
}

const METHODS: readonly (readonly [string, number])[] = [
  ['get', 2],
  ['put', 3],
  ['post', 4],
  ['delete', 5],
  ['patch', 8],
]

function pathItem(item: JsonObject): Uint8Array[] {
  const out: Uint8Array[] = []
  for (const [method, number] of METHODS) {
    const operation = item[method]
    if (isObject(operation)) out.push(message(number, encodeOperation(operation)))
  }
  return out
}

function encodeOperation(o: JsonObject): Uint8Array[] {
  const parameters = (o.parameters as { name: string; in: string }[] | undefined) ?? []
  return [
    ...parameters.map((p) =>
      message(8, [message(1, [message(2, [message(3, queryParameter(p))])])]),
    ),
    message(9, [message(1, [text(1, '200'), message(2, [message(1, [text(1, 'OK')])])])]),
    ...vendor(13, o),
  ]
}

function queryParameter(p: { name: string; in: string }): Uint8Array[] {
  return [text(2, p.in), text(4, p.name), text(6, 'string')]
}

function namedSchema(name: string, s: JsonObject): Uint8Array[] {
  return [text(1, name), message(2, encodeSchema(s))]
}

function encodeSchema(s: JsonObject): Uint8Array[] {
  const out: Uint8Array[] = []
  if (typeof s.$ref === 'string') out.push(text(1, s.$ref))
  if (typeof s.format === 'string') out.push(text(2, s.format))
  if (typeof s.description === 'string') out.push(text(4, s.description))
  for (const r of (s.required as string[] | undefined) ?? []) out.push(text(19, r))
  if (isObject(s.additionalProperties)) {
    out.push(message(21, [message(1, encodeSchema(s.additionalProperties))]))
  }
  if (typeof s.type === 'string') out.push(message(22, [text(1, s.type)]))
  if (isObject(s.items)) out.push(message(23, [message(1, encodeSchema(s.items))]))
  if (isObject(s.properties)) {
    const list = Object.entries(s.properties).map(([k, p]) =>
      message(1, namedSchema(k, p as JsonObject)),
    )
    out.push(message(25, list))
  }
  out.push(...vendor(31, s))
  return out
}

/** Extensions travel as YAML text, which JSON is. */
function vendor(number: number, o: JsonObject): Uint8Array[] {
  return Object.entries(o)
    .filter(([k]) => k.startsWith('x-'))
    .map(([k, v]) => message(number, [text(1, k), message(2, [text(2, JSON.stringify(v))])]))
}

function text(number: number, value: string): Uint8Array {
  const bytes = utf8(value)
  return join([[...varint((number << 3) | 2), ...varint(bytes.length)], bytes])
}

function message(number: number, parts: readonly Uint8Array[]): Uint8Array {
  let length = 0
  for (const p of parts) length += p.length
  return join([[...varint((number << 3) | 2), ...varint(length)], ...parts])
}

function varint(n: number): number[] {
  const out: number[] = []
  let v = n
  while (v > 127) {
    out.push((v & 127) | 128)
    v = Math.floor(v / 128)
  }
  out.push(v)
  return out
}

function join(parts: readonly (Bytes | Uint8Array)[]): Uint8Array {
  let length = 0
  for (const p of parts) length += p.length
  const out = new Uint8Array(length)
  let at = 0
  for (const p of parts) {
    out.set(p, at)
    at += p.length
  }
  return out
}
