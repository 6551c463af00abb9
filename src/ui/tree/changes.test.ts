import { beforeAll, expect, test } from 'vitest'
import type { NodeCard, PodCard } from '../../protocol/cards.ts'
import { loadWords, words } from '../i18n/words.ts'
import { changesSince, heardOf } from './changes.ts'

const pod = (name: string, status: string, more: Partial<PodCard> = {}) =>
  ({ uid: name, name, status, look: 'ready', ...more }) as PodCard
const node = (name: string, ready: string) => ({ uid: name, name, ready }) as NodeCard
const t = (id: Parameters<typeof words>[1], v?: Record<string, string | number>) =>
  words('en', id, v)

beforeAll(() => loadWords('en'))

test('a burst is one sentence, and what is as before is not said', () => {
  const before = heardOf([pod('a', 'Running'), pod('b', 'Running')], [node('node-1', 'True')])
  const now = [pod('a', 'Running'), ...[1, 2, 3, 4].map((n) => pod(`c${n}`, 'Pending'))]
  expect(changesSince(before, now, [node('node-1', 'Unknown'), node('node-2', 'True')], t)).toEqual(
    ['Node node-1 is Unknown', 'Node node-2 joined: Ready', '4 Pods: Pending', '1 Pods are gone'],
  )
})

test('few are named, and the end of a pod is told', () => {
  const before = heardOf([pod('a', 'Running')], [])
  expect(changesSince(before, [pod('a', 'Running', { deleting: 5 })], [], t)).toEqual([
    'Pod a: Terminating',
  ])
  expect(changesSince(heardOf([pod('a', 'Running')], []), [pod('a', 'Running')], [], t)).toEqual([])
})
