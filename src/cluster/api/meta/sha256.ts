/** SHA-256, for the few hashes that Kubernetes shows. @source FIPS 180-4 */
import { utf8 } from './base64.ts'

const PRIMES_64 = primes(64)
const K = PRIMES_64.map(cubeRootFraction)
const H = PRIMES_64.slice(0, 8).map((p) => fraction(Math.sqrt(p)))

function primes(count: number): number[] {
  const out: number[] = []
  for (let n = 2; out.length < count; n++) if (out.every((p) => n % p !== 0)) out.push(n)
  return out
}

/** 32 bits of the fraction of a cube root, in whole numbers so that every engine agrees. */
function cubeRootFraction(n: number): number {
  const scaled = BigInt(n) << 96n
  let low = 0n
  let high = 1n << 36n
  while (low < high) {
    const middle = (low + high + 1n) >> 1n
    if (middle * middle * middle <= scaled) low = middle
    else high = middle - 1n
  }
  return Number(low & 0xffff_ffffn)
}

function fraction(x: number): number {
  return Math.floor((x - Math.floor(x)) * 0x1_0000_0000) >>> 0
}

/** The 32 bytes of a text's hash. */
export function sha256(text: string): number[] {
  const bytes = utf8(text)
  const bits = bytes.length * 8
  bytes.push(0x80)
  while (bytes.length % 64 !== 56) bytes.push(0)
  for (let i = 7; i >= 0; i--) bytes.push(i >= 4 ? 0 : (bits >>> (i * 8)) & 255)
  const h = [...H]
  for (let at = 0; at < bytes.length; at += 64) block(h, bytes, at)
  return h.flatMap((x) => [(x >>> 24) & 255, (x >>> 16) & 255, (x >>> 8) & 255, x & 255])
}

/** The hash as 64 hexadecimal digits. */
export function sha256Hex(text: string): string {
  return sha256(text)
    .map((x) => x.toString(16).padStart(2, '0'))
    .join('')
}

function rotr(x: number, n: number): number {
  return (x >>> n) | (x << (32 - n))
}

function block(h: number[], bytes: readonly number[], at: number): void {
  const w: number[] = []
  const byte = (i: number) => bytes[at + i] as number
  for (let i = 0; i < 16; i++) {
    w.push((byte(i * 4) << 24) | (byte(i * 4 + 1) << 16) | (byte(i * 4 + 2) << 8) | byte(i * 4 + 3))
  }
  const word = (i: number) => w[i] as number
  for (let i = 16; i < 64; i++) {
    const x = word(i - 15)
    const y = word(i - 2)
    const s0 = rotr(x, 7) ^ rotr(x, 18) ^ (x >>> 3)
    const s1 = rotr(y, 17) ^ rotr(y, 19) ^ (y >>> 10)
    w.push((word(i - 16) + s0 + word(i - 7) + s1) | 0)
  }
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, z = 0] = h
  for (let i = 0; i < 64; i++) {
    const s1 = rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25)
    const t1 = (z + s1 + ((e & f) ^ (~e & g)) + (K[i] as number) + word(i)) | 0
    const s0 = rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22)
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
  const next = [a, b, c, d, e, f, g, z]
  for (let i = 0; i < 8; i++) h[i] = ((h[i] as number) + (next[i] as number)) | 0
}
