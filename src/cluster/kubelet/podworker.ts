/**
 * One pod on one node: brings it up, keeps it up, stops it. A loop that looks at what is there, does the next thing and
 * waits for something to change: the object, a container's end, a probe's result, a timer.
 * @source pkg/kubelet/pod_workers.go, pkg/kubelet/kuberuntime/kuberuntime_manager.go computePodActions, SyncPod
 */
import type { Pod } from '../api/generated/types.ts'
import { quantityValue } from '../api/meta/quantity.ts'
import { formatTime, parseTime } from '../api/meta/time.ts'
import { type Container, CreateFailure } from '../runtime/container.ts'
import type { Volume } from '../runtime/filesystem.ts'
import type { Millis } from '../sim/clock.ts'
import { sleep, spawn, type Task, type TaskHandle, Signal as Wake } from '../sim/task.ts'
import { goDuration } from './duration.ts'
import { ConfigError, environment, expand } from './env.ts'
import { ensureImage } from './images.ts'
import type { KubeletContext } from './kubelet.ts'
import {
  type ContainerRecord,
  type Eviction,
  newContainer,
  newRecord,
  type PodRecord,
  restarts,
} from './podrecord.ts'
import { startProbes } from './probing.ts'
import { actuate } from './resize.ts'
import { phaseOf } from './status.ts'
import { followsConfiguration, MountError, mountVolumes, NotAttached, refresh } from './volumes.ts'

/** Crash backoff: first wait, cap, and the run time that forgives. @unit ms */
export const CRASH_BACKOFF = { first: 10_000, max: 300_000, forgetAfter: 600_000 } as const
/** Waits between attempts to mount. @unit ms */
const MOUNT_RETRY: readonly Millis[] = [
  500, 1000, 2000, 4000, 8000, 16_000, 32_000, 64_000, 122_000,
]
/** How long volumes may take to be attached before that is worth an event, and how often is looked at most. */
const ATTACH_MAX_MS: Millis = 123_000
const ATTACH_TRIES = 2
/** How often files of ConfigMaps and Secrets are brought up to date. */
const REFRESH_MS: Millis = 60_000

/** The worker of one pod. */
export class PodWorker {
  readonly record: PodRecord
  readonly wake = new Wake()
  volumes: Map<string, Volume> = new Map()
  /** Attachable volumes, by the names that the node reports as in use. */
  readonly uses = new Set<string>()
  private attachSince: Millis | undefined
  private readonly task: TaskHandle
  private mountTries = 0
  private readonly stops: (() => void)[] = []
  private readonly probeStops = new Map<Container, () => void>()
  private gracePeriod: Millis | undefined

  constructor(
    readonly kubelet: KubeletContext,
    pod: Pod,
  ) {
    const now = formatTime(kubelet.world.clock.unixMs)
    this.record = newRecord(pod, pod.status?.startTime ?? now)
    this.task = spawn(
      kubelet.world,
      kubelet.place,
      `pod ${pod.metadata.namespace}/${pod.metadata.name}`,
      () => this.run(),
    )
  }

  /** A newer version of the object arrived. */
  update(pod: Pod): void {
    this.record.pod = pod
    for (const spec of pod.spec?.ephemeralContainers ?? []) {
      if (this.record.containers.some((c) => c.spec.name === spec.name)) continue
      this.record.containers.push(newContainer(spec as ContainerRecord['spec'], 'ephemeral'))
    }
    for (const spec of [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])]) {
      const c = this.record.containers.find((x) => x.spec.name === spec.name)
      if (c && c.spec.image !== spec.image) this.redefine(c, spec)
    }
    this.kubelet.podChanged(this.record)
    this.poke()
  }

  /**
   * A container's image was changed: it is stopped to be started with the new one; backoff was for the old definition.
   * @source pkg/kubelet/kuberuntime/kuberuntime_manager.go containerChanged, pkg/util/flowcontrol/backoff.go
   */
  private redefine(c: ContainerRecord, spec: ContainerRecord['spec']): void {
    const { resources } = c.spec
    c.spec = { ...spec, ...(resources ? { resources } : {}) }
    c.notBefore = 0
    c.pullBackoffMs = 0
    c.pullNotBefore = 0
    if (!c.current?.running) return
    this.restart(c, `Container ${spec.name} definition changed, will be restarted`)
  }

  /** Stops a container for it to be started again at once. */
  private restart(c: ContainerRecord, reason: string): void {
    const { world, place } = this.kubelet
    const grace = (this.record.pod.spec?.terminationGracePeriodSeconds ?? 30) * 1000
    c.backoffMs = 0
    c.backoffNoted = false
    spawn(world, place, 'restart', () => this.kill(c, reason, grace))
  }

  poke(): void {
    this.wake.notify()
  }

  /** Ends the pod for the kubelet's own reasons (eviction, deadline). */
  evict(eviction: Eviction): void {
    this.record.evicted ??= eviction
    this.poke()
  }

  /** Drops everything at once: the object is gone, or the machine is. */
  abandon(): void {
    this.task.cancel()
    for (const stop of this.stops) stop()
    for (const c of this.record.containers) c.current?.finish(137, 'Error')
    this.release()
  }

  private *run(): Task<void> {
    const { record } = this
    while (!this.mustStop()) {
      const wait = yield* this.sync()
      yield* this.kubelet.report(record)
      if (record.finished) {
        yield* this.whileFinished()
        break
      }
      if (this.mustStop()) break
      yield* this.pause(wait)
    }
    yield* this.terminate()
  }

  private mustStop(): boolean {
    return (
      this.record.pod.metadata.deletionTimestamp !== undefined || this.record.evicted !== undefined
    )
  }

  /** Waits for a change, or for `ms`. */
  private *pause(ms: Millis | undefined): Task<void> {
    const { world, place } = this.kubelet
    if (ms === undefined) return yield* this.wake.wait()
    const timer = world.clock.at(
      world.clock.now + Math.max(1, ms),
      { owner: place, label: 'pod retry', cause: world.trace.current, run: () => this.poke() },
      ms > 20_000,
    )
    yield* this.wake.wait()
    timer.cancel()
  }

  private *whileFinished(): Task<void> {
    this.release()
    this.kubelet.roomMade()
    while (!this.mustStop()) yield* this.wake.wait()
  }

  /** One look and the next steps. @returns when to look again without being woken */
  private *sync(): Task<Millis | undefined> {
    const { record, kubelet } = this
    if (this.deadlinePassed()) {
      const message = 'Pod was active on the node longer than the specified deadline'
      this.evict({ reason: 'DeadlineExceeded', message })
      return undefined
    }
    if (!record.mounted && !(yield* this.mount()))
      return MOUNT_RETRY[Math.min(this.mountTries, MOUNT_RETRY.length - 1)]
    if (!record.sandbox) {
      const { metadata, spec } = record.pod
      yield* kubelet.report(record)
      record.sandbox = yield* kubelet.runtime.runSandbox({
        namespace: metadata.namespace ?? '',
        name: metadata.name ?? '',
        labels: metadata.labels ?? {},
        hostNetwork: spec?.hostNetwork ?? false,
      })
    }
    let wait: Millis | undefined
    const soonest = (ms: Millis | undefined) => {
      if (ms !== undefined) wait = Math.min(wait ?? ms, ms)
    }
    for (const c of record.containers.filter((x) => x.kind === 'init' || x.kind === 'sidecar')) {
      if (record.initialized && c.kind === 'init') continue
      const blocked = yield* this.bringUp(c, soonest)
      if (blocked || this.mustStop()) return wait
    }
    record.initialized = true
    for (const c of record.containers.filter((x) => x.kind === 'app' || x.kind === 'ephemeral')) {
      yield* this.bringUp(c, soonest)
      if (this.mustStop()) return wait
    }
    const phase = phaseOf(record)
    if (phase === 'Succeeded' || phase === 'Failed') {
      for (const s of record.containers.filter((x) => x.kind === 'sidecar'))
        s.current?.finish(0, 'Completed')
      record.finished = true
    }
    soonest(yield* actuate(kubelet, record, (c, why) => this.restart(c, why)))
    soonest(this.untilDeadline())
    return wait
  }

  /** Takes one container a step further. @returns true when the containers behind it must wait */
  private *bringUp(c: ContainerRecord, soonest: (ms: Millis | undefined) => void): Task<boolean> {
    const { world } = this.kubelet
    const { current } = c
    if (current?.running) return c.kind === 'init' || (c.kind === 'sidecar' && !c.started)
    if (current?.exit) {
      if (c.kind === 'init' && current.exit.code === 0) return false
      if (!restarts(this.record, c)) {
        if (c.kind === 'init') this.record.finished = true
        return c.kind === 'init'
      }
      const left = this.backoffLeft(c)
      if (left > 0) {
        soonest(left)
        return c.kind === 'init' || c.kind === 'sidecar'
      }
    }
    if (c.pullNotBefore > world.clock.now) {
      soonest(c.pullNotBefore - world.clock.now)
      return true
    }
    const failedAt = yield* this.start(c)
    soonest(failedAt)
    return c.kind === 'init' || (c.kind === 'sidecar' && !c.started)
  }

  /** How much longer a crashed container must wait; notes the backoff when it begins. @unit ms */
  private backoffLeft(c: ContainerRecord): Millis {
    const { world } = this.kubelet
    const exit = c.current?.exit
    if (!exit) return 0
    const ran = exit.at - (c.current?.startedAt ?? exit.at)
    if (ran > CRASH_BACKOFF.forgetAfter) c.backoffMs = 0
    if (c.backoffMs === 0) return 0
    const until = exit.at + c.backoffMs
    if (until <= world.clock.now) return 0
    if (!c.backoffNoted) {
      c.backoffNoted = true
      const { metadata } = this.record.pod
      const pod = `${metadata.name}_${metadata.namespace}(${metadata.uid})`
      c.waiting = {
        reason: 'CrashLoopBackOff',
        message: `back-off ${goDuration(c.backoffMs)} restarting failed container=${c.spec.name} pod=${pod}`,
      }
      this.event(
        c,
        'Warning',
        'BackOff',
        `Back-off restarting failed container ${c.spec.name} in pod ${pod}`,
      )
    }
    return until - world.clock.now
  }

  /** Pulls, creates and starts. @returns when to try again after a failure */
  private *start(c: ContainerRecord): Task<Millis | undefined> {
    const { kubelet, record } = this
    const pulled = yield* ensureImage(kubelet, record, c, (type, reason, text) =>
      this.event(c, type, reason, text),
    )
    if (!pulled.ok) {
      yield* kubelet.report(record)
      return pulled.retryMs
    }
    if (this.mustStop()) return undefined
    let container: Container
    try {
      container = yield* this.create(c)
    } catch (e) {
      const config = e instanceof ConfigError
      if (!config && !(e instanceof CreateFailure)) throw e
      const text = e.message
      c.waiting = {
        reason: config ? 'CreateContainerConfigError' : 'CreateContainerError',
        message: config ? text : `failed to generate container spec: ${text}`,
      }
      this.event(c, 'Warning', 'Failed', `Error: ${c.waiting.message}`)
      return 10_000
    }
    this.event(c, 'Normal', 'Created', 'Container created')
    yield* kubelet.runtime.start(container)
    this.began(c, container)
    if (container.exit?.reason === 'StartError') {
      c.waiting = { reason: 'RunContainerError', message: container.exit.message }
      this.event(c, 'Warning', 'Failed', `Error: ${container.exit.message}`)
      return 1
    }
    this.event(c, 'Normal', 'Started', 'Container started')
    yield* this.postStart(c, container)
    return undefined
  }

  private began(c: ContainerRecord, container: Container): void {
    const { kubelet } = this
    if (c.current) {
      c.previous = c.current
      c.restarts++
      c.backoffMs =
        c.backoffMs === 0 ? CRASH_BACKOFF.first : Math.min(c.backoffMs * 2, CRASH_BACKOFF.max)
    }
    c.current = container
    c.backoffNoted = false
    c.started = !c.spec.startupProbe
    c.ready = c.started && !c.spec.readinessProbe
    const { metadata } = this.record.pod
    const about = { kind: 'Pod', namespace: metadata.namespace ?? '', name: metadata.name ?? '' }
    const { trace } = kubelet.world
    trace.record({ owner: kubelet.place, verb: 'start', about, text: `container ${c.spec.name}` })
    container.onUse = () => kubelet.memoryChanged()
    container.onExit = () => {
      c.ready = false
      c.started = false
      this.probeStops.get(container)?.()
      this.probeStops.delete(container)
      const exit = container.exit
      trace.record({
        owner: kubelet.place,
        verb: 'exit',
        about,
        text: `container ${c.spec.name}: ${exit?.reason} ${exit?.code}`,
      })
      // The pod lifecycle event generator looks once a second; containerd's own events are quicker.
      this.soon(100)
    }
    if (container.exit) container.onExit()
    else this.probeStops.set(container, startProbes(this, c, container))
    kubelet.memoryChanged()
  }

  private soon(ms: Millis): void {
    const { world, place } = this.kubelet
    const step = { owner: place, label: 'pleg', cause: world.trace.current, run: () => this.poke() }
    world.clock.at(world.clock.now + ms, step)
  }

  private *create(c: ContainerRecord): Task<Container> {
    const { kubelet, record } = this
    const { pod } = record
    const spec = c.spec
    const ip = record.sandbox?.ip ?? ''
    const sources = yield* kubelet.envSources(pod, spec, ip)
    const env = environment(pod, spec, sources)
    c.actuated = spec.resources ?? {}
    const behaviour = c.image?.behaviour
    if (!behaviour) throw new CreateFailure('image is gone')
    const user =
      spec.securityContext?.runAsUser ?? pod.spec?.securityContext?.runAsUser ?? behaviour.user
    const nonRoot = spec.securityContext?.runAsNonRoot ?? pod.spec?.securityContext?.runAsNonRoot
    if (nonRoot && (user ?? 0) === 0) {
      throw new ConfigError(
        user === 0 && behaviour.user !== 0
          ? `container's runAsUser breaks non-root policy (pod: "${pod.metadata.name}_${pod.metadata.namespace}(${record.uid})", container: ${spec.name})`
          : `container has runAsNonRoot and image will run as root (pod: "${pod.metadata.name}_${pod.metadata.namespace}(${record.uid})", container: ${spec.name})`,
      )
    }
    const mounts = (spec.volumeMounts ?? []).map((m) => ({
      path: m.mountPath,
      volume: this.volumes.get(m.name) ?? kubelet.emptyVolume(),
      readOnly: m.readOnly ?? false,
      subPath: m.subPathExpr ? expand(m.subPathExpr, env) : (m.subPath ?? ''),
    }))
    return yield* kubelet.runtime.create({
      name: spec.name,
      attempt: c.restarts,
      imageName: spec.image ?? '',
      image: behaviour,
      command: spec.command?.map((a) => expand(a, env)),
      args: spec.args?.map((a) => expand(a, env)),
      env,
      workingDir: spec.workingDir,
      mounts,
      memoryLimit: spec.resources?.limits?.memory ? quantityValue(spec.resources.limits.memory) : 0,
      readOnlyRoot: spec.securityContext?.readOnlyRootFilesystem ?? false,
      interactive: (spec.stdin ?? false) || (spec.tty ?? false),
      hostname: pod.spec?.hostNetwork
        ? kubelet.nodeName
        : (pod.spec?.hostname ?? pod.metadata.name ?? ''),
      source: kubelet.runtime.source(pod.metadata.namespace ?? '', pod.metadata.name ?? '', ip),
      terminationMessagePath: spec.terminationMessagePath ?? '/dev/termination-log',
    })
  }

  private *mount(): Task<boolean> {
    const { kubelet, record } = this
    try {
      this.volumes = yield* mountVolumes(kubelet.volumeHost, record.pod, this.uses)
      record.mounted = true
      this.mountTries = 0
      if (followsConfiguration(record.pod)) this.keepFresh()
      return true
    } catch (e) {
      if (e instanceof NotAttached) return this.waitForAttach(e.volume)
      if (!(e instanceof MountError)) throw e
      kubelet.recorder.event(kubelet.target(record.pod), 'Warning', e.reason, e.message)
      this.mountTries++
      return false
    }
  }

  /** Says so only after a while. @returns false: not mounted */
  private waitForAttach(volume: string): false {
    const { kubelet, record } = this
    const { now } = kubelet.world.clock
    if (this.attachSince === undefined) kubelet.volumesChanged()
    this.attachSince ??= now
    this.mountTries = Math.min(this.mountTries + 1, ATTACH_TRIES)
    if (now - this.attachSince < ATTACH_MAX_MS) return false
    this.attachSince = now
    const text = `Unable to attach or mount volumes: unmounted volumes=[${volume}], unattached volumes=[${volume}], failed to process volumes=[]: context deadline exceeded`
    kubelet.recorder.event(kubelet.target(record.pod), 'Warning', 'FailedMount', text)
    return false
  }

  private keepFresh(): void {
    const { kubelet, record } = this
    const { world, place } = kubelet
    const self = this
    const task = spawn(world, place, 'refresh volumes', function* () {
      for (;;) {
        yield* sleep(world, place, REFRESH_MS, { background: true, label: 'refresh volumes' })
        yield* refresh(kubelet.volumeHost, record.pod, self.volumes)
      }
    })
    this.stops.push(() => task.cancel())
  }

  private *postStart(c: ContainerRecord, container: Container): Task<void> {
    const hook = c.spec.lifecycle?.postStart
    if (!hook) return
    const failure = yield* this.kubelet.runHook(this.record, c, container, hook)
    if (failure === undefined) return
    this.event(c, 'Warning', 'FailedPostStartHook', `PostStartHook failed`)
    yield* this.kill(c, 'FailedPostStartHook', 30_000)
  }

  private deadlinePassed(): boolean {
    const left = this.untilDeadline()
    return left !== undefined && left <= 0
  }

  private untilDeadline(): Millis | undefined {
    const seconds = this.record.pod.spec?.activeDeadlineSeconds
    if (!seconds) return undefined
    const began = parseTime(this.record.startTime) ?? 0
    return began + seconds * 1000 - this.kubelet.world.clock.unixMs
  }

  /** Stops one container: preStop hook, SIGTERM, grace, SIGKILL. */
  *kill(c: ContainerRecord, message: string, graceMs: Millis): Task<void> {
    const { kubelet } = this
    const container = c.current
    if (!container?.running) return
    this.event(c, 'Normal', 'Killing', message)
    const { world, place } = kubelet
    const deadline = world.clock.now + graceMs
    const hook = c.spec.lifecycle?.preStop
    if (hook && graceMs > 0) {
      const task = spawn(world, place, 'preStop', () =>
        kubelet.runHook(this.record, c, container, hook),
      )
      while (!task.done && container.running && world.clock.now < deadline) {
        yield* sleep(world, place, Math.min(250, deadline - world.clock.now), { label: 'preStop' })
      }
      task.cancel()
    }
    container.signal('SIGTERM')
    if (container.running) {
      const timer = world.clock.at(Math.max(deadline, world.clock.now + (graceMs > 0 ? 2000 : 0)), {
        owner: place,
        label: 'SIGKILL',
        cause: world.trace.current,
        run: () => container.signal('SIGKILL'),
      })
      yield* container.wait()
      timer.cancel()
    }
  }

  private *terminate(): Task<void> {
    const { record, kubelet } = this
    const { world, place } = kubelet
    record.stopping = true
    const spec = record.pod.spec
    const seconds =
      record.pod.metadata.deletionGracePeriodSeconds ?? spec?.terminationGracePeriodSeconds ?? 30
    const own = spec?.terminationGracePeriodSeconds ?? 30
    this.gracePeriod = record.evicted
      ? Math.min(seconds, record.evicted.graceSeconds ?? own) * 1000
      : seconds * 1000
    const running = record.containers.filter((c) => c.current?.running)
    const kills = running
      .filter((c) => c.kind !== 'sidecar')
      .map((c) =>
        spawn(world, place, `stop ${c.spec.name}`, () =>
          this.kill(c, `Stopping container ${c.spec.name}`, this.gracePeriod ?? 0),
        ),
      )
    while (kills.some((k) => !k.done)) yield* sleep(world, place, 50, { label: 'stopping' })
    for (const c of running.filter((x) => x.kind === 'sidecar').reverse()) {
      yield* this.kill(c, `Stopping container ${c.spec.name}`, this.gracePeriod)
    }
    for (const stop of this.stops) stop()
    this.release()
    record.finished = true
    kubelet.roomMade()
    yield* kubelet.report(record)
    while (!record.pod.metadata.deletionTimestamp) yield* this.wake.wait()
    yield* kubelet.finalize(record)
  }

  private release(): void {
    const { record, kubelet } = this
    if (record.sandbox) kubelet.runtime.removeSandbox(record.sandbox)
    if (this.uses.size === 0) return
    this.uses.clear()
    kubelet.volumesChanged()
  }

  event(c: ContainerRecord, type: 'Normal' | 'Warning', reason: string, message: string): void {
    const list =
      c.kind === 'ephemeral'
        ? 'ephemeralContainers'
        : c.kind === 'app'
          ? 'containers'
          : 'initContainers'
    const { kubelet } = this
    const target = kubelet.target(this.record.pod)
    kubelet.recorder.event(
      { ...target, fieldPath: `spec.${list}{${c.spec.name}}` },
      type,
      reason,
      message,
    )
  }
}
