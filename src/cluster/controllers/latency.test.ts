import { expect, test } from 'vitest'
import { createFullPlane } from '../../testing/fullplane.ts'
import type { Deployment } from '../api/generated/types.ts'

const KEY = { namespace: 'default', name: 'web' }

function setUp() {
  const cp = createFullPlane()
  cp.world.wires.base = () => 2
  cp.do((c) =>
    c.create('Deployment', {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace: 'default' },
      spec: {
        replicas: 4,
        selector: { matchLabels: { app: 'web' } },
        template: {
          metadata: { labels: { app: 'web' } },
          spec: { containers: [{ name: 'nginx', image: 'nginx:1' }] },
        },
      },
    } as Deployment),
  )
  cp.advance(3000)
  const status = () => cp.get('Deployment', 'default', 'web').status
  const image = (v: string) =>
    cp.do((c) =>
      c.patch('Deployment', KEY, 'strategic', {
        spec: { template: { spec: { containers: [{ name: 'nginx', image: v }] } } },
      }),
    )
  return { cp, status, image }
}

test('on wires that take time, caches lag, and all comes right', () => {
  const { cp, status, image } = setUp()
  expect(status()?.readyReplicas).toBe(4)
  image('nginx:2')
  cp.advance(6000)
  expect(status()).toMatchObject({ replicas: 4, updatedReplicas: 4, readyReplicas: 4 })
  cp.do((c) => c.delete('Deployment', KEY, { propagationPolicy: 'Foreground' }))
  cp.advance(6000)
  expect(cp.all('Deployment')).toEqual([])
  expect(cp.all('Pod')).toEqual([])
})

test.each([['kube-controller-manager'], ['kube-scheduler']])(
  '%s cut off from the API server works on when the cut has healed',
  (place) => {
    const { cp, status, image } = setUp()
    const heal = [
      cp.world.wires.disturb({ from: place, to: 'kube-apiserver', drop: 1000 }),
      cp.world.wires.disturb({ from: 'kube-apiserver', to: place, drop: 1000 }),
    ]
    image('nginx:2')
    cp.advance(90_000)
    const fresh = cp.all('Pod').filter((p) => p.spec?.containers[0]?.image === 'nginx:2')
    expect(fresh.filter((p) => p.spec?.nodeName)).toEqual([])
    for (const h of heal) h()
    cp.advance(120_000)
    expect(status()).toMatchObject({ replicas: 4, updatedReplicas: 4, readyReplicas: 4 })
  },
)

test('messages lost at random delay everything and break nothing', () => {
  const { cp, status, image } = setUp()
  const heal = cp.world.wires.disturb({ from: '*', to: 'kube-apiserver', drop: 200 })
  image('nginx:2')
  cp.advance(60_000)
  heal()
  cp.advance(200_000)
  expect(status()).toMatchObject({ replicas: 4, updatedReplicas: 4, readyReplicas: 4 })
})
