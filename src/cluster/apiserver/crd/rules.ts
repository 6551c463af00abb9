/**
 * CEL rules of custom resources (`x-kubernetes-validations`).
 * @source staging/src/k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel/validation.go
 */
import { Environment } from '@marcbachmann/cel-js'
import { duplicate, forbiddenField, invalidValue, required } from '../../api/meta/field.ts'
import { isObject } from '../../api/meta/json.ts'
import type { FieldError } from '../../api/meta/status.ts'
import { propertiesOf, type RawSchema, sub } from './structural.ts'

interface Rule {
  readonly rule: string
  readonly message?: string
  readonly messageExpression?: string
  readonly reason?: string
  readonly fieldPath?: string
  readonly optionalOldSelf?: boolean
}

type Program = (context: Record<string, unknown>) => unknown

const programs = new Map<string, Program | Error>()
const PROGRAMS_MAX = 5_000

function environment(): Environment {
  return new Environment({ unlistedVariablesAreDyn: true })
}

/** Compiles an expression once. @returns the error when it does not compile */
export function compileCel(expression: string): Program | Error {
  const known = programs.get(expression)
  if (known) return known
  let made: Program | Error
  try {
    made = environment().parse(expression) as unknown as Program
  } catch (error) {
    made = error as Error
  }
  if (programs.size > PROGRAMS_MAX) programs.clear()
  programs.set(expression, made)
  return made
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

/** Runs an expression. @returns its value, or an error that it ended in */
export function runCel(expression: string, context: Record<string, unknown>): unknown {
  const program = compileCel(expression)
  if (program instanceof Error) return program
  try {
    return program(context)
  } catch (error) {
    return error as Error
  }
}

/** Field errors of the rules on one value. */
export function celErrors(v: unknown, s: RawSchema, path: string, old: unknown): FieldError[] {
  const rules = s['x-kubernetes-validations'] as Rule[] | undefined
  if (!rules) return []
  const out: FieldError[] = []
  for (const r of rules) {
    const transition = /\boldSelf\b/.test(r.rule)
    if (transition && old === undefined && !r.optionalOldSelf) continue
    const context = { self: toCel(v), ...(transition ? { oldSelf: toCel(old) } : {}) }
    const result = runCel(r.rule, context)
    if (result === true) continue
    out.push(ruleError(r, v, path, { result, context }))
  }
  return out
}

function ruleError(
  r: Rule,
  v: unknown,
  path: string,
  x: { result: unknown; context: Record<string, unknown> },
): FieldError {
  const field = path + (r.fieldPath ?? '')
  if (x.result instanceof Error)
    return invalid(field, v, `rule evaluation error: ${x.result.message} for rule: ${r.rule}`)
  const said = r.messageExpression ? runCel(r.messageExpression, x.context) : undefined
  const message =
    typeof said === 'string' && said.trim() !== ''
      ? said
      : (r.message ?? `failed rule: ${r.rule.trim()}`)
  switch (r.reason) {
    case 'FieldValueForbidden':
      return forbiddenField(field, message)
    case 'FieldValueRequired':
      return required(field, message)
    case 'FieldValueDuplicate':
      return duplicate(field, v)
    default:
      return invalid(field, v, message)
  }
}

/** Objects and lists are not printed. */
function invalid(field: string, v: unknown, message: string): FieldError {
  if (!isObject(v) && !Array.isArray(v)) return invalidValue(field, v, message)
  return { type: 'FieldValueInvalid', field, body: `Invalid value: ${message}` }
}

/** True when the schema has rules anywhere. */
export function hasRules(s: RawSchema): boolean {
  if (s['x-kubernetes-validations'] !== undefined) return true
  const parts = [...Object.values(propertiesOf(s)), sub(s, 'items'), sub(s, 'additionalProperties')]
  return parts.some((x) => x !== undefined && hasRules(x))
}

/** Field errors of all rules in the tree, outer rules first. */
export function allCelErrors(v: unknown, s: RawSchema, path: string, old: unknown): FieldError[] {
  const out = celErrors(v, s, path, old)
  if (Array.isArray(v)) {
    const items = sub(s, 'items')
    if (!items) return out
    const before = matchItems(v, s, old)
    v.forEach((x, i) => {
      out.push(...allCelErrors(x, items, `${path}[${i}]`, before[i]))
    })
  } else if (isObject(v)) {
    const known = propertiesOf(s)
    const more = sub(s, 'additionalProperties')
    const before = isObject(old) ? old : {}
    for (const [k, x] of Object.entries(v)) {
      const field = known[k] ?? more
      if (field) out.push(...allCelErrors(x, field, path ? `${path}.${k}` : k, before[k]))
    }
  }
  return out
}

/** What stood for each item before: by key in lists that are maps, unknown in others. */
function matchItems(v: readonly unknown[], s: RawSchema, old: unknown): unknown[] {
  const keys = (s['x-kubernetes-list-map-keys'] as string[] | undefined) ?? []
  if (keys.length === 0 || !Array.isArray(old)) return []
  const id = (x: unknown) => JSON.stringify(keys.map((k) => (isObject(x) ? x[k] : undefined)))
  const before = new Map(old.map((x) => [id(x), x]))
  return v.map((x) => before.get(id(x)))
}
