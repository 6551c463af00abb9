/** What a kubelet remembers of one pod beside the API's object: its sandbox, its containers and their past. */
import type {
  Container as ContainerSpec,
  Pod,
  PodCondition,
  ResourceRequirements,
} from '../api/generated/types.ts'
import type { Container } from '../runtime/container.ts'
import type { Sandbox, StoredImage } from '../runtime/runtime.ts'
import type { Millis } from '../sim/clock.ts'

/** Why a container does not run yet. */
export interface Waiting {
  readonly reason: string
  readonly message: string
}

/** One container of the pod, over all its restarts. */
export interface ContainerRecord {
  /** As the pod says it now, but for the resources, which change when they are allocated. */
  spec: ContainerSpec
  readonly kind: 'init' | 'sidecar' | 'app' | 'ephemeral'
  /** What the running instance really has; `spec.resources` is what it was allocated. */
  actuated: ResourceRequirements | undefined
  current: Container | undefined
  previous: Container | undefined
  image: StoredImage | undefined
  restarts: number
  waiting: Waiting
  /** Readiness as the probes last said; true without a readiness probe once it runs. */
  ready: boolean
  /** Startup passed (or no startup probe) since the current instance began. */
  started: boolean
  /** Crash backoff: length of the last wait. @unit ms */
  backoffMs: Millis
  /** Virtual time before which it is not started again. */
  notBefore: Millis
  backoffNoted: boolean
  pullBackoffMs: Millis
  pullNotBefore: Millis
}

/** Why a kubelet ends a pod for its own reasons. */
export interface Eviction {
  readonly reason: string
  readonly message: string
  /** In place of the pod's own grace period. @unit s */
  readonly graceSeconds?: number
  /** Shown from then on. */
  readonly condition?: PodCondition
}

/** A change of resources under way. */
export interface Resize {
  /** Asked for and not granted. */
  pending: PodCondition | undefined
  /** Granted and not carried out. */
  progress: PodCondition | undefined
  /** Containers that restart for it, and the instance that had to go. */
  readonly restarting: Map<ContainerRecord, Container | undefined>
  /** When everything was carried out. */
  settledAt: Millis | undefined
}

/** No change under way. */
export function newResize(): Resize {
  return { pending: undefined, progress: undefined, restarting: new Map(), settledAt: undefined }
}

/** One pod on this node. */
export interface PodRecord {
  pod: Pod
  readonly uid: string
  sandbox: Sandbox | undefined
  readonly containers: ContainerRecord[]
  /** Volumes are mounted and configuration is there. */
  mounted: boolean
  initialized: boolean
  /** The pod is being stopped by this kubelet; why, when it is not a deletion. */
  stopping: boolean
  evicted: Eviction | undefined
  resize: Resize
  /** Everything has ended for good. */
  finished: boolean
  readonly startTime: string
  /** Virtual times at which condition values last changed, by type. */
  readonly transitions: Map<string, { status: string; at: string }>
}

/** A fresh record. */
export function newRecord(pod: Pod, startTime: string): PodRecord {
  const containers: ContainerRecord[] = []
  for (const spec of pod.spec?.initContainers ?? []) {
    containers.push(newContainer(spec, spec.restartPolicy === 'Always' ? 'sidecar' : 'init'))
  }
  const waits = containers.length > 0 ? 'PodInitializing' : 'ContainerCreating'
  for (const spec of pod.spec?.containers ?? []) {
    const c = newContainer(spec, 'app')
    c.waiting = { reason: waits, message: '' }
    containers.push(c)
  }
  return {
    pod,
    uid: pod.metadata.uid ?? '',
    sandbox: undefined,
    containers,
    mounted: false,
    initialized: false,
    stopping: false,
    evicted: undefined,
    resize: newResize(),
    finished: false,
    startTime,
    transitions: new Map(),
  }
}

/** A fresh container record. */
export function newContainer(spec: ContainerSpec, kind: ContainerRecord['kind']): ContainerRecord {
  return {
    spec,
    kind,
    actuated: undefined,
    current: undefined,
    previous: undefined,
    image: undefined,
    restarts: 0,
    waiting: { reason: kind === 'app' ? 'ContainerCreating' : 'PodInitializing', message: '' },
    ready: false,
    started: false,
    backoffMs: 0,
    notBefore: 0,
    backoffNoted: false,
    pullBackoffMs: 0,
    pullNotBefore: 0,
  }
}

/** Whether a container that ended is started again. */
export function restarts(record: PodRecord, c: ContainerRecord): boolean {
  const policy = record.pod.spec?.restartPolicy ?? 'Always'
  const failed = (c.current?.exit?.code ?? 0) !== 0
  if (c.kind === 'ephemeral') return false
  if (c.kind === 'sidecar') return !record.stopping
  const own = c.spec.restartPolicy as string | undefined
  if (own === 'Always') return c.kind === 'init' ? failed : true
  if (own === 'OnFailure') return failed
  if (own === 'Never') return false
  if (c.kind === 'init') return failed && policy !== 'Never'
  return policy === 'Always' || (policy === 'OnFailure' && failed)
}
