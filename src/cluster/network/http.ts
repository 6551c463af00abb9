/** HTTP as the pods of the glass speak it: small, whole messages. */

/** A request as a listening process sees it. */
export interface PodHttpRequest {
  readonly method: string
  readonly host: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Source IP as the listener sees it (after NAT). */
  readonly from: string
}

/** What a process answers. */
export interface PodHttpResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Why no answer came; the words are what curl and wget say. */
export type NetworkFailure =
  | 'could-not-resolve' // no such name
  | 'dns-unavailable' // nobody answered the question
  | 'refused' // RST: nothing listens, or a Service without endpoints
  | 'timeout' // packets vanish: cut link, dead node, NetworkPolicy
  | 'reset' // the process died in the middle

/** One stop on the way of a request, as the page draws it. */
export interface Hop {
  readonly kind: 'client' | 'dns' | 'service' | 'node' | 'pod' | 'answer' | 'failure'
  /** Where: a pod `ns/name`, a Service `ns/name`, a node, an IP. */
  readonly place: string
  /** What happened there: the rule that chose, the record that answered. */
  readonly note: string
  readonly address?: string
  /** Virtual milliseconds since the request began. */
  readonly at: number
}

/** The whole walk. */
export interface Walk {
  readonly id: number
  readonly hops: readonly Hop[]
  readonly result: { ok: true; response: PodHttpResponse } | { ok: false; why: NetworkFailure }
}
