import { expect, test } from 'vitest'
import { scaledValue } from './intstr.ts'

test('percentages round the way asked', () => {
  expect(scaledValue('25%', 10, true)).toBe(3)
  expect(scaledValue('25%', 10, false)).toBe(2)
  expect(scaledValue(4, 10, true)).toBe(4)
  expect(scaledValue(undefined, 10, true)).toBe(0)
})
