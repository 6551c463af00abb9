import { expect, test } from 'vitest'
import { pixelOf } from './ink.ts'

test('colours are read as styles and as builds write them', () => {
  expect(pixelOf('#1a2125').toString(16)).toBe('ff25211a')
  expect(pixelOf('#fff')).toBe(pixelOf('#ffffff'))
  expect(pixelOf('#000', '#fff', 0.5)).toBe(pixelOf('#808080'))
})
