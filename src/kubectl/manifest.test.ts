import { describe, expect, it } from 'vitest'
import { goJsonError, parseManifest } from './manifest.ts'

describe('parseManifest', () => {
  it('reads YAML 1.1: y and on are booleans, keys too, times are text', () => {
    const [doc] = parseManifest('a: y\nb: Off\non: 1\nt: 2026-01-02\nm: 0644\nq: "y"\n', 'STDIN')
    expect(doc).toEqual({ a: true, b: false, true: 1, t: '2026-01-02', m: 420, q: 'y' })
  })

  it('reads many documents, anchors and merges', () => {
    const docs = parseManifest('a: &x {p: 1}\nb: {<<: *x, q: 2}\n---\n---\nc: 3\n', 'f.yaml')
    expect(docs).toEqual([{ a: { p: 1 }, b: { p: 1, q: 2 } }, { c: 3 }])
  })

  it('reads JSON when it begins with a brace', () => {
    expect(parseManifest('{"a": 1}\n{"b": "}"}', 'STDIN')).toEqual([{ a: 1 }, { b: '}' }])
  })

  it.each([
    ['a: b: c', 'yaml: mapping values are not allowed in this context'],
    ['x: 1\na: b: c', 'yaml: line 2: mapping values are not allowed in this context'],
    ['a:\n\t- b', 'yaml: line 2: found character that cannot start any token'],
  ])('refuses %j', (text, words) => {
    const message = `error parsing STDIN: error converting YAML to JSON: ${words}`
    expect(() => parseManifest(text, 'STDIN')).toThrow(message)
  })

  it('refuses aliases that multiply', () => {
    let text = 'a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n'
    for (let i = 1; i < 8; i++)
      text += `a${i}: &a${i} [${Array(10)
        .fill(`*a${i - 1}`)
        .join(', ')}]\n`
    expect(() => parseManifest(text, 'STDIN')).toThrow('document contains excessive aliasing')
  })

  it('refuses a document that is too large', () => {
    expect(() => parseManifest(`a: ${'x'.repeat(4_000_000)}`, 'STDIN')).toThrow('is larger than')
  })
})

describe('goJsonError', () => {
  it.each([
    ['{not json', "invalid character 'n' looking for beginning of object key string"],
    ['{"a":1,}', "invalid character '}' looking for beginning of object key string"],
    ['{"a"', 'unexpected end of JSON input'],
    ['{"a" 1}', "invalid character '1' after object key"],
  ])('%s', (text, want) => {
    expect(goJsonError(text)).toBe(want)
  })
})
