/**
 * Fields that CEL expressions name and that their objects do not have, in cel-go's words. Only what is asked of a
 * variable itself is looked at (`self.a.b`), not what functions and macros come to.
 * @source github.com/google/cel-go/checker (text), common/error.go (form)
 */
import { resolve, type Schema } from './schema.ts'

/** What stands under a name: its own members, anything at all, or nothing. */
export type Shape = ((name: string) => Shape | undefined) | 'open'

/** Of a schema of ours: maps, lists and scalars are not looked into. */
export function shapeOf(schema: Schema | undefined): Shape {
  const s = schema && resolve(schema)
  const known = s?.properties
  if (!known || s.additionalProperties || s.preserveUnknownFields) return 'open'
  return (name) => (known[name] ? shapeOf(known[name]) : undefined)
}

/** Of members by name. */
export function shapeWith(members: Readonly<Record<string, Shape>>): Shape {
  return (name) => members[name]
}

const QUOTED = /"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'/g
const CHAIN = /(?<![\w.])([A-Za-z_]\w*)((?:\s*\.\s*[A-Za-z_]\w*)+)(\s*\()?/g

/** The first unknown field, with its place; undefined when there is none. @param roots shapes of the variables */
export function unknownField(
  expression: string,
  roots: Readonly<Record<string, Shape>>,
): string | undefined {
  const bare = expression.replace(QUOTED, (q) => ' '.repeat(q.length))
  for (const m of bare.matchAll(CHAIN)) {
    const [, root = '', rest = '', call] = m
    let shape: Shape | undefined = roots[root]
    const names = [...rest.matchAll(/\.\s*(\w+)/g)]
    // What is followed by a bracket is a function.
    if (call) names.pop()
    for (const n of names) {
      if (shape === undefined || shape === 'open') break
      const name = n[1] as string
      shape = shape(name.replace(/^__(\w+)__$/, '$1'))
      if (shape !== undefined) continue
      return located(expression, m.index + root.length + n.index, `undefined field '${name}'`)
    }
  }
  return undefined
}

/** The message with its place: line and column, the line itself, and a caret under dots. */
export function located(expression: string, at: number, text: string): string {
  const before = expression.slice(0, at)
  const line = before.split('\n').length
  const column = at - (before.lastIndexOf('\n') + 1)
  const shown = expression.split('\n')[line - 1] ?? ''
  return `ERROR: <input>:${line}:${column + 1}: ${text}\n | ${shown}\n | ${'.'.repeat(column)}^`
}
