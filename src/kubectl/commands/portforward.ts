/**
 * `kubectl port-forward`: a port of this machine leads to a port of a pod. What connects there is told by whoever runs
 * kubectl (a page shows it as a link).
 * @source staging/src/k8s.io/kubectl/pkg/cmd/portforward/portforward.go, pkg/util/service_port.go, pod_port.go,
 *   staging/src/k8s.io/client-go/tools/portforward/portforward.go
 */
import type { ContainerPort, Pod, Service } from '../../cluster/api/generated/types.ts'
import type { Duplex } from '../../cluster/api/transport.ts'
import type { Task } from '../../cluster/sim/task.ts'
import { textOf } from '../attaching.ts'
import type { Command } from '../command.ts'
import { pathOf } from '../discovery.ts'
import { CliError } from '../errors.ts'
import type { Invocation, LocalRequest, LocalResponse } from '../invocation.ts'
import { klogLine } from '../klog.ts'
import { untilEnded } from '../listening.ts'
import { podBehind } from '../pods.ts'
import { getObject, resolveTargets } from '../resource.ts'
import { StreamReader } from '../watching.ts'

interface Forward {
  local: number
  readonly remote: number
}

/** Forwards local ports. */
export const portForward: Command = {
  name: 'port-forward',
  use: 'port-forward TYPE/NAME [options] [LOCAL_PORT:]REMOTE_PORT [...[LOCAL_PORT_N:]REMOTE_PORT_N]',
  short: 'Forward one or more local ports to a pod',
  long: 'Forward one or more local ports to a pod.\n\nWith a type and a name, such as deployment/web, a pod of it is selected. The command ends when that pod does.',
  examples: [
    '# Listen on port 8080, forwarding to port 80 of a pod of the deployment\nkubectl port-forward deployment/web 8080:80',
    '# Listen on a random port, forwarding to 5000 in the pod\nkubectl port-forward pod/web :5000',
  ].join('\n\n'),
  flags: [
    { name: 'address', kind: 'strings', default: 'localhost', usage: 'Addresses to listen on' },
    {
      name: 'pod-running-timeout',
      kind: 'duration',
      default: '1m0s',
      usage: 'How long to wait until a pod runs',
    },
  ],
  *run(k) {
    const [target, ...ports] = k.args
    if (!target || ports.length === 0)
      throw k.usage('TYPE/NAME and list of ports are required for port-forward')
    const [pod] = yield* podBehind(k, target)
    const forwards = yield* meant(k, target, pod as Pod, ports)
    const phase = pod?.status?.phase
    if (phase !== 'Running')
      throw new CliError(
        `unable to forward port because pod is not running. Current status=${phase}`,
      )
    return yield* untilEnded(k, (end) => listen(k, pod as Pod, forwards, end))
  },
}

function listen(
  k: Invocation,
  pod: Pod,
  forwards: readonly Forward[],
  end: (error: CliError) => void,
): void {
  const taken: Forward[] = []
  for (const f of forwards) {
    const real = { ...f }
    const port: number | undefined = k.io.listen?.(f.local, (r) => forwarded(k, pod, real, r, end))
    if (port === undefined) {
      taken.push(f)
      continue
    }
    real.local = port
    for (const address of ['127.0.0.1', '[::1]'])
      k.out(`Forwarding from ${address}:${port} -> ${f.remote}\n`)
  }
  for (const { local } of taken)
    k.err(
      `Unable to listen on port ${local}: Listeners failed to create with the following errors: [unable to create listener: Error listen tcp4 127.0.0.1:${local}: bind: address already in use unable to create listener: Error listen tcp6 [::1]:${local}: bind: address already in use]\n`,
    )
  if (taken.length === forwards.length)
    throw new CliError(
      `unable to listen on any of the requested ports: [${forwards.map((f) => `{${f.local} ${f.remote}}`).join(' ')}]`,
    )
}

function* forwarded(
  k: Invocation,
  pod: Pod,
  f: Forward,
  r: LocalRequest,
  end: (error: CliError) => void,
): Task<LocalResponse | undefined> {
  k.out(`Handling connection for ${f.local}\n`)
  const { name = '', namespace = '' } = pod.metadata
  const mapping = yield* k.mapping('pods')
  const path = pathOf(mapping, namespace, name, 'portforward')
  const query = new Map([['ports', [String(f.remote)]]])
  const headers = { upgrade: 'websocket', connection: 'upgrade' }
  const { channel } = yield* k.client.sendRequest('POST', path, query, { headers })
  const answer = channel ? yield* exchange(k, channel, r, f.local) : 'the server opened no stream'
  channel?.close()
  if (typeof answer !== 'string') return answer
  const what = `an error occurred forwarding ${f.local} -> ${f.remote}: ${answer}`
  k.err(klogLine('E', k.now, 'portforward.go:424', `"Unhandled Error" err="${what}"`))
  end(new CliError('lost connection to pod'))
  return undefined
}

/** One HTTP exchange over a channel. @returns the answer, or why there is none */
function* exchange(
  k: Invocation,
  channel: Duplex,
  r: LocalRequest,
  port: number,
): Task<LocalResponse | string> {
  const body = r.body ?? ''
  const headers = { host: `localhost:${port}`, 'content-length': String(body.length), ...r.headers }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  channel.input(0, `${r.method} ${r.path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`)
  const reader = new StreamReader<{ channel: number; data: string | Uint8Array }>(
    k,
    channel.output as never,
  )
  let text = ''
  for (;;) {
    const next = yield* reader.next()
    if (next === 'ended' || next === 'timeout') return 'EOF'
    const data = textOf(next.item.data)
    if (next.item.channel !== 1) return data
    text += data
    const whole = parseResponse(text)
    if (whole) return whole
  }
}

/** An HTTP/1.1 response with a content-length; undefined while something is missing. */
function parseResponse(text: string): LocalResponse | undefined {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const [first = '', ...lines] = text.slice(0, end).split('\r\n')
  const headers: Record<string, string> = {}
  for (const line of lines) {
    const colon = line.indexOf(':')
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim()
  }
  const body = text.slice(end + 4)
  if (body.length < Number(headers['content-length'] ?? 0)) return undefined
  return { status: Number(first.split(' ')[1]), headers, body }
}

function* meant(
  k: Invocation,
  argument: string,
  pod: Pod,
  ports: readonly string[],
): Task<Forward[]> {
  const args = argument.includes('/') ? [argument] : ['pods', argument]
  const [target] = yield* resolveTargets(k, { args })
  const isService = target?.mapping.kind === 'Service'
  const service =
    isService && target.name
      ? ((yield* getObject(k, { ...target, name: target.name })) as unknown as Service)
      : undefined
  return ports.map((text) => {
    const parts = text.split(':')
    const [local = '', remote = local] = parts.length === 2 ? parts : parts.slice(0, 1)
    const resolved = service ? ofService(service, pod, remote) : ofPod(pod, remote)
    const asked = parts.length === 2 ? local : String(resolved.port)
    return parsed(asked, String(resolved.target))
  })
}

function ofService(service: Service, pod: Pod, remote: string): { port: number; target: number } {
  const all = service.spec?.ports ?? []
  const name = service.metadata.name ?? ''
  const named = all.find((p) => p.name === remote)
  const number = /^\d+$/.test(remote) ? Number(remote) : named?.port
  if (number === undefined)
    throw new CliError(`Service '${name}' does not have a named port '${remote}'`)
  const port = all.find((p) => p.port === number)
  if (!port) throw new CliError(`Service ${name} does not have a service port ${number}`)
  refuseUdp(
    all.filter((p) => p.port === number).map((p) => p.protocol),
    remote,
  )
  const { targetPort } = port
  if (service.spec?.clusterIP === 'None') return { port: number, target: number }
  if (typeof targetPort === 'string')
    return { port: number, target: containerPort(pod, targetPort).containerPort }
  return { port: number, target: targetPort || number }
}

function ofPod(pod: Pod, remote: string): { port: number | string; target: number | string } {
  if (remote === '') throw new CliError('remote port cannot be empty')
  const known = (pod.spec?.containers ?? []).flatMap((c) => c.ports ?? [])
  if (/^-?\d+$/.test(remote)) {
    const same = known.filter((p) => p.containerPort === Number(remote))
    if (same.length > 0)
      refuseUdp(
        same.map((p) => p.protocol),
        remote,
      )
    return { port: remote, target: remote }
  }
  const port = containerPort(pod, remote)
  refuseUdp([port.protocol], remote)
  return { port: port.containerPort, target: port.containerPort }
}

function refuseUdp(protocols: readonly (string | undefined)[], remote: string): void {
  if (protocols.every((p) => p === 'UDP'))
    throw new CliError(`UDP protocol is not supported for ${remote}`)
}

function containerPort(pod: Pod, name: string): ContainerPort {
  const found = (pod.spec?.containers ?? [])
    .flatMap((c) => c.ports ?? [])
    .find((p) => p.name === name)
  if (!found) throw new CliError(`Pod '${pod.metadata.name}' does not have a named port '${name}'`)
  return found
}

function parsed(local: string, remote: string): Forward {
  const number = (which: string, value: string) => {
    if (/^\d+$/.test(value) && Number(value) < 65536) return Number(value)
    const why = /^\d+$/.test(value) ? 'value out of range' : 'invalid syntax'
    throw new CliError(
      `error parsing ${which} port '${value}': strconv.ParseUint: parsing "${value}": ${why}`,
    )
  }
  const forward = {
    local: local === '' ? 0 : number('local', local),
    remote: number('remote', remote),
  }
  if (forward.remote === 0) throw new CliError('remote port must be > 0')
  return forward
}
