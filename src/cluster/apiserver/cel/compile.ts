/**
 * What is wrong with an expression before it ever runs, in cel-go's words as far as cel-js tells enough.
 * @source staging/src/k8s.io/apiserver/pkg/admission/plugin/cel/compile.go CompileCELExpression
 */
import type { Environment } from '@marcbachmann/cel-js'
import { located } from '../../api/celfields.ts'
import { celEnvironment } from './environment.ts'
import { withCalls } from './objects.ts'

const environments = new Map<string, Environment>()

/** What an expression may name, and what it must come to (`any` for everything). */
export interface Expected {
  readonly variables: readonly string[]
  readonly returns: string
}

interface CelFault {
  readonly code?: string
  readonly summary?: string
  readonly message: string
  readonly range?: { readonly start: number; readonly end: number }
}

/** The detail of the field error; undefined when the expression compiles. */
export function compileFault(expression: string, x: Expected): string | undefined {
  const known = x.variables.join()
  let env = environments.get(known)
  if (!env) {
    env = celEnvironment(true, x.variables)
    environments.set(known, env)
  }
  let checked: ReturnType<Environment['check']>
  let called: string
  try {
    called = withCalls(expression)
    checked = env.check(called)
  } catch (error) {
    return `compilation failed: ${located(expression, 0, `Syntax error: ${(error as Error).message}`)}`
  }
  if (!checked.valid) {
    const fault = checked.error as CelFault
    // After a constructor was rewritten, places no longer fit; the beginning is told instead.
    const at = called === expression ? placeOf(fault, expression) : 0
    return `compilation failed: ${located(expression, at, textOf(fault, expression))}`
  }
  const type = checked.type ?? 'dyn'
  if (x.returns === 'any' || type === 'dyn' || type === x.returns) return undefined
  if (x.returns.startsWith('list') && type.startsWith('list')) return undefined
  return `must evaluate to ${NAMES[x.returns] ?? x.returns}`
}

/** Calls are blamed at their opening bracket, operators at themselves, fields at the dot before. */
function placeOf(f: CelFault, expression: string): number {
  const { start = 0, end = 0 } = f.range ?? {}
  const part = expression.slice(start, end)
  if (f.code === 'no_matching_overload') {
    const name = /'(?:.*\.)?(\w+)\(/.exec(f.summary ?? '')?.[1] ?? ''
    const call = new RegExp(`\\b${name}\\s*\\(`).exec(part)
    return call ? start + call.index + call[0].length - 1 : start
  }
  if (f.code === 'no_such_overload') {
    const operator = /^no such overload: \S+ (\S+) \S+$/.exec(f.summary ?? '')?.[1]
    const found = operator === undefined ? -1 : part.indexOf(` ${operator} `)
    return found < 0 ? start : start + found + 1
  }
  return start
}

const NAMES: Readonly<Record<string, string>> = { MadeObject: 'Object', list: 'list(JSONPatch)' }

function textOf(f: CelFault, expression: string): string {
  const text = f.summary ?? f.message
  switch (f.code) {
    case 'unknown_variable':
      return `undeclared reference to '${text.replace(/^Unknown variable: /, '')}' (in container '')`
    case 'no_such_overload':
      return overload(text)
    case 'no_matching_overload':
      return call(text)
    default:
      return `Syntax error: ${syntax(text, f, expression)}`
  }
}

/** `no such overload: int == string` as cel-go says it. */
function overload(text: string): string {
  const m = /^no such overload: (\S+) (\S+) (\S+)$/.exec(text)
  if (!m) return text
  return `found no matching overload for '_${m[2]}_' applied to '(${m[1]}, ${m[3]})'`
}

/** `found no matching overload for 'string.nope(int)'` as cel-go says it. */
function call(text: string): string {
  const m = /^found no matching overload for '(?:(.+)\.)?(\w+)\((.*)\)'$/.exec(text)
  if (!m) return text
  const [, receiver, name = '', args = ''] = m
  if (!functionNames().has(name)) return `undeclared reference to '${name}' (in container '')`
  const target = receiver === undefined ? '' : `${receiver}.`
  return `found no matching overload for '${name}' applied to '${target}(${args})'`
}

let known: ReadonlySet<string> | undefined

function functionNames(): ReadonlySet<string> {
  known ??= new Set(
    celEnvironment(true)
      .getDefinitions()
      .functions.map((f) => f.name),
  )
  return known
}

function syntax(text: string, f: CelFault, expression: string): string {
  if (/EOF/.test(text)) {
    return "mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}"
  }
  const { start = 0, end = 0 } = f.range ?? {}
  const part = expression.slice(start, end)
  if (f.code === 'unexpected_character') return `extraneous input '${part}' expecting <EOF>`
  return text
}
