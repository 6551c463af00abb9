/**
 * Ranges of cluster addresses: says when they are ready, and lets them go once no address depends on them.
 * @source pkg/controller/servicecidrs/servicecidrs_controller.go
 */
import type { IPAddress, ServiceCIDR } from '../../api/generated/types.ts'
import { conditionOf } from '../../api/meta/conditions.ts'
import { formatTime, parseTime } from '../../api/meta/time.ts'
import type { Task } from '../../sim/task.ts'
import { type ControllerContext, callKey, defineController, startLoop } from '../framework.ts'

const FINALIZER = 'networking.k8s.io/service-cidr-finalizer'
/** Allocators may not have heard yet that a range is going. */
const GRACE_MS = 10_000
const MANAGED_BY = 'ipaddress.kubernetes.io/managed-by'
const READY = { status: 'True', reason: '', message: 'Kubernetes Service CIDR is ready' }
const IN_USE = {
  status: 'False',
  reason: 'Terminating',
  message:
    'There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR',
}

/** The ServiceCIDR controller. */
export const servicecidr = defineController({ name: 'service-cidr-controller', start })

function start(c: ControllerContext): void {
  const ranges = c.informers.for('ServiceCIDR')
  const addresses = c.informers.for('IPAddress')
  const queue = startLoop({ context: c, kind: 'ServiceCIDR', workers: 1, reconcile })
  const look = (o: ServiceCIDR) => queue.add(o.metadata.name ?? '')
  ranges.on({
    added: look,
    updated: (_old, o) => look(o),
    deleted: () => {
      for (const o of ranges.list()) look(o)
    },
  })
  addresses.on({
    deleted(a: IPAddress) {
      for (const o of ranges.list()) if (holds(o, a.metadata.name ?? '')) look(o)
    },
  })

  function* reconcile(name: string): Task<number | undefined> {
    const o = ranges.get('', name)
    if (!o) return undefined
    const finalizers = o.metadata.finalizers ?? []
    if (!o.metadata.deletionTimestamp) {
      if (!finalizers.includes(FINALIZER)) yield* setFinalizers(o, [...finalizers, FINALIZER])
      yield* say(o, READY)
      return undefined
    }
    if (!finalizers.includes(FINALIZER)) return undefined
    if (isNeeded(o)) {
      yield* say(o, IN_USE)
      return undefined
    }
    const since = c.world.clock.unixMs - (parseTime(o.metadata.deletionTimestamp) ?? 0)
    if (since < GRACE_MS) return GRACE_MS - since
    yield* setFinalizers(
      o,
      finalizers.filter((f) => f !== FINALIZER),
    )
    return undefined
  }

  /** True while an address of the range lies in no other one. */
  function isNeeded(o: ServiceCIDR): boolean {
    const others = [...ranges.list()].filter(
      (x) => x.metadata.uid !== o.metadata.uid && !x.metadata.deletionTimestamp,
    )
    return [...addresses.list()].some((a) => {
      const ip = a.metadata.name ?? ''
      if (a.metadata.labels?.[MANAGED_BY] !== 'ipallocator.k8s.io' || !holds(o, ip)) return false
      return !others.some((x) => holds(x, ip))
    })
  }

  function* setFinalizers(o: ServiceCIDR, finalizers: readonly string[]): Task<void> {
    const metadata = { finalizers: [...finalizers] }
    yield* c.client.patch('ServiceCIDR', callKey(o), 'merge', { metadata })
  }

  function* say(o: ServiceCIDR, what: typeof READY): Task<void> {
    const known = conditionOf(o.status?.conditions, 'Ready')
    if (known?.status === what.status && known.reason === what.reason) return
    const lastTransitionTime = formatTime(c.world.clock.unixMs)
    const condition = { type: 'Ready', ...what, lastTransitionTime }
    const body = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'ServiceCIDR',
      metadata: { name: o.metadata.name },
      status: { conditions: [condition] },
    }
    const how = { subresource: 'status', fieldManager: 'service-cidr-controller', force: true }
    yield* c.client.patch('ServiceCIDR', callKey(o), 'apply', body, how)
  }
}

function numberOf(ip: string): number {
  return ip.split('.').reduce((n, part) => n * 256 + Number(part), 0)
}

/** Whether an IPv4 address lies in one of the ranges. */
export function holds(o: ServiceCIDR, ip: string): boolean {
  if (ip.includes(':')) return false
  return (o.spec?.cidrs ?? []).some((cidr) => {
    const [base = '', bits = ''] = cidr.split('/')
    if (base.includes(':')) return false
    const size = 2 ** (32 - Number(bits))
    const offset = numberOf(ip) - numberOf(base)
    return offset >= 0 && offset < size
  })
}
