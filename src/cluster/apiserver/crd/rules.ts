/**
 * CEL rules of custom resources (`x-kubernetes-validations`).
 * @source staging/src/k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel/validation.go
 */
import { Optional } from '@marcbachmann/cel-js'
import { type Shape, unknownField } from '../../api/celfields.ts'
import {
  duplicate,
  forbiddenField,
  invalidValue,
  notSupported,
  required,
} from '../../api/meta/field.ts'
import { deepEqual, isObject } from '../../api/meta/json.ts'
import type { FieldError } from '../../api/meta/status.ts'
import { compileFault } from '../cel/compile.ts'
import { runCel, toCel } from '../cel/environment.ts'
import { propertiesOf, type RawSchema, sub } from './structural.ts'

interface Rule {
  readonly rule: string
  readonly message?: string
  readonly messageExpression?: string
  readonly reason?: string
  readonly fieldPath?: string
  readonly optionalOldSelf?: boolean
}

/** Field errors of the rules on one value. */
export function celErrors(v: unknown, s: RawSchema, path: string, old: unknown): FieldError[] {
  const rules = s['x-kubernetes-validations'] as Rule[] | undefined
  if (!rules) return []
  const out: FieldError[] = []
  for (const r of rules) {
    const transition = /\boldSelf\b/.test(r.rule)
    if (transition && old === undefined && !r.optionalOldSelf) continue
    // What has not changed is not asked again.
    if (!transition && old !== undefined && deepEqual(old, v)) continue
    const context = { self: toCel(v), ...(transition ? { oldSelf: oldOf(r, old) } : {}) }
    const result = runCel(r.rule, context)
    if (result === true) continue
    out.push(ruleError(r, v, path, { result, context }))
  }
  return out
}

/** What stood before; an optional where the rule wants to be asked of new values too. */
function oldOf(r: Rule, old: unknown): unknown {
  if (!r.optionalOldSelf) return toCel(old)
  return old === undefined ? Optional.none() : Optional.of(toCel(old))
}

function ruleError(
  r: Rule,
  v: unknown,
  path: string,
  x: { result: unknown; context: Record<string, unknown> },
): FieldError {
  const field = `${path}${r.fieldPath ?? ''}`.replace(/^\./, '') || '<nil>'
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

/** What is wrong with the rules of a definition's schema, at the fields of the definition. */
export function ruleFaults(s: RawSchema, path: string): FieldError[] {
  const out: FieldError[] = []
  for (const [k, v] of Object.entries(propertiesOf(s)))
    out.push(...ruleFaults(v, `${path}.properties[${k}]`))
  for (const part of ['items', 'additionalProperties']) {
    const inner = sub(s, part)
    if (inner) out.push(...ruleFaults(inner, `${path}.${part}`))
  }
  const rules = (s['x-kubernetes-validations'] as Rule[] | undefined) ?? []
  const at = (i: number) => `${path}.x-kubernetes-validations[${i}]`
  out.push(...rules.flatMap((r, i) => formFaults(r, at(i))))
  // Where something is not even well formed, expressions are not looked at.
  if (out.length > 0) return out
  return rules.flatMap((r, i) => expressionFaults(r, s, at(i)))
}

const REASONS = [
  'FieldValueDuplicate',
  'FieldValueForbidden',
  'FieldValueInvalid',
  'FieldValueRequired',
]

function formFaults(r: Rule, at: string): FieldError[] {
  const out: FieldError[] = []
  const rule = r.rule?.trim() ?? ''
  const message = r.message?.trim() ?? ''
  if (rule === '') out.push(required(`${at}.rule`, 'rule is not specified'))
  else if (r.message && message === '') {
    out.push(invalidValue(`${at}.message`, r.message, 'message must be non-empty if specified'))
  } else if (/[\r\n]/.test(message)) {
    out.push(invalidValue(`${at}.message`, r.message, 'message must not contain line breaks'))
  } else if (/[\r\n]/.test(rule) && message === '') {
    out.push(required(`${at}.message`, 'message must be specified if rule contains line breaks'))
  }
  if (r.messageExpression && r.messageExpression.trim() === '') {
    const text = 'messageExpression must be non-empty if specified'
    out.push(required(`${at}.messageExpression`, text))
  }
  if (r.reason !== undefined && !REASONS.includes(r.reason)) {
    out.push(notSupported(`${at}.reason`, r.reason, REASONS))
  }
  return out
}

function expressionFaults(r: Rule, s: RawSchema, at: string): FieldError[] {
  const out: FieldError[] = []
  const variables = ['self', 'oldSelf']
  const fault = compileFault(r.rule, { variables, returns: 'bool' }) ?? missing(r.rule, s)
  if (fault) out.push(invalidValue(`${at}.rule`, internal(r), ofRule(fault)))
  if (!r.messageExpression) return out
  const wrong =
    compileFault(r.messageExpression, { variables, returns: 'string' }) ??
    missing(r.messageExpression, s)
  if (wrong) out.push(invalidValue(`${at}.messageExpression`, internal(r), wrong))
  return out
}

/** A field that `self` is asked for and that its schema does not have. */
function missing(expression: string, s: RawSchema): string | undefined {
  const self = shapeOfRaw(s)
  const fault = unknownField(expression, { self, oldSelf: self })
  return fault && `compilation failed: ${fault}`
}

/** Only objects are looked into, and only where nothing may stand that is not stated. */
function shapeOfRaw(s: RawSchema): Shape {
  const more =
    s.additionalProperties !== undefined ||
    s['x-kubernetes-embedded-resource'] === true ||
    s['x-kubernetes-preserve-unknown-fields'] === true
  if (s.type !== 'object' || more) return 'open'
  return (name) => {
    const next = propertiesOf(s)[name]
    return next && shapeOfRaw(next)
  }
}

/** A rule under the names of Go's internal type, as errors show it. */
function internal(r: Rule): Record<string, unknown> {
  return {
    Rule: r.rule,
    Message: r.message ?? '',
    MessageExpression: r.messageExpression ?? '',
    Reason: r.reason ?? null,
    FieldPath: r.fieldPath ?? '',
    OptionalOldSelf: r.optionalOldSelf ?? null,
  }
}

/** Definitions word the wrong type in their own way. */
function ofRule(fault: string): string {
  return fault === 'must evaluate to bool' ? 'cel expression must evaluate to a bool' : fault
}
