/**
 * Resizing pods in place: a change of requests and limits is first allocated, if the node has room for it, and then
 * carried out on the running containers, some of which must restart for it.
 * @source pkg/kubelet/allocation/allocation_manager.go, pkg/kubelet/kuberuntime/kuberuntime_manager.go doPodResizeAction
 * @source pkg/kubelet/events/event.go
 */
import type {
  Container as ContainerSpec,
  Pod,
  PodCondition,
  ResourceRequirements,
} from '../api/generated/types.ts'
import { podRequests } from '../api/helpers/requests.ts'
import { canonicalQuantity, compareQuantity, quantityValue } from '../api/meta/quantity.ts'
import type { EventTarget, Recorder } from '../client/recorder.ts'
import type { Millis } from '../sim/clock.ts'
import type { Task } from '../sim/task.ts'
import type { World } from '../sim/world.ts'
import { type ContainerRecord, newResize, type PodRecord } from './podrecord.ts'
import { qosClassOf } from './qos.ts'

/** How often pending resizes are looked at again when nothing else happens. */
const RETRY_MS: Millis = 180_000
const ERROR_RETRY_MS: Millis = 10_000
const NOTICE_MS: Millis = 1000

/** What the manager needs of its kubelet. @unit cpu in thousandths, memory in bytes */
export interface ResizeHost {
  readonly recorder: Recorder
  readonly capacity: ReadonlyMap<string, number>
  target(pod: Pod): EventTarget
  records(): readonly PodRecord[]
  wakePod(uid: string): void
  after(ms: Millis, f: () => void): void
}

/** Grants resizes, one kubelet's. */
export class ResizeManager {
  private waiting = false

  constructor(private readonly host: ResizeHost) {}

  /** A pod's spec has changed. */
  changed(record: PodRecord): void {
    if (wantsResize(record) || record.resize.pending) this.retry()
  }

  /** Looks at all pods that want to be resized; called again whenever room may have been made. */
  retry(): void {
    const pending = this.host.records().filter((r) => isLive(r) && wantsResize(r))
    for (const record of this.host.records()) {
      if (record.resize.pending && !wantsResize(record)) this.settle(record)
    }
    for (const record of pending.sort(byUrgency)) this.evaluate(record)
    if (pending.some((r) => r.resize.pending?.reason === 'Deferred')) this.lookAgain()
  }

  private lookAgain(): void {
    if (this.waiting) return
    this.waiting = true
    this.host.after(RETRY_MS, () => {
      this.waiting = false
      this.retry()
    })
  }

  private settle(record: PodRecord): void {
    record.resize.pending = undefined
    record.transitions.delete('PodResizePending')
    this.host.wakePod(record.uid)
  }

  private evaluate(record: PodRecord): void {
    const { host } = this
    const others = host.records().filter((r) => r !== record && isLive(r))
    const refused = refusal(record, others, host.capacity)
    const generation = record.pod.metadata.generation ?? 0
    if (refused) return this.refuse(record, refused, generation)
    for (const c of record.containers) {
      const wanted = specOf(record.pod, c.spec.name)
      if (wanted && isResizable(c)) c.spec = { ...c.spec, resources: wanted.resources ?? {} }
    }
    record.resize.pending = undefined
    record.transitions.delete('PodResizePending')
    record.resize.settledAt = undefined
    record.resize.progress = {
      type: 'PodResizeInProgress',
      status: 'True',
      observedGeneration: generation,
    }
    const text = `Pod resize started: ${summary(record.pod, generation)}`
    host.recorder.event(host.target(record.pod), 'Normal', 'ResizeStarted', text)
    host.wakePod(record.uid)
  }

  private refuse(
    record: PodRecord,
    { reason, message }: { reason: 'Deferred' | 'Infeasible'; message: string },
    generation: number,
  ): void {
    const { host } = this
    const before = record.resize.pending
    if (
      before?.reason === reason &&
      before.message === message &&
      before.observedGeneration === generation
    )
      return
    record.resize.pending = {
      type: 'PodResizePending',
      status: 'True',
      reason,
      message,
      observedGeneration: generation,
    }
    const text = `Pod resize ${reason}: ${summary(record.pod, generation, message)}`
    host.recorder.event(host.target(record.pod), 'Warning', `Resize${reason}`, text)
    host.wakePod(record.uid)
  }
}

/** Why a resize cannot be granted, now or ever; undefined when it can. */
export function refusal(
  record: PodRecord,
  others: readonly PodRecord[],
  capacity: ReadonlyMap<string, number>,
): { reason: 'Deferred' | 'Infeasible'; message: string } | undefined {
  const asked = podRequests(without(record.pod))
  for (const resource of ['memory', 'cpu']) {
    const has = capacity.get(resource) ?? 0
    const requested = asked.get(resource) ?? 0
    if (requested <= has) continue
    const message = `Node didn't have enough capacity: ${resource}, requested: ${requested}, capacity: ${has}`
    return { reason: 'Infeasible', message }
  }
  for (const resource of ['cpu', 'memory']) {
    const has = capacity.get(resource) ?? 0
    const requested = asked.get(resource) ?? 0
    const used = others.reduce((n, r) => n + (podRequests(allocatedPod(r)).get(resource) ?? 0), 0)
    if (used + requested <= has) continue
    const message = `Node didn't have enough resource: ${resource}, requested: ${requested}, used: ${used}, capacity: ${has}`
    return { reason: 'Deferred', message }
  }
  return undefined
}

/** What carrying out a resize needs of its kubelet. */
export interface ActuationHost {
  readonly world: World
  readonly recorder: Recorder
  target(pod: Pod): EventTarget
  report(record: PodRecord): Task<void>
  /** Room may have been made on the node. */
  roomMade(): void
}

/**
 * Carries out what was allocated. The lifecycle event generator notices once a second that it is done.
 * @param restart stops a container, to be started again @returns when to look again
 */
export function* actuate(
  host: ActuationHost,
  record: PodRecord,
  restart: (c: ContainerRecord, message: string) => void,
): Task<Millis | undefined> {
  const { resize } = record
  if (!resize.progress) return undefined
  if (resize.settledAt === undefined && !isShown(record)) yield* host.report(record)
  for (const c of record.containers) {
    if (!isResizable(c)) continue
    const step = stepOf(c)
    const message = `Container ${c.spec.name} resize requires restart`
    if (step === 'restart' && c.current !== resize.restarting.get(c)) {
      resize.restarting.set(c, c.current)
      restart(c, message)
    }
    if (step !== 'update') continue
    const below = belowUsage(c)
    if (below) return failed(host, record, below)
    c.current?.limitMemory(quantityValue(c.spec.resources?.limits?.memory))
    c.actuated = c.spec.resources ?? {}
  }
  return completed(host, record)
}

function isShown(record: PodRecord): boolean {
  return record.pod.status?.conditions?.some((c) => c.type === 'PodResizeInProgress') ?? false
}

/** Less than is in use cannot be set: it is tried again. */
function failed(host: ActuationHost, record: PodRecord, message: string): Millis {
  const { resize } = record
  const generation = resize.progress?.observedGeneration ?? 0
  if (resize.progress?.reason !== 'Error') {
    const text = `Pod resize error: ${summary(allocatedPod(record), generation, message)}`
    host.recorder.event(host.target(record.pod), 'Warning', 'ResizeError', text)
  }
  resize.progress = {
    type: 'PodResizeInProgress',
    status: 'True',
    reason: 'Error',
    message,
    observedGeneration: generation,
  }
  return ERROR_RETRY_MS
}

function completed(host: ActuationHost, record: PodRecord): Millis | undefined {
  const { resize } = record
  const { clock } = host.world
  const settled = record.containers.every(
    (c) => stepOf(c) === 'nothing' && (!resize.restarting.has(c) || c.current?.running),
  )
  if (!settled) return undefined
  resize.settledAt ??= clock.now
  const left = resize.settledAt + NOTICE_MS - clock.now
  if (left > 0) return left
  const generation = resize.progress?.observedGeneration ?? 0
  const text = `Pod resize completed: ${summary(allocatedPod(record), generation)}`
  host.recorder.event(host.target(record.pod), 'Normal', 'ResizeCompleted', text)
  record.resize = newResize()
  record.transitions.delete('PodResizeInProgress')
  host.roomMade()
  return undefined
}

/** What a running container must do to have what it was allocated. */
export type Step = 'nothing' | 'update' | 'restart'

/** The step of one container. */
export function stepOf(c: ContainerRecord): Step {
  if (!c.current?.running || !c.actuated || sameResources(c.spec.resources, c.actuated))
    return 'nothing'
  const wanted = c.spec.resources
  const changed = ['cpu', 'memory'].filter(
    (r) =>
      !sameAmount(wanted?.limits?.[r], c.actuated?.limits?.[r]) ||
      !sameAmount(wanted?.requests?.[r], c.actuated?.requests?.[r]),
  )
  const policies = c.spec.resizePolicy ?? []
  const restart = changed.some((r) =>
    policies.some((p) => p.resourceName === r && p.restartPolicy === 'RestartContainer'),
  )
  return restart ? 'restart' : 'update'
}

/** Why a container cannot be given less memory at once; undefined when it can. */
export function belowUsage(c: ContainerRecord): string | undefined {
  const limit = quantityValue(c.spec.resources?.limits?.memory)
  const before = quantityValue(c.actuated?.limits?.memory)
  const used = c.current?.usage.memoryBytes ?? 0
  if (limit === 0 || (before > 0 && limit >= before) || used < limit) return undefined
  return `attempting to set container ${JSON.stringify(c.spec.name)} memory limit (${limit}) below current usage (${used})`
}

/** The resources of the allocated containers as an Event tells them. */
export function summary(pod: Pod, generation: number, error?: string): string {
  const { spec } = pod
  const of = (list: readonly ContainerSpec[] | undefined) =>
    (list ?? []).map((c) => ({ name: c.name, resources: ordered(c.resources) }))
  const sidecars = spec?.initContainers?.filter((c) => c.restartPolicy === 'Always')
  return JSON.stringify({
    ...(sidecars?.length ? { initContainers: of(sidecars) } : {}),
    containers: of(spec?.containers),
    generation,
    ...(error ? { error } : {}),
  })
}

/** Whether the spec asks for something else than was allocated. */
export function wantsResize(record: PodRecord): boolean {
  return record.containers.some((c) => {
    const wanted = isResizable(c) ? specOf(record.pod, c.spec.name) : undefined
    return wanted !== undefined && !sameResources(wanted.resources, c.spec.resources)
  })
}

function isResizable(c: ContainerRecord): boolean {
  return c.kind === 'app' || c.kind === 'sidecar'
}

function isLive(r: PodRecord): boolean {
  return !r.finished && !r.evicted
}

/** The pod as it was allocated. */
function allocatedPod(record: PodRecord): Pod {
  const pod = without(record.pod)
  const resources = (name: string) => record.containers.find((c) => c.spec.name === name)?.spec
  const take = (list: readonly ContainerSpec[]) =>
    list.map((c) => ({ ...c, resources: (resources(c.name) ?? c).resources }))
  if (!pod.spec) return pod
  const { initContainers, containers } = pod.spec
  return {
    ...pod,
    spec: {
      ...pod.spec,
      containers: take(containers),
      ...(initContainers ? { initContainers: take(initContainers) } : {}),
    },
  }
}

/** Requests are counted from the spec alone. */
function without(pod: Pod): Pod {
  const { status: _, ...rest } = pod
  return rest
}

function specOf(pod: Pod, name: string): ContainerSpec | undefined {
  const all = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])]
  return all.find((c) => c.name === name)
}

/** Who asks for less first, then priority, then guaranteed ones, then who has waited longest. */
function byUrgency(a: PodRecord, b: PodRecord): number {
  const grows = (r: PodRecord) => {
    const [was, now] = [podRequests(allocatedPod(r)), podRequests(without(r.pod))]
    return ['cpu', 'memory'].some((x) => (now.get(x) ?? 0) > (was.get(x) ?? 0))
  }
  const guaranteed = (r: PodRecord) => qosClassOf(r.pod) === 'Guaranteed'
  const since = (r: PodRecord) => r.transitions.get('PodResizePending')?.at ?? '~'
  return (
    Number(grows(a)) - Number(grows(b)) ||
    (b.pod.spec?.priority ?? 0) - (a.pod.spec?.priority ?? 0) ||
    Number(guaranteed(b)) - Number(guaranteed(a)) ||
    (since(a) < since(b) ? -1 : 1)
  )
}

function sameResources(
  a: ResourceRequirements | undefined,
  b: ResourceRequirements | undefined,
): boolean {
  return (['requests', 'limits'] as const).every((part) => {
    const names = Object.keys({ ...a?.[part], ...b?.[part] })
    return names.every((r) => sameAmount(a?.[part]?.[r], b?.[part]?.[r]))
  })
}

function sameAmount(a: string | undefined, b: string | undefined): boolean {
  return a === b || ((a === undefined) === (b === undefined) && compareQuantity(a, b) === 0)
}

/** Fields and names in the order in which Go writes them. */
function ordered(r: ResourceRequirements | undefined): object {
  const list = (l: Readonly<Record<string, string>>) =>
    Object.fromEntries(
      Object.keys(l)
        .sort()
        .map((k) => [k, canonicalQuantity(l[k] ?? '')]),
    )
  return {
    ...(r?.limits ? { limits: list(r.limits) } : {}),
    ...(r?.requests ? { requests: list(r.requests) } : {}),
  }
}
