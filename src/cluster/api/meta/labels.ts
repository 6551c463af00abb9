/**
 * Label selectors: parsing, matching and printing.
 * @source staging/src/k8s.io/apimachinery/pkg/labels/selector.go
 */
import type { LabelSelector } from '../generated/types.ts'

/** A label set; absent means empty. */
export type Labels = Readonly<Record<string, string>> | undefined

/** One requirement of a selector. */
export interface Requirement {
  readonly key: string
  readonly op: '=' | '!=' | 'in' | 'notin' | 'exists' | '!' | '>' | '<'
  readonly values: readonly string[]
}

/** All requirements hold; none selects everything. */
export type Selector = readonly Requirement[]

/** True when the labels meet every requirement. */
export function matches(selector: Selector, labels: Labels): boolean {
  for (const r of selector) if (!meets(r, labels)) return false
  return true
}

function meets(r: Requirement, labels: Labels): boolean {
  const value = labels?.[r.key]
  switch (r.op) {
    case '=':
      return value === r.values[0]
    case 'in':
      return value !== undefined && r.values.includes(value)
    case '!=':
    case 'notin':
      return value === undefined || !r.values.includes(value)
    case 'exists':
      return value !== undefined
    case '!':
      return value === undefined
    default: {
      if (value === undefined || !/^[+-]?\d+$/.test(value)) return false
      const bound = Number(r.values[0])
      return r.op === '>' ? Number(value) > bound : Number(value) < bound
    }
  }
}

/** True when every pair of `set` is in `labels` (Service and ReplicationController selectors). */
export function matchesSet(set: Labels, labels: Labels): boolean {
  if (!set) return true
  for (const k of Object.keys(set)) if (labels?.[k] !== set[k]) return false
  return true
}

const compiled = new WeakMap<LabelSelector, Selector>()

/** The selector of a LabelSelector; an absent one selects nothing and gives undefined. */
export function selectorOf(s: LabelSelector | undefined): Selector | undefined {
  if (!s) return undefined
  const known = compiled.get(s)
  if (known) return known
  const out: Requirement[] = []
  for (const k of Object.keys(s.matchLabels ?? {}).sort()) {
    out.push({ key: k, op: '=', values: [s.matchLabels?.[k] as string] })
  }
  for (const e of s.matchExpressions ?? []) {
    const op = OPERATORS[e.operator]
    if (op) out.push({ key: e.key, op, values: e.values ?? [] })
  }
  compiled.set(s, out)
  return out
}

const OPERATORS: Readonly<Record<string, Requirement['op']>> = {
  In: 'in',
  NotIn: 'notin',
  Exists: 'exists',
  DoesNotExist: '!',
}

/** True when a LabelSelector selects those labels; an absent selector selects nothing. */
export function selects(s: LabelSelector | undefined, labels: Labels): boolean {
  const selector = selectorOf(s)
  return selector !== undefined && matches(selector, labels)
}

/** How a selector is written on a command line, requirements sorted by key. */
export function formatSelector(selector: Selector): string {
  const sorted = [...selector].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
  return sorted.map(formatRequirement).join(',')
}

function formatRequirement(r: Requirement): string {
  switch (r.op) {
    case 'exists':
      return r.key
    case '!':
      return `!${r.key}`
    case 'in':
    case 'notin':
      return `${r.key} ${r.op} (${[...r.values].sort().join(',')})`
    default:
      return `${r.key}${r.op}${r.values[0] ?? ''}`
  }
}

/** A LabelSelector as `kubectl get` shows it: `<none>` when empty. */
export function formatLabelSelector(s: LabelSelector | undefined): string {
  const selector = selectorOf(s)
  if (!selector || selector.length === 0) return '<none>'
  return formatSelector(selector)
}

/** `a=b,c=d` sorted by key; `<none>` when empty. */
export function formatLabels(labels: Labels): string {
  const keys = Object.keys(labels ?? {}).sort()
  return keys.length === 0 ? '<none>' : keys.map((k) => `${k}=${labels?.[k]}`).join(',')
}
