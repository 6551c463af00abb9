import { expect, test } from 'vitest'
import { checkListOptions } from './listoptions.ts'

const fault = (query: string, watch = false) => {
  try {
    const pairs = query.split('&').map((x) => x.split('=') as [string, string])
    checkListOptions(new Map(pairs.map(([k, v]) => [k, [v]])), watch)
    return ''
  } catch (error) {
    return (error as Error).message
  }
}

test('numbers are numbers, and a match goes with a version', () => {
  expect(fault('limit=5&resourceVersion=3&resourceVersionMatch=Exact')).toBe('')
  expect(fault('limit=foo')).toBe('strconv.ParseInt: parsing "foo": invalid syntax')
  expect(fault('resourceVersionMatch=Exact')).toContain(
    'resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided',
  )
  expect(fault('sendInitialEvents=true')).toContain('sendInitialEvents is forbidden for list')
  expect(fault('sendInitialEvents=true', true)).toContain('to NotOlderThan')
  expect(fault('sendInitialEvents=true&resourceVersionMatch=NotOlderThan', true)).toBe('')
})
