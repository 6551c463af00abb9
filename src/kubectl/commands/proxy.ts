/** `kubectl proxy`: a port of this machine leads to the API server. @source staging/src/k8s.io/kubectl/pkg/cmd/proxy/proxy.go */
import type { Task } from '../../cluster/sim/task.ts'
import { queryOf } from '../client.ts'
import type { Command } from '../command.ts'
import { CliError } from '../errors.ts'
import type { Invocation, LocalRequest, LocalResponse } from '../invocation.ts'
import { untilEnded } from '../listening.ts'

/** Paths that the proxy does not let through. */
const REJECTED = /^\/api\/.*\/pods\/.*\/(exec|attach)/

/** Serves the API on a local port. */
export const proxy: Command = {
  name: 'proxy',
  use: 'proxy [--port=PORT] [--www=static-dir] [--www-prefix=prefix] [--api-prefix=prefix] [options]',
  short: 'Run a proxy to the Kubernetes API server',
  long: 'Creates a proxy server or application-level gateway between localhost and the Kubernetes API server.',
  examples:
    '# Serve the API on port 8001\nkubectl proxy\n\n# Serve it on any free port\nkubectl proxy --port=0',
  flags: [
    {
      name: 'api-prefix',
      kind: 'string',
      default: '/',
      usage: 'Prefix to serve the proxied API under.',
    },
    {
      name: 'port',
      short: 'p',
      kind: 'int',
      default: '8001',
      usage: 'The port on which to run the proxy. Set to 0 to pick a random port.',
    },
  ],
  *run(k) {
    return yield* untilEnded(k, () => {
      const wanted = Number(k.flags.string('port'))
      const port = k.io.listen?.(wanted, (r) => proxied(k, r))
      if (port === undefined)
        throw new CliError(`listen tcp 127.0.0.1:${wanted}: bind: address already in use`)
      k.out(`Starting to serve on 127.0.0.1:${port}\n`)
    })
  },
}

function* proxied(k: Invocation, r: LocalRequest): Task<LocalResponse> {
  const prefix = `/${k.flags.string('api-prefix').replace(/^\/|\/$/g, '')}`.replace(/^\/$/, '')
  const [path = '', search = ''] = r.path.split('?')
  const text = (status: number, body: string) => ({
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8' },
    body,
  })
  if (!path.startsWith(`${prefix}/`)) return text(404, '404 page not found\n')
  if (REJECTED.test(path)) return text(403, 'Forbidden')
  const answer = yield* k.deps.request({
    method: r.method,
    path: path.slice(prefix.length),
    query: queryOf(search),
    headers: { accept: 'application/json', ...r.headers },
    ...(r.body === undefined ? {} : { body: r.body }),
  })
  const { body } = answer
  if (body === undefined) return text(501, 'this proxy does not carry streams')
  const shown = typeof body === 'string' ? body : `${JSON.stringify(body, null, 2)}\n`
  return { status: answer.status, headers: answer.headers, body: shown }
}
