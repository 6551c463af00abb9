/** SHA-256 by hand: the simulation's platform offers none. @source FIPS 180-4 */
import { utf8 } from './base64.ts'

const { k: K, h: H } = constants()

/** The digest of a text's UTF-8 bytes as 64 hexadecimal digits. */
export function sha256Hex(text: string): string {
  const bytes = utf8(text)
  const bits = bytes.length * 8
  bytes.push(0x80)
  while (bytes.length % 64 !== 56) bytes.push(0)
  const high = Math.floor(bits / 0x100000000)
  for (const word of [high, bits >>> 0])
    for (let s = 24; s >= 0; s -= 8) bytes.push((word >>> s) & 255)
  const h = [...H]
  for (let at = 0; at < bytes.length; at += 64) compress(h, bytes, at)
  return h.map((x) => (x >>> 0).toString(16).padStart(8, '0')).join('')
}

function compress(h: number[], bytes: readonly number[], at: number): void {
  const w: number[] = []
  for (let i = 0; i < 16; i++) {
    const j = at + i * 4
    const [a, b, c, d] = bytes.slice(j, j + 4) as [number, number, number, number]
    w.push((a << 24) | (b << 16) | (c << 8) | d)
  }
  for (let i = 16; i < 64; i++) {
    const x = w[i - 15] as number
    const y = w[i - 2] as number
    const s0 = rotate(x, 7) ^ rotate(x, 18) ^ (x >>> 3)
    const s1 = rotate(y, 17) ^ rotate(y, 19) ^ (y >>> 10)
    w.push(((w[i - 16] as number) + s0 + (w[i - 7] as number) + s1) | 0)
  }
  let [a, b, c, d, e, f, g, z] = h as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  for (let i = 0; i < 64; i++) {
    const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
    const t1 = (z + s1 + ((e & f) ^ (~e & g)) + (K[i] as number) + (w[i] as number)) | 0
    const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0
    z = g
    g = f
    f = e
    e = (d + t1) | 0
    d = c
    c = b
    b = a
    a = (t1 + t2) | 0
  }
  for (const [i, v] of [a, b, c, d, e, f, g, z].entries()) h[i] = ((h[i] as number) + v) | 0
}

function rotate(x: number, n: number): number {
  return (x >>> n) | (x << (32 - n))
}

/** Fractional bits of cube and square roots of the first primes, found with whole numbers only. */
function constants(): { k: number[]; h: number[] } {
  const k: number[] = []
  const h: number[] = []
  for (let n = 2; k.length < 64; n++) {
    if ([...Array(n).keys()].some((d) => d > 1 && n % d === 0)) continue
    k.push(fraction(BigInt(n), 3n))
    if (h.length < 8) h.push(fraction(BigInt(n), 2n))
  }
  return { k, h }
}

function fraction(n: bigint, root: bigint): number {
  const scaled = n << (32n * root)
  let low = 0n
  let high = 1n << 40n
  while (high - low > 1n) {
    const mid = (low + high) / 2n
    if (power(mid, root) <= scaled) low = mid
    else high = mid
  }
  return Number(low & 0xffffffffn) | 0
}

function power(base: bigint, n: bigint): bigint {
  return n === 2n ? base * base : base * base * base
}
