/**
 * What all controllers share: a context of their own (identity, recorder, name) and a loop from work queue to reconcile.
 * @source pkg/controller/controller_utils.go, cmd/kube-controller-manager/app/controllermanager.go
 */
import type { KindMap } from '../api/generated/kindmap.ts'
import { ApiError } from '../api/meta/status.ts'
import { formatTime } from '../api/meta/time.ts'
import { parseKey } from '../api/object.ts'
import type { CertificateAuthority } from '../api/pki/authority.ts'
import { apiVersionOf, resourceOf } from '../api/resources.ts'
import type { Client, Kind } from '../client/client.ts'
import type { Informer, Informers } from '../client/informer.ts'
import type { EventTarget, Recorder } from '../client/recorder.ts'
import { type RateLimit, WorkQueue } from '../client/workqueue.ts'
import type { Millis } from '../sim/clock.ts'
import type { Random } from '../sim/random.ts'
import { sleep, spawn, type Task } from '../sim/task.ts'
import type { Detail, ObjectRef } from '../sim/trace.ts'
import { WireError } from '../sim/wire.ts'
import type { World } from '../sim/world.ts'

/** Times that a drill may shorten, by the flags that a real controller manager has. */
export interface ControllerFlags {
  readonly nodeMonitorPeriodMs: Millis
  readonly nodeMonitorGracePeriodMs: Millis
  readonly nodeStartupGracePeriodMs: Millis
  readonly podGcThreshold: number
  readonly hpaSyncPeriodMs: Millis
  readonly clusterCidr: string
  readonly nodeCidrMaskSize: number
  readonly allocateNodeCidrs: boolean
}

/** What a controller gets. */
export interface ControllerContext {
  readonly name: string
  readonly world: World
  /** Under the controller's own service account. */
  readonly client: Client
  /** Shared by all controllers of the manager. */
  readonly informers: Informers
  /** Whose steps and records these are, e.g. `kube-controller-manager/job-controller`. */
  readonly owner: string
  readonly random: Random
  readonly flags: ControllerFlags
  /** Signs certificates; its own is the cluster's root certificate. */
  readonly authority: CertificateAuthority
  /** Called when the manager stops. */
  onStop(f: () => void): void
  /** A recorder whose events come from that component (the controller's name unless given). */
  recorder(component?: string): Recorder
}

/** One controller of the manager. */
export interface ControllerDefinition {
  /** Upstream's name. */
  readonly name: string
  /** Its service account, when that is named otherwise. */
  readonly account?: string
  start(c: ControllerContext): void
}

/** States a controller; the identity function that lets inference check it. */
export function defineController(d: ControllerDefinition): ControllerDefinition {
  return d
}

/** A queue and its workers. */
export interface LoopOptions {
  readonly context: ControllerContext
  readonly kind: string
  readonly workers?: number
  readonly rate?: RateLimit
  readonly label?: string
  /** Looks come round for ever (autoscalers, schedules); they do not keep "until quiet" running. */
  readonly periodic?: boolean
  /** A number returned means: come again after so many ms. */
  reconcile(key: string): Task<unknown>
}

/**
 * Starts a work queue whose items are reconciled under their cause. API and wire errors are retried with backoff.
 * The workers begin when the informers asked for so far have synced.
 */
export function startLoop(o: LoopOptions): WorkQueue {
  const { world, owner, informers } = o.context
  const queue = new WorkQueue(world, owner, o.label ?? `sync ${o.kind}`, o.rate)
  o.context.onStop(() => queue.stop())
  spawn(world, owner, 'wait for caches', function* () {
    yield* informers.whenSynced()
    queue.start(o.workers ?? 5, (key) => reconcileOne(o, queue, key))
  })
  return queue
}

function* reconcileOne(o: LoopOptions, queue: WorkQueue, key: string): Task<void> {
  const { trace } = o.context.world
  const { namespace, name } = parseKey(key)
  const about: ObjectRef = { kind: o.kind, ...(namespace ? { namespace } : {}), name }
  trace.current = trace.record({
    owner: o.context.owner,
    verb: 'reconcile',
    about,
    text: `sync ${key}`,
  })
  try {
    const after = yield* o.reconcile(key)
    queue.forget(key)
    if (typeof after === 'number') queue.addAfter(key, after, o.periodic)
  } catch (error) {
    if (!isOperational(error)) throw error
    queue.addRateLimited(key)
  }
}

/** Sets up to this size are looked at on every change. */
const PROMPT_SIZE_MAX = 100
const SIZE_PER_MS = 50

/** How long changes of a set of `size` members gather between two looks at it. @unit ms */
export function pauseFor(size: number): Millis {
  return size <= PROMPT_SIZE_MAX ? 0 : Math.floor(size / SIZE_PER_MS)
}

/** True for what a controller retries: the server's refusals, and wires that failed. */
export function isOperational(error: unknown): error is ApiError | WireError {
  return error instanceof ApiError || error instanceof WireError
}

/** Says what a controller chose, and from what. */
export function decide(c: ControllerContext, about: ObjectRef, text: string, detail: Detail): void {
  const { trace } = c.world
  trace.current = trace.record({ owner: c.owner, verb: 'decide', about, text, detail })
}

/** Runs `body` every `ms` once the caches have synced; errors of the API end one round only. */
export function every(
  c: ControllerContext,
  label: string,
  ms: Millis,
  body: () => Task<void>,
  o: { atOnce?: boolean } = {},
): void {
  const { world, owner, informers } = c
  spawn(world, owner, label, function* () {
    yield* informers.whenSynced()
    if (!o.atOnce) yield* sleep(world, owner, ms, { background: true, label })
    for (;;) {
      world.trace.current = 0
      try {
        yield* body()
      } catch (error) {
        if (!isOperational(error)) throw error
      }
      yield* sleep(world, owner, ms, { background: true, label })
    }
  })
}

/** RFC 3339 of virtual now. */
export function nowOf(c: { world: World }): string {
  return formatTime(c.world.clock.unixMs)
}

/** Names an object for the trace. */
export function refTo(
  kind: string,
  o: { metadata: { namespace?: string; name?: string; uid?: string } },
): ObjectRef {
  const { namespace, name, uid } = o.metadata
  return {
    kind,
    ...(namespace ? { namespace } : {}),
    name: name ?? '',
    ...(uid ? { uid } : {}),
  }
}

/** Names an object for an Event; cached list items may lack their kind. */
export function targetOf<K extends Kind>(kind: K, o: KindMap[K]): EventTarget {
  return { kind, apiVersion: apiVersionOf(resourceOf(kind)), metadata: o.metadata }
}

/** Key of an object for calls. */
export function callKey(o: { metadata: { namespace?: string; name?: string } }) {
  return { namespace: o.metadata.namespace ?? '', name: o.metadata.name ?? '' }
}

/** Enqueues objects of a kind whenever they change. */
export function enqueueOn<T extends { metadata: { namespace?: string; name?: string } }>(
  informer: Informer<T>,
  add: (o: T) => void,
): void {
  informer.on({ added: add, updated: (_old, o) => add(o), deleted: add })
}

/** Drops members that are 0, empty or undefined, as Go's omitempty does. */
export function omitEmpty<T extends object>(o: T): T {
  const out: Record<string, unknown> = {}
  for (const [k, v] of Object.entries(o)) {
    if (v === 0 || v === '' || v === undefined || v === false) continue
    if (Array.isArray(v) && v.length === 0) continue
    out[k] = v
  }
  return out as T
}
