import { describe, expect, it } from 'vitest'
import { layOut, TABLE } from './tabwriter.ts'
import { toYaml } from './yaml.ts'

describe('toYaml', () => {
  it.each([
    ['42', '"42"'],
    ['true', '"true"'],
    ['y', '"y"'],
    ['a: b', "'a: b'"],
    ['', '""'],
    ['*', "'*'"],
    ['***', "'***'"],
    ['10.0.0.1', '10.0.0.1'],
    ['1Gi', '1Gi'],
    ['0 0 1 1 *', '0 0 1 1 *'],
    ['* * * * *', "'* * * * *'"],
    ['2026-11-21T10:48:46Z', '"2026-11-21T10:48:46Z"'],
    ['a\tb', '"a\\tb"'],
    ["it's", "it's"],
    ['12:30', '"12:30"'],
    ['1e3', '"1e3"'],
    ['http://x/?a=b', 'http://x/?a=b'],
    ['{"debug": true}', '\'{"debug": true}\''],
    [' lead', "' lead'"],
    ['#c', "'#c'"],
    ['-', "'-'"],
    ['--x', '--x'],
  ])('writes %j as %s', (value, want) => {
    expect(toYaml({ k: value })).toBe(`k: ${want}\n`)
  })

  it('writes literal blocks with their chomping', () => {
    expect(toYaml({ a: 'x\ny\n', b: 'x\ny', c: '  x\ny\n\n' })).toBe(
      'a: |\n  x\n  y\nb: |-\n  x\n  y\nc: |2+\n    x\n  y\n\n',
    )
  })

  it('keeps lists at the indent of their key and sorts keys', () => {
    expect(toYaml({ b: [{ y: 1, x: [] }, 'z', [1, 2]], a: {}, a10: 1, a2: 2 })).toBe(
      'a: {}\na2: 2\na10: 1\nb:\n- x: []\n  "y": 1\n- z\n- - 1\n  - 2\n',
    )
  })

  it('folds a long text after column 80', () => {
    const long = `${'word '.repeat(20)}end`
    expect(toYaml({ message: long })).toBe(
      `message: ${'word '.repeat(14)}word\n  ${'word '.repeat(5)}end\n`,
    )
  })
})

describe('layOut', () => {
  it('pads columns and leaves the last cell alone', () => {
    expect(layOut('NAME\tAGE\nabcdef\t1s\n', TABLE)).toBe('NAME     AGE\nabcdef   1s\n')
  })
  it('ends a column where a line lacks it', () => {
    expect(layOut('a\tb\tc\nlonger\nx\ty\tz', { minWidth: 0, padding: 2 })).toBe(
      'a  b  c\nlonger\nx  y  z',
    )
  })
})
