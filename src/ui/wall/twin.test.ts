import { expect, test } from 'vitest'
import type { NodeCard, PodCard } from '../../protocol/cards.ts'
import { labelTerms, matcher } from './find.ts'
import { Plan } from './plan.ts'
import { textOf } from './twin.ts'

const pod = (name: string, o: Partial<PodCard> = {}): PodCard =>
  ({
    uid: name,
    kind: 'Pod',
    namespace: 'shop',
    name,
    node: 'node-1',
    look: 'ready',
    status: 'Running',
    ready: 1,
    containers: 1,
    restarts: 0,
    ip: '10.0.0.1',
    unschedulable: '',
    labels: { app: 'web', tier: 'front' },
    cpu: 0,
    mem: 0,
    ...o,
  }) as PodCard

test('the text twin names every node and every pod with its state, pending ones too', () => {
  const plan = new Plan('node', {
    inkOf: () => ({ ink: 0, monogram: '', root: '' }),
    zoneOf: () => '',
  })
  plan.node({ uid: 'n', kind: 'Node', name: 'node-1', ready: 'True', cordoned: true } as NodeCard)
  plan.pod(pod('web-1', { restarts: 3 }))
  plan.pod(
    pod('big', {
      node: '',
      look: 'pending',
      status: 'Pending',
      ready: 0,
      ip: '',
      unschedulable: 'Insufficient cpu',
    }),
  )
  expect(textOf(plan)).toBe(
    [
      'node <none>: 1 pods, 0 ready',
      '  shop/big  Pending  0/1  Insufficient cpu',
      'node node-1 Ready,SchedulingDisabled: 1 pods, 1 ready',
      '  shop/web-1  Running  1/1  restarts 3  10.0.0.1',
      '',
    ].join('\n'),
  )
})

test('label terms read as kubectl reads them', () => {
  const labels = { app: 'web', tier: 'front' }
  const holds = (text: string) => labelTerms(text).every((t) => t(labels))
  expect(
    ['app=web', 'app==web', 'app', '!none', 'app!=api', 'app=web,tier=front'].map(holds),
  ).toEqual([true, true, true, true, true, true])
  expect(['app=api', '!app', 'none', 'app!=web', 'app=web,tier=back'].map(holds)).toEqual([
    false,
    false,
    false,
    false,
    false,
  ])
})

test('a quest looks at name, node, owner, address and status, and all parts must match', () => {
  const quest = { text: '', namespace: '', look: '' as const, label: '' }
  const asks = (change: object) => matcher({ ...quest, ...change }, () => 'web')(pod('web-1'))
  expect(asks({ text: 'NODE-1' })).toBe(true)
  expect(asks({ text: 'running' })).toBe(true)
  expect(asks({ text: 'nothing' })).toBe(false)
  expect(asks({ text: 'web', namespace: 'other' })).toBe(false)
  expect(asks({ look: 'failed' })).toBe(false)
  expect(asks({ label: 'app=web', namespace: 'shop', look: 'ready' })).toBe(true)
})
