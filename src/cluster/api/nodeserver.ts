/**
 * What a kubelet answers on its own port (10250), as the API server's proxying subresources use it: log, exec,
 * attach, port-forward, proxy, stats. The API server reaches it by wire, so these calls can be cut and slowed too.
 * @source pkg/kubelet/server/server.go
 */
import type { Stream } from '../sim/stream.ts'
import type { Task } from '../sim/task.ts'
import type { Duplex } from './transport.ts'

/** Options of `pods/log`. */
export interface LogQuery {
  readonly namespace: string
  readonly pod: string
  readonly container: string
  readonly follow?: boolean
  readonly previous?: boolean
  readonly timestamps?: boolean
  readonly tailLines?: number
  readonly limitBytes?: number
  readonly sinceSeconds?: number
  /** RFC 3339. */
  readonly sinceTime?: string
}

/** Lines as they stand, or a stream of further text when followed. */
export type LogAnswer = { readonly text: string } | { readonly stream: Stream<string> }

/** Options of `pods/exec` and `pods/attach`. */
export interface ExecQuery {
  readonly namespace: string
  readonly pod: string
  readonly container: string
  readonly command: readonly string[]
  readonly stdin: boolean
  readonly tty: boolean
}

/** A small HTTP exchange with something inside the cluster's network. */
export interface HttpExchange {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

/** What came back. */
export interface HttpAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Use of one container now. @unit cpuMillis: thousandths of a core; memoryBytes: working set */
export interface ContainerUsage {
  readonly namespace: string
  readonly pod: string
  readonly container: string
  readonly cpuMillis: number
  readonly memoryBytes: number
}

/** Use of a node and its containers. */
export interface NodeUsage {
  readonly cpuMillis: number
  readonly memoryBytes: number
  readonly containers: readonly ContainerUsage[]
}

/**
 * A kubelet's server. Failures are thrown as Error whose message is the kubelet's own text, e.g.
 * `container "x" in pod "y" is waiting to start: ContainerCreating` (answered by the API server as 400).
 */
export interface NodeServer {
  logs(q: LogQuery): Task<LogAnswer>
  exec(q: ExecQuery): Task<Duplex>
  attach(q: ExecQuery): Task<Duplex>
  portForward(q: { namespace: string; pod: string; port: number }): Task<Duplex>
  http(q: { namespace: string; pod: string; port: number; request: HttpExchange }): Task<HttpAnswer>
  usage(): NodeUsage
}

/** Finds a node's server; undefined when the node has none (gone, or never there). */
export type NodeServers = (node: string) => NodeServer | undefined
