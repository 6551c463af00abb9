/**
 * The Node host: a cluster behind a real port, for the kubectl you already have.
 * usage: see USAGE in args.ts
 */
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import descriptions from 'virtual:descriptions'
import { provideDescriptions } from '../cluster/api/schema.ts'
import type { UserInfo } from '../cluster/api/transport.ts'
import { Cluster, DEFAULT_CONFIG } from '../cluster/cluster.ts'
import { toFetch } from '../http/fetch.ts'
import { parseArgs, type ServerArgs, USAGE } from './args.ts'
import { kubeconfig } from './kubeconfig.ts'
import { listen } from './nodehttp.ts'
import { Pacer } from './pacer.ts'
import { makeTls } from './tls.ts'
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
  const tls = args.http ? undefined : await makeTls()
  provideDescriptions(descriptions)
  const cluster = makeCluster(args)
  const pacer = new Pacer(cluster.world, args.speed)
  const serve = toFetch(cluster.api, pacer)
  const fetch = (request: Request) => {
    const authorization = request.headers.get('authorization') ?? undefined
    return serve(request, userOf(authorization, token))
  }
  const { server, port } = await listen(fetch, { port: args.port, tls })
  serveUpgrades(server, {
    handler: cluster.api,
    host: pacer,
    userOf: (authorization) => userOf(authorization, token),
  })
  const url = `${args.http ? 'http' : 'https'}://127.0.0.1:${port}`
  const ca = tls ? { ca: tls.ca } : {}
  writeFileSync(args.kubeconfig, kubeconfig({ server: url, token, ...ca }), { mode: 0o600 })
  const key = randomBytes(16).toString('hex')
  const ui = args.ui ? await serveUi({ cluster, pacer, dist: DIST, key }) : undefined
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
function makeCluster(args: ServerArgs): Cluster {
  const cluster = new Cluster({
    ...DEFAULT_CONFIG,
    seed: args.seed,
    epoch: new Date(Date.now() - SETTLE_MS).toISOString(),
    nodes: args.nodes ?? DEFAULT_CONFIG.nodes,
    bare: args.bare,
    hollow: args.hollow,
    // Who looks on may look back; for kubectl alone the past is only memory.
    keepHistory: args.ui,
    keepRecords: 20_000,
  })
  cluster.world.clock.run({ until: SETTLE_MS })
  return cluster
}

/** The administrator by token; service accounts are recognized by the API server itself. */
function userOf(authorization: string | undefined, token: string): UserInfo | undefined {
  if (authorization === `Bearer ${token}`) return ADMIN
  return authorization === undefined ? NOBODY : undefined
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
})
