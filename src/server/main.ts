/**
 * The Node host: a cluster behind a real port, for the kubectl you already have.
 * usage: see USAGE in args.ts
 */
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'
import descriptions from 'virtual:descriptions'
import { unauthorized } from '../cluster/api/meta/status.ts'
import type { CertificateAuthority } from '../cluster/api/pki/authority.ts'
import { provideDescriptions } from '../cluster/api/schema.ts'
import type { UserInfo } from '../cluster/api/transport.ts'
import { Cluster, DEFAULT_CONFIG } from '../cluster/cluster.ts'
import { toFetch } from '../http/fetch.ts'
import { scenarios } from '../scenarios/index.ts'
import { Session } from '../session/session.ts'
import '../session/tools.ts'
import { parseArgs, type ServerArgs, USAGE } from './args.ts'
import { kubeconfig } from './kubeconfig.ts'
import { threadLaboratory, workInThread } from './laboratory.ts'
import { listen } from './nodehttp.ts'
import { Pacer } from './pacer.ts'
import { hostAuthority, makeTls, userOfCertificate } from './tls.ts'
import { serveUi } from './ui.ts'
import { serveUpgrades } from './upgrade.ts'

/** Virtual time that passes before the port opens, so that the first command finds a settled cluster. */
const SETTLE_MS = 20_000

/** Where the page is built to. */
const DIST = 'dist'

const ADMIN: UserInfo = {
  name: 'kubernetes-admin',
  groups: ['kubeadm:cluster-admins', 'system:masters', 'system:authenticated'],
}
const NOBODY: UserInfo = { name: 'system:anonymous', groups: ['system:unauthenticated'] }

async function main(): Promise<void> {
  const args = parseArgs(process.argv.slice(2))
  if (args.help) {
    console.log(USAGE)
    return
  }
  const token = randomBytes(24).toString('hex')
  const authority = hostAuthority()
  const tls = args.http ? undefined : makeTls(authority)
  provideDescriptions(descriptions)
  const cluster = makeCluster(args, authority)
  const pacer = new Pacer(cluster.world, args.speed)
  // Only with pages is there anybody to make copies for: without them nothing is logged.
  const session = args.ui ? new Session(cluster, scenarios[0]?.files) : undefined
  const handler = session?.outside ?? cluster.api
  const serve = toFetch(handler, pacer)
  const asking = (authorization: string | undefined, socket: unknown) =>
    userOf(authorization, socket, token)
  const fetch = (request: Request, socket: unknown) => {
    const authorization = request.headers.get('authorization') ?? undefined
    const user = asking(authorization, socket)
    // Without a header the API server would take the host's own request for granted.
    if (!user && authorization === undefined) return Promise.resolve(unauthorizedResponse())
    return serve(request, user)
  }
  const { server, port } = await listen(fetch, { port: args.port, tls })
  serveUpgrades(server, {
    handler,
    host: pacer,
    userOf: (authorization, socket) =>
      asking(authorization, socket) ?? (authorization === undefined ? NOBODY : undefined),
  })
  const url = `${args.http ? 'http' : 'https'}://127.0.0.1:${port}`
  const ca = tls ? { ca: tls.ca } : {}
  writeFileSync(args.kubeconfig, kubeconfig({ server: url, token, ...ca }), { mode: 0o600 })
  const key = randomBytes(16).toString('hex')
  const laboratory = threadLaboratory(new URL(import.meta.url))
  const ui = session && (await serveUi({ session, pacer, laboratory, dist: DIST, key }))
  pacer.start()
  console.log(`Kubernetes is at ${url}`)
  console.log(`export KUBECONFIG=${args.kubeconfig}`)
  if (ui) console.log(`The page is at ${ui.url}`)
  const stop = () => {
    pacer.stop()
    ui?.close()
    server.close()
    server.closeAllConnections()
    process.exitCode = 0
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
}

/** The cluster's birth is set so that its clock shows real time when the port opens. */
function makeCluster(args: ServerArgs, authority: CertificateAuthority): Cluster {
  const config = {
    ...DEFAULT_CONFIG,
    seed: args.seed,
    epoch: new Date(Date.now() - SETTLE_MS).toISOString(),
    nodes: args.nodes ?? DEFAULT_CONFIG.nodes,
    bare: args.bare,
    hollow: args.hollow,
    // Who looks on may look back; for kubectl alone the past is only memory.
    keepHistory: args.ui,
    keepRecords: 20_000,
  }
  const cluster = new Cluster(config, { authority })
  cluster.world.clock.run({ until: SETTLE_MS })
  return cluster
}

/** The administrator by token, others by certificate; the API server itself knows the tokens of service accounts. */
function userOf(
  authorization: string | undefined,
  socket: unknown,
  token: string,
): UserInfo | undefined {
  const known = userOfCertificate(socket)
  if (known && known !== 'refused') return known
  if (authorization === `Bearer ${token}`) return ADMIN
  return authorization === undefined && !known ? NOBODY : undefined
}

/** For a certificate that has ended or is of another authority. */
function unauthorizedResponse(): Response {
  const { status } = unauthorized()
  return Response.json(status, { status: 401 })
}

if (isMainThread) {
  main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  })
} else workInThread()
