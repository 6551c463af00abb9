import { expect, test } from 'vitest'
import { createControlPlane } from '../../testing/controlplane.ts'
import { standForElection } from './leaderelection.ts'

function setUp() {
  const cp = createControlPlane()
  const log: string[] = []
  const stand = (identity: string) =>
    standForElection({
      client: cp.clientFor(identity, 'system:kube-scheduler'),
      name: 'kube-scheduler',
      identity,
      start: () => log.push(`${identity} leads at ${cp.world.clock.now}`),
      stop: () => log.push(`${identity} stops`),
    })
  const lease = () => cp.get('Lease', 'kube-system', 'kube-scheduler').spec
  return { cp, log, stand, lease }
}

test('the first one leads, and keeps leading while it renews', () => {
  const { cp, log, stand, lease } = setUp()
  stand('a')
  stand('b')
  cp.advance(60_000)
  expect(log).toEqual(['a leads at 0'])
  expect(lease()).toMatchObject({ holderIdentity: 'a', leaseTransitions: 0 })
  expect(cp.events('kube-system')).toEqual(['LeaderElection: a became leader'])
})

test('when the leader dies, another takes over after the lease has run out', () => {
  const { cp, log, stand, lease } = setUp()
  const a = stand('a')
  stand('b')
  cp.advance(5000)
  a.cancel()
  cp.advance(25_000)
  expect(log[1]).toMatch(/^b leads at (1[89]|2[0-2])\d{3}$/)
  expect(lease()).toMatchObject({ holderIdentity: 'b', leaseTransitions: 1 })
})

test('a leader that is cut off stops, before another starts', () => {
  const { cp, log, stand } = setUp()
  stand('a')
  stand('b')
  cp.advance(5000)
  const cut = [
    { from: 'a', to: 'kube-apiserver', drop: 1000 },
    { from: 'kube-apiserver', to: 'a', drop: 1000 },
  ]
  for (const rule of cut) cp.world.wires.disturb(rule)
  cp.advance(120_000)
  expect(log.map((l) => l.split(' at')[0])).toEqual(['a leads', 'a stops', 'b leads'])
})
