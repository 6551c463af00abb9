import { expect, test } from 'vitest'
import {
  addQuantity,
  canonicalQuantity,
  compareQuantity,
  isQuantity,
  isWhole,
  milliValue,
  quantityValue,
  subtractQuantity,
} from './quantity.ts'

test('texts become canonical', () => {
  expect(canonicalQuantity('1000m')).toBe('1')
  expect(canonicalQuantity('0.5')).toBe('500m')
  expect(canonicalQuantity('1024Mi')).toBe('1Gi')
  expect(canonicalQuantity('1.5Gi')).toBe('1536Mi')
  expect(canonicalQuantity('1200Mi')).toBe('1200Mi')
  expect(canonicalQuantity('2e3')).toBe('2e3')
  expect(canonicalQuantity('0Gi')).toBe('0')
  expect(canonicalQuantity(-1)).toBe('-1')
})

test('amounts are exact and rounded up to what is asked for', () => {
  expect(milliValue('100m')).toBe(100)
  expect(milliValue('1.5')).toBe(1500)
  expect(quantityValue('64Mi')).toBe(64 * 1024 * 1024)
  expect(quantityValue('100m')).toBe(1)
  expect(compareQuantity('1Gi', '1024Mi')).toBe(0)
  expect(compareQuantity('1', '999m')).toBe(1)
  expect(isWhole('128m')).toBe(false)
  expect(isQuantity('1Zi')).toBe(false)
  expect(isQuantity('')).toBe(false)
})

test('sums keep the format of the first', () => {
  expect(addQuantity('200m', '300m')).toBe('500m')
  expect(addQuantity('600Mi', '600Mi')).toBe('1200Mi')
  expect(addQuantity(undefined, '1')).toBe('1')
  expect(subtractQuantity('1', '250m')).toBe('750m')
})
