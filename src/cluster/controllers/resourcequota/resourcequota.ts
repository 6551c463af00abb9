/**
 * Sums up what each ResourceQuota's namespace uses. Admission charges in advance; this puts right what it could not see.
 * @source pkg/controller/resourcequota/resource_quota_controller.go
 */
import type { ResourceQuota } from '../../api/generated/types.ts'
import { isPodTerminal } from '../../api/helpers/pods.ts'
import { quotaSelects, quotaUsage, type Usage } from '../../api/helpers/quota.ts'
import { addQuantity, canonicalQuantity, compareQuantity } from '../../api/meta/quantity.ts'
import { groupResource } from '../../api/meta/status.ts'
import { type AnyObject, keyOf } from '../../api/object.ts'
import type { ResourceRef } from '../../client/client.ts'
import type { Task } from '../../sim/task.ts'
import { type ControllerContext, defineController, every, startLoop } from '../framework.ts'
import { watchServed } from '../served.ts'

const RESYNC_MS = 5 * 60_000
/** Only these have usage of their own; all others are merely counted. */
const MEASURED: ReadonlySet<string> = new Set([
  'pods',
  'services',
  'persistentvolumeclaims',
  'configmaps',
  'secrets',
  'replicationcontrollers',
  'resourcequotas',
])

/** The quota controller. */
export const resourcequota = defineController({ name: 'resourcequota-controller', start })

function start(c: ControllerContext): void {
  const quotas = c.informers.for('ResourceQuota')
  const resources = new Map<string, ResourceRef>()
  const nameOf = (r: ResourceRef) => groupResource({ group: r.group, resource: r.plural })
  const queue = startLoop({ context: c, kind: 'ResourceQuota', reconcile })
  quotas.on({
    added: (q) => queue.add(keyOf(q)),
    updated: (old, q) => {
      if (old.spec !== q.spec) queue.add(keyOf(q))
    },
  })
  watchServed(c, {
    added(r) {
      if (!r.namespaced) return
      const name = nameOf(r)
      resources.set(name, r)
      if (name === 'events') return
      c.informers.forResource(r).on({
        updated: (old, o) => {
          if (freesSomething(name, old, o)) replenish(name, o)
        },
        deleted: (o) => replenish(name, o),
      })
    },
    removed: (r) => resources.delete(nameOf(r)),
  })
  every(c, 'resync quotas', RESYNC_MS, function* () {
    for (const q of quotas.list()) queue.add(keyOf(q))
  })

  function replenish(resource: string, o: AnyObject): void {
    for (const q of quotas.list(o.metadata.namespace)) {
      if (measures(q, resource)) queue.add(keyOf(q))
    }
  }

  function measures(q: ResourceQuota, resource: string): boolean {
    const hard = Object.keys(q.spec?.hard ?? {})
    if (hard.includes(`count/${resource}`)) return true
    return MEASURED.has(resource) && hard.some((h) => !h.startsWith('count/'))
  }

  function* reconcile(key: string): Task<void> {
    const quota = quotas.getKey(key)
    if (!quota) return
    const hard = quota.spec?.hard ?? {}
    const used: Usage = {}
    for (const name of Object.keys(hard)) used[name] = '0'
    for (const [resource, r] of resources) {
      if (!measures(quota, resource)) continue
      for (const o of c.informers.forResource(r).list(quota.metadata.namespace)) {
        if (!quotaSelects(quota, resource, o)) continue
        const usage = quotaUsage(resource, o)
        for (const name of Object.keys(used)) {
          const n = usage[name]
          if (n !== undefined) used[name] = addQuantity(used[name], n)
        }
      }
    }
    for (const name of Object.keys(used)) used[name] = canonicalQuantity(used[name] as string)
    if (same(quota.status?.hard, hard) && same(quota.status?.used, used)) return
    yield* c.client.updateStatus('ResourceQuota', { ...quota, status: { hard, used } })
  }
}

function freesSomething(resource: string, old: AnyObject, now: AnyObject): boolean {
  if (resource === 'pods') {
    return isPodTerminal(now as never) && !isPodTerminal(old as never)
  }
  if (resource !== 'services' && resource !== 'persistentvolumeclaims') return false
  return old.spec !== now.spec
}

function same(a: Usage | undefined, b: Usage): boolean {
  const names = Object.keys(b)
  if (Object.keys(a ?? {}).length !== names.length) return false
  return names.every((n) => a?.[n] !== undefined && compareQuantity(a[n], b[n]) === 0)
}
