/** Apache httpd: "It works!" on 80. */
import type { ImageBehaviour } from '../image.ts'
import { logTime, server, text } from '../serving.ts'

const run = server({
  ports: [80],
  memoryBytes: 9 * 1024 * 1024,
  banner: (p) => [
    `!AH00558: httpd: Could not reliably determine the server's fully qualified domain name, using ${p.around.source.ip}. Set the 'ServerName' directive globally to suppress this message`,
  ],
  accessLog: (p, r, status) =>
    `${r.from} - - [${logTime(p)}] "${r.method} ${r.path} HTTP/1.1" ${status} 45`,
  *handle(p, r) {
    const path = r.path.split('?')[0] ?? '/'
    const file = `/usr/local/apache2/htdocs${path.endsWith('/') ? `${path}index.html` : path}`
    if (!p.fs.isFile(file)) return text('Not Found\n', 404)
    return text(p.fs.read(file), 200, 'text/html')
  },
})

export const httpd: ImageBehaviour = {
  repositories: ['docker.io/library/httpd'],
  bytes: 58 * 1024 * 1024,
  entrypoint: [],
  cmd: ['httpd-foreground'],
  ports: [80],
  shell: 'full',
  files: {
    '/usr/local/apache2/htdocs/index.html': '<html><body><h1>It works!</h1></body></html>\n',
  },
  programs: { 'httpd-foreground': run, httpd: run },
}
