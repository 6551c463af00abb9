/** ControllerRevision. @source pkg/apis/apps/validation ValidateControllerRevision */
import type { ControllerRevision } from '../api/generated/types.ts'
import { invalidValue, required } from '../api/meta/field.ts'
import { deepEqual } from '../api/meta/json.ts'
import { controllerOf } from '../api/meta/ownership.ts'
import type { FieldError } from '../api/meta/status.ts'
import { own } from './own.ts'
import { ageColumn, column, nameColumn } from './shared/columns.ts'

/** The kind. */
export const controllerrevision = own<ControllerRevision>('apps', 'v1', 'ControllerRevision', {
  validate(o, old) {
    const out: FieldError[] = []
    if (o.data === undefined) out.push(required('data', 'data is mandatory'))
    if (o.revision < 0)
      out.push(invalidValue('revision', o.revision, 'must be greater than or equal to 0'))
    if (old && !deepEqual(o.data, old.data)) {
      out.push(invalidValue('data', o.data ?? null, 'field is immutable'))
    }
    return out
  },
  columns: [
    nameColumn(),
    column<ControllerRevision>('Controller', (o) => {
      const ref = controllerOf(o)
      if (!ref) return '<none>'
      const group = ref.apiVersion.includes('/') ? ref.apiVersion.split('/')[0] : ''
      const kind = ref.kind.toLowerCase()
      return group ? `${kind}.${group}/${ref.name}` : `${kind}/${ref.name}`
    }),
    column<ControllerRevision>('Revision', (o) => o.revision, { type: 'integer' }),
    ageColumn(),
  ],
})
