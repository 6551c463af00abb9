/** nginx: serves /usr/share/nginx/html on 80, logs accesses, stops on SIGTERM and SIGQUIT. */
import { FileError } from '../filesystem.ts'
import type { ImageBehaviour } from '../image.ts'
import { logTime, server, slashTime, text } from '../serving.ts'

const INDEX = `<!DOCTYPE html>
<html>
<head>
<title>Welcome to nginx!</title>
</head>
<body>
<h1>Welcome to nginx!</h1>
<p>If you see this page, nginx is successfully installed and working.</p>
</body>
</html>
`

const run = server({
  ports: [80],
  memoryBytes: 7 * 1024 * 1024,
  cpuPerRequest: 1,
  banner: (p) => [
    '/docker-entrypoint.sh: Configuration complete; ready for start up',
    `!${slashTime(p)} [notice] 1#1: nginx/${p.around.imageName.split(':')[1] ?? '1.29'}`,
    `!${slashTime(p)} [notice] 1#1: start worker processes`,
  ],
  onStop: (p) => [`!${slashTime(p)} [notice] 1#1: signal 15 (SIGTERM) received, exiting`],
  accessLog: (p, r, status) =>
    `${r.from} - - [${logTime(p)}] "${r.method} ${r.path} HTTP/1.1" ${status} 615 "-" "${r.headers['user-agent'] ?? '-'}" "-"`,
  *handle(p, r) {
    const path = r.path.split('?')[0] ?? '/'
    try {
      const file = p.fs.read(
        `/usr/share/nginx/html${path.endsWith('/') ? `${path}index.html` : path}`,
      )
      return {
        ...text(file, 200, 'text/html'),
        headers: { server: 'nginx', 'content-type': 'text/html' },
      }
    } catch (e) {
      if (!(e instanceof FileError)) throw e
      return text('<html><head><title>404 Not Found</title></head></html>\n', 404, 'text/html')
    }
  },
})

export const nginx: ImageBehaviour = {
  repositories: [
    'docker.io/library/nginx',
    'docker.io/nginxinc/nginx-unprivileged',
    'registry.k8s.io/nginx',
  ],
  bytes: 72 * 1024 * 1024,
  tags: /^(|latest|stable|mainline|alpine|perl|1(\.\d{1,2}){0,2})(-[\w.-]+)?$/,
  entrypoint: ['/docker-entrypoint.sh'],
  cmd: ['nginx', '-g', 'daemon off;'],
  ports: [80],
  shell: 'full',
  files: {
    '/usr/share/nginx/html/index.html': INDEX,
    '/etc/nginx/nginx.conf': 'worker_processes auto;\n',
  },
  programs: {
    'docker-entrypoint.sh': run,
    *nginx(p, argv) {
      if (argv.includes('-s')) {
        p.around.signalMain('SIGQUIT')
        return 0
      }
      if (argv.includes('-v')) {
        p.err(`nginx version: nginx/${p.around.imageName.split(':')[1] ?? '1.29'}\n`)
        return 0
      }
      return yield* run(p, argv)
    },
  },
}
