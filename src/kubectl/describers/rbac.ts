/** Describes roles and bindings. @source staging/src/k8s.io/kubectl/pkg/describe/describe.go, pkg/util/rbac/rbac.go */
import type { PolicyRule, Role, RoleBinding } from '../../cluster/api/generated/types.ts'
import type { AnyObject } from '../../cluster/api/object.ts'
import type { Task } from '../../cluster/sim/task.ts'
import { compareStrings } from '../printers/gojson.ts'
import { type DescribeContext, head } from './describer.ts'
import { goList } from './writer.ts'

/** One resource, one name at most, all its verbs. */
interface Compact {
  readonly groups: readonly string[]
  readonly resources: readonly string[]
  readonly names: readonly string[]
  readonly urls: readonly string[]
  readonly verbs: readonly string[]
}

/** A Role or ClusterRole. */
export function* describeRole(c: DescribeContext, o: AnyObject): Task<void> {
  const { w } = c
  head(c, o, false)
  w.write(0, 'PolicyRule:\n')
  w.write(1, 'Resources\tNon-Resource URLs\tResource Names\tVerbs\n')
  w.write(1, '---------\t-----------------\t--------------\t-----\n')
  for (const r of compactRules((o as unknown as Role).rules ?? []))
    w.write(1, `${resourceText(r)}\t${goList(r.urls)}\t${goList(r.names)}\t${goList(r.verbs)}\n`)
}

function resourceText(r: Compact): string {
  const first = r.resources[0]
  if (first === undefined) return ''
  const slash = first.indexOf('/')
  const base = slash < 0 ? first : first.slice(0, slash)
  const group = r.groups[0] ? `.${r.groups[0]}` : ''
  return `${base}${group}${slash < 0 ? '' : first.slice(slash)}`
}

/** Rules taken apart to single resources, and their verbs put together again. */
export function compactRules(rules: readonly PolicyRule[]): Compact[] {
  const merged = new Map<string, Compact>()
  const others: Compact[] = []
  for (const r of rules) {
    for (const group of r.apiGroups ?? [])
      for (const resource of r.resources ?? [])
        for (const name of r.resourceNames?.length ? r.resourceNames : [undefined]) {
          const key = [group, resource, name ?? ''].join('\u0000')
          const known = merged.get(key)
          const verbs = [...(known?.verbs ?? []), ...r.verbs]
          const names = name === undefined ? [] : [name]
          merged.set(key, { groups: [group], resources: [resource], names, urls: [], verbs })
        }
    for (const url of r.nonResourceURLs ?? [])
      for (const verb of r.verbs)
        others.push({ groups: [], resources: [], names: [], urls: [url], verbs: [verb] })
  }
  return [...merged.values(), ...others].sort((a, b) => compareStrings(sortKey(a), sortKey(b)))
}

/** The order is that of the rules' printed form, which begins with the verbs. */
function sortKey(r: Compact): string {
  return `Verbs:[${r.verbs.join(' ')}],APIGroups:[${r.groups.join(' ')}],Resources:[${r.resources.join(' ')}],ResourceNames:[${r.names.join(' ')}],NonResourceURLs:[${r.urls.join(' ')}],`
}

/** A RoleBinding or ClusterRoleBinding. */
export function* describeBinding(c: DescribeContext, o: AnyObject): Task<void> {
  const { w } = c
  const binding = o as unknown as RoleBinding
  head(c, o, false)
  w.write(0, 'Role:\n')
  w.field(1, 'Kind', binding.roleRef.kind)
  w.field(1, 'Name', binding.roleRef.name)
  w.write(0, 'Subjects:\n')
  w.write(1, 'Kind\tName\tNamespace\n')
  w.write(1, '----\t----\t---------\n')
  for (const s of binding.subjects ?? []) w.write(1, `${s.kind}\t${s.name}\t${s.namespace ?? ''}\n`)
}
