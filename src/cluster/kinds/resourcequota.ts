/** ResourceQuota. @source pkg/apis/core/validation ValidateResourceQuota, printers.go printResourceQuota */
import type { ResourceQuota } from '../api/generated/types.ts'
import { invalidValue } from '../api/meta/field.ts'
import { deepEqual } from '../api/meta/json.ts'
import { compareQuantity } from '../api/meta/quantity.ts'
import type { FieldError } from '../api/meta/status.ts'
import { own } from './own.ts'
import { ageColumn, column, nameColumn } from './shared/columns.ts'

const SCOPES = [
  'Terminating',
  'NotTerminating',
  'BestEffort',
  'NotBestEffort',
  'PriorityClass',
  'CrossNamespacePodAffinity',
]
const BEST_EFFORT = new Set(['pods', 'count/pods'])

/** The kind. */
export const resourcequota = own<ResourceQuota>('', 'v1', 'ResourceQuota', {
  validate: (o, old) => [...validate(o), ...(old ? validateUpdate(o, old) : [])],
  columns: [
    nameColumn(),
    column<ResourceQuota>('Request', (o) => used(o, (k) => !k.startsWith('limits.'))),
    column<ResourceQuota>('Limit', (o) => used(o, (k) => k.startsWith('limits.'))),
    ageColumn(),
  ],
})

function used(o: ResourceQuota, wanted: (k: string) => boolean): string {
  return Object.keys(o.status?.hard ?? {})
    .filter(wanted)
    .sort()
    .map((k) => `${k}: ${o.status?.used?.[k] ?? '0'}/${o.status?.hard?.[k] ?? '0'}`)
    .join(', ')
}

function validate(o: ResourceQuota): FieldError[] {
  const out: FieldError[] = []
  const hard = o.spec?.hard ?? {}
  for (const [k, v] of Object.entries(hard)) {
    if (compareQuantity(v, '0') < 0) {
      out.push(invalidValue(`spec.hard[${k}]`, v, 'must be greater than or equal to 0'))
    }
  }
  const scopes = o.spec?.scopes ?? []
  if (scopes.length === 0) return out
  const shown = scopes
  for (const s of scopes) {
    if (!SCOPES.includes(s)) out.push(invalidValue('spec.scopes', shown, 'unsupported scope'))
    const onlyPods = s === 'BestEffort'
    if (onlyPods && Object.keys(hard).some((k) => !BEST_EFFORT.has(k))) {
      out.push(invalidValue('spec.scopes', shown, 'unsupported scope applied to resource'))
    }
  }
  const both = (a: string, b: string) => scopes.includes(a as never) && scopes.includes(b as never)
  if (both('BestEffort', 'NotBestEffort') || both('Terminating', 'NotTerminating')) {
    out.push(invalidValue('spec.scopes', shown, 'conflicting scopes'))
  }
  return out
}

function validateUpdate(o: ResourceQuota, old: ResourceQuota): FieldError[] {
  const sorted = (r: ResourceQuota) => [...(r.spec?.scopes ?? [])].sort()
  if (deepEqual(sorted(o), sorted(old))) return []
  return [invalidValue('spec.scopes', o.spec?.scopes ?? null, 'field is immutable')]
}
