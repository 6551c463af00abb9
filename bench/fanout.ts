/** What one change of a pod costs the API server while many kubelets each watch their own node's pods. */
import type { Pod } from '../src/cluster/api/generated/types.ts'
import { createCluster } from '../src/cluster/cluster.ts'
import { spawn } from '../src/cluster/sim/task.ts'

const CHANGES = 4000
const WARM_UP = 1000

/** One measurement. @unit microseconds of real time */
export interface FanoutFigure {
  readonly watchers: number
  readonly perEvent: number
  readonly delivered: number
}

/** Opens the watches, then changes the one pod of one node. */
export function measureFanout(watchers: number): FanoutFigure {
  const cluster = createCluster({
    nodes: 1,
    bare: true,
    hollow: true,
    latencyMs: 0,
    keepHistory: false,
    keepRecords: 2000,
  })
  const { world, api, admin } = cluster
  const { clock } = world
  clock.run({ until: 20_000 })
  let delivered = 0
  const user = { name: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'] }
  spawn(world, 'watchers', 'open', function* () {
    for (let i = 0; i < watchers; i++) {
      const response = yield* api.handle({
        method: 'GET',
        path: '/api/v1/pods',
        query: new Map([
          ['watch', ['1']],
          ['fieldSelector', [`spec.nodeName=kubelet-${i}`]],
        ]),
        headers: {},
        user,
        cause: 0,
      })
      if (!response.stream) throw new Error(`watch ${i}: ${response.status}`)
      response.stream.listen({
        items: (items) => {
          delivered += items.length
        },
        ended: () => undefined,
      })
    }
  })
  clock.run({ until: clock.now })
  const pod: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'lone', namespace: 'default' },
    spec: { nodeName: 'kubelet-0', containers: [{ name: 'c', image: 'nginx:1.27' }] },
  }
  let changes = 0
  const change = (count: number) => {
    spawn(world, 'admin', 'change', function* () {
      for (let i = 0; i < count; i++) {
        const now = yield* admin.get('Pod', { namespace: 'default', name: 'lone' })
        const labels = { n: String(changes++) }
        yield* admin.update('Pod', { ...now, metadata: { ...now.metadata, labels } })
      }
    })
    while (changes < count && clock.run({ until: clock.now + 1 }) === 'until');
  }
  spawn(world, 'admin', 'create', function* () {
    yield* admin.create('Pod', pod)
  })
  clock.run({ until: clock.now })
  change(WARM_UP)
  changes = 0
  delivered = 0
  const began = performance.now()
  change(CHANGES)
  const perEvent = ((performance.now() - began) * 1000) / CHANGES
  return { watchers, perEvent, delivered }
}
