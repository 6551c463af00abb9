/**
 * The HTTP-like face of an API server as kubectl uses it: impersonation, warnings, Status errors.
 * @source staging/src/k8s.io/client-go/rest/request.go, warnings.go
 */
import type { Status } from '../cluster/api/generated/types.ts'
import type { AnyObject } from '../cluster/api/object.ts'
import type { ApiResponse, HeaderMap, Method, Query } from '../cluster/api/transport.ts'
import type { Task } from '../cluster/sim/task.ts'
import { WireError } from '../cluster/sim/wire.ts'
import { PlainError, StatusError } from './errors.ts'

/** One request as kubectl sends it. */
export interface KubectlRequest {
  readonly method: Method
  readonly path: string
  readonly query: Query
  readonly headers: HeaderMap
  readonly body?: unknown
}

/** Where requests go. */
export type Send = (request: KubectlRequest) => Task<ApiResponse>

/** The parameters of a URL's search part. */
export function queryOf(search: string): Map<string, string[]> {
  const query = new Map<string, string[]>()
  for (const pair of search.split('&').filter(Boolean)) {
    const [k = '', v = ''] = pair.split('=').map((x) => decodeURIComponent(x.replaceAll('+', ' ')))
    query.set(k, [...(query.get(k) ?? []), v])
  }
  return query
}

/** What a caller may say about a request. */
export interface RequestOptions {
  readonly query?: Readonly<Record<string, string | undefined>>
  readonly headers?: HeaderMap
  readonly body?: unknown
  /** For the words of errors that carry no Status: `{resource: 'pods', name: 'web'}`. */
  readonly about?: { readonly resource: string; readonly name?: string }
}

/** Accept header that asks for a Table. */
export const AS_TABLE =
  'application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json'
/** Content types of patches. */
export const PATCH = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
} as const

/** Who acts, when not oneself. */
export interface Impersonation {
  readonly user: string
  readonly uid: string
  readonly groups: readonly string[]
}

/** Speaks to one API server for one command. */
export class Client {
  warnings = 0
  private readonly warned = new Set<string>()

  constructor(
    private readonly send: Send,
    private readonly userAgent: string,
    private readonly as: Impersonation | undefined,
    private readonly warn: (text: string) => void,
    private readonly token: string,
    private readonly server: string,
    private readonly log: (method: Method, path: string, response: ApiResponse) => void,
  ) {}

  /** Sends and returns what came, warnings printed. @throws StatusError */
  *request(method: Method, path: string, options: RequestOptions = {}): Task<ApiResponse> {
    const query = new Map<string, readonly string[]>()
    for (const [k, v] of Object.entries(options.query ?? {})) if (v !== undefined) query.set(k, [v])
    return yield* this.sendRequest(method, path, query, options)
  }

  /** As `request`, with the query already parsed. */
  *sendRequest(
    method: Method,
    path: string,
    query: Query,
    options: RequestOptions,
  ): Task<ApiResponse> {
    const headers: Record<string, string> = {
      accept: 'application/json',
      'user-agent': this.userAgent,
      ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(this.token ? { authorization: `Bearer ${this.token}` } : {}),
      ...options.headers,
    }
    if (this.as) {
      headers['impersonate-user'] = this.as.user
      if (this.as.uid) headers['impersonate-uid'] = this.as.uid
      if (this.as.groups.length > 0) headers['impersonate-group'] = this.as.groups.join(',')
    }
    const { body } = options
    const response = yield* this.reach({
      method,
      path,
      query,
      headers,
      ...(body === undefined ? {} : { body }),
    })
    this.log(method, path, response)
    this.takeWarnings(response.headers.warning)
    if (response.status >= 400 && response.status !== 101) throw failed(response, method, options)
    return response
  }

  private *reach(request: KubectlRequest): Task<ApiResponse> {
    try {
      return yield* this.send(request)
    } catch (error) {
      if (!(error instanceof WireError)) throw error
      const address = this.server.replace(/^https?:\/\//, '')
      throw new PlainError(
        error.reason === 'refused'
          ? `The connection to the server ${address} was refused - did you specify the right host or port?`
          : `Unable to connect to the server: dial tcp ${address}: i/o timeout`,
      )
    }
  }

  /** Sends and returns the object in the answer. @throws StatusError */
  *object(method: Method, path: string, options: RequestOptions = {}): Task<AnyObject> {
    const response = yield* this.request(method, path, options)
    return parseBody(response.body) as AnyObject
  }

  private takeWarnings(header: string | undefined): void {
    if (!header) return
    for (const m of header.matchAll(/\d{3} \S+ "((?:[^"\\]|\\.)*)"/g)) {
      const text = (m[1] as string).replace(/\\(.)/g, '$1')
      this.warnings++
      if (this.warned.has(text)) continue
      this.warned.add(text)
      this.warn(text)
    }
  }
}

/** A body that may still be JSON text. */
export function parseBody(body: unknown): unknown {
  if (typeof body !== 'string') return body
  try {
    return JSON.parse(body)
  } catch (error) {
    if (error instanceof SyntaxError) return body
    throw error
  }
}

function failed(response: ApiResponse, method: Method, options: RequestOptions): StatusError {
  const body = parseBody(response.body)
  if (typeof body === 'object' && body !== null && (body as Status).kind === 'Status')
    return new StatusError(body as unknown as Status)
  return new StatusError(genericStatus(response.status, method, String(body ?? ''), options.about))
}

const GENERIC: Readonly<Record<number, readonly [string, string]>> = {
  400: ['BadRequest', 'the server rejected our request for an unknown reason'],
  401: ['Unauthorized', 'the server has asked for the client to provide credentials'],
  403: ['Forbidden', ''],
  404: ['NotFound', 'the server could not find the requested resource'],
  405: ['MethodNotAllowed', 'the server does not allow this method on the requested resource'],
  406: [
    'NotAcceptable',
    'the server was unable to respond with a content type that the client supports',
  ],
  409: ['Conflict', 'the server reported a conflict'],
  410: ['Expired', 'the server indicated that the resource is no longer available'],
  415: ['UnsupportedMediaType', 'the server rejected the media type'],
  422: ['Invalid', 'the server rejected our request due to an error in our request'],
  429: [
    'TooManyRequests',
    'the server has received too many requests and has asked us to try again later',
  ],
  500: ['InternalError', ''],
  503: ['ServiceUnavailable', 'the server is currently unable to handle the request'],
  504: ['Timeout', 'the server was unable to return a response in the time allotted'],
}

function genericStatus(
  code: number,
  method: Method,
  text: string,
  about: RequestOptions['about'],
): Status {
  const [reason, words] = GENERIC[code] ?? [
    'Unknown',
    `the server responded with the status code ${code} but did not return more information`,
  ]
  let message = words
  if (code === 403) message = text
  if (code === 500)
    message = `an error on the server ("${text || 'unknown'}") has prevented the request from succeeding`
  if (about?.resource) {
    const name = about.name ? ` ${about.name}` : ''
    message = `${message} (${verbOf(method)} ${about.resource}${name})`
  }
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason,
    code,
  }
}

function verbOf(method: Method): string {
  return method.toLowerCase()
}
