/**
 * Probes: what is asked, how a failure reads, and when a result changes anything.
 * @source pkg/kubelet/prober/prober.go, worker.go, pkg/probe/{http,tcp,exec}
 */
import type { Container as ContainerSpec, Pod, Probe } from '../api/generated/types.ts'
import { ConnectionReset, type Network } from '../network/network.ts'
import { type Container, ExecFailure } from '../runtime/container.ts'
import { type Task, withTimeout } from '../sim/task.ts'
import type { World } from '../sim/world.ts'

/** The three kinds, as events name them. */
export type ProbeKind = 'Liveness' | 'Readiness' | 'Startup'

/** One answer of a probe. */
export interface ProbeResult {
  readonly ok: boolean
  /** What the Unhealthy event says after `... probe failed: `. */
  readonly output: string
}

/** Upstream's defaults. @unit seconds and counts */
export const PROBE_DEFAULTS = {
  periodSeconds: 10,
  timeoutSeconds: 1,
  successThreshold: 1,
  failureThreshold: 3,
} as const

/** The probe of a kind, when the container has one. */
export function probeOf(spec: ContainerSpec, kind: ProbeKind): Probe | undefined {
  if (kind === 'Liveness') return spec.livenessProbe
  return kind === 'Readiness' ? spec.readinessProbe : spec.startupProbe
}

/** Runs a probe once, within its timeout. */
export function* runProbe(
  world: World,
  network: Network,
  of: {
    pod: Pod
    spec: ContainerSpec
    container: Container
    probe: Probe
    owner: string
    ip: string
  },
): Task<ProbeResult> {
  const timeout = (of.probe.timeoutSeconds ?? PROBE_DEFAULTS.timeoutSeconds) * 1000
  const { probe } = of
  const outcome = yield* withTimeout(world, of.owner, timeout, () => ask(network, of))
  if (outcome) return outcome.value
  if (probe.exec) {
    const command = `${timeout / 1000}s`
    return {
      ok: false,
      output: `command timed out: "${probe.exec.command?.join(' ')}" timed out after ${command}`,
    }
  }
  if (probe.httpGet) {
    return {
      ok: false,
      output: `Get "${urlOf(of)}": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`,
    }
  }
  return { ok: false, output: `dial tcp ${addressOf(of)}: i/o timeout` }
}

type Asked = Parameters<typeof runProbe>[2]

function* ask(network: Network, of: Asked): Task<ProbeResult> {
  const { probe, container } = of
  if (probe.exec) {
    let output = ''
    const collect = (t: string) => {
      output += t
    }
    try {
      const code = yield* container.run(probe.exec.command ?? [], {
        stdout: collect,
        stderr: collect,
      })
      return { ok: code === 0, output }
    } catch (e) {
      if (!(e instanceof ExecFailure)) throw e
      return {
        ok: false,
        output: `rpc error: code = Unknown desc = failed to exec in container: ${e.message}`,
      }
    }
  }
  const address = addressOf(of)
  const port = portOf(of)
  const host = probe.httpGet?.host ?? probe.tcpSocket?.host ?? of.ip
  const listener = network.at(host)?.ports.get(port)
  const refused = `dial tcp ${address}: connect: connection refused`
  if (!probe.httpGet) return { ok: listener !== undefined, output: listener ? '' : refused }
  const url = urlOf(of)
  if (!listener) return { ok: false, output: `Get "${url}": ${refused}` }
  try {
    const headers = Object.fromEntries(
      (probe.httpGet.httpHeaders ?? []).map((h) => [h.name.toLowerCase(), h.value]),
    )
    const path = probe.httpGet.path ?? '/'
    const response = yield* listener({
      method: 'GET',
      host: `${host}:${port}`,
      path: path.startsWith('/') ? path : `/${path}`,
      headers: { 'user-agent': 'kube-probe/1.36', ...headers },
      body: '',
      from: of.ip,
    })
    const ok = response.status >= 200 && response.status < 400
    return { ok, output: ok ? '' : `HTTP probe failed with statuscode: ${response.status}` }
  } catch (e) {
    if (!(e instanceof ConnectionReset)) throw e
    return { ok: false, output: `Get "${url}": EOF` }
  }
}

function portOf(of: Asked): number {
  const wanted = of.probe.httpGet?.port ?? of.probe.tcpSocket?.port ?? of.probe.grpc?.port ?? 0
  if (typeof wanted === 'number') return wanted
  const named = of.spec.ports?.find((p) => p.name === wanted)
  return named?.containerPort ?? (Number(wanted) || 0)
}

function addressOf(of: Asked): string {
  const host = of.probe.httpGet?.host ?? of.probe.tcpSocket?.host ?? of.ip
  return `${host}:${portOf(of)}`
}

function urlOf(of: Asked): string {
  const scheme = (of.probe.httpGet?.scheme ?? 'HTTP').toLowerCase()
  const path = of.probe.httpGet?.path ?? '/'
  return `${scheme}://${addressOf(of)}${path.startsWith('/') ? path : `/${path}`}`
}
