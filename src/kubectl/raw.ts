/** `--raw`: a request to any path. @source staging/src/k8s.io/kubectl/pkg/rawhttp/raw.go */
import type { Method } from '../cluster/api/transport.ts'
import type { Task } from '../cluster/sim/task.ts'
import { CliError } from './errors.ts'
import type { Invocation } from './invocation.ts'
import { goQuote } from './printers/gojson.ts'

/** Sends the request and prints the answer as it came. @throws StatusError */
export function* rawRequest(
  k: Invocation,
  method: Method,
  uri: string,
  body?: string,
): Task<undefined> {
  if (!uri.startsWith('/'))
    throw new CliError(
      `--raw must be a valid URL path: parse ${goQuote(uri)}: invalid URI for request`,
    )
  const at = uri.indexOf('?')
  const path = decode(at < 0 ? uri : uri.slice(0, at))
  const query = new Map<string, string[]>()
  for (const pair of at < 0 ? [] : uri.slice(at + 1).split('&')) {
    if (pair === '') continue
    const eq = pair.indexOf('=')
    const key = decode(eq < 0 ? pair : pair.slice(0, eq))
    const values = query.get(key) ?? []
    values.push(eq < 0 ? '' : decode(pair.slice(eq + 1)))
    query.set(key, values)
  }
  const response = yield* k.client.sendRequest(method, path, query, {
    ...(body === undefined ? {} : { body }),
  })
  if (typeof response.body === 'string') k.out(response.body)
  else if (response.body !== undefined) k.out(`${JSON.stringify(response.body)}\n`)
  return undefined
}

function decode(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '))
}

/** The one file that `-f` names, for the body of a raw request. @throws CliError */
export function rawBody(k: Invocation): string {
  const files = k.flags.strings('filename')
  if (files.length !== 1) throw new CliError('--raw can only use a single local file or stdin')
  const [path] = files as [string]
  if (path === '-') return k.io.stdin ?? ''
  const text = k.file(path)
  if (text === undefined) throw new CliError(`open ${path}: no such file or directory`)
  return text
}
