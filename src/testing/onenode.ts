/** A bare cluster of one node, driven by hand, for tests of the kubelet. */
import { type Cluster, createCluster } from '../cluster/cluster.ts'
import { spawn, type Task } from '../cluster/sim/task.ts'

/** The cluster once its node is registered. */
export function start(): Cluster {
  const cluster = createCluster({ bare: true, nodes: 1 })
  cluster.world.clock.run({ until: 6000 })
  return cluster
}

/** Runs a task to its end within this very instant. @throws Error when it waits */
export function run<T>(cluster: Cluster, body: () => Task<T>): T {
  let out: { v: T } | undefined
  spawn(cluster.world, 'admin', 'test', function* () {
    out = { v: yield* body() }
  })
  cluster.world.clock.run({ until: cluster.world.clock.now })
  if (!out) throw new Error('did not finish')
  return out.v
}
