/**
 * JSON as Go's encoding/json writes it for unstructured objects: keys sorted by bytes, `<`, `>` and `&` escaped.
 * kubectl prints it with four spaces of indent, and compactly in annotations and JSONPath results.
 * @source staging/src/k8s.io/apimachinery/pkg/apis/meta/v1/unstructured/unstructured.go
 */

/** Orders strings by code points, as Go orders them by bytes. */
export function compareStrings(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Keys of a plain object whose values are defined, sorted. */
export function sortedKeys(o: object): string[] {
  const keys = Object.keys(o).filter((k) => (o as Record<string, unknown>)[k] !== undefined)
  return keys.sort(compareStrings)
}

/** One line of JSON, keys sorted. */
export function goJson(value: unknown): string {
  return encode(value, '', '')
}

/** JSON of several lines. @param indent what one level is indented by. @param asIs keys stay in their order */
export function goJsonIndent(value: unknown, indent = '    ', asIs = false): string {
  return encode(value, indent, '\n', asIs)
}

function encode(value: unknown, indent: string, newline: string, asIs = false): string {
  const separator = indent ? ': ' : ':'
  const write = (v: unknown, at: string): string => {
    if (v === null || v === undefined) return 'null'
    if (typeof v === 'string') return goQuote(v)
    if (typeof v === 'number') return goNumber(v)
    if (typeof v === 'boolean') return String(v)
    const inner = at + indent
    if (Array.isArray(v)) {
      if (v.length === 0) return '[]'
      const items = v.map((x) => newline + (newline && inner) + write(x, inner))
      return `[${items.join(',')}${newline}${newline && at}]`
    }
    const o = v as Record<string, unknown>
    const keys = asIs ? Object.keys(o) : sortedKeys(o)
    if (keys.length === 0) return '{}'
    const items = keys.map(
      (k) => newline + (newline && inner) + goQuote(k) + separator + write(o[k], inner),
    )
    return `{${items.join(',')}${newline}${newline && at}}`
  }
  return write(value, '')
}

/** A JSON string with the escapes that Go adds for HTML. */
export function goQuote(s: string): string {
  return JSON.stringify(s).replace(/[<>&\u2028\u2029]/g, unicodeEscape)
}

function unicodeEscape(c: string): string {
  return `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** A number as Go's JSON encoder prints a float64 or int64. */
export function goNumber(n: number): string {
  if (Number.isInteger(n) && Math.abs(n) < 1e21) return String(n)
  return String(n).replace(/e\+?(-?)(\d)$/, (_, sign, d) => `e${sign || '+'}${sign ? '0' : ''}${d}`)
}

/**
 * A value as Go's `fmt.Print` shows it (`map[a:1 b:[x y]]`), which custom columns and templates use.
 * @source fmt %v
 */
export function goPrint(v: unknown): string {
  if (v === null || v === undefined) return '<nil>'
  if (Array.isArray(v)) return `[${v.map(goPrint).join(' ')}]`
  if (typeof v === 'object') {
    const o = v as Record<string, unknown>
    const parts = sortedKeys(o).map((k) => `${k}:${goPrint(o[k])}`)
    return `map[${parts.join(' ')}]`
  }
  if (typeof v === 'number') return goFloat(v)
  return String(v)
}

/** A number as `%v` prints it: whole numbers plainly, large fractions with an exponent. */
export function goFloat(n: number): string {
  if (Number.isInteger(n)) return String(n)
  const s = String(n)
  return s.replace(/e([+-])(\d)$/, 'e$10$2')
}
