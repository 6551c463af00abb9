/** CEL's quantities and semantic versions. @source staging/src/k8s.io/apiserver/pkg/cel/library/{quantity,semverlib}.go */
import type { Environment } from '@marcbachmann/cel-js'
import {
  addQuantity,
  compareQuantity,
  isQuantity,
  isWhole,
  milliValue,
  QUANTITY_SYNTAX,
  quantityValue,
  subtractQuantity,
} from '../../api/meta/quantity.ts'

/** A quantity in CEL. */
export class CelQuantity {
  constructor(readonly text: string) {}
}

/** A semantic version in CEL. */
export class CelSemver {
  constructor(
    readonly parts: readonly [bigint, bigint, bigint],
    readonly pre: string,
  ) {}
}

/** `quantity()` and what one may ask of it. */
export function registerQuantity(env: Environment): void {
  env.registerType('Quantity', CelQuantity)
  env.registerFunction('isQuantity(string): bool', (t: string) => isQuantity(t))
  env.registerFunction('quantity(string): Quantity', (t: string) => {
    if (!isQuantity(t)) throw new Error(QUANTITY_SYNTAX)
    return new CelQuantity(t)
  })
  const compare = (a: CelQuantity, b: CelQuantity) => Math.sign(compareQuantity(a.text, b.text))
  const on = (signature: string, f: (a: CelQuantity, b: CelQuantity) => unknown) =>
    env.registerFunction(`Quantity.${signature}`, f)
  on('sign(): int', (a) => BigInt(Math.sign(compareQuantity(a.text, '0'))))
  on('compareTo(Quantity): int', (a, b) => BigInt(compare(a, b)))
  on('isGreaterThan(Quantity): bool', (a, b) => compare(a, b) > 0)
  on('isLessThan(Quantity): bool', (a, b) => compare(a, b) < 0)
  on('isInteger(): bool', (a) => isWhole(a.text))
  on('asInteger(): int', (a) => {
    if (!isWhole(a.text)) throw new Error('cannot convert value to integer')
    return BigInt(quantityValue(a.text))
  })
  on('asApproximateFloat(): double', (a) => milliValue(a.text) / 1000)
  on('add(Quantity): Quantity', (a, b) => new CelQuantity(addQuantity(a.text, b.text)))
  on('sub(Quantity): Quantity', (a, b) => new CelQuantity(subtractQuantity(a.text, b.text)))
  const whole = (f: (a: string, b: string) => string) => (a: CelQuantity, n: unknown) =>
    new CelQuantity(f(a.text, String(n)))
  env.registerFunction('Quantity.add(int): Quantity', whole(addQuantity))
  env.registerFunction('Quantity.sub(int): Quantity', whole(subtractQuantity))
  env.registerOperator('Quantity == Quantity', (a: CelQuantity, b: CelQuantity) => !compare(a, b))
}

const SEMVER =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?$/

function semver(text: string, normalize: boolean): CelSemver | undefined {
  const m = SEMVER.exec(normalize ? normalized(text) : text)
  if (!m) return undefined
  const n = (i: number) => BigInt(m[i] as string)
  return new CelSemver([n(1), n(2), n(3)], m[4] ?? '')
}

function normalized(text: string): string {
  const m = /^v?([\d.]+)(.*)$/.exec(text)
  if (!m) return text
  const parts = (m[1] as string).split('.').map((p) => p.replace(/^0+(?=\d)/, ''))
  while (parts.length < 3) parts.push('0')
  return parts.join('.') + m[2]
}

function compareSemver(a: CelSemver, b: CelSemver): number {
  for (let i = 0; i < 3; i++) {
    const [x, y] = [a.parts[i] as bigint, b.parts[i] as bigint]
    if (x !== y) return x < y ? -1 : 1
  }
  if (a.pre === b.pre) return 0
  if (a.pre === '' || b.pre === '') return a.pre === '' ? 1 : -1
  return comparePre(a.pre.split('.'), b.pre.split('.'))
}

function comparePre(a: readonly string[], b: readonly string[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const [x, y] = [a[i] as string, b[i] as string]
    if (x === y) continue
    const [nx, ny] = [/^\d+$/.test(x), /^\d+$/.test(y)]
    if (nx && ny) return Number(x) < Number(y) ? -1 : 1
    if (nx !== ny) return nx ? -1 : 1
    return x < y ? -1 : 1
  }
  return Math.sign(a.length - b.length)
}

/** `semver()` and what one may ask of it. */
export function registerSemver(env: Environment): void {
  env.registerType('Semver', CelSemver)
  const make = (t: string, normalize = false) => {
    const v = semver(t, normalize)
    if (!v) throw new Error(`Invalid character(s) found in semver ${JSON.stringify(t)}`)
    return v
  }
  env.registerFunction('isSemver(string): bool', (t: string) => semver(t, false) !== undefined)
  env.registerFunction(
    'isSemver(string, bool): bool',
    (t: string, n: boolean) => semver(t, n) !== undefined,
  )
  env.registerFunction('semver(string): Semver', (t: string) => make(t))
  env.registerFunction('semver(string, bool): Semver', (t: string, n: boolean) => make(t, n))
  env.registerFunction('Semver.major(): int', (v: CelSemver) => v.parts[0])
  env.registerFunction('Semver.minor(): int', (v: CelSemver) => v.parts[1])
  env.registerFunction('Semver.patch(): int', (v: CelSemver) => v.parts[2])
  const on = (signature: string, f: (a: CelSemver, b: CelSemver) => unknown) =>
    env.registerFunction(`Semver.${signature}`, f)
  on('compareTo(Semver): int', (a, b) => BigInt(compareSemver(a, b)))
  on('isGreaterThan(Semver): bool', (a, b) => compareSemver(a, b) > 0)
  on('isLessThan(Semver): bool', (a, b) => compareSemver(a, b) < 0)
}
