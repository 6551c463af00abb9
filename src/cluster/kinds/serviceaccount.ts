/** ServiceAccount. @source pkg/registry/core/serviceaccount/strategy.go */
import type { ServiceAccount } from '../api/generated/types.ts'
import { own } from './own.ts'
import { ageColumn, nameColumn } from './shared/columns.ts'

/** The kind. */
export const serviceaccount = own<ServiceAccount>('', 'v1', 'ServiceAccount', {
  strategy: {
    prepareForCreate: bareSecrets,
    prepareForUpdate: bareSecrets,
    warnings: (o, old) => {
      if (o.metadata.annotations?.[MOUNTABLE] === undefined) return []
      if (old?.metadata.annotations?.[MOUNTABLE] !== undefined) return []
      return [
        `metadata.annotations[${MOUNTABLE}]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets`,
      ]
    },
  },
  columns: [nameColumn(), ageColumn()],
})

const MOUNTABLE = 'kubernetes.io/enforce-mountable-secrets'

/** Of secrets only the names are kept. */
function bareSecrets(o: ServiceAccount): void {
  if (o.secrets) o.secrets = o.secrets.map((s) => (s.name === undefined ? {} : { name: s.name }))
}
