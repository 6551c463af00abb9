/** The same work in the npm package @ngrok/webernetes: an nginx Deployment on its own three nodes, until Ready. */
import { BaseImage, Cluster, type ProcessContext } from '@ngrok/webernetes'

/** nginx as far as that package needs it. */
class Nginx extends BaseImage {
  static readonly imageName = 'nginx'
  static readonly imageVersion = '1.27'
  readonly defaultCommand = ['server']

  override async exec(ctx: ProcessContext, argv: readonly string[]): Promise<number> {
    if (argv[0] !== 'server') return await super.exec(ctx, argv)
    ctx.listenHttp(80, async () => ANSWER)
    return await ctx.waitUntilKilled()
  }
}

/** Its README answers with such a plain object; its types ask for a whole Response. */
const ANSWER = { statusCode: 200, body: 'hello\n' } as never

const PATIENCE_MS = 180_000

/** CPU seconds until that many replicas are Ready. @throws Error when they never are */
export async function measureWebernetes(replicas: number): Promise<number> {
  const cluster = new Cluster()
  cluster.registerImage(Nginx)
  await cluster.init()
  const started = process.cpuUsage()
  const began = Date.now()
  await cluster.apply([
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web' },
      spec: {
        replicas,
        selector: { matchLabels: { app: 'web' } },
        template: {
          metadata: { labels: { app: 'web' } },
          spec: { containers: [{ name: 'nginx', image: 'nginx:1.27' }] },
        },
      },
    },
  ])
  for (;;) {
    if (Date.now() - began > PATIENCE_MS) throw new Error('webernetes: not ready in time')
    if ((await readyOf(cluster)) >= replicas) break
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  const used = process.cpuUsage(started)
  await cluster.close()
  return (used.user + used.system) / 1e6
}

async function readyOf(cluster: Cluster): Promise<number> {
  const found = await cluster.api.appsv1.readNamespacedDeployment({
    name: 'web',
    namespace: 'default',
  })
  return found.status?.readyReplicas ?? 0
}
