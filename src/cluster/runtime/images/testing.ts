/** Images of Kubernetes' own tests and documentation: agnhost, the liveness sample, echo servers, hello apps. */
import { encodeBase64 } from '../../api/meta/base64.ts'
import type { Task } from '../../sim/task.ts'
import type { ImageBehaviour } from '../image.ts'
import type { Process } from '../process.ts'
import { server, text } from '../serving.ts'
import { curlTool } from '../tools/net.ts'
import { allocate } from './hog.ts'

const MB = 1024 * 1024

function option(argv: readonly string[], name: string): string | undefined {
  const inline = argv.find((a) => a.startsWith(`--${name}=`) || a.startsWith(`-${name}=`))
  if (inline) return inline.slice(inline.indexOf('=') + 1)
  const i = argv.indexOf(`--${name}`)
  return i > 0 ? argv[i + 1] : undefined
}

function netexec(port: number) {
  return server({
    ports: [port],
    *handle(p, r) {
      const path = r.path.split('?')[0]
      const wanted = (name: string) => new RegExp(`[?&]${name}=([^&]*)`).exec(r.path)?.[1] ?? ''
      switch (path) {
        case '/hostname':
        case '/hostName':
          return text(p.around.hostname)
        case '/echo':
          return text(decodeURIComponent(wanted('msg')))
        case '/clientip':
          return text(`${r.from}:40000`)
        case '/exit':
          p.exit(Number(wanted('code')) || 0)
          return text('')
        case '/healthz':
          return text('ok')
        default:
          return text(`NOW: ${p.now}`)
      }
    },
  })
}

export const agnhost: ImageBehaviour = {
  repositories: ['registry.k8s.io/e2e-test-images/agnhost', 'k8s.gcr.io/e2e-test-images/agnhost'],
  bytes: 50 * MB,
  entrypoint: ['/agnhost'],
  cmd: ['pause'],
  shell: 'full',
  programs: {
    ...curlTool,
    *agnhost(p, argv): Task<number> {
      const verb = argv[1] ?? 'pause'
      if (verb === 'netexec')
        return yield* netexec(Number(option(argv, 'http-port') ?? 8080))(p, argv)
      if (verb === 'serve-hostname')
        return yield* netexec(Number(option(argv, 'port') ?? 9376))(p, argv)
      if (verb === 'stress') return yield* allocate(p, argv.slice(1))
      if (verb === 'liveness') return yield* liveness(p, argv)
      if (verb === 'webhook') return yield* webhook(Number(option(argv, 'port') ?? 8443))(p, argv)
      return yield* wait(p)
    },
  },
}

/**
 * Answers admission reviews: `/always-deny`, `/add-label`, `/always-allow-delay-5s`.
 * @source test/images/agnhost/webhook/main.go
 */
function webhook(port: number) {
  return server({
    ports: [port],
    *handle(p, r) {
      const path = r.path.split('?')[0]
      const review = JSON.parse(r.body || '{}') as {
        request?: { uid?: string; object?: { metadata?: { labels?: object } } }
      }
      const answer = (response: object) =>
        text(
          JSON.stringify({ ...review, response: { uid: review.request?.uid, ...response } }),
          200,
          'application/json',
        )
      if (path === '/always-deny') {
        return answer({ allowed: false, status: { message: 'this webhook denies all requests' } })
      }
      if (path === '/add-label') {
        const labels = review.request?.object?.metadata?.labels
        const patch = labels
          ? [{ op: 'add', path: '/metadata/labels/added-label', value: 'yes' }]
          : [{ op: 'add', path: '/metadata/labels', value: { 'added-label': 'yes' } }]
        return answer({
          allowed: true,
          patchType: 'JSONPatch',
          patch: encodeBase64(JSON.stringify(patch)),
        })
      }
      if (path === '/always-allow-delay-5s') {
        yield* p.sleep(5000)
        return answer({ allowed: true })
      }
      return text('404 page not found', 404)
    },
  })
}

function* wait(p: Process): Task<number> {
  p.on('SIGTERM', () => p.exit(0))
  p.on('SIGINT', () => p.exit(0))
  return yield* p.serveForever()
}

/** Healthy for ten seconds, then /healthz answers 500: the documentation's liveness sample. */
function liveness(p: Process, argv: readonly string[]): Task<number> {
  const began = p.now
  return server({
    ports: [8080],
    *handle(q, r) {
      if (!r.path.startsWith('/healthz')) return text('not found', 404)
      return q.now - began > 10_000
        ? text(`error: ${Math.floor((q.now - began) / 1000)}`, 500)
        : text('ok')
    },
  })(p, argv)
}

export const livenessSample: ImageBehaviour = {
  repositories: [
    'registry.k8s.io/liveness',
    'k8s.gcr.io/liveness',
    'gcr.io/google_containers/liveness',
  ],
  bytes: 3 * MB,
  entrypoint: ['/server'],
  cmd: [],
  ports: [8080],
  shell: 'busybox',
  programs: { server: liveness },
}

export const pause: ImageBehaviour = {
  repositories: ['registry.k8s.io/pause', 'k8s.gcr.io/pause', 'gcr.io/google_containers/pause'],
  bytes: 320_000,
  entrypoint: ['/pause'],
  cmd: [],
  shell: 'none',
  programs: { pause: wait },
}

export const httpEcho: ImageBehaviour = {
  repositories: ['docker.io/hashicorp/http-echo'],
  bytes: 3 * MB,
  entrypoint: ['/http-echo'],
  cmd: [],
  ports: [5678],
  shell: 'none',
  programs: {
    'http-echo'(p, argv) {
      const listen = option(argv, 'listen') ?? ':5678'
      const said = option(argv, 'text') ?? p.env.get('ECHO_TEXT') ?? 'hello-world'
      return server({
        ports: [Number(listen.split(':').at(-1))],
        *handle() {
          return text(`${said}\n`)
        },
      })(p, argv)
    },
  },
}

function hello(repositories: string[], port: number, body: (p: Process) => string): ImageBehaviour {
  return {
    repositories,
    bytes: 12 * MB,
    entrypoint: ['/app'],
    cmd: [],
    ports: [port],
    shell: 'none',
    programs: {
      app: server({
        ports: [port],
        *handle(p) {
          return text(body(p))
        },
      }),
    },
  }
}

export const helloApp = hello(
  [
    'us-docker.pkg.dev/google-samples/containers/gke/hello-app',
    'gcr.io/google-samples/hello-app',
    'gcr.io/google-samples/node-hello',
    'gcr.io/google-samples/kubernetes-bootcamp',
    'docker.io/jocatalin/kubernetes-bootcamp',
  ],
  8080,
  (p) =>
    `Hello, world!\nVersion: ${p.around.imageName.split(':')[1] ?? '1.0'}\nHostname: ${p.around.hostname}\n`,
)

export const whoami = hello(
  ['docker.io/traefik/whoami', 'docker.io/containous/whoami'],
  80,
  (p) => `Hostname: ${p.around.hostname}\nIP: ${p.around.source.ip}\n`,
)

export const echoserver = hello(
  [
    'registry.k8s.io/echoserver',
    'k8s.gcr.io/echoserver',
    'gcr.io/google_containers/echoserver',
    'registry.k8s.io/serve_hostname',
    'k8s.gcr.io/serve_hostname',
  ],
  8080,
  (p) => `Hostname: ${p.around.hostname}\n`,
)
