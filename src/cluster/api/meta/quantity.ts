/**
 * Resource quantities: `100m`, `1.5Gi`, `2e3`. Kept as exact nano-units; texts are parsed once and remembered.
 * @source staging/src/k8s.io/apimachinery/pkg/api/resource/quantity.go
 */

type Format = 'DecimalSI' | 'BinarySI' | 'DecimalExponent'

interface Parsed {
  readonly nano: bigint
  readonly format: Format
}

const DECIMAL = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E']
const BINARY = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei']
const NANO = 1_000_000_000n
const REMEMBERED_MAX = 20_000
const remembered = new Map<string, Parsed | null>()

const SYNTAX = /^([+-]?)(\d*)(?:\.(\d*))?(?:([eE][+-]?\d+)|(Ki|Mi|Gi|Ti|Pi|Ei|n|u|m|k|M|G|T|P|E))?$/

/** Message of a text that is no quantity, as validation prints it. */
export const QUANTITY_SYNTAX =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"

function parse(text: string): Parsed | undefined {
  const known = remembered.get(text)
  if (known !== undefined) return known ?? undefined
  const parsed = parseFresh(text)
  if (remembered.size > REMEMBERED_MAX) remembered.clear()
  remembered.set(text, parsed ?? null)
  return parsed
}

/** Ten to that power. */
function tens(power: number): bigint {
  return BigInt(`1${'0'.repeat(power)}`)
}

function parseFresh(text: string): Parsed | undefined {
  const m = SYNTAX.exec(text)
  if (!m) return undefined
  const whole = m[2] ?? ''
  const fraction = m[3] ?? ''
  if (whole === '' && fraction === '') return undefined
  const digits = BigInt(whole + fraction)
  let numerator = digits * NANO
  let denominator = tens(fraction.length)
  let format: Format = 'DecimalSI'
  const exponent = m[4]
  const suffix = m[5]
  if (exponent) {
    format = 'DecimalExponent'
    const e = Number(exponent.slice(1))
    if (Math.abs(e) > 40) return undefined
    if (e >= 0) numerator *= tens(e)
    else denominator *= tens(-e)
  } else if (suffix && BINARY.includes(suffix)) {
    format = 'BinarySI'
    numerator <<= BigInt(10 * (BINARY.indexOf(suffix) + 1))
  } else if (suffix) {
    const e = 3 * (DECIMAL.indexOf(suffix) - 3)
    if (e >= 0) numerator *= tens(e)
    else denominator *= tens(-e)
  }
  // What is finer than a nano is rounded up, away from zero.
  const nano = (numerator + denominator - 1n) / denominator
  return { nano: m[1] === '-' ? -nano : nano, format }
}

/** True when the text is a quantity. */
export function isQuantity(text: string): boolean {
  return parse(text) !== undefined
}

function nanoOf(text: string | number | undefined): bigint {
  if (text === undefined) return 0n
  return parse(String(text))?.nano ?? 0n
}

/** Whole units, rounded up: bytes, pods. Texts that are no quantity count as 0. */
export function quantityValue(text: string | number | undefined): number {
  return Number(ceilDiv(nanoOf(text), NANO))
}

/** Thousandths, rounded up: milli-CPU. */
export function milliValue(text: string | number | undefined): number {
  return Number(ceilDiv(nanoOf(text), 1_000_000n))
}

function ceilDiv(a: bigint, b: bigint): bigint {
  const q = a / b
  return a > 0n && a % b !== 0n ? q + 1n : q
}

/** Negative, zero or positive as a is less than, equal to or more than b. */
export function compareQuantity(a: string | undefined, b: string | undefined): number {
  const x = nanoOf(a)
  const y = nanoOf(b)
  return x < y ? -1 : x > y ? 1 : 0
}

/** The sum, written in the first one's format. */
export function addQuantity(a: string | undefined, b: string | undefined): string {
  return sum(a, b, 1n)
}

/** The difference a - b, written in the first one's format. */
export function subtractQuantity(a: string | undefined, b: string | undefined): string {
  return sum(a, b, -1n)
}

function sum(a: string | undefined, b: string | undefined, sign: bigint): string {
  const x = a === undefined ? undefined : parse(a)
  const y = b === undefined ? undefined : parse(b)
  const zero = !x || x.nano === 0n
  const format = (zero ? y?.format : x?.format) ?? 'DecimalSI'
  return format_((x?.nano ?? 0n) + sign * (y?.nano ?? 0n), format)
}

/** True when the value is a whole number of units. */
export function isWhole(text: string): boolean {
  return nanoOf(text) % NANO === 0n
}

/** The canonical text: `1000m` is `1`, `1024Mi` is `1Gi`, `0.5` is `500m`. Unparsable texts come back unchanged. */
export function canonicalQuantity(text: string | number): string {
  const t = String(text)
  const p = parse(t)
  if (!p) return t
  return format_(p.nano, p.format)
}

/** A number of whole units as a quantity, in binary (memory) or decimal (anything else) suffixes. */
export function formatQuantity(
  value: number,
  format: 'BinarySI' | 'DecimalSI' = 'DecimalSI',
): string {
  return format_(BigInt(Math.trunc(value)) * NANO, format)
}

/** A number of thousandths as a quantity: 1500 is `1500m`, 2000 is `2`. */
export function formatMilli(milli: number): string {
  return format_(BigInt(Math.trunc(milli)) * 1_000_000n, 'DecimalSI')
}

function format_(nano: bigint, format: Format): string {
  if (nano === 0n) return '0'
  const sign = nano < 0n ? '-' : ''
  let n = nano < 0n ? -nano : nano
  if (format === 'BinarySI' && n % NANO === 0n && n / NANO >= 1024n) {
    let units = n / NANO
    let i = 0
    while (i < BINARY.length && units % 1024n === 0n) {
      units /= 1024n
      i++
    }
    return `${sign}${units}${i === 0 ? '' : BINARY[i - 1]}`
  }
  let i = 0
  while (i < DECIMAL.length - 1 && n % 1000n === 0n) {
    n /= 1000n
    i++
  }
  if (format === 'DecimalExponent') return `${sign}${n}${i === 3 ? '' : `e${3 * (i - 3)}`}`
  return `${sign}${n}${DECIMAL[i]}`
}
