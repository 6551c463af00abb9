/**
 * Runs a container's probes while it lives and acts on their results.
 * @source pkg/kubelet/prober/worker.go
 */
import type { Container } from '../runtime/container.ts'
import { sleep, spawn, type Task } from '../sim/task.ts'
import type { ContainerRecord } from './podrecord.ts'
import type { PodWorker } from './podworker.ts'
import { PROBE_DEFAULTS, type ProbeKind, probeOf, runProbe } from './prober.ts'

const KINDS: readonly ProbeKind[] = ['Startup', 'Liveness', 'Readiness']

/** Starts all probes of a running container. @returns how to stop them */
export function startProbes(
  worker: PodWorker,
  c: ContainerRecord,
  container: Container,
): () => void {
  const { world, place } = worker.kubelet
  const tasks = KINDS.filter((kind) => probeOf(c.spec, kind)).map((kind) =>
    spawn(world, place, `${kind.toLowerCase()} probe`, () => probeLoop(worker, c, container, kind)),
  )
  return () => {
    for (const t of tasks) t.cancel()
  }
}

function* probeLoop(
  worker: PodWorker,
  c: ContainerRecord,
  container: Container,
  kind: ProbeKind,
): Task<void> {
  const { kubelet, record } = worker
  const { world, place } = kubelet
  const probe = probeOf(c.spec, kind)
  if (!probe) return
  const period = (probe.periodSeconds ?? PROBE_DEFAULTS.periodSeconds) * 1000
  const successes = probe.successThreshold ?? PROBE_DEFAULTS.successThreshold
  const failures = probe.failureThreshold ?? PROBE_DEFAULTS.failureThreshold
  let last: boolean | undefined
  let run = 0
  yield* sleep(world, place, (probe.initialDelaySeconds ?? 0) * 1000, { label: 'initial delay' })
  for (;;) {
    if (!container.running) return
    const waitsForStartup = kind !== 'Startup' && !c.started
    if (!waitsForStartup) {
      const ip = record.sandbox?.ip ?? ''
      const result = yield* runProbe(world, kubelet.runtime.network, {
        pod: record.pod,
        spec: c.spec,
        container,
        probe,
        owner: place,
        ip,
      })
      if (!container.running) return
      run = result.ok === last ? run + 1 : 1
      last = result.ok
      if (!result.ok)
        worker.event(c, 'Warning', 'Unhealthy', `${kind} probe failed: ${result.output}`)
      if (run >= (result.ok ? successes : failures)) {
        if (!(yield* settle(worker, c, kind, result.ok))) return
      }
    }
    const busy = kind !== 'Liveness' && !c.ready && run < failures
    yield* sleep(world, place, waitsForStartup ? 1000 : period, {
      label: `${kind} period`,
      background: !busy,
    })
  }
}

/** Acts on a settled result. @returns false when this probe has nothing more to do */
function* settle(
  worker: PodWorker,
  c: ContainerRecord,
  kind: ProbeKind,
  ok: boolean,
): Task<boolean> {
  const { kubelet, record } = worker
  const { trace } = kubelet.world
  const { metadata } = record.pod
  const note = (text: string) => {
    const about = { kind: 'Pod', namespace: metadata.namespace ?? '', name: metadata.name ?? '' }
    trace.current = trace.record({ owner: kubelet.place, verb: 'probe', about, text })
  }
  if (kind === 'Readiness') {
    if (c.ready !== ok) {
      note(`readiness of ${c.spec.name}: ${ok ? 'ready' : 'not ready'}`)
      c.ready = ok
      worker.poke()
    }
    return true
  }
  if (kind === 'Startup' && ok) {
    note(`${c.spec.name} has started`)
    c.started = true
    if (!c.spec.readinessProbe) c.ready = true
    worker.poke()
    return false
  }
  if (ok) return true
  note(`${kind.toLowerCase()} of ${c.spec.name} failed`)
  const grace = (record.pod.spec?.terminationGracePeriodSeconds ?? 30) * 1000
  const reason = `Container ${c.spec.name} failed ${kind.toLowerCase()} probe, will be restarted`
  // The probe's own task ends with the container, so the stop runs in a task that does not.
  spawn(kubelet.world, kubelet.place, 'restart', () => worker.kill(c, reason, grace))
  return false
}
