/** Base64 and UTF-8 by hand: the simulation's platform offers neither. */

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** The UTF-8 bytes of a text; a lone surrogate becomes U+FFFD. */
export function utf8(text: string): number[] {
  const out: number[] = []
  for (const c of text) {
    let n = c.codePointAt(0) as number
    if (n >= 0xd800 && n <= 0xdfff) n = 0xfffd
    if (n < 0x80) out.push(n)
    else if (n < 0x800) out.push(0xc0 | (n >> 6), 0x80 | (n & 63))
    else if (n < 0x10000) out.push(0xe0 | (n >> 12), 0x80 | ((n >> 6) & 63), 0x80 | (n & 63))
    else
      out.push(0xf0 | (n >> 18), 0x80 | ((n >> 12) & 63), 0x80 | ((n >> 6) & 63), 0x80 | (n & 63))
  }
  return out
}

/** Base64 of a text's UTF-8 bytes. */
export function encodeBase64(text: string): string {
  return encodeBytes(utf8(text))
}

/** Base64 of bytes. */
export function encodeBytes(bytes: readonly number[]): string {
  let out = ''
  for (let i = 0; i < bytes.length; i += 3) {
    const a = bytes[i] as number
    const b = bytes[i + 1]
    const c = bytes[i + 2]
    out += ALPHABET[a >> 2]
    out += ALPHABET[((a & 3) << 4) | ((b ?? 0) >> 4)]
    out += b === undefined ? '=' : ALPHABET[((b & 15) << 2) | ((c ?? 0) >> 6)]
    out += c === undefined ? '=' : ALPHABET[c & 63]
  }
  return out
}

/** The bytes behind base64, their number, and the text they spell. */
export function decodeBase64(encoded: string): { bytes: number[]; text: string } {
  const bytes: number[] = []
  let bits = 0
  let have = 0
  for (const c of encoded) {
    const n = ALPHABET.indexOf(c === '-' ? '+' : c === '_' ? '/' : c)
    if (n < 0) continue
    bits = (bits << 6) | n
    have += 6
    if (have >= 8) {
      have -= 8
      bytes.push((bits >> have) & 255)
      bits &= (1 << have) - 1
    }
  }
  return { bytes, text: fromUtf8(bytes) }
}

/** The text of UTF-8 bytes. */
export function fromUtf8(bytes: readonly number[]): string {
  let out = ''
  for (let i = 0; i < bytes.length; ) {
    const a = bytes[i] as number
    const more = a < 0x80 ? 0 : a >= 0xf0 ? 3 : a >= 0xe0 ? 2 : a >= 0xc0 ? 1 : -1
    if (more < 0 || i + more >= bytes.length) {
      out += '\ufffd'
      i++
      continue
    }
    let n = more === 0 ? a : a & (0x3f >> more)
    for (let j = 1; j <= more; j++) n = (n << 6) | ((bytes[i + j] as number) & 63)
    out += String.fromCodePoint(n > 0x10ffff ? 0xfffd : n)
    i += more + 1
  }
  return out
}
