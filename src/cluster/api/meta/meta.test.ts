import { expect, test } from 'vitest'
import { Random } from '../../sim/random.ts'
import { decodeBase64, encodeBase64, encodeBytes } from './base64.ts'
import { humanDuration } from './duration.ts'
import { parseFieldSelector } from './fields.ts'
import { deepEqual, graft } from './json.ts'
import { generateName, newUid } from './names.ts'
import { sha256 } from './sha256.ts'
import { dnsLabel, dnsSubdomain, labelValue, portName, qualifiedName } from './validation.ts'

test('names get a suffix of the safe alphabet and uids are version 4', () => {
  const r = new Random(1)
  expect(generateName(r, 'web-')).toMatch(/^web-[bcdfghjklmnpqrstvwxz2456789]{5}$/)
  expect(generateName(r, 'x'.repeat(80))).toHaveLength(63)
  expect(newUid(r)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
})

test('durations print as kubectl prints them', () => {
  const s = 1000
  expect(humanDuration(45 * s)).toBe('45s')
  expect(humanDuration(192 * s)).toBe('3m12s')
  expect(humanDuration(15 * 60 * s)).toBe('15m')
  expect(humanDuration(5 * 3600 * s)).toBe('5h')
  expect(humanDuration(51 * 3600 * s)).toBe('2d3h')
  expect(humanDuration(-5 * s)).toBe('<invalid>')
})

test('grafting shares what did not change', () => {
  const old = { a: { b: 1 }, c: [1, { d: 2 }] }
  expect(graft({ a: { b: 1 }, c: [1, { d: 2 }] }, old)).toBe(old)
  const next = graft({ a: { b: 2 }, c: [1, { d: 2 }] }, old)
  expect(next.c).toBe(old.c)
  expect(deepEqual({ a: undefined, b: 1 }, { b: 1 })).toBe(true)
  expect(deepEqual([1], { 0: 1 })).toBe(false)
})

test('base64 and SHA-256 agree with everybody else', () => {
  expect(encodeBase64('grüße')).toBe('Z3LDvMOfZQ==')
  expect(decodeBase64('Z3LDvMOfZQ==')).toBe('grüße')
  expect(decodeBase64('*')).toBeUndefined()
  expect(encodeBytes(sha256('policy/v1/PodDisruptionBudget').slice(0, 8))).toBe('EVWiDmWqyJw=')
})

test('field selectors unescape values', () => {
  expect(parseFieldSelector('a=b\\,c,d!=e')).toEqual([
    { field: 'a', equal: true, value: 'b,c' },
    { field: 'd', equal: false, value: 'e' },
  ])
  expect(() => parseFieldSelector('nonsense')).toThrow()
})

test('names are checked as upstream checks them', () => {
  expect(dnsLabel('a.b')).toEqual(['must not contain dots'])
  expect(dnsSubdomain('a.b-c')).toEqual([])
  expect(dnsSubdomain('A')).toHaveLength(1)
  expect(qualifiedName('example.com/name')).toEqual([])
  expect(qualifiedName('a/b/c')).toHaveLength(1)
  expect(labelValue('')).toEqual([])
  expect(labelValue('not ok!')).toHaveLength(1)
  expect(portName('http')).toEqual([])
  expect(portName('80')).toEqual(['must contain at least one letter (a-z)'])
})
