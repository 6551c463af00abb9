/** ServiceAccount. @source pkg/registry/core/serviceaccount/strategy.go */
import type { ServiceAccount } from '../api/generated/types.ts'
import { own } from './own.ts'
import { ageColumn, nameColumn } from './shared/columns.ts'

/** The kind. */
export const serviceaccount = own<ServiceAccount>('', 'v1', 'ServiceAccount', {
  strategy: {
    prepareForCreate(o) {
      delete o.secrets
    },
  },
  columns: [nameColumn(), ageColumn()],
})
