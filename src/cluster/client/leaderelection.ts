/**
 * Leader election over a Lease: of several instances one works, and the others take over when it stops renewing.
 * @source staging/src/k8s.io/client-go/tools/leaderelection/leaderelection.go
 */
import type { Lease } from '../api/generated/types.ts'
import { ApiError, isReason } from '../api/meta/status.ts'
import { formatMicroTime } from '../api/meta/time.ts'
import type { Millis } from '../sim/clock.ts'
import { sleep, spawn, type Task, type TaskHandle, withTimeout } from '../sim/task.ts'
import { WireError } from '../sim/wire.ts'
import type { Client } from './client.ts'
import { createRecorder, type EventTarget, type Recorder } from './recorder.ts'

/** How an instance stands for election. Times default to 15 s, 10 s and 2 s. */
export interface ElectionOptions {
  readonly client: Client
  readonly namespace: string
  readonly name: string
  readonly identity: string
  readonly recorder?: Recorder
  readonly leaseDurationMs?: Millis
  readonly renewDeadlineMs?: Millis
  readonly retryPeriodMs?: Millis
}

/**
 * Waits to become leader, calls `lead`, and keeps renewing. Returns when leadership is lost; the caller stops its
 * work then, as upstream's process would exit.
 */
export function* runElection(o: ElectionOptions, lead: () => void): Task<void> {
  const election = new Election(o)
  const { world, place } = o.client
  const retry = o.retryPeriodMs ?? 2000
  const deadline = o.renewDeadlineMs ?? 10_000
  while (!(yield* election.tryAcquireOrRenew())) {
    yield* sleep(world, place, retry, { background: true, label: 'acquire lease' })
  }
  lead()
  let renewed = world.clock.now
  for (;;) {
    yield* sleep(world, place, retry, { background: true, label: 'renew lease' })
    const left = renewed + deadline - world.clock.now
    if (left <= 0) return
    // A call that hangs must not keep a leader in office beyond its deadline.
    const answer = yield* withTimeout(world, place, left, () => election.tryAcquireOrRenew())
    if (answer?.value) renewed = world.clock.now
    else if (!answer || election.lostToOther) return
  }
}

/** A component that works only while it leads. */
export interface Candidate {
  readonly client: Client
  /** The Lease in kube-system, e.g. `kube-scheduler`. */
  readonly name: string
  readonly identity: string
  /** Called when it has become leader. */
  start(): void
  /** Called when it has lost the lease; upstream's process would end here and be started anew. */
  stop(): void
}

/** Stands for election for ever: after a defeat it waits for its next chance. */
export function standForElection(c: Candidate): TaskHandle {
  const { client, name, identity } = c
  const recorder = createRecorder(client, { component: identity.split('_')[0] ?? identity })
  return spawn(client.world, `${client.place}/election`, 'leader election', function* () {
    for (;;) {
      const options = { client, namespace: 'kube-system', name, identity, recorder }
      yield* runElection(options, () => c.start())
      c.stop()
      yield* sleep(client.world, client.place, RESTART_MS, { background: true })
    }
  })
}

/** A process that lost its lease is started again after this long. */
const RESTART_MS: Millis = 1000

class Election {
  lostToOther = false
  private observed: Lease | undefined
  private observedAt: Millis = 0
  private leading = false

  constructor(private readonly o: ElectionOptions) {}

  *tryAcquireOrRenew(): Task<boolean> {
    try {
      return yield* this.attempt()
    } catch (error) {
      if (error instanceof ApiError || error instanceof WireError) return false
      throw error
    }
  }

  private *attempt(): Task<boolean> {
    const { client, namespace, name, identity } = this.o
    const { clock } = client.world
    const now = formatMicroTime(clock.unixMs)
    const duration = this.o.leaseDurationMs ?? 15_000
    const spec = {
      holderIdentity: identity,
      leaseDurationSeconds: duration / 1000,
      acquireTime: now,
      renewTime: now,
      leaseTransitions: 0,
    }
    const known = this.observed
    // While leading, the last answer is still current unless somebody else wrote: update without reading.
    if (this.leading && known) {
      const renewal = { ...known, spec: { ...known.spec, renewTime: now } }
      try {
        this.observe(yield* client.update('Lease', renewal))
        return true
      } catch (error) {
        if (!isReason(error, 'Conflict') && !isReason(error, 'NotFound')) throw error
      }
    }
    const lease = yield* this.read()
    if (!lease) {
      const metadata = { namespace, name }
      const fresh: Lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec }
      this.won(yield* client.create('Lease', fresh))
      return true
    }
    if (lease.metadata.resourceVersion !== this.observed?.metadata.resourceVersion) {
      this.observe(lease)
    }
    const holder = lease.spec?.holderIdentity ?? ''
    const alive = this.observedAt + duration > clock.now
    if (holder && holder !== identity && alive) {
      this.lostToOther = this.leading
      this.leading = false
      return false
    }
    const transitions = lease.spec?.leaseTransitions ?? 0
    const same = holder === identity
    const next = {
      ...spec,
      acquireTime: same ? (lease.spec?.acquireTime ?? now) : now,
      leaseTransitions: same ? transitions : transitions + 1,
    }
    this.won(yield* client.update('Lease', { ...lease, spec: next }))
    return true
  }

  private *read(): Task<Lease | undefined> {
    const { client, namespace, name } = this.o
    try {
      return yield* client.get('Lease', { namespace, name })
    } catch (error) {
      if (isReason(error, 'NotFound')) return undefined
      throw error
    }
  }

  private won(lease: Lease): void {
    this.observe(lease)
    if (this.leading) return
    this.leading = true
    const about: EventTarget = {
      kind: 'Lease',
      apiVersion: 'coordination.k8s.io/v1',
      metadata: lease.metadata,
    }
    const text = `${this.o.identity} became leader`
    this.o.recorder?.event(about, 'Normal', 'LeaderElection', text)
  }

  private observe(lease: Lease): void {
    this.observed = lease
    this.observedAt = this.o.client.world.clock.now
  }
}
