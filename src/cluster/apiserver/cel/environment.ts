/**
 * CEL as the API server speaks it: one environment with Kubernetes' libraries, programs compiled once.
 * @source staging/src/k8s.io/apiserver/pkg/cel/environment/base.go
 */
import { Environment } from '@marcbachmann/cel-js'
import { isObject } from '../../api/meta/json.ts'
import { CelIP, CelURL, registerAddresses, registerURL } from './address.ts'
import { registerAuthorizer } from './authorizer.ts'
import { registerFormats } from './format.ts'
import { registerMacros, registerOptionals } from './macros.ts'
import { CelObject, registerObjects, withCalls } from './objects.ts'
import { CelQuantity, registerQuantity, registerSemver } from './quantity.ts'
import { registerLists, registerStrings } from './text.ts'

type Program = (context: Record<string, unknown>) => unknown

const programs = new Map<string, Program | Error>()
const PROGRAMS_MAX = 5_000

let shared: Environment | undefined

/** A new environment; strict ones refuse names that were not declared. */
export function celEnvironment(strict: boolean, variables: readonly string[] = []): Environment {
  const env = new Environment({
    unlistedVariablesAreDyn: !strict,
    enableOptionalTypes: true,
    // Upstream demands lists of one type everywhere but in the arguments of format.
    homogeneousAggregateLiterals: false,
  })
  registerObjects(env)
  registerMacros(env)
  registerOptionals(env)
  registerQuantity(env)
  registerSemver(env)
  registerAddresses(env)
  registerURL(env)
  registerLists(env)
  registerStrings(env)
  registerFormats(env)
  registerAuthorizer(env)
  for (const v of variables) env.registerVariable(v, 'dyn')
  return env
}

/** Compiles an expression once. @returns the error when it does not compile */
export function compileCel(expression: string): Program | Error {
  const known = programs.get(expression)
  if (known) return known
  let made: Program | Error
  try {
    shared ??= celEnvironment(false)
    made = shared.parse(withCalls(expression)) as unknown as Program
  } catch (error) {
    made = new Error(celMessage(error))
  }
  if (programs.size > PROGRAMS_MAX) programs.clear()
  programs.set(expression, made)
  return made
}

/** Runs an expression. @returns its value, or an error that it ended in */
export function runCel(expression: string, context: Record<string, unknown>): unknown {
  const program = compileCel(expression)
  if (program instanceof Error) return program
  try {
    return program(context)
  } catch (error) {
    return new Error(celMessage(error))
  }
}

/** What cel-go would say where cel-js ended in this error. */
export function celMessage(error: unknown): string {
  const e = error as { code?: string; summary?: string; message: string }
  const text = e.summary ?? e.message
  switch (e.code) {
    case 'no_such_key':
      return text.replace(/^No such key/, 'no such key')
    case 'index_out_of_bounds':
      return text.replace(/^.*index (-?\d+) .*$/, 'index out of bounds: $1')
    case 'unknown_variable':
      return text.replace(/^Unknown variable: (.*)$/, 'no such attribute(s): $1')
    case 'no_such_overload':
    case 'no_matching_overload':
      return 'no such overload'
    default:
      return text
  }
}

/** Whole numbers are CEL ints. */
export function toCel(v: unknown): unknown {
  if (typeof v === 'number') return Number.isInteger(v) ? BigInt(v) : v
  if (Array.isArray(v)) return v.map(toCel)
  if (!isObject(v)) return v
  const out: Record<string, unknown> = {}
  for (const [k, x] of Object.entries(v)) if (x !== undefined) out[k] = toCel(x)
  return out
}

/** A CEL value as JSON; constructed objects are their fields. */
export function fromCel(v: unknown): unknown {
  if (typeof v === 'bigint') return Number(v)
  if (Array.isArray(v)) return v.map(fromCel)
  if (v instanceof CelObject) return fromCel(v.fields)
  if (v instanceof CelQuantity) return v.text
  if (v instanceof CelIP) return v.address.toString()
  if (v instanceof CelURL) return `${v.scheme}://${v.host}${v.path}`
  if (v instanceof Map) return fromCel(Object.fromEntries(v))
  if (!isObject(v)) return v
  const out: Record<string, unknown> = {}
  for (const [k, x] of Object.entries(v)) out[k] = fromCel(x)
  return out
}
