/** The guestbook's front end: reads from redis-replica (or follower), writes to redis-master (or leader). */
import type { ImageBehaviour } from '../image.ts'
import { logTime, server, text } from '../serving.ts'
import { curlTool } from '../tools/net.ts'

const MB = 1024 * 1024

const run = server({
  ports: [80],
  memoryBytes: 22 * MB,
  cpuPerRequest: 3,
  accessLog: (p, r, status) =>
    `${r.from} - - [${logTime(p)}] "${r.method} ${r.path} HTTP/1.1" ${status} -`,
  *handle(p, r) {
    const [path = '/', query = ''] = r.path.split('?')
    if (path === '/')
      return text(
        '<html ng-app="redis"><head><title>Guestbook</title></head><body><h2>Guestbook</h2></body></html>\n',
        200,
        'text/html',
      )
    if (path !== '/guestbook.php') return text('Not Found\n', 404)
    const parameter = (name: string) => new RegExp(`(?:^|&)${name}=([^&]*)`).exec(query)?.[1] ?? ''
    const writes = parameter('cmd') === 'set'
    const dns = p.env.get('GET_HOSTS_FROM') !== 'env'
    const names = writes
      ? ['redis-leader', 'redis-master']
      : ['redis-follower', 'redis-replica', 'redis-slave']
    const found =
      names.find((n) => !dns || 'addresses' in p.around.network.resolve(p.around.source, n)) ??
      (names[0] as string)
    const host = dns
      ? found
      : (p.env.get(`${found.toUpperCase().replaceAll('-', '_')}_SERVICE_HOST`) ?? found)
    const target = { host, port: 6379, path: `/${parameter('key') || 'messages'}` }
    const walk = yield* p.request(
      writes ? { ...target, method: 'POST', body: parameter('value') } : target,
      5000,
    )
    if (!walk.result.ok)
      return text(
        `{"message": "Could not connect to Redis at ${host}:6379"}`,
        500,
        'application/json',
      )
    return text(
      writes ? '{"message": "Updated"}' : `{"data": "${walk.result.response.body}"}`,
      200,
      'application/json',
    )
  },
})

export const guestbook: ImageBehaviour = {
  repositories: [
    'us-docker.pkg.dev/google-samples/containers/gke/gb-frontend',
    'gcr.io/google-samples/gb-frontend',
    'gcr.io/google_samples/gb-frontend',
  ],
  bytes: 160 * MB,
  entrypoint: ['docker-php-entrypoint'],
  cmd: ['apache2-foreground'],
  ports: [80],
  shell: 'full',
  programs: { 'docker-php-entrypoint': run, 'apache2-foreground': run, ...curlTool },
}

/** php with Apache, and the documentation's CPU-bound HPA example. */
export const php: ImageBehaviour = {
  repositories: [
    'docker.io/library/php',
    'registry.k8s.io/hpa-example',
    'k8s.gcr.io/hpa-example',
    'docker.io/library/wordpress',
  ],
  bytes: 160 * MB,
  entrypoint: ['docker-php-entrypoint'],
  cmd: ['apache2-foreground'],
  ports: [80],
  shell: 'full',
  programs: Object.fromEntries(
    ['docker-php-entrypoint', 'apache2-foreground'].map((name) => [
      name,
      server({
        ports: [80],
        memoryBytes: 20 * MB,
        cpuPerRequest: 60,
        serviceMs: 60,
        *handle() {
          return text('OK!')
        },
      }),
    ]),
  ),
}
