/**
 * Generated names and uids.
 * @source staging/src/k8s.io/apiserver/pkg/storage/names/generate.go, apimachinery/pkg/util/rand/rand.go
 */
import type { Random } from '../../sim/random.ts'

/** No vowels and no look-alikes, so that no word is spelled by chance. */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789'
const BASE_MAX = 58

/** `length` random letters of the safe alphabet. */
export function randomSuffix(random: Random, length = 5): string {
  let s = ''
  for (let i = 0; i < length; i++) s += ALPHABET[random.below(ALPHABET.length)]
  return s
}

/** `web-` becomes `web-x7k2p`; long prefixes are cut so that the name stays a DNS label. */
export function generateName(random: Random, prefix: string): string {
  return prefix.slice(0, BASE_MAX) + randomSuffix(random)
}

/** The same letters for a hash: each decimal digit group of the hash maps to one letter, as upstream's SafeEncodeString. */
export function safeEncode(text: string): string {
  let s = ''
  for (let i = 0; i < text.length; i++) s += ALPHABET[text.charCodeAt(i) % ALPHABET.length]
  return s
}

/** A version 4 UUID. */
export function newUid(random: Random): string {
  const h = (n: number) => n.toString(16).padStart(8, '0')
  const a = h(random.uint32())
  const b = h(((random.uint32() & 0xffff0fff) | 0x4000) >>> 0)
  const c = h(((random.uint32() & 0x3fffffff) | 0x80000000) >>> 0)
  const d = h(random.uint32())
  return `${a}-${b.slice(0, 4)}-${b.slice(4)}-${c.slice(0, 4)}-${c.slice(4)}${d}`
}
