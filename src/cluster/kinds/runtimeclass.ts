/** RuntimeClass. @source pkg/apis/node/validation/validation.go */
import type { RuntimeClass } from '../api/generated/types.ts'
import { invalidValue } from '../api/meta/field.ts'
import { compareQuantity } from '../api/meta/quantity.ts'
import type { FieldError } from '../api/meta/status.ts'
import { dnsLabel } from '../api/meta/validation.ts'
import { own } from './own.ts'
import { ageColumn, column, nameColumn } from './shared/columns.ts'
import { validateLabels } from './shared/meta.ts'
import { OLD_NODE_LABELS } from './shared/podwarnings.ts'

/** The kind. */
export const runtimeclass = own<RuntimeClass>('node.k8s.io', 'v1', 'RuntimeClass', {
  validate(o, old) {
    const out: FieldError[] = []
    if (old && o.handler !== old.handler) {
      out.push(invalidValue('handler', o.handler, 'field is immutable'))
      return out
    }
    for (const t of dnsLabel(o.handler)) out.push(invalidValue('handler', o.handler, t))
    for (const [k, v] of Object.entries(o.overhead?.podFixed ?? {})) {
      if (compareQuantity(v, '0') < 0) {
        out.push(invalidValue(`overhead.limits[${k}]`, v, 'must be greater than or equal to 0'))
      }
    }
    out.push(...validateLabels(o.scheduling?.nodeSelector, 'scheduling.nodeSelector'))
    return out
  },
  strategy: {
    warnings: (o) =>
      Object.keys(o.scheduling?.nodeSelector ?? {}).flatMap((k) =>
        OLD_NODE_LABELS[k] ? [`scheduling.nodeSelector: ${OLD_NODE_LABELS[k]}`] : [],
      ),
  },
  columns: [nameColumn(), column<RuntimeClass>('Handler', (o) => o.handler), ageColumn()],
})
