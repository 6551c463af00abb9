/**
 * Reads JSON text as Go's decoder does: its syntax errors, duplicate fields by path, and duplicates of objects merged.
 * @source encoding/json/scanner.go, sigs.k8s.io/json
 */
import { isObject, type JsonObject } from './json.ts'

/** Not JSON; the message is Go's. */
export class JsonSyntaxError extends Error {
  override name = 'JsonSyntaxError'
}

/** A value and the paths of fields that were given more than once. */
export interface ParsedJson {
  readonly value: unknown
  readonly duplicates: readonly string[]
}

/** Deepest nesting that is read. */
const DEPTH_MAX = 10_000

/** Parses JSON. @throws JsonSyntaxError */
export function parseJson(text: string): ParsedJson {
  const reader = new Reader(text)
  return { value: reader.document(), duplicates: reader.duplicates }
}

class Reader {
  readonly duplicates: string[] = []
  private at = 0
  private depth = 0

  constructor(private readonly text: string) {}

  document(): unknown {
    const value = this.value('', 'looking for beginning of value')
    this.space()
    if (this.at < this.text.length) this.bad('after top-level value')
    return value
  }

  private value(path: string, context: string): unknown {
    this.space()
    const c = this.text[this.at]
    if (c === '{') return this.nested(() => this.object(path))
    if (c === '[') return this.nested(() => this.array(path))
    if (c === '"') return this.string()
    if (c === 't') return this.word('true', true)
    if (c === 'f') return this.word('false', false)
    if (c === 'n') return this.word('null', null)
    if (c !== undefined && (c === '-' || (c >= '0' && c <= '9'))) return this.number()
    return this.bad(context)
  }

  private nested<T>(read: () => T): T {
    if (++this.depth > DEPTH_MAX) throw new JsonSyntaxError('exceeded max depth')
    const v = read()
    this.depth--
    return v
  }

  private object(path: string): JsonObject {
    const out: JsonObject = {}
    this.at++
    this.space()
    if (this.text[this.at] === '}') {
      this.at++
      return out
    }
    for (;;) {
      this.space()
      if (this.text[this.at] !== '"') this.bad('looking for beginning of object key string')
      const key = this.string()
      this.space()
      if (this.text[this.at] !== ':') this.bad('after object key')
      this.at++
      const field = path ? `${path}.${key}` : key
      const v = this.value(field, 'looking for beginning of value')
      this.set(out, key, v, field)
      this.space()
      const c = this.text[this.at]
      if (c === '}') {
        this.at++
        return out
      }
      if (c !== ',') this.bad('after object key:value pair')
      this.at++
    }
  }

  private set(out: JsonObject, key: string, v: unknown, field: string): void {
    const known = Object.hasOwn(out, key)
    if (known) this.duplicates.push(field)
    const before = out[key]
    const value = known && isObject(before) && isObject(v) ? { ...before, ...v } : v
    // Assigning "__proto__" would change the prototype instead of adding a member.
    Object.defineProperty(out, key, { value, enumerable: true, configurable: true, writable: true })
  }

  private array(path: string): unknown[] {
    const out: unknown[] = []
    this.at++
    this.space()
    if (this.text[this.at] === ']') {
      this.at++
      return out
    }
    for (;;) {
      out.push(this.value(`${path}[${out.length}]`, 'looking for beginning of value'))
      this.space()
      const c = this.text[this.at]
      if (c === ']') {
        this.at++
        return out
      }
      if (c !== ',') this.bad('after array element')
      this.at++
    }
  }

  private string(): string {
    const start = this.at++
    for (;;) {
      const c = this.text[this.at]
      if (c === undefined) throw new JsonSyntaxError('unexpected end of JSON input')
      if (c === '"') break
      if (c === '\\') this.at++
      else if (c < ' ') this.bad('in string literal')
      this.at++
    }
    this.at++
    try {
      return JSON.parse(this.text.slice(start, this.at)) as string
    } catch {
      this.at = start + this.text.slice(start).search(/\\[^"\\/bfnrtu]|\\u(?![0-9a-fA-F]{4})/) + 1
      return this.bad('in string escape code')
    }
  }

  private number(): number {
    const m = /-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y
    m.lastIndex = this.at
    const found = m.exec(this.text)
    if (!found) {
      this.at++
      return this.bad('in numeric literal')
    }
    this.at += found[0].length
    return Number(found[0])
  }

  private word<T>(word: string, value: T): T {
    for (let i = 0; i < word.length; i++) {
      if (this.text[this.at] !== word[i]) {
        const want = `'${word[i]}'`
        this.bad(`in literal ${word} (expecting ${want})`)
      }
      this.at++
    }
    return value
  }

  private space(): void {
    while (this.at < this.text.length && ' \t\r\n'.includes(this.text[this.at] as string)) this.at++
  }

  private bad(context: string): never {
    const c = this.text[this.at]
    if (c === undefined) throw new JsonSyntaxError('unexpected end of JSON input')
    throw new JsonSyntaxError(`invalid character ${quoted(c)} ${context}`)
  }
}

function quoted(c: string): string {
  if (c === "'") return `'\\''`
  if (c === '"') return `'"'`
  if (c === '\n') return "'\\n'"
  if (c === '\t') return "'\\t'"
  if (c === '\r') return "'\\r'"
  return `'${c}'`
}
