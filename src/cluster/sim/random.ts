/**
 * Seeded chance. Each component draws from a stream of its own, so that adding a draw in one room does not shift
 * the numbers of every other room (and with them every golden file).
 */

/** A deterministic stream of integers (xoshiro128**; 32-bit operations only, so every engine agrees). */
export class Random {
  private a: number
  private b: number
  private c: number
  private d: number

  constructor(readonly seed: number) {
    let s = seed >>> 0
    const next = () => {
      s = (s + 0x9e3779b9) >>> 0
      let z = s
      z = Math.imul(z ^ (z >>> 16), 0x21f0aaad)
      z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
      return (z ^ (z >>> 15)) >>> 0
    }
    this.a = next()
    this.b = next()
    this.c = next()
    this.d = next()
  }

  /** @shape 0..2^32-1 */
  uint32(): number {
    const result = Math.imul(rotl(Math.imul(this.b, 5), 7), 9) >>> 0
    const t = this.b << 9
    this.c ^= this.a
    this.d ^= this.b
    this.b ^= this.c
    this.a ^= this.d
    this.c ^= t
    this.d = rotl(this.d, 11)
    return result
  }

  /** A whole number in 0..bound-1; bound is 1..2^32. */
  below(bound: number): number {
    // Rejection keeps the draw unbiased; at most a few rounds in practice.
    const limit = 0x1_0000_0000 - (0x1_0000_0000 % bound)
    for (;;) {
      const x = this.uint32()
      if (x < limit) return x % bound
    }
  }

  /** A whole number in min..max, both included. */
  between(min: number, max: number): number {
    return min + this.below(max - min + 1)
  }

  /** True in `numerator` of `denominator` draws. */
  chance(numerator: number, denominator: number): boolean {
    return this.below(denominator) < numerator
  }

  /** A stream of its own for the component or purpose named. */
  split(name: string): Random {
    return new Random(hash32(`${this.seed}/${name}`))
  }
}

function rotl(x: number, k: number): number {
  return (x << k) | (x >>> (32 - k))
}

/** FNV-1a over UTF-16 code units. @shape 0..2^32-1 */
export function hash32(text: string, start = 0x811c9dc5): number {
  let h = start
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  return h >>> 0
}
