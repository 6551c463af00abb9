/** ingress-nginx: its proxies. What goes where is the controller's to say (`network.ingress`). */
import type { PodHttpRequest, PodHttpResponse } from '../../network/http.ts'
import type { Task } from '../../sim/task.ts'
import type { Command, ImageBehaviour } from '../image.ts'
import type { Process } from '../process.ts'
import { logTime, text } from '../serving.ts'

const MB = 1024 * 1024
const HEALTH_PORT = 10254
/** What a proxy waits for a backend to answer. @unit ms */
const CONNECT_MS = 5000

const run: Command = function* (p) {
  p.out('NGINX Ingress controller\n')
  p.use(92 * MB, 2)
  let turn = 0
  const serve = (secure: boolean) =>
    function* (r: PodHttpRequest): Task<PodHttpResponse> {
      return yield* proxy(p, r, secure, turn++)
    }
  p.listen(80, serve(false))
  p.listen(443, serve(true))
  p.listen(8443, function* () {
    return text('ok')
  })
  p.listen(HEALTH_PORT, function* () {
    return text('ok')
  })
  p.on('SIGTERM', () => p.exit(0))
  return yield* p.serveForever()
}

function* proxy(
  p: Process,
  r: PodHttpRequest,
  secure: boolean,
  turn: number,
): Task<PodHttpResponse> {
  const host = (r.headers.host ?? r.host).replace(/:\d+$/, '')
  const to = p.around.network.ingress({ host, path: r.path, secure })
  let upstream = '-'
  let response: PodHttpResponse
  if ('status' in to) {
    response = page(to.status)
    if (to.location)
      response = { ...response, headers: { ...response.headers, location: to.location } }
  } else {
    const backend = to.backends[turn % to.backends.length] ?? { ip: '', port: 0 }
    upstream = `${backend.ip}:${backend.port}`
    const scheme = secure ? 'https' : 'http'
    const headers = {
      ...r.headers,
      host,
      'x-real-ip': r.from,
      'x-forwarded-for': r.from,
      'x-forwarded-host': host,
      'x-forwarded-port': secure ? '443' : '80',
      'x-forwarded-proto': scheme,
      'x-forwarded-scheme': scheme,
      'x-scheme': scheme,
    }
    const target = { host: backend.ip, port: backend.port, method: r.method, path: to.path }
    const walk = yield* p.request({ ...target, headers, body: r.body }, CONNECT_MS)
    if (walk.result.ok) response = walk.result.response
    else response = page(walk.result.why === 'timeout' ? 504 : 502)
  }
  const { status } = response
  const agent = r.headers['user-agent'] ?? '-'
  const size = response.body.length
  p.out(
    `${r.from} - - [${logTime(p)}] "${r.method} ${r.path} HTTP/1.1" ${status} ${size} "-" "${agent}" [${to.name}] [] ${upstream}\n`,
  )
  return response
}

/** nginx' own words on its pages. */
const TITLES: Readonly<Record<number, string>> = {
  308: 'Permanent Redirect',
  404: 'Not Found',
  502: 'Bad Gateway',
  503: 'Service Temporarily Unavailable',
  504: 'Gateway Time-out',
}

function page(status: number): PodHttpResponse {
  const title = `${status} ${TITLES[status] ?? ''}`
  const body = `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`
  return text(body, status, 'text/html')
}

export const ingressNginx: ImageBehaviour = {
  repositories: ['registry.k8s.io/ingress-nginx/controller', 'k8s.gcr.io/ingress-nginx/controller'],
  bytes: 110 * MB,
  entrypoint: ['/usr/bin/dumb-init', '--'],
  cmd: ['/nginx-ingress-controller'],
  ports: [80, 443, 8443, HEALTH_PORT],
  shell: 'full',
  programs: { 'nginx-ingress-controller': run, 'dumb-init': run },
}
