/**
 * The hash of a pod template that stands in the names of ReplicaSets and in `pod-template-hash`: FNV-1a over the
 * template as Go's spew prints it, so that the same template has the same letters here and on a real cluster.
 * @source pkg/controller/controller_utils.go ComputeHash, pkg/util/hash/hash.go, apimachinery/pkg/util/dump/dump.go
 */
import types from '../api/generated/gotypes.json' with { type: 'json' }
import type { PodTemplateSpec } from '../api/generated/types.ts'
import { utf8 } from '../api/meta/base64.ts'
import { safeEncode } from '../api/meta/names.ts'
import { canonicalQuantity } from '../api/meta/quantity.ts'

interface GoField {
  readonly name: string
  readonly type: string
  /** `-`: its own fields lie beside it. */
  readonly json: string
}

const NAMED: Readonly<Record<string, string>> = types.named
const STRUCTS: Readonly<Record<string, string>> = types.structs
const fieldsOf = new Map<string, readonly GoField[]>()

/** The letters that tell the pods of one template from those of another. */
export function templateHash(template: PodTemplateSpec, collisions: number | undefined): string {
  let hash = fnv1a(0x811c9dc5, utf8(typed('v1.PodTemplateSpec', template)))
  if (collisions !== undefined) {
    const bytes = [0, 8, 16, 24].map((shift) => (collisions >>> shift) & 0xff)
    hash = fnv1a(hash, [...bytes, 0, 0, 0, 0])
  }
  return safeEncode(String(hash))
}

/** FNV-1: multiplies first. For names of revisions that are kept as JSON. */
export function fnv1(bytes: readonly number[]): number {
  let h = 0x811c9dc5
  for (const b of bytes) h = Math.imul(h, 0x01000193) ^ b
  return h >>> 0
}

function fnv1a(start: number, bytes: readonly number[]): number {
  let h = start
  for (const b of bytes) h = Math.imul(h ^ b, 0x01000193)
  return h >>> 0
}

/** A value with its type before it. */
function typed(type: string, v: unknown): string {
  return `(${type})${value(type, v)}`
}

function value(type: string, v: unknown): string {
  if (type.startsWith('*')) return v === undefined || v === null ? '<nil>' : value(type.slice(1), v)
  if (type.startsWith('[]')) {
    const list = (v ?? []) as unknown[]
    return list.length === 0 ? '<nil>' : `[${list.map((x) => value(type.slice(2), x)).join(' ')}]`
  }
  const known = NAMED[type] ?? type
  if (known.startsWith('map[')) return mapText(known.slice(known.indexOf(']') + 1), v)
  if (type === 'v1.Time')
    return '{Time:(time.Time){wall:(uint64)0 ext:(int64)0 loc:(*time.Location)<nil>}}'
  if (type === 'resource.Quantity') return quantityText(v)
  if (type === 'intstr.IntOrString') {
    const text = typeof v === 'string'
    return `{Type:(intstr.Type)${text ? 1 : 0} IntVal:(int32)${text ? 0 : (v ?? 0)} StrVal:(string)${text ? v : ''}}`
  }
  if (type in STRUCTS) return structText(type, (v ?? {}) as Record<string, unknown>)
  if (v !== undefined && v !== null) return String(v)
  return type === 'bool' ? 'false' : /^u?int\d*$/.test(type) ? '0' : ''
}

function mapText(item: string, v: unknown): string {
  const map = (v ?? {}) as Record<string, unknown>
  const keys = Object.keys(map).sort()
  return keys.length === 0
    ? '<nil>'
    : `map[${keys.map((k) => `${k}:${value(item, map[k])}`).join(' ')}]`
}

function structText(type: string, o: Record<string, unknown>): string {
  let fields = fieldsOf.get(type)
  if (!fields) {
    fields = (STRUCTS[type] as string).split(';').map((f) => {
      const [name = '', goType = '', json = ''] = f.split(' ')
      return { name, type: goType, json }
    })
    fieldsOf.set(type, fields)
  }
  const parts = fields.map((f) => `${f.name}:${typed(f.type, f.json === '-' ? o : o[f.json])}`)
  return `{${parts.join(' ')}}`
}

const DECIMAL: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  '': 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
}
const BINARY: Readonly<Record<string, number>> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 }

/** The inside of a parsed quantity; its text is kept only where parsing knows that it is in canonical form. */
function quantityText(v: unknown): string {
  const text = canonicalQuantity(String(v ?? '0'))
  const [, digits = '0', suffix = ''] = /^(-?\d+)(.*)$/.exec(text) ?? []
  const inside = (amount: string, scale: number, s: string, format: string) =>
    `{i:(resource.int64Amount){value:(int64)${amount} scale:(resource.Scale)${scale}} d:(resource.infDecAmount){Dec:(*inf.Dec)<nil>} s:(string)${s} Format:(resource.Format)${format}}`
  if (v === undefined || v === null) return inside('0', 0, '', '')
  if (text === '0') return inside('0', 0, '0', 'DecimalSI')
  const bits = BINARY[suffix]
  if (bits !== undefined) {
    const n = BigInt(digits)
    return inside(String(n << BigInt(bits)), 0, n & 7n ? text : '', 'BinarySI')
  }
  const exponent = /^e(-?\d+)$/.exec(suffix)?.[1]
  const scale = exponent === undefined ? (DECIMAL[suffix] ?? 0) : Number(exponent)
  const kept = scale % 3 === 0 && !digits.endsWith('000') ? text : ''
  return inside(digits, scale, kept, exponent === undefined ? 'DecimalSI' : 'DecimalExponent')
}
