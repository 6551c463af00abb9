/**
 * `Object{...}` and `JSONPatch{...}`, which the CEL parser does not know: they become calls before parsing.
 * @source staging/src/k8s.io/apiserver/pkg/cel/mutation
 */
import type { Environment } from '@marcbachmann/cel-js'

/** A value made by `Object.some.path{...}` or `JSONPatch{...}`. */
export class CelObject {
  constructor(
    readonly type: string,
    readonly fields: Readonly<Record<string, unknown>>,
  ) {}
}

/** What the constructor becomes; no expression of a user may name it. */
const MAKE = '__make'

/** Makes the constructors known. */
export function registerObjects(env: Environment): void {
  env.registerType('MadeObject', CelObject)
  env.registerFunction(`${MAKE}(string, map): MadeObject`, (type: string, fields: unknown) => {
    return new CelObject(type, withoutAbsent(fields as Record<string, unknown>))
  })
}

function withoutAbsent(fields: Record<string, unknown>): Record<string, unknown> {
  const out: Record<string, unknown> = {}
  for (const [k, v] of Object.entries(fields)) {
    if (!k.startsWith('?')) out[k] = v
    else {
      const optional = v as { hasValue(): boolean; value(): unknown }
      if (optional.hasValue()) out[k.slice(1)] = optional.value()
    }
  }
  return out
}

/**
 * The expression with its constructors as calls, and reserved words unescaped.
 * @throws SyntaxError when a constructor's body is not one
 */
export function withCalls(expression: string): string {
  if (!/\b(Object|JSONPatch)\b[\w.\s]*\{|\.__[a-z]+__/.test(expression)) return expression
  return new Rewriter(expression).rest()
}

const PATH = /^(?:Object(?:\s*\.\s*[A-Za-z_]\w*)*|JSONPatch)(?=\s*\{)/
const ESCAPED =
  /^__(as|break|const|continue|else|for|function|if|import|let|loop|package|namespace|return)__(?!\w)/
const WORD = /^[A-Za-z_]\w*/
const STRING =
  /^(?:[rR]?"""[\s\S]*?"""|[rR]?'''[\s\S]*?'''|[rR]"[^"\n]*"|[rR]'[^'\n]*'|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')/

class Rewriter {
  private at = 0

  constructor(private readonly text: string) {}

  /** Copies up to a closing bracket or separator that is not the copied part's own. */
  rest(stops = ''): string {
    let out = ''
    let depth = 0
    while (this.at < this.text.length) {
      const tail = this.text.slice(this.at)
      const c = tail[0] as string
      if (depth === 0 && stops.includes(c)) return out
      const token = this.token(tail, out)
      if (token !== undefined) {
        out += token
        continue
      }
      if ('([{'.includes(c)) depth++
      if (')]}'.includes(c)) depth--
      out += c
      this.at++
    }
    return out
  }

  private token(tail: string, before: string): string | undefined {
    const plain = STRING.exec(tail)?.[0] ?? /^\/\/[^\n]*/.exec(tail)?.[0]
    if (plain !== undefined) return this.skip(plain)
    const member = /\.\s*$/.test(before)
    const path = member ? undefined : PATH.exec(tail)?.[0]
    if (path !== undefined) {
      this.at += path.length
      return this.made(path.replace(/\s/g, ''))
    }
    const escaped = member ? ESCAPED.exec(tail) : null
    if (escaped) {
      this.at += escaped[0].length
      return escaped[1]
    }
    const word = WORD.exec(tail)?.[0]
    return word === undefined ? undefined : this.skip(word)
  }

  private skip(part: string): string {
    this.at += part.length
    return part
  }

  private made(path: string): string {
    this.space()
    this.at++
    const fields: string[] = []
    for (;;) {
      this.space()
      if (this.text[this.at] === '}') break
      fields.push(this.field())
      this.space()
      if (this.text[this.at] !== ',') break
      this.at++
    }
    if (this.text[this.at] !== '}') throw new SyntaxError(`mismatched input in ${path}{...}`)
    this.at++
    return `${MAKE}(${JSON.stringify(path)}, {${fields.join(', ')}})`
  }

  private field(): string {
    const m = /^(\?\s*)?(?:([A-Za-z_]\w*)|`([^`]+)`)\s*:/.exec(this.text.slice(this.at))
    if (!m) throw new SyntaxError('expected a field name')
    this.at += m[0].length
    const name = (m[1] ? '?' : '') + unescaped(m[2] ?? m[3] ?? '')
    return `${JSON.stringify(name)}: dyn(${this.rest(',}')})`
  }

  private space(): void {
    while (/\s/.test(this.text[this.at] ?? '')) this.at++
  }
}

function unescaped(name: string): string {
  const word = /^__([a-z]+)__$/.exec(name)
  if (word) return word[1] as string
  return name
    .replace(/__dash__/g, '-')
    .replace(/__dot__/g, '.')
    .replace(/__slash__/g, '/')
    .replace(/__underscores__/g, '__')
}

/** Where a constructor's type is not the path at which it stands; undefined when all agree. */
export function mismatch(v: unknown, path = 'Object'): string | undefined {
  if (Array.isArray(v)) {
    for (const x of v) {
      const found = mismatch(x, path)
      if (found) return found
    }
    return undefined
  }
  if (!(v instanceof CelObject)) return undefined
  if (v.type !== path) {
    const [has, wants] = [JSON.stringify(v.type), JSON.stringify(path)]
    return `unexpected type name ${has}, expected ${wants}, which matches field name path from root Object type`
  }
  for (const [k, x] of Object.entries(v.fields)) {
    const found = mismatch(x, `${path}.${k}`)
    if (found) return found
  }
  return undefined
}
