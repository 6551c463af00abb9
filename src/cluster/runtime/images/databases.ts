/** Databases and caches: what they print, need, store and answer, as far as a cluster notices. */
import type { Task } from '../../sim/task.ts'
import type { ImageBehaviour } from '../image.ts'
import type { Process } from '../process.ts'
import { server, slashTime, text } from '../serving.ts'

const MB = 1024 * 1024

function redisServer(p: Process, argv: readonly string[]): Task<number> {
  const follower =
    argv.includes('--slaveof') ||
    argv.includes('--replicaof') ||
    /follower|replica|slave/.test(p.around.imageName)
  return server({
    ports: [6379],
    memoryBytes: 10 * MB,
    banner: () => [
      `1:C ${slashTime(p)} # oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo`,
      `1:${follower ? 'S' : 'M'} ${slashTime(p)} * Ready to accept connections`,
    ],
    onStop: () => [
      '1:signal-handler Received SIGTERM scheduling shutdown...',
      '1:M # Redis is now ready to exit, bye bye...',
    ],
    *handle(q, r) {
      // A tiny dialect over HTTP stands for RESP: GET /key reads, POST /key writes.
      const path = `/data/${r.path.replace(/\W+/g, '_')}`
      if (r.method === 'POST') q.fs.write(path, r.body)
      return text(q.fs.isFile(path) ? q.fs.read(path) : '')
    },
  })(p, argv)
}

export const redis: ImageBehaviour = {
  repositories: [
    'docker.io/library/redis',
    'registry.k8s.io/redis',
    'k8s.gcr.io/redis',
    'gcr.io/google_containers/redis',
    'docker.io/valkey/valkey',
    'us-docker.pkg.dev/google-samples/containers/gke/gb-redis-follower',
    'gcr.io/google_samples/gb-redis-follower',
    'gcr.io/google_samples/gb-redisslave',
    'gcr.io/google-samples/gb-redisslave',
    'us-docker.pkg.dev/google-samples/containers/gke/gb-redisslave',
  ],
  bytes: 45 * MB,
  entrypoint: ['docker-entrypoint.sh'],
  cmd: ['redis-server'],
  ports: [6379],
  shell: 'full',
  files: { '/data/.keep': '', '/usr/local/etc/redis/redis.conf': '' },
  workingDir: '/data',
  programs: {
    'docker-entrypoint.sh': (p, argv) => redisServer(p, argv),
    'redis-server': (p, argv) => redisServer(p, argv),
    *'redis-cli'(p, argv) {
      const words = argv
        .slice(1)
        .filter((a, i, all) => !a.startsWith('-') && !/^-[hp]$/.test(all[i - 1] ?? ''))
      const h = argv.indexOf('-h')
      const host = h > 0 ? (argv[h + 1] ?? '') : p.around.source.ip
      const verb = (words[0] ?? 'ping').toLowerCase()
      const target = { host, port: 6379, path: `/${words[1] ?? ''}` }
      const walk = yield* p.request(
        verb === 'set' ? { ...target, method: 'POST', body: words[2] ?? '' } : target,
      )
      if (!walk.result.ok) {
        p.err(
          `Could not connect to Redis at ${host}:6379: ${walk.result.why === 'refused' ? 'Connection refused' : 'Name or service not known'}\n`,
        )
        return 1
      }
      p.out(
        verb === 'ping'
          ? 'PONG\n'
          : verb === 'set'
            ? 'OK\n'
            : `${walk.result.response.body || '(nil)'}\n`,
      )
      return 0
    },
  },
}

export const mysql: ImageBehaviour = {
  repositories: ['docker.io/library/mysql', 'docker.io/library/mariadb', 'docker.io/bitnami/mysql'],
  bytes: 250 * MB,
  entrypoint: ['docker-entrypoint.sh'],
  cmd: ['mysqld'],
  ports: [3306],
  shell: 'full',
  files: { '/var/lib/mysql/.keep': '' },
  programs: { 'docker-entrypoint.sh': mysqld, mysqld, mysqladmin: ping(3306, 'mysqld is alive\n') },
}

function* mysqld(p: Process, argv: readonly string[]): Task<number> {
  const stamp = `${slashTime(p).replaceAll('/', '-')}+00:00`
  p.out(`${stamp} [Note] [Entrypoint]: Entrypoint script for MySQL Server started.\n`)
  const initialised = p.fs.isFile('/var/lib/mysql/mysql.ibd')
  const named = [
    'MYSQL_ROOT_PASSWORD',
    'MYSQL_ALLOW_EMPTY_PASSWORD',
    'MYSQL_RANDOM_ROOT_PASSWORD',
    'MARIADB_ROOT_PASSWORD',
    'MYSQL_ROOT_PASSWORD_FILE',
  ]
  if (!initialised && !named.some((n) => p.env.get(n))) {
    p.err(
      `${stamp} [ERROR] [Entrypoint]: Database is uninitialized and password option is not specified\n    You need to specify one of the following as an environment variable:\n    - MYSQL_ROOT_PASSWORD\n    - MYSQL_ALLOW_EMPTY_PASSWORD\n    - MYSQL_RANDOM_ROOT_PASSWORD\n`,
    )
    return 1
  }
  if (!initialised) {
    p.out(`${stamp} [Note] [Entrypoint]: Initializing database files\n`)
    yield* p.sleep(6000)
    p.fs.write('/var/lib/mysql/mysql.ibd', 'mysql')
  }
  const run = server({
    ports: [3306],
    startMs: 1500,
    memoryBytes: 380 * MB,
    idleCpuMillis: 6,
    stopMs: 900,
    banner: () => [
      `${stamp} 0 [System] [MY-010931] [Server] /usr/sbin/mysqld: ready for connections. port: 3306`,
    ],
    *handle() {
      return text('')
    },
  })
  return yield* run(p, argv)
}

export const postgres: ImageBehaviour = {
  repositories: [
    'docker.io/library/postgres',
    'docker.io/bitnami/postgresql',
    'docker.io/postgis/postgis',
  ],
  bytes: 150 * MB,
  entrypoint: ['docker-entrypoint.sh'],
  cmd: ['postgres'],
  ports: [5432],
  shell: 'full',
  files: { '/var/lib/postgresql/data/.keep': '' },
  programs: {
    'docker-entrypoint.sh': postmaster,
    postgres: postmaster,
    pg_isready: ping(5432, '/var/run/postgresql:5432 - accepting connections\n'),
  },
}

function* postmaster(p: Process, argv: readonly string[]): Task<number> {
  const dir = p.env.get('PGDATA') ?? '/var/lib/postgresql/data'
  const initialised = p.fs.isFile(`${dir}/PG_VERSION`)
  if (
    !initialised &&
    !p.env.get('POSTGRES_PASSWORD') &&
    !p.env.get('POSTGRES_PASSWORD_FILE') &&
    p.env.get('POSTGRES_HOST_AUTH_METHOD') !== 'trust'
  ) {
    p.err(
      'Error: Database is uninitialized and superuser password is not specified.\n       You must specify POSTGRES_PASSWORD to a non-empty value for the\n       superuser. For example, "-e POSTGRES_PASSWORD=password" on "docker run".\n',
    )
    return 1
  }
  if (!initialised) {
    p.out('The database cluster will be initialized with locale "en_US.utf8".\n')
    yield* p.sleep(2500)
    if (!p.fs.isDirectory(dir)) p.fs.makeDirectory(dir, true)
    p.fs.write(`${dir}/PG_VERSION`, '18\n')
  }
  const run = server({
    ports: [5432],
    startMs: 300,
    stopMs: 200,
    memoryBytes: 40 * MB,
    banner: (q) => [
      `!${slashTime(q)} UTC [1] LOG:  database system is ready to accept connections`,
    ],
    onStop: (q) => [`!${slashTime(q)} UTC [1] LOG:  received smart shutdown request`],
    *handle() {
      return text('')
    },
  })
  return yield* run(p, argv)
}

export const mongo: ImageBehaviour = {
  repositories: ['docker.io/library/mongo'],
  bytes: 260 * MB,
  entrypoint: ['docker-entrypoint.sh'],
  cmd: ['mongod'],
  ports: [27017],
  shell: 'full',
  programs: { 'docker-entrypoint.sh': mongod, mongod, mongosh: ping(27017, '{ ok: 1 }\n') },
}

function mongod(p: Process, argv: readonly string[]): Task<number> {
  return server({
    ports: [27017],
    startMs: 800,
    memoryBytes: 90 * MB,
    idleCpuMillis: 5,
    banner: () => [
      '{"s":"I","c":"NETWORK","ctx":"listener","msg":"Waiting for connections","attr":{"port":27017}}',
    ],
    *handle() {
      return text('')
    },
  })(p, argv)
}

export const memcached: ImageBehaviour = {
  repositories: ['docker.io/library/memcached'],
  bytes: 30 * MB,
  entrypoint: ['docker-entrypoint.sh'],
  cmd: ['memcached'],
  ports: [11211],
  shell: 'full',
  programs: { 'docker-entrypoint.sh': memcache, memcached: memcache },
}

function memcache(p: Process, argv: readonly string[]): Task<number> {
  return server({
    ports: [11211],
    *handle() {
      return text('')
    },
  })(p, argv)
}

/** A client that asks whether the server in the same pod answers. */
function ping(port: number, yes: string) {
  return function* (p: Process): Task<number> {
    const walk = yield* p.request({ host: '127.0.0.1', port, method: 'PING' }, 1000)
    if (!walk.result.ok) {
      p.err(`127.0.0.1:${port} - no response\n`)
      return 2
    }
    p.out(yes)
    return 0
  }
}
