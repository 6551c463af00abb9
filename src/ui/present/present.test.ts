import { expect, test } from 'vitest'
import { isNote } from './note.ts'

test('only what has the shape of a note is taken from storage', () => {
  expect(isNote({ id: 'a', text: 'One' })).toBe(true)
  expect(isNote({ id: 'a', text: 'One', at: 40_000, line: 'kubectl get nodes' })).toBe(true)
  for (const bad of [null, 'x', {}, { id: 1, text: '' }, { id: 'a', text: '', at: Number.NaN }])
    expect(isNote(bad)).toBe(false)
})
