/**
 * The Node host: a cluster behind a real port, for the kubectl you already have.
 * usage: see USAGE in args.ts
 */
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { toFetch } from '../http/fetch.ts'
import { startAlone } from './alone.ts'
import { parseArgs, USAGE } from './args.ts'
import { kubeconfig } from './kubeconfig.ts'
import { listen } from './nodehttp.ts'
import { Pacer } from './pacer.ts'
import { makeTls } from './tls.ts'

async function main(): Promise<void> {
  const args = parseArgs(process.argv.slice(2))
  if (args.help) {
    console.log(USAGE)
    return
  }
  const token = randomBytes(24).toString('hex')
  const tls = args.http ? undefined : await makeTls()
  const { world, handler } = startAlone(args, token)
  const pacer = new Pacer(world, args.speed)
  const { server, port } = await listen(toFetch(handler, pacer), { port: args.port, tls })
  const url = `${args.http ? 'http' : 'https'}://127.0.0.1:${port}`
  const ca = tls ? { ca: tls.ca } : {}
  writeFileSync(args.kubeconfig, kubeconfig({ server: url, token, ...ca }), { mode: 0o600 })
  pacer.start()
  console.log(`Kubernetes is at ${url}`)
  console.log(`export KUBECONFIG=${args.kubeconfig}`)
  const stop = () => {
    pacer.stop()
    server.close()
    server.closeAllConnections()
    process.exitCode = 0
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
})
