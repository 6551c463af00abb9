/** Namespace. @source pkg/registry/core/namespace/strategy.go */
import type { Namespace } from '../api/generated/types.ts'
import { invalidValue } from '../api/meta/field.ts'
import { dnsLabel, maskTrailingDash, qualifiedName } from '../api/meta/validation.ts'
import { own } from './own.ts'
import { ageColumn, column, nameColumn } from './shared/columns.ts'

const STANDARD_FINALIZERS = ['kubernetes', 'orphan', 'foregroundDeletion']
const NAME_LABEL = 'kubernetes.io/metadata.name'

/** The kind. */
export const namespace = own<Namespace>('', 'v1', 'Namespace', {
  validate: (o) =>
    (o.spec?.finalizers ?? []).flatMap((f) => {
      const at = 'spec.finalizers'
      const bad = qualifiedName(f).map((t) => invalidValue(at, f, t))
      if (bad.length > 0 || f.includes('/') || STANDARD_FINALIZERS.includes(f)) return bad
      const text = 'name is neither a standard finalizer name nor is it fully qualified'
      return [invalidValue(at, f, text)]
    }),
  strategy: {
    validateName: (name, prefix) => dnsLabel(prefix ? maskTrailingDash(name) : name),
    prepareForCreate(o) {
      o.status = { phase: 'Active' }
      const finalizers = o.spec?.finalizers ?? []
      if (!finalizers.includes('kubernetes'))
        o.spec = { ...o.spec, finalizers: [...finalizers, 'kubernetes'] }
      label(o)
    },
    prepareForUpdate(o, old) {
      if (old.spec) o.spec = old.spec
      label(o)
    },
  },
  columns: [nameColumn(), column<Namespace>('Status', (o) => o.status?.phase ?? ''), ageColumn()],
  fields: {
    name: (o) => o.metadata.name ?? '',
    'status.phase': (o) => o.status?.phase ?? '',
  },
})

/** Every namespace can be selected by its name. */
function label(o: Namespace): void {
  const name = o.metadata.name
  if (!name) return
  o.metadata.labels = { ...o.metadata.labels, [NAME_LABEL]: name }
}
