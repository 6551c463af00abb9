import { expect, test } from 'vitest'
import { formatLabelSelector, formatSelector, matches, selects } from './labels.ts'
import { parseSelector } from './selectorparser.ts'

const labels = { app: 'web', tier: 'front', n: '5' }
const hits = (text: string) => matches(parseSelector(text), labels)

test('requirements of every kind match as written', () => {
  expect(hits('app=web,tier in (front,back)')).toBe(true)
  expect(hits('app!=web')).toBe(false)
  expect(hits('other!=x')).toBe(true)
  expect(hits('!other,tier')).toBe(true)
  expect(hits('tier notin (back)')).toBe(true)
  expect(hits('n>4,n<6')).toBe(true)
  expect(hits('')).toBe(true)
})

test('what cannot be read is refused in the words of upstream', () => {
  expect(() => parseSelector('app in a')).toThrow("found 'a' expected: '('")
  expect(() => parseSelector('app=a b')).toThrow("found 'b', expected: ',' or 'end of string'")
  expect(() => parseSelector('a!b')).toThrow()
})

test('selectors print sorted by key', () => {
  expect(formatSelector(parseSelector('b in (y,x),a=1,!c'))).toBe('a=1,b in (x,y),!c')
  expect(formatLabelSelector({})).toBe('<none>')
  expect(selects(undefined, labels)).toBe(false)
  expect(selects({}, labels)).toBe(true)
})
