import '../tools.ts'
import { expect, test } from 'vitest'
import { play } from '../../testing/whycase.ts'
import { whatIf } from './whatif.ts'

test('draining a node: who moves where, what stays reachable, and the cluster is as it was', () => {
  const s = play({
    steps: [
      'kubectl create deployment web --image=nginx:1.27 --replicas=4',
      'kubectl expose deployment web --port=80',
    ],
    about: '',
    chain: [],
  })
  const before = s.digest()
  const drain = 'kubectl drain node-1 --ignore-daemonsets --delete-emptydir-data --force'
  const answer = whatIf(s.recording(), s.now, drain)
  expect(answer.code).toBe(0)
  const said = new Map(answer.lines.map((l) => [l.id, l.values]))
  expect(said.get('whatif.changed')).toMatchObject({ kind: 'Node', names: 'node-1' })
  expect(answer.lines).toContainEqual(
    expect.objectContaining({
      id: 'whatif.moved',
      values: { owner: 'Deployment web', n: 2, from: 'node-1', to: 'node-2' },
    }),
  )
  expect(said.get('whatif.uptime')?.names).toContain('web')
  expect(s.digest()).toBe(before)
})

test('no replicas: the Service has no endpoint any more', () => {
  const s = play({
    steps: [
      'kubectl create deployment web --image=nginx:1.27 --replicas=2',
      'kubectl expose deployment web --port=80',
    ],
    about: '',
    chain: [],
  })
  const answer = whatIf(s.recording(), s.now, 'kubectl scale deployment/web --replicas=0')
  const ids = answer.lines.map((l) => l.id)
  expect(ids).toContain('whatif.downtime.still')
  expect(answer.lines.find((l) => l.id === 'whatif.trouble')?.values).toMatchObject({
    kind: 'Service',
    name: 'web',
  })
})

test('a drain that a budget forbids: the refused evictions are counted', () => {
  const s = play({
    steps: [
      'kubectl create deployment web --image=nginx:1.27 --replicas=2',
      20_000,
      'kubectl create poddisruptionbudget web --selector=app=web --min-available=2',
    ],
    about: '',
    chain: [],
  })
  const drain =
    'kubectl drain node-1 --ignore-daemonsets --delete-emptydir-data --force --timeout=20s'
  const answer = whatIf(s.recording(), s.now, drain)
  const refused = answer.lines.find((l) => l.id === 'whatif.evictions')
  expect(refused?.values.name).toBe('web')
  expect(refused?.values.n).toBeGreaterThan(1)
})
