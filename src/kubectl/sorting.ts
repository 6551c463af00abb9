/** `--sort-by`. @source staging/src/k8s.io/kubectl/pkg/cmd/get/sorter.go */
import { compareQuantity, isQuantity } from '../cluster/api/meta/quantity.ts'
import { CliError } from './errors.ts'
import { parseJsonPath, relaxedJsonPath, selectAll } from './jsonpath.ts'

/** The items in the order of a field. @throws CliError when no item has it */
export function sortBy<T>(items: readonly T[], expression: string, object: (t: T) => unknown): T[] {
  const field = relaxedJsonPath(expression)
  const path = parseJsonPath(field)
  const keyed = items.map((item, i) => ({ item, i, key: selectAll(path, object(item))[0] }))
  if (items.length > 0 && keyed.every((x) => x.key === undefined))
    throw new CliError(`couldn't find any field with path "${field}" in the list of objects`)
  keyed.sort((a, b) => compareValues(a.key, b.key) || a.i - b.i)
  return keyed.map((x) => x.item)
}

function compareValues(a: unknown, b: unknown): number {
  if (a === undefined || a === null) return b === undefined || b === null ? 0 : -1
  if (b === undefined || b === null) return 1
  if (typeof a === 'number' && typeof b === 'number') return a - b
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b)
  const x = String(a)
  const y = String(b)
  if (isQuantity(x) && isQuantity(y)) return compareQuantity(x, y)
  return naturalOrder(x, y)
}

/** Digits compare by number, everything else by code. */
function naturalOrder(a: string, b: string): number {
  const x = a.match(/\d+|\D+/g) ?? []
  const y = b.match(/\d+|\D+/g) ?? []
  for (let i = 0; i < Math.min(x.length, y.length); i++) {
    const p = x[i] as string
    const q = y[i] as string
    if (p === q) continue
    if (/^\d/.test(p) && /^\d/.test(q)) {
      const [m, n] = [p.replace(/^0+/, ''), q.replace(/^0+/, '')]
      if (m.length !== n.length) return m.length - n.length
      if (m !== n) return m < n ? -1 : 1
      return p.length - q.length
    }
    return p < q ? -1 : 1
  }
  return x.length - y.length
}
