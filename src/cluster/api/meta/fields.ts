/**
 * Field selectors: `a=b,c!=d` over the fields a kind offers.
 * @source staging/src/k8s.io/apimachinery/pkg/fields/selector.go
 */

/** One requirement on a named field. */
export interface FieldRequirement {
  readonly field: string
  readonly equal: boolean
  readonly value: string
}

/** All requirements hold. */
export type FieldSelector = readonly FieldRequirement[]

/** Thrown by the parser; the server answers 400 with its text. */
export class FieldSelectorError extends Error {
  override name = 'FieldSelectorError'
}

/** Parses a field selector. @throws FieldSelectorError */
export function parseFieldSelector(text: string): FieldSelector {
  const out: FieldRequirement[] = []
  for (const term of split(text)) {
    if (term === '') continue
    const m = /^((?:[^=!\\]|\\.)*)(==|!=|=)(.*)$/s.exec(term)
    if (!m) throw new FieldSelectorError(`invalid selector: '${text}'; can't understand '${term}'`)
    out.push({
      field: (m[1] as string).trim(),
      equal: m[2] !== '!=',
      value: unescaped(m[3] as string, text),
    })
  }
  return out
}

function split(text: string): string[] {
  const out: string[] = []
  let start = 0
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '\\') i++
    else if (text[i] === ',') {
      out.push(text.slice(start, i))
      start = i + 1
    }
  }
  out.push(text.slice(start))
  return out
}

function unescaped(value: string, whole: string): string {
  const bad = /(?:^|[^\\])(?:\\\\)*([=,])/.exec(value)
  if (bad) throw new FieldSelectorError(`invalid selector: '${whole}'; can't understand '${value}'`)
  return value.replace(/\\(.)/g, '$1')
}
