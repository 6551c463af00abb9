/**
 * The Node host under load over HTTP, and what a watch event costs as the watchers grow. Figures are of this machine:
 * client and host share it.
 */
import { type ChildProcess, spawn as spawnProcess, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'yaml'

const WATCHES = 1000
const REQUESTS_PER_SECOND = 200
const PODS = 10_000
/** Requests under way at once while pods are made. */
const MAKERS = 32

/** What the host did under load. @unit ms, MiB */
export interface LoadFigure {
  readonly seconds: number
  readonly watches: number
  readonly requests: number
  readonly failed: number
  readonly events: number
  readonly p50: number
  readonly p99: number
  readonly longest: number
  readonly rssBefore: number
  readonly rssAfter: number
}

/** What listing many pods took. @unit ms, MiB */
export interface ListFigure {
  readonly pods: number
  readonly makeMs: number
  readonly firstMs: number
  readonly medianMs: number
  readonly bodyMiB: number
}

/** A host in a process of its own. */
export class BenchHost {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 64 })
  private readonly watchAgent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY })
  private readonly open: IncomingMessage[] = []

  private constructor(
    private readonly child: ChildProcess,
    private readonly dir: string,
    private readonly port: number,
    private readonly token: string,
  ) {}

  /** Builds and starts one. @throws Error when it does not come up */
  static async start(): Promise<BenchHost> {
    const build = ['build', '--logLevel', 'error', '--ssr', 'src/server/main.ts']
    spawnSync(process.execPath, [
      'node_modules/vite/bin/vite.js',
      ...build,
      '--outDir',
      'dist-server',
    ])
    const dir = mkdtempSync(join(tmpdir(), 'kubarium-bench-'))
    const file = join(dir, 'config')
    const flags = ['--port', '0', '--http', '--hollow', '--nodes', '10', '--kubeconfig', file]
    const child = spawnProcess(process.execPath, ['dist-server/main.js', ...flags], {
      stdio: 'ignore',
    })
    for (let tries = 0; !existsSync(file); tries++) {
      if (tries > 300) throw new Error('the host did not start')
      await pause(100)
    }
    await pause(500)
    const config = parse(readFileSync(file, 'utf8')) as {
      clusters: { cluster: { server: string } }[]
      users: { user: { token: string } }[]
    }
    const port = Number(new URL(config.clusters[0]?.cluster.server ?? '').port)
    return new BenchHost(child, dir, port, config.users[0]?.user.token ?? '')
  }

  stop(): void {
    for (const r of this.open) r.destroy()
    this.agent.destroy()
    this.watchAgent.destroy()
    this.child.kill()
    rmSync(this.dir, { recursive: true, force: true })
  }

  /** Resident memory of the host. @unit MiB */
  rss(): number {
    const asked = spawnSync('ps', ['-o', 'rss=', '-p', String(this.child.pid)], {
      encoding: 'utf8',
    })
    return Math.round(Number(asked.stdout) / 1024)
  }

  /** One request, read to its end. */
  call(method: string, path: string, body?: unknown): Promise<{ status: number; bytes: number }> {
    return new Promise((resolve, reject) => {
      const text = body === undefined ? undefined : JSON.stringify(body)
      const request = this.request(method, path, this.agent, text)
      request.on('error', reject)
      request.on('response', (response) => {
        let bytes = 0
        response.on('data', (d: Buffer) => {
          bytes += d.length
        })
        response.on('end', () => resolve({ status: response.statusCode ?? 0, bytes }))
        response.on('error', reject)
      })
      request.end(text)
    })
  }

  /** A watch that stays open; `seen` is told how many events came. */
  watch(path: string, seen: (events: number) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const request = this.request('GET', `${path}?watch=1`, this.watchAgent, undefined)
      request.on('error', reject)
      request.on('response', (response) => {
        this.open.push(response)
        response.on('data', (d: Buffer) => seen(linesOf(d)))
        response.on('error', () => undefined)
        resolve()
      })
      request.end()
    })
  }

  private request(method: string, path: string, agent: Agent, text: string | undefined) {
    return httpRequest({
      host: '127.0.0.1',
      port: this.port,
      method,
      path,
      agent,
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(text === undefined ? {} : { 'content-type': contentType(method) }),
      },
    })
  }
}

function contentType(method: string): string {
  return method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'
}

/** A thousand watches and two hundred mixed requests a second, for so long. */
export async function measureLoad(host: BenchHost, seconds: number): Promise<LoadFigure> {
  const rssBefore = host.rss()
  let events = 0
  const watched = ['pods', 'configmaps', 'services', 'endpoints', 'secrets']
  for (let i = 0; i < WATCHES; i++) {
    const resource = watched[i % watched.length]
    await host.watch(`/api/v1/namespaces/default/${resource}`, (n) => {
      events += n
    })
  }
  const took: number[] = []
  let failed = 0
  const under: Promise<void>[] = []
  const began = performance.now()
  const total = seconds * REQUESTS_PER_SECOND
  for (let n = 0; n < total; n++) {
    const due = began + (n * 1000) / REQUESTS_PER_SECOND
    const wait = due - performance.now()
    if (wait > 1) await pause(wait)
    under.push(
      mixed(host, n).then(
        (status) => {
          // Waiting for a turn counts: what matters is when it was due.
          took.push(performance.now() - due)
          if (status >= 400) failed++
        },
        () => {
          failed++
        },
      ),
    )
  }
  await Promise.all(under)
  took.sort((a, b) => a - b)
  return {
    seconds,
    watches: WATCHES,
    requests: total,
    failed,
    events,
    p50: quantile(took, 0.5),
    p99: quantile(took, 0.99),
    longest: took.at(-1) ?? 0,
    rssBefore,
    rssAfter: host.rss(),
  }
}

/** Of ten requests six read, two list, and one creates, changes, and later deletes a ConfigMap in turn. */
async function mixed(host: BenchHost, n: number): Promise<number> {
  const maps = '/api/v1/namespaces/default/configmaps'
  const name = `load-${Math.floor(n / 30)}`
  const metadata = { name }
  switch (n % 30) {
    case 0:
      return (await host.call('POST', maps, { apiVersion: 'v1', kind: 'ConfigMap', metadata }))
        .status
    case 10:
    case 20:
      return (await host.call('PATCH', `${maps}/${name}`, { data: { n: String(n) } })).status
    case 29:
      return (await host.call('DELETE', `${maps}/${name}`)).status
    case 5:
    case 15:
      return (await host.call('GET', `${maps}?limit=50`)).status
    case 7:
    case 17:
      return (await host.call('GET', '/api/v1/pods')).status
    case 9:
    case 19:
      return (await host.call('GET', '/apis/apps/v1/deployments')).status
    default:
      return (await host.call('GET', '/api/v1/nodes/node-1')).status
  }
}

/** Ten thousand pods made, then listed whole. */
export async function measureList(host: BenchHost): Promise<ListFigure> {
  const began = performance.now()
  let next = 0
  const make = async () => {
    while (next < PODS) {
      const name = `many-${next++}`
      const { status } = await host.call(
        'POST',
        '/api/v1/namespaces/default/pods',
        waitingPod(name),
      )
      if (status !== 201) throw new Error(`${name}: ${status}`)
    }
  }
  await Promise.all(Array.from({ length: MAKERS }, make))
  const makeMs = performance.now() - began
  const took: number[] = []
  let bytes = 0
  for (let i = 0; i < 6; i++) {
    const from = performance.now()
    bytes = (await host.call('GET', '/api/v1/namespaces/default/pods')).bytes
    took.push(performance.now() - from)
  }
  const [firstMs = 0, ...rest] = took
  rest.sort((a, b) => a - b)
  return { pods: PODS, makeMs, firstMs, medianMs: quantile(rest, 0.5), bodyMiB: bytes / 1024 ** 2 }
}

/** A pod that no scheduler takes: it is only listed. */
function waitingPod(name: string) {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { app: 'many' } },
    spec: { schedulerName: 'nobody', containers: [{ name: 'c', image: 'nginx:1.27' }] },
  }
}

function linesOf(d: Buffer): number {
  let n = 0
  for (let at = d.indexOf(10); at >= 0; at = d.indexOf(10, at + 1)) n++
  return n
}

function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
