/** ConfigMap. @source pkg/apis/core/validation/validation.go ValidateConfigMap */
import type { ConfigMap } from '../api/generated/types.ts'
import { forbiddenField, invalidValue, tooLong } from '../api/meta/field.ts'
import { deepEqual } from '../api/meta/json.ts'
import type { FieldError } from '../api/meta/status.ts'
import { byteLength, configMapKey } from '../api/meta/validation.ts'
import { own } from './own.ts'
import { ageColumn, column, nameColumn } from './shared/columns.ts'

const SIZE_MAX = 1024 * 1024

/** The kind. */
export const configmap = own<ConfigMap>('', 'v1', 'ConfigMap', {
  validate: (o, old) => [...(old ? immutable(o, old) : []), ...validate(o)],
  columns: [
    nameColumn(),
    column<ConfigMap>(
      'Data',
      (o) => Object.keys(o.data ?? {}).length + Object.keys(o.binaryData ?? {}).length,
    ),
    ageColumn(),
  ],
})

function validate(o: ConfigMap): FieldError[] {
  const out: FieldError[] = []
  let size = 0
  for (const [k, v] of Object.entries(o.data ?? {})) {
    for (const t of configMapKey(k)) out.push(invalidValue(`data[${k}]`, k, t))
    if (o.binaryData?.[k] !== undefined) {
      out.push(invalidValue(`data[${k}]`, k, 'duplicate of key present in binaryData'))
    }
    size += byteLength(v)
  }
  for (const [k, v] of Object.entries(o.binaryData ?? {})) {
    for (const t of configMapKey(k)) out.push(invalidValue(`binaryData[${k}]`, k, t))
    size += Math.floor((v.length * 3) / 4)
  }
  if (size > SIZE_MAX) out.push(tooLong('', SIZE_MAX))
  return out
}

function immutable(o: ConfigMap, old: ConfigMap): FieldError[] {
  if (!old.immutable) return []
  const text = 'field is immutable when `immutable` is set'
  const out: FieldError[] = []
  if (!o.immutable) out.push(forbiddenField('immutable', text))
  for (const f of ['data', 'binaryData'] as const) {
    if (!deepEqual(o[f], old[f])) out.push(forbiddenField(f, text))
  }
  return out
}
