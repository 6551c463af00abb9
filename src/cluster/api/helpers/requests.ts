/**
 * What a pod asks of a node, as whole numbers.
 * @source staging/src/k8s.io/component-helpers/resource/helpers.go PodRequests
 */
import type { Container, ContainerStatus, Pod, ResourceRequirements } from '../generated/types.ts'
import { milliValue, quantityValue } from '../meta/quantity.ts'

/** Amounts by resource name. @unit cpu in thousandths, everything else in whole units (bytes, pieces) */
export type Amounts = ReadonlyMap<string, number>

const PARSED_MAX = 20_000
const parsedMilli = new Map<string, number>()
const parsedWhole = new Map<string, number>()

/** The amount that a quantity stands for. @unit as Amounts */
export function amountOf(resource: string, quantity: string | number | undefined): number {
  if (quantity === undefined) return 0
  const text = String(quantity)
  const cpu = resource === 'cpu'
  const cache = cpu ? parsedMilli : parsedWhole
  const known = cache.get(text)
  if (known !== undefined) return known
  const n = cpu ? milliValue(text) : quantityValue(text)
  if (cache.size > PARSED_MAX) cache.clear()
  cache.set(text, n)
  return n
}

/** A resource list as amounts. */
export function amountsOf(list: Readonly<Record<string, string>> | undefined): Map<string, number> {
  const out = new Map<string, number>()
  if (list) for (const r of Object.keys(list)) out.set(r, amountOf(r, list[r]))
  return out
}

/** How to count. */
export interface RequestOptions {
  /** Counted for containers that do not ask for cpu or memory (spreading of small pods). */
  readonly nonMissing?: { readonly cpu: number; readonly memory: number }
  /** Sum limits in place of requests. */
  readonly limits?: boolean
}

/** Requests (or limits) of a pod: containers and sidecars summed, init containers at their peak, plus overhead. */
export function podRequests(pod: Pod, o: RequestOptions = {}): Map<string, number> {
  const spec = pod.spec
  const total = new Map<string, number>()
  if (!spec) return total
  for (const c of spec.containers) add(total, containerRequests(c, pod, o))
  const sidecars = new Map<string, number>()
  const peak = new Map<string, number>()
  for (const c of spec.initContainers ?? []) {
    const r = containerRequests(c, pod, o)
    if (c.restartPolicy === 'Always') {
      add(total, r)
      add(sidecars, r)
      raise(peak, sidecars)
      continue
    }
    for (const [name, n] of sidecars) r.set(name, (r.get(name) ?? 0) + n)
    raise(peak, r)
  }
  raise(total, peak)
  applyPodLevel(total, spec.resources, o)
  if (spec.overhead && !(o.limits && total.size === 0)) {
    for (const [name, n] of amountsOf(spec.overhead)) {
      if (!o.limits || total.has(name)) total.set(name, (total.get(name) ?? 0) + n)
    }
  }
  return total
}

/** Pod-level requests stand in place of the containers' sum for cpu, memory and huge pages. */
function applyPodLevel(
  total: Map<string, number>,
  resources: ResourceRequirements | undefined,
  o: RequestOptions,
): void {
  const list = o.limits ? resources?.limits : resources?.requests
  if (list) for (const [name, n] of amountsOf(list)) total.set(name, n)
}

function isInfeasible(pod: Pod): boolean {
  return (
    pod.status?.conditions?.some(
      (c) => c.type === 'PodResizePending' && c.reason === 'Infeasible',
    ) ?? false
  )
}

function containerRequests(c: Container, pod: Pod, o: RequestOptions): Map<string, number> {
  const r = amountsOf(o.limits ? c.resources?.limits : c.resources?.requests)
  // While a resize is under way the node keeps what is allocated, if that is more.
  const of = (list: readonly ContainerStatus[] | undefined) => list?.find((s) => s.name === c.name)
  const status = of(pod.status?.containerStatuses) ?? of(pod.status?.initContainerStatuses)
  if (status?.resources && !o.limits && status.allocatedResources) {
    // What can never be granted is not counted.
    if (isInfeasible(pod)) r.clear()
    raise(r, amountsOf(status.allocatedResources))
    raise(r, amountsOf(status.resources.requests))
  }
  if (o.nonMissing) {
    if (!r.has('cpu')) r.set('cpu', o.nonMissing.cpu)
    if (!r.has('memory')) r.set('memory', o.nonMissing.memory)
  }
  return r
}

function add(total: Map<string, number>, more: Amounts): void {
  for (const [name, n] of more) total.set(name, (total.get(name) ?? 0) + n)
}

function raise(total: Map<string, number>, floor: Amounts): void {
  for (const [name, n] of floor) {
    const now = total.get(name)
    if (now === undefined || now < n) total.set(name, n)
  }
}
