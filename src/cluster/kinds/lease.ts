/** Lease. @source pkg/apis/coordination/validation/validation.go */
import type { Lease } from '../api/generated/types.ts'
import { invalidValue } from '../api/meta/field.ts'
import type { FieldError } from '../api/meta/status.ts'
import { own } from './own.ts'
import { ageColumn, column, nameColumn } from './shared/columns.ts'

/** The kind. */
export const lease = own<Lease>('coordination.k8s.io', 'v1', 'Lease', {
  validate(o) {
    const out: FieldError[] = []
    const { leaseDurationSeconds: d, leaseTransitions: t } = o.spec ?? {}
    if (d !== undefined && d <= 0) {
      out.push(invalidValue('spec.leaseDurationSeconds', d, 'must be greater than 0'))
    }
    if (t !== undefined && t < 0) {
      out.push(invalidValue('spec.leaseTransitions', t, 'must be greater than or equal to 0'))
    }
    return out
  },
  strategy: {
    allowCreateOnUpdate: true,
    allowUnconditionalUpdate: false,
    prepareForCreate: dropGated,
    prepareForUpdate: dropGated,
  },
  columns: [
    nameColumn(),
    column<Lease>('Holder', (o) => o.spec?.holderIdentity ?? ''),
    ageColumn(),
  ],
})

/** CoordinatedLeaderElection is off in 1.36: its fields are dropped without a word. */
function dropGated(o: Lease): void {
  if (!o.spec) return
  const { strategy: _s, preferredHolder: _p, ...spec } = o.spec
  o.spec = spec
}
