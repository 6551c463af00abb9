import { expect, test } from 'vitest'
import { formatMicroTime, formatTime, parseTime } from './time.ts'

test('times print in whole seconds and read back', () => {
  const ms = 1_767_323_045_678
  expect(formatTime(ms)).toBe('2026-01-02T03:04:05Z')
  expect(formatTime(ms + 321)).toBe('2026-01-02T03:04:05Z')
  expect(formatTime(ms + 322)).toBe('2026-01-02T03:04:06Z')
  expect(formatMicroTime(ms)).toBe('2026-01-02T03:04:05.678000Z')
  expect(parseTime(formatMicroTime(ms))).toBe(ms)
  expect(parseTime(formatTime(ms))).toBe(ms - 678)
  expect(parseTime(undefined)).toBeUndefined()
  expect(parseTime('soon')).toBeUndefined()
})
