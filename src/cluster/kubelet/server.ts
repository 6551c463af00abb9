/**
 * The kubelet's own server: logs, exec, attach, port-forward, proxying, usage.
 * @source pkg/kubelet/server/server.go, pkg/kubelet/kubelet_pods.go GetKubeletContainerLogs
 */
import { formatMicroTime, parseTime } from '../api/meta/time.ts'
import type { ExecQuery, HttpAnswer, LogAnswer, LogQuery, NodeServer } from '../api/nodeserver.ts'
import type { Duplex } from '../api/transport.ts'
import { type Container, ExecFailure } from '../runtime/container.ts'
import type { LogLine } from '../runtime/logs.ts'
import { Exit, type Output } from '../runtime/process.ts'
import { Stream } from '../sim/stream.ts'
import { Signal, type Task } from '../sim/task.ts'
import type { Kubelet } from './kubelet.ts'
import type { ContainerRecord } from './podrecord.ts'
import { nodeUsage } from './usage.ts'

/** Answers for one kubelet. */
export function createNodeServer(kubelet: Kubelet): NodeServer {
  return {
    *logs(q) {
      return readLogs(kubelet, q)
    },
    *exec(q) {
      const container = running(kubelet, q)
      if (
        q.stdin &&
        q.command.length === 1 &&
        /(^|\/)(sh|bash|ash)$/.test(q.command[0] ?? '') &&
        container.hasShell
      ) {
        return interactive(container, q.tty)
      }
      return execute(container, q)
    },
    *attach(q) {
      return attach(running(kubelet, q))
    },
    *portForward(q) {
      return forward(kubelet, q)
    },
    *http(q): Task<HttpAnswer> {
      const ip = kubelet.worker(q.namespace, q.pod)?.record.sandbox?.ip ?? ''
      const source = {
        place: kubelet.place,
        ip: '',
        node: kubelet.nodeName,
        namespace: q.namespace,
      }
      const walk = yield* kubelet.runtime.network.request(source, {
        host: ip,
        port: q.port,
        ...q.request,
      })
      if (walk.result.ok) return walk.result.response
      const why =
        walk.result.why === 'refused'
          ? `dial tcp ${ip}:${q.port}: connect: connection refused`
          : `dial tcp ${ip}:${q.port}: i/o timeout`
      throw new Error(`error trying to reach service: ${why}`)
    },
    usage: () => nodeUsage([...kubelet.workers.values()].map((w) => w.record)),
  }
}

function find(
  kubelet: Kubelet,
  q: { namespace: string; pod: string; container: string },
): ContainerRecord {
  const worker = kubelet.worker(q.namespace, q.pod)
  if (!worker) throw new Error(`pod ${q.pod} does not exist`)
  const c = worker.record.containers.find((x) => x.spec.name === q.container)
  if (!c) throw new Error(`container ${q.container} is not valid for pod ${q.pod}`)
  return c
}

function running(kubelet: Kubelet, q: ExecQuery): Container {
  const c = find(kubelet, q)
  if (!c.current?.running) {
    const state = c.current?.exit ? 'exited' : 'not created or running'
    throw new Error(`container not found ("${q.container}"): container is ${state}`)
  }
  return c.current
}

function readLogs(kubelet: Kubelet, q: LogQuery): LogAnswer {
  const c = find(kubelet, q)
  const container = q.previous ? c.previous : (c.current ?? c.previous)
  if (q.previous && !container) {
    throw new Error(`previous terminated container "${q.container}" in pod "${q.pod}" not found`)
  }
  if (!container) {
    throw new Error(
      `container "${q.container}" in pod "${q.pod}" is waiting to start: ${waitText(c)}`,
    )
  }
  const since = q.sinceTime
    ? (parseTime(q.sinceTime) ?? 0)
    : q.sinceSeconds
      ? kubelet.world.clock.unixMs - q.sinceSeconds * 1000
      : 0
  const print = (l: LogLine) =>
    `${q.timestamps ? `${formatMicroTime(l.at).replace('Z', '000Z')} ` : ''}${l.text}\n`
  let lines = container.log.all().filter((l) => l.at >= since)
  if (q.tailLines !== undefined) lines = q.tailLines === 0 ? [] : lines.slice(-q.tailLines)
  let text = lines.map(print).join('')
  if (q.limitBytes !== undefined) text = text.slice(0, q.limitBytes)
  if (!q.follow) return { text }
  const stream = new Stream<string>()
  if (text) stream.push(text)
  if (!container.running) stream.end()
  else {
    stream.onCancel = container.log.follow((line) => {
      if (line) stream.push(print(line))
      else stream.end()
    })
  }
  return { stream }
}

function waitText(c: ContainerRecord): string {
  const { reason, message } = c.waiting
  if (reason === 'ErrImagePull' || reason === 'ImagePullBackOff')
    return 'trying and failing to pull image'
  return reason === 'ContainerCreating' || reason === 'PodInitializing' ? reason : message || reason
}

/** Runs one command to its end; input is collected until it is closed when the caller has any. */
function execute(container: Container, q: ExecQuery): Duplex {
  const output: Duplex['output'] = new Stream()
  const to: Output = {
    stdout: (t) => output.push({ channel: 1, data: t }),
    stderr: (t) => output.push({ channel: q.tty ? 1 : 2, data: t }),
  }
  let stdin = ''
  let closed = !q.stdin
  const more = new Signal()
  const task = container.spawnChild(`exec ${q.command[0]}`, function* () {
    while (!closed) yield* more.wait()
    try {
      finish(output, yield* container.run(q.command, to, stdin))
    } catch (e) {
      if (!(e instanceof ExecFailure)) throw e
      failed(output, e.message)
    }
  })
  return {
    output,
    input(channel, data) {
      if (channel !== 0) return
      if (data === undefined) closed = true
      else stdin += typeof data === 'string' ? data : decode(data)
      more.notify()
    },
    close() {
      task.cancel()
      output.end()
    },
  }
}

/** A shell that runs each line as it is typed. */
function interactive(container: Container, tty: boolean): Duplex {
  const output: Duplex['output'] = new Stream()
  const to: Output = {
    stdout: (t) => output.push({ channel: 1, data: t }),
    stderr: (t) => output.push({ channel: tty ? 1 : 2, data: t }),
  }
  const shell = container.shell(to)
  const lines: string[] = []
  let partial = ''
  let closed = false
  const more = new Signal()
  const prompt = () => {
    if (tty) to.stdout(`${shell.process.cwd} # `)
  }
  const task = container.spawnChild('shell', function* () {
    prompt()
    for (;;) {
      const line = lines.shift()
      if (line === undefined) {
        if (closed) break
        yield* more.wait()
        continue
      }
      const exit = /^\s*exit(?:\s+(\d+))?\s*$/.exec(line)
      if (exit) {
        shell.status = exit[1] === undefined ? shell.status : Number(exit[1])
        break
      }
      try {
        yield* shell.run(line)
      } catch (e) {
        if (!(e instanceof Exit)) throw e
        shell.status = e.code
        break
      }
      prompt()
    }
    finish(output, shell.status)
  })
  return {
    output,
    input(channel, data) {
      if (channel !== 0) return
      if (data === undefined) {
        closed = true
        if (partial) lines.push(partial)
      } else {
        const text = (typeof data === 'string' ? data : decode(data)).replaceAll('\r', '\n')
        if (text.includes('\x04')) closed = true
        const parts = (partial + text.replaceAll('\x04', '')).split('\n')
        partial = parts.pop() ?? ''
        lines.push(...parts)
      }
      more.notify()
    },
    close() {
      task.cancel()
      output.end()
    },
  }
}

function attach(container: Container): Duplex {
  const output: Duplex['output'] = new Stream()
  const stop = container.log.follow((line) => {
    if (line) output.push({ channel: 1, data: `${line.text}\n` })
    else finish(output, container.exit?.code ?? 0)
  })
  return {
    output,
    input() {},
    close() {
      stop()
      output.end()
    },
  }
}

/** Port-forward for HTTP: a request's text goes in on channel 0, the answer's text comes out on channel 1. */
function forward(kubelet: Kubelet, q: { namespace: string; pod: string; port: number }): Duplex {
  const output: Duplex['output'] = new Stream()
  let text = ''
  return {
    output,
    input(_channel, data) {
      if (data === undefined) return
      text += typeof data === 'string' ? data : decode(data)
      const end = text.indexOf('\r\n\r\n')
      if (end < 0) return
      const head = text.slice(0, end)
      const length = Number(/^content-length:\s*(\d+)/im.exec(head)?.[1] ?? 0)
      if (text.length < end + 4 + length) return
      const body = text.slice(end + 4, end + 4 + length)
      text = text.slice(end + 4 + length)
      const [method = 'GET', path = '/'] = head.split(' ')
      const worker = kubelet.worker(q.namespace, q.pod)
      const target = worker?.record.containers.find((c) => c.current?.running)?.current
      target?.spawnChild('port-forward', function* () {
        const ip = worker?.record.sandbox?.ip ?? ''
        const source = { place: kubelet.place, ip, node: kubelet.nodeName, namespace: q.namespace }
        const walk = yield* kubelet.runtime.network.request(source, {
          host: ip,
          port: q.port,
          method,
          path,
          body,
        })
        if (!walk.result.ok) {
          output.push({
            channel: 2,
            data: `an error occurred forwarding to port ${q.port}: connection refused`,
          })
          return
        }
        const { response } = walk.result
        const headers = { ...response.headers, 'content-length': String(response.body.length) }
        const lines = Object.entries(headers).map(([k, v]) => `${k}: ${v}\r\n`)
        output.push({
          channel: 1,
          data: `HTTP/1.1 ${response.status} OK\r\n${lines.join('')}\r\n${response.body}`,
        })
      })
    },
    close() {
      output.end()
    },
  }
}

function finish(output: Duplex['output'], code: number): void {
  const status =
    code === 0
      ? { metadata: {}, status: 'Success' }
      : {
          metadata: {},
          status: 'Failure',
          reason: 'NonZeroExitCode',
          message: `command terminated with non-zero exit code: error executing command, exit code ${code}`,
          details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
        }
  output.push({ channel: 3, data: JSON.stringify(status) })
  output.end()
}

function failed(output: Duplex['output'], message: string): void {
  const text = `Internal error occurred: error executing command in container: failed to exec in container: failed to start exec: ${message}`
  output.push({
    channel: 3,
    data: JSON.stringify({
      metadata: {},
      status: 'Failure',
      reason: 'InternalError',
      message: text,
      code: 500,
    }),
  })
  output.end()
}

function decode(bytes: Uint8Array): string {
  let out = ''
  for (const b of bytes) out += String.fromCharCode(b)
  return out
}
