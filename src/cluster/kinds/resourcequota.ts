/** ResourceQuota. @source pkg/apis/core/validation ValidateResourceQuota, printers.go printResourceQuota */
import type { ResourceQuota } from '../api/generated/types.ts'
import { invalidValue, required } from '../api/meta/field.ts'
import { deepEqual } from '../api/meta/json.ts'
import type { FieldError } from '../api/meta/status.ts'
import { own } from './own.ts'
import { ageColumn, column, nameColumn } from './shared/columns.ts'
import { isQuotaResource, validateAmount, validateQuotaResourceName } from './shared/resources.ts'

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

const POD_COMPUTE = [
  'cpu',
  'memory',
  'requests.cpu',
  'requests.memory',
  'limits.cpu',
  'limits.memory',
]
const POD_SCOPES = [
  'Terminating',
  'NotTerminating',
  'NotBestEffort',
  'PriorityClass',
  'CrossNamespacePodAffinity',
]
const EXISTS_ONLY = ['BestEffort', ...POD_SCOPES.filter((s) => s !== 'PriorityClass')]
const CONFLICTS = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
] as const
const EXISTS_TEXT =
  "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity"

function validate(o: ResourceQuota): FieldError[] {
  const hard = o.spec?.hard ?? {}
  const scopes = o.spec?.scopes ?? []
  const out = Object.entries(hard).flatMap(([k, v]) => [
    ...validateQuotaResourceName(k, `spec.hard[${k}]`),
    ...validateAmount(k, v, `spec.hard[${k}]`),
  ])
  const wrong = (text: string) => out.push(invalidValue('spec.scopes', scopes, text))
  for (const s of scopes) {
    if (!isScope(s)) wrong('unsupported scope')
    for (const _ of misapplied(s, hard)) wrong('unsupported scope applied to resource')
  }
  if (conflict(scopes)) wrong('conflicting scopes')
  return [...out, ...validateSelector(o)]
}

function conflict(scopes: readonly string[]): boolean {
  return CONFLICTS.some((pair) => pair.every((s) => scopes.includes(s)))
}

function isScope(s: string): boolean {
  return s === 'BestEffort' || s === 'VolumeAttributesClass' || POD_SCOPES.includes(s)
}

/** Resources that a scope says nothing about. @source pkg/apis/core/helper IsResourceQuotaScopeValidForResource */
function misapplied(scope: string, hard: Readonly<Record<string, string>>): string[] {
  return Object.keys(hard)
    .sort()
    .filter((k) => isQuotaResource(k) && !applies(scope, k))
}

function applies(scope: string, resource: string): boolean {
  if (scope === 'BestEffort') return resource === 'pods'
  if (scope === 'VolumeAttributesClass') {
    return resource === 'persistentvolumeclaims' || resource === 'requests.storage'
  }
  if (!POD_SCOPES.includes(scope)) return true
  return resource === 'pods' || POD_COMPUTE.includes(resource)
}

/** The paths name the list as a whole, as upstream does. */
function validateSelector(o: ResourceQuota): FieldError[] {
  const selector = o.spec?.scopeSelector
  const out: FieldError[] = []
  const path = 'spec.scopeSelector.matchExpressions'
  const list = selector?.matchExpressions ?? []
  const shown = {
    MatchExpressions: list.map((e) => ({
      ScopeName: e.scopeName,
      Operator: e.operator,
      Values: e.values ?? null,
    })),
  }
  for (const e of list) {
    const { scopeName, operator } = e
    const count = e.values?.length ?? 0
    if (!isScope(scopeName)) {
      out.push(invalidValue(`${path}.scopeName`, scopeName, 'unsupported scope'))
    }
    for (const _ of misapplied(scopeName, o.spec?.hard ?? {})) {
      out.push(invalidValue(path, shown, 'unsupported scope applied to resource'))
    }
    if (EXISTS_ONLY.includes(scopeName) && operator !== 'Exists') {
      out.push(invalidValue(`${path}.operator`, operator, EXISTS_TEXT))
    }
    if (operator === 'In' || operator === 'NotIn') {
      const text =
        "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector"
      if (count === 0) out.push(required(`${path}.values`, text))
    } else if (operator === 'Exists' || operator === 'DoesNotExist') {
      const text =
        "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector"
      if (count > 0) out.push(invalidValue(`${path}.values`, e.values, text))
    } else out.push(invalidValue(`${path}.operator`, operator, 'not a valid selector operator'))
  }
  if (conflict(list.map((e) => e.scopeName))) {
    out.push(invalidValue('spec.scopes', o.spec?.scopes ?? null, 'conflicting scopes'))
  }
  return out
}

function validateUpdate(o: ResourceQuota, old: ResourceQuota): FieldError[] {
  const sorted = (r: ResourceQuota) => [...(r.spec?.scopes ?? [])].sort()
  if (deepEqual(sorted(o), sorted(old))) return []
  return [invalidValue('spec.scopes', o.spec?.scopes ?? null, 'field is immutable')]
}
