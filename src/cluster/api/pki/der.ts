/** DER, the binary form of certificates: elements read and made. @source ITU-T X.690 */

/** One element: its tag, its contents, and all of it as it stood. */
export interface Element {
  readonly tag: number
  readonly body: readonly number[]
  readonly raw: readonly number[]
}

/** Tags of the elements that certificates use. */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  oid: 0x06,
  utf8: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const

/** Reads the elements in a row. @throws Error when the bytes end too early */
export function elements(bytes: readonly number[]): Element[] {
  const out: Element[] = []
  for (let at = 0; at < bytes.length; ) {
    const tag = bytes[at] as number
    let length = bytes[at + 1] ?? -1
    let start = at + 2
    if (length > 0x80) {
      const more = length & 0x7f
      length = 0
      for (let j = 0; j < more; j++) length = length * 256 + (bytes[start + j] ?? 0)
      start += more
    }
    const end = start + length
    if (length < 0 || end > bytes.length) throw new Error('asn1: syntax error: data truncated')
    out.push({ tag, body: bytes.slice(start, end), raw: bytes.slice(at, end) })
    at = end
  }
  return out
}

/** Makes an element of a tag and its contents. */
export function der(tag: number, ...parts: readonly (readonly number[])[]): number[] {
  const body = parts.flat()
  const { length } = body
  if (length < 0x80) return [tag, length, ...body]
  const size: number[] = []
  for (let n = length; n > 0; n = Math.floor(n / 256)) size.unshift(n & 255)
  return [tag, 0x80 | size.length, ...size, ...body]
}

/** A sequence. */
export function sequence(...parts: readonly (readonly number[])[]): number[] {
  return der(TAG.sequence, ...parts)
}

/** A positive INTEGER of big-endian bytes. */
export function integer(bytes: readonly number[]): number[] {
  const first = bytes.findIndex((b) => b !== 0)
  const bare = first < 0 ? [0] : bytes.slice(first)
  return der(TAG.integer, (bare[0] as number) & 0x80 ? [0, ...bare] : bare)
}

/** An OBJECT IDENTIFIER of its dotted text. */
export function oid(text: string): number[] {
  const [a = 0, b = 0, ...rest] = text.split('.').map(Number)
  const out = [a * 40 + b]
  for (const n of rest) {
    const digits = [n & 0x7f]
    for (let m = n >>> 7; m > 0; m >>>= 7) digits.unshift(0x80 | (m & 0x7f))
    out.push(...digits)
  }
  return der(TAG.oid, out)
}

/** The dotted text of an OBJECT IDENTIFIER's contents. */
export function oidText(body: readonly number[]): string {
  const first = body[0] ?? 0
  const parts = [Math.floor(first / 40), first % 40]
  let n = 0
  for (const b of body.slice(1)) {
    n = n * 128 + (b & 0x7f)
    if (b & 0x80) continue
    parts.push(n)
    n = 0
  }
  return parts.join('.')
}

/** A BIT STRING of whole bytes. */
export function bits(bytes: readonly number[], unused = 0): number[] {
  return der(TAG.bits, [unused], bytes)
}
