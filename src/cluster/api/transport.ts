/**
 * The API as plain data: what every client sends and every API server answers, with no HTTP library in sight.
 * A failed call is a response holding metav1.Status, never an exception across the seam.
 */
import type { CauseId } from '../sim/clock.ts'
import type { Stream } from '../sim/stream.ts'
import type { Task } from '../sim/task.ts'
import type { KubeObject } from './object.ts'

/** HTTP methods that the API knows. */
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD' | 'OPTIONS'

/** Header names in lower case. */
export type HeaderMap = Readonly<Record<string, string>>

/** Query parameters, in the order given. */
export type Query = ReadonlyMap<string, readonly string[]>

/** Who is asking, as authentication sees it. */
export interface UserInfo {
  readonly name: string
  readonly uid?: string
  readonly groups: readonly string[]
  readonly extra?: Readonly<Record<string, readonly string[]>>
}

/**
 * Body type that components of the cluster send in place of protobuf: the body is a typed object made by our own
 * code, so decoding skips the unknown-field and type checks that bytes from outside need.
 */
export const TYPED_OBJECT = 'application/vnd.kubernetes.typed'

/** One request. */
export interface ApiRequest {
  readonly method: Method
  /** Decoded path without the query, e.g. `/api/v1/namespaces/default/pods`. */
  readonly path: string
  readonly query: Query
  readonly headers: HeaderMap
  /** Parsed JSON when content-type says JSON and it parsed, or the text as received. */
  readonly body?: unknown
  /** Set by in-process components (their service account or certificate identity); others are authenticated. */
  readonly user?: UserInfo
  /** The trace record that caused the request. */
  readonly cause: CauseId
}

/** One line of a watch. */
export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR'
  readonly object: KubeObject
  /** Inside the process only: the trace record of the write behind it. */
  readonly cause?: CauseId
}

/** Two-way bytes of exec, attach and port-forward: numbered channels as in v5.channel.k8s.io. */
export interface Duplex {
  /** From the container: channel 1 stdout, 2 stderr, 3 the final Status as JSON. */
  readonly output: Stream<{ channel: number; data: string | Uint8Array }>
  /** To the container: channel 0 stdin, 4 resize; `undefined` data closes the channel. */
  input(channel: number, data: string | Uint8Array | undefined): void
  close(): void
}

/** One response; exactly one of body, stream, channel is present. */
export interface ApiResponse {
  readonly status: number
  readonly headers: HeaderMap
  /** JSON value, or text when content-type is not JSON. */
  readonly body?: unknown
  /** Watch: items are WatchEvent (or Table rows in WatchEvent form). Logs followed: items are strings. */
  readonly stream?: Stream<unknown>
  readonly channel?: Duplex
}

/** What an API server is to everybody else. */
export interface ApiHandler {
  handle(request: ApiRequest): Task<ApiResponse>
}
