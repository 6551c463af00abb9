import { expect, test } from 'vitest'
import { CARDS_MAX, joined, partsOf } from './parts.ts'
import type { Frame } from './protocol.ts'

function frame(cards: number, gone: number): Frame {
  const card = (i: number) => ({
    uid: `u${i}`,
    kind: 'ConfigMap',
    namespace: 'default',
    name: `c${i}`,
    created: 0,
    note: '',
  })
  return {
    type: 'frame',
    now: 7,
    epochMs: 0,
    speed: 1,
    revision: 9,
    requestsPerSecond: 0,
    steps: 3,
    commands: 0,
    full: true,
    machines: { 'node-1': 'on' },
    faults: [],
    put: Array.from({ length: cards }, (_, i) => card(i)),
    gone: Array.from({ length: gone }, (_, i) => `g${i}`),
    records: [],
    skipped: 2,
  }
}

test('a large frame is cut into bounded parts, and nothing of it is lost', () => {
  for (const whole of [frame(0, 0), frame(399, 0), frame(400, 1), frame(1201, 900)]) {
    const parts = partsOf(whole)
    for (const p of parts) {
      expect(p.put.length).toBeLessThanOrEqual(CARDS_MAX)
      expect(p.gone.length).toBeLessThanOrEqual(CARDS_MAX)
    }
    expect(parts.filter((p) => p.full)).toHaveLength(1)
    expect(parts.map((p) => p.more === true)).toEqual(parts.map((_, i) => i < parts.length - 1))
    expect(joined(parts)).toEqual(whole)
  }
})
