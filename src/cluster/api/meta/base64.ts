/** Base64 of UTF-8 text and of bytes; the language's core has none. */

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** UTF-8 bytes of a text. */
export function utf8(text: string): number[] {
  const out: number[] = []
  for (const ch of text) {
    const c = ch.codePointAt(0) as number
    if (c < 0x80) out.push(c)
    else if (c < 0x800) out.push(0xc0 | (c >> 6), 0x80 | (c & 63))
    else if (c < 0x10000) out.push(0xe0 | (c >> 12), 0x80 | ((c >> 6) & 63), 0x80 | (c & 63))
    else {
      out.push(0xf0 | (c >> 18), 0x80 | ((c >> 12) & 63), 0x80 | ((c >> 6) & 63), 0x80 | (c & 63))
    }
  }
  return out
}

/** Text of UTF-8 bytes; bad sequences become U+FFFD. */
export function fromUtf8(bytes: ArrayLike<number>): string {
  let out = ''
  for (let i = 0; i < bytes.length; ) {
    const b = bytes[i++] as number
    const more = b < 0x80 ? 0 : b >= 0xf0 ? 3 : b >= 0xe0 ? 2 : b >= 0xc0 ? 1 : -1
    if (more === 0) {
      out += String.fromCharCode(b)
      continue
    }
    let c = more === 3 ? b & 7 : more === 2 ? b & 15 : b & 31
    let ok = more > 0 && i + more <= bytes.length
    for (let j = 0; ok && j < more; j++) {
      const n = bytes[i + j] as number
      ok = (n & 0xc0) === 0x80
      c = (c << 6) | (n & 63)
    }
    if (ok) i += more
    out += ok ? String.fromCodePoint(c) : '\ufffd'
  }
  return out
}

/** Standard base64 with padding of a text's UTF-8. */
export function encodeBase64(text: string): string {
  return encodeBytes(utf8(text))
}

/** Standard base64 with padding. */
export function encodeBytes(bytes: ArrayLike<number>): string {
  let out = ''
  for (let i = 0; i < bytes.length; i += 3) {
    const a = bytes[i] as number
    const b = bytes[i + 1]
    const c = bytes[i + 2]
    out += LETTERS[a >> 2]
    out += LETTERS[((a & 3) << 4) | ((b ?? 0) >> 4)]
    out += b === undefined ? '=' : LETTERS[((b & 15) << 2) | ((c ?? 0) >> 6)]
    out += c === undefined ? '=' : LETTERS[c & 63]
  }
  return out
}

/** Bytes of base64, with or without padding; undefined when it is none. */
export function decodeBytes(text: string): number[] | undefined {
  const bare = text.replace(/=+$/, '')
  const out: number[] = []
  let bits = 0
  let held = 0
  for (const ch of bare) {
    const v = LETTERS.indexOf(ch)
    if (v < 0) return undefined
    held = (held << 6) | v
    bits += 6
    if (bits >= 8) {
      bits -= 8
      out.push((held >> bits) & 255)
    }
  }
  return bare.length % 4 === 1 ? undefined : out
}

/**
 * Where a text stops being padded base64; newlines do not count.
 * @returns the index Go's decoder names, undefined when all is well
 * @source encoding/base64/base64.go decodeQuantum
 */
export function base64Fault(text: string): number | undefined {
  const chars = [...text].map((ch, i) => ({ ch, i })).filter(({ ch }) => ch !== '\n' && ch !== '\r')
  const bad = chars.findIndex(({ ch }) => !LETTERS.includes(ch))
  const letters = bad < 0 ? chars.length : bad
  const rest = letters % 4
  if (bad < 0) return rest === 0 ? undefined : text.length - rest
  const pads = 4 - rest
  const at = (n: number) => chars[n]?.i ?? text.length
  if (chars[bad]?.ch !== '=' || rest < 2) return at(bad)
  if (pads === 2 && chars[bad + 1]?.ch !== '=') return at(bad + 1)
  return bad + pads < chars.length ? at(bad + pads) : undefined
}

/** Text of base64; undefined when it is none. */
export function decodeBase64(text: string): string | undefined {
  const bytes = decodeBytes(text)
  return bytes && fromUtf8(bytes)
}
