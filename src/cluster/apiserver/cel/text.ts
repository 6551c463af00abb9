/**
 * CEL's lists, sets, regular expressions and strings as Kubernetes has them.
 * @source staging/src/k8s.io/apiserver/pkg/cel/library/{lists,regex}.go, github.com/google/cel-go/ext/{sets,strings}.go
 */
import type { Environment } from '@marcbachmann/cel-js'
import { utf8 } from '../../api/meta/base64.ts'
import { deepEqual } from '../../api/meta/json.ts'

class SetsLibrary {}
class StringsLibrary {}
class JSONPatchLibrary {}

/** Sums, extremes, order and places in lists, and the relations between sets. */
export function registerLists(env: Environment): void {
  const on = (signature: string, f: (list: readonly unknown[]) => unknown) =>
    env.registerFunction(`list.${signature}`, f)
  on('isSorted(): bool', (l) => l.every((x, i) => i === 0 || !less(x, l[i - 1])))
  on('sum(): dyn', (l) => (l.length === 0 ? 0n : l.reduce(plus)))
  on('min(): dyn', (l) => extreme(l, 'min', (a, b) => less(b, a)))
  on('max(): dyn', (l) => extreme(l, 'max', (a, b) => less(a, b)))
  const same = (x: unknown) => (y: unknown) => equal(x, y)
  env.registerFunction('list.indexOf(dyn): int', (l: unknown[], x: unknown) =>
    BigInt(l.findIndex(same(x))),
  )
  env.registerFunction('list.lastIndexOf(dyn): int', (l: unknown[], x: unknown) =>
    BigInt(l.findLastIndex(same(x))),
  )
  env.registerFunction('list.reverse(): list', (l: unknown[]) => [...l].reverse())
  env.registerType('SetsLibrary', SetsLibrary)
  env.registerConstant('sets', 'SetsLibrary', new SetsLibrary())
  const sets = (name: string, f: (a: unknown[], b: unknown[]) => boolean) =>
    env.registerFunction(`SetsLibrary.${name}(list, list): bool`, (_, a, b) => f(a, b))
  const all = (a: unknown[], b: unknown[]) => b.every((x) => a.some(same(x)))
  sets('contains', all)
  sets('equivalent', (a, b) => all(a, b) && all(b, a))
  sets('intersects', (a, b) => a.some((x) => b.some(same(x))))
}

function equal(a: unknown, b: unknown): boolean {
  if (typeof a === 'bigint' || typeof b === 'bigint') return a === b
  return deepEqual(a, b)
}

function less(a: unknown, b: unknown): boolean {
  return (a as number) < (b as number)
}

function plus(a: unknown, b: unknown): unknown {
  return (a as number) + (b as number)
}

function extreme(
  l: readonly unknown[],
  name: string,
  beats: (a: unknown, b: unknown) => boolean,
): unknown {
  if (l.length === 0) throw new Error(`${name} called on empty list`)
  return l.reduce((a, b) => (beats(a, b) ? b : a))
}

/** What cel-js's strings lack, and `find`, `findAll`. */
export function registerStrings(env: Environment): void {
  const pattern = (p: string, flags: string) => {
    try {
      return new RegExp(p, flags)
    } catch {
      throw new Error(`Illegal regex: error parsing regexp: \`${p}\``)
    }
  }
  const all = (s: string, p: string) => [...s.matchAll(pattern(p, 'gu'))].map((m) => m[0])
  env.registerFunction(
    'string.find(string): string',
    (s: string, p: string) => pattern(p, 'u').exec(s)?.[0] ?? '',
  )
  env.registerFunction('string.findAll(string): list<string>', all)
  env.registerFunction('string.findAll(string, int): list<string>', (s, p, n: bigint) =>
    n < 0n ? all(s, p) : all(s, p).slice(0, Number(n)),
  )
  env.registerFunction('string.charAt(int): string', (s: string, i: bigint) => {
    const points = [...s]
    if (i < 0n || Number(i) > points.length) throw new Error(`index out of range: ${i}`)
    return points[Number(i)] ?? ''
  })
  env.registerFunction('string.reverse(): string', (s: string) => [...s].reverse().join(''))
  env.registerFunction('string.replace(string, string): string', (s: string, a, b) =>
    s.split(a).join(b),
  )
  env.registerFunction(
    'string.replace(string, string, int): string',
    (s: string, a: string, b: string, n: bigint) => {
      if (n < 0n) return s.split(a).join(b)
      const parts = s.split(a)
      const kept = Math.min(Number(n), parts.length - 1)
      return (
        parts.slice(0, kept + 1).join(b) +
        parts
          .slice(kept + 1)
          .map((p) => a + p)
          .join('')
      )
    },
  )
  env.registerFunction('string.format(list): string', format)
  env.registerType('StringsLibrary', StringsLibrary)
  env.registerConstant('strings', 'StringsLibrary', new StringsLibrary())
  env.registerFunction('StringsLibrary.quote(string): string', (_: unknown, s: string) =>
    JSON.stringify(s),
  )
  env.registerType('JSONPatchLibrary', JSONPatchLibrary)
  env.registerConstant('jsonpatch', 'JSONPatchLibrary', new JSONPatchLibrary())
  env.registerFunction('JSONPatchLibrary.escapeKey(string): string', (_: unknown, s: string) =>
    s.replace(/~/g, '~0').replace(/\//g, '~1'),
  )
}

/** `"%s of %d".format([a, b])`. @throws Error in cel-go's words */
export function format(template: string, args: readonly unknown[]): string {
  let used = 0
  const out = template.replace(/%(?:%|(?:\.(\d+))?([a-zA-Z]))/g, (found, precision, verb) => {
    if (found === '%%') return '%'
    if (used >= args.length) throw new Error(`index ${used} out of range`)
    return formatOne(verb as string, args[used++], precision as string | undefined)
  })
  return out
}

function formatOne(verb: string, v: unknown, precision: string | undefined): string {
  switch (verb) {
    case 's':
      return shown(v)
    case 'd':
      return String(v)
    case 'f':
      return Number(v).toFixed(Number(precision ?? 6))
    case 'e':
      return Number(v)
        .toExponential(Number(precision ?? 6))
        .replace(/e([+-])(\d)$/, 'e$10$2')
    case 'b':
      return typeof v === 'boolean' ? String(Number(v)) : BigInt(v as bigint).toString(2)
    case 'o':
      return BigInt(v as bigint).toString(8)
    case 'x':
      return hex(v)
    case 'X':
      return hex(v).toUpperCase()
    default:
      throw new Error(`could not parse formatting clause: unrecognized formatting clause "${verb}"`)
  }
}

function hex(v: unknown): string {
  if (typeof v !== 'string') return BigInt(v as bigint).toString(16)
  return [...utf8(v)].map((b) => b.toString(16).padStart(2, '0')).join('')
}

/** A value as `%s` shows it. */
function shown(v: unknown): string {
  if (v === null) return 'null'
  if (Array.isArray(v)) return `[${v.map(shown).join(', ')}]`
  if (typeof v === 'object' && Object.getPrototypeOf(v) === Object.prototype) {
    const entries = Object.entries(v).map(([k, x]) => `${k}: ${shown(x)}`)
    return `{${entries.sort().join(', ')}}`
  }
  return String(v)
}
