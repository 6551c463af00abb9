/** PriorityClass. @source pkg/apis/scheduling/validation/validation.go */
import type { PriorityClass } from '../api/generated/types.ts'
import { forbiddenField, notSupported } from '../api/meta/field.ts'
import type { FieldError } from '../api/meta/status.ts'
import { own } from './own.ts'
import { ageColumn, column, nameColumn } from './shared/columns.ts'

const USER_MAX = 1_000_000_000
const SYSTEM: Readonly<Record<string, number>> = {
  'system-cluster-critical': 2_000_000_000,
  'system-node-critical': 2_000_001_000,
}

/** The kind. */
export const priorityclass = own<PriorityClass>('scheduling.k8s.io', 'v1', 'PriorityClass', {
  defaults(o) {
    o.preemptionPolicy ??= 'PreemptLowerPriority'
  },
  validate: (o, old) => [...validate(o), ...(old ? validateUpdate(o, old) : [])],
  columns: [
    nameColumn(),
    column<PriorityClass>('Value', (o) => o.value ?? 0, { type: 'integer' }),
    column<PriorityClass>('Global-Default', (o) => o.globalDefault ?? false, { type: 'boolean' }),
    ageColumn(),
    column<PriorityClass>('PreemptionPolicy', (o) => o.preemptionPolicy ?? ''),
  ],
})

function validate(o: PriorityClass): FieldError[] {
  const out: FieldError[] = []
  const name = o.metadata.name ?? ''
  if (name.startsWith('system-')) {
    if (SYSTEM[name] !== o.value) {
      const text =
        "priority class names with 'system-' prefix are reserved for system use only. error: " +
        (SYSTEM[name] === undefined
          ? `${name} is not a known system priority class`
          : `value of ${name} PriorityClass must be ${SYSTEM[name]}`)
      out.push(forbiddenField('metadata.name', text))
    }
  } else if ((o.value ?? 0) > USER_MAX) {
    const text = `maximum allowed value of a user defined priority is ${USER_MAX}`
    out.push(forbiddenField('value', text))
  }
  const policies = ['PreemptLowerPriority', 'Never']
  if (o.preemptionPolicy && !policies.includes(o.preemptionPolicy)) {
    out.push(notSupported('preemptionPolicy', o.preemptionPolicy, policies))
  }
  return out
}

function validateUpdate(o: PriorityClass, old: PriorityClass): FieldError[] {
  const out: FieldError[] = []
  if (o.value !== old.value) out.push(forbiddenField('value', 'may not be changed in an update.'))
  if (o.preemptionPolicy !== old.preemptionPolicy) {
    out.push(forbiddenField('preemptionPolicy', 'may not be changed in an update.'))
  }
  return out
}
