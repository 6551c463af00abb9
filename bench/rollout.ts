/** Pods brought from `create deployment` to Ready, per CPU second of this process. */
import type { Deployment } from '../src/cluster/api/generated/types.ts'
import { createCluster } from '../src/cluster/cluster.ts'
import { spawn } from '../src/cluster/sim/task.ts'

/** One measurement. */
export interface RolloutFigure {
  readonly nodes: number
  readonly replicas: number
  readonly kubelets: 'hollow' | 'simulated'
  readonly cpuSeconds: number
  readonly podsPerCpuSecond: number
  readonly virtualSeconds: number
  readonly heapMiB: number
}

/** Virtual time within which a rollout must be done. @unit ms */
const PATIENCE_MS = 3_600_000

/** Runs one rollout on a bare cluster without latency. @throws Error when it does not finish */
export function measureRollout(
  nodes: number,
  replicas: number,
  kubelets: 'hollow' | 'simulated',
): RolloutFigure {
  const cluster = createCluster({
    nodes,
    bare: true,
    hollow: kubelets === 'hollow',
    latencyMs: 0,
    keepHistory: false,
    keepRecords: 2000,
  })
  const { clock } = cluster.world
  clock.run({ until: 15_000 })
  const started = process.cpuUsage()
  const began = clock.now
  const deployment: Deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      replicas,
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: { containers: [{ name: 'nginx', image: 'nginx:1.27' }] },
      },
    },
  }
  let ready = 0
  spawn(cluster.world, 'admin', 'create', function* () {
    yield* cluster.admin.create('Deployment', deployment)
  })
  while (ready < replicas) {
    if (clock.now - began > PATIENCE_MS)
      throw new Error(`${ready} of ${replicas} ready after an hour`)
    clock.run({ until: clock.now + 250 })
    spawn(cluster.world, 'admin', 'look', function* () {
      const d = yield* cluster.admin.get('Deployment', { namespace: 'default', name: 'web' })
      ready = d.status?.readyReplicas ?? 0
    })
    clock.run({ until: clock.now })
  }
  const used = process.cpuUsage(started)
  const cpuSeconds = (used.user + used.system) / 1e6
  return {
    nodes,
    replicas,
    kubelets,
    cpuSeconds,
    podsPerCpuSecond: replicas / cpuSeconds,
    virtualSeconds: (clock.now - began) / 1000,
    heapMiB: process.memoryUsage().heapUsed / 1024 ** 2,
  }
}
