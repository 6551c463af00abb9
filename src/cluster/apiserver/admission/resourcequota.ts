/**
 * ResourceQuota: charges a write to the namespace's quotas before it happens, and refuses what does not fit.
 * @source staging/src/k8s.io/apiserver/pkg/admission/plugin/resourcequota/controller.go
 */
import type { Pod, ResourceQuota } from '../../api/generated/types.ts'
import { quotaSelects, quotaUsage, type Usage, unspecified } from '../../api/helpers/quota.ts'
import { compareText } from '../../api/meta/json.ts'
import { addQuantity, compareQuantity, subtractQuantity } from '../../api/meta/quantity.ts'
import { forbidden, groupResource } from '../../api/meta/status.ts'
import type { AnyObject } from '../../api/object.ts'
import type { Task } from '../../sim/task.ts'
import type { Registry } from '../registry/registry.ts'
import { objectOf, unstamped } from '../registry/storage.ts'
import type { AdmissionPlugin, Attributes } from './chain.ts'

const ROUNDS_MAX = 5

/** The plugin. */
export const resourceQuota: AdmissionPlugin = {
  name: 'ResourceQuota',
  wants: (s, operation, sub) =>
    s.definition.namespaced &&
    sub === '' &&
    (operation === 'CREATE' ||
      (operation === 'UPDATE' &&
        ['pods', 'services', 'persistentvolumeclaims'].includes(s.gr.resource))),
  *validate(a, r) {
    const quotas = r.builtin('', 'v1', 'resourcequotas')
    yield* quotas.cache.ready()
    if (quotas.cache.state.size === 0 || a.served.gr.resource === 'resourcequotas') return
    for (let round = 0; round < ROUNDS_MAX; round++) if (yield* charge(a, r)) return
  },
}

interface Charge {
  readonly quota: ResourceQuota
  readonly delta: Usage
}

/** Checks all quotas and adds the usage to their status. @returns false when somebody else was charging */
function* charge(a: Attributes, r: Registry): Task<boolean> {
  const { cache } = r.builtin('', 'v1', 'resourcequotas')
  const filter = { namespace: a.namespace, labels: [], fields: [] }
  const list = cache.list(filter) as unknown as ResourceQuota[]
  list.sort((x, y) => compareText(x.metadata.name ?? '', y.metadata.name ?? ''))
  const resource = groupResource(a.served.gr)
  const o = a.object as AnyObject
  const charges: Charge[] = []
  for (const quota of list) {
    const c = chargeOf(a, quota, resource, o)
    if (c) charges.push(c)
  }
  if (a.call.dryRun) return true
  for (const c of charges) if (!(yield* spend(a, r, c))) return false
  return true
}

function chargeOf(
  a: Attributes,
  quota: ResourceQuota,
  resource: string,
  o: AnyObject,
): Charge | undefined {
  const hard = quota.status?.hard ?? {}
  if (!quotaSelects(quota, resource, o)) return undefined
  const usage = quotaUsage(resource, o)
  const relevant = Object.keys(hard).filter((k) => usage[k] !== undefined)
  const name = quota.metadata.name ?? ''
  if (resource === 'pods' && a.operation === 'CREATE') {
    const missing = unspecified(o as unknown as Pod, hard)
    if (missing.length > 0) {
      const text = `failed quota: ${name}: must specify ${missing.join('; ')}`
      throw forbidden(a.served.gr, a.name, text)
    }
  }
  const before = a.old && quotaSelects(quota, resource, a.old) ? quotaUsage(resource, a.old) : {}
  const delta: Usage = {}
  for (const k of relevant) {
    const d = subtractQuantity(usage[k], before[k])
    if (compareQuantity(d, '0') > 0) delta[k] = d
  }
  if (Object.keys(delta).length === 0) return undefined
  check(a, quota, delta)
  return { quota, delta }
}

function check(a: Attributes, quota: ResourceQuota, delta: Usage): void {
  const hard = quota.status?.hard ?? {}
  const used = quota.status?.used ?? {}
  const over = Object.keys(delta)
    .filter((k) => compareQuantity(addQuantity(used[k], delta[k]), hard[k]) > 0)
    .sort()
  if (over.length === 0) return
  const list = (from: Readonly<Record<string, string>>) =>
    over.map((k) => `${k}=${from[k] ?? '0'}`).join(',')
  const text = `exceeded quota: ${quota.metadata.name}, requested: ${list(delta)}, used: ${list(used)}, limited: ${list(hard)}`
  throw forbidden(a.served.gr, a.name, text)
}

function* spend(a: Attributes, r: Registry, c: Charge): Task<boolean> {
  const { prefix } = r.builtin('', 'v1', 'resourcequotas').cache
  const key = `${prefix}${a.namespace}/${c.quota.metadata.name}`
  const kv = (yield* r.store.range({ key })).kvs[0]
  if (!kv) return true
  const current = objectOf(kv)
  if (current.metadata.resourceVersion !== c.quota.metadata.resourceVersion) return false
  const status = c.quota.status ?? {}
  const used = { ...status.used }
  for (const [k, d] of Object.entries(c.delta)) used[k] = addQuantity(used[k], d)
  const value = unstamped({ ...current, status: { ...status, used } })
  const compare = [{ key, modRevision: kv.modRevision }]
  const done = yield* r.store.txn(compare, [{ op: 'put', key, value }], [])
  return done.succeeded
}
