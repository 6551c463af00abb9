import { describe, expect, it } from 'vitest'
import { parseJsonPath, relaxedJsonPath, renderJsonPath } from './jsonpath.ts'

const pod = {
  kind: 'Pod',
  metadata: { name: 'jp', labels: { app: 'jp', 'example.com/zone': 'a' } },
  spec: {
    containers: [
      { name: 'first', image: 'a:1', ports: [{ containerPort: 80 }, { containerPort: 443 }] },
      { name: 'second', image: 'b:2' },
      { name: 'third', image: 'c:3', ports: [{ containerPort: 9000, protocol: 'UDP' }] },
    ],
  },
}

describe('renderJsonPath', () => {
  it.each([
    ['{.spec.containers[*].image}', 'a:1 b:2 c:3'],
    [
      '{range .spec.containers[*]}{.name}{"\\t"}{.ports[*].containerPort}{"\\n"}{end}',
      'first\t80 443\nsecond\t\nthird\t9000\n',
    ],
    ['{.spec.containers[?(@.name=="second")].image}', 'b:2'],
    ['{.spec.containers[?(@.ports[0].containerPort>100)].name}', 'third'],
    ['{.spec.containers[-1].name} {.spec.containers[0:2].name}', 'third first second'],
    ['{.spec.containers[0,2].image}', 'a:1 c:3'],
    ['{.metadata.labels.example\\.com/zone}-x', 'a-x'],
    ['{..containerPort}', '80 443 9000'],
    ["{.metadata['name','labels']}", 'jp {"app":"jp","example.com/zone":"a"}'],
    ['[{.spec.nothing.here}]', '[]'],
    ['{range .spec.containers[*]}{range .ports[*]}{.containerPort},{end};{end}', '80,443,;;9000,;'],
    ['plain', 'plain'],
  ])('%s', (template, want) => {
    expect(renderJsonPath(parseJsonPath(template), pod)).toBe(want)
  })

  it.each([
    ['{.spec.containers[*}', 'unterminated array'],
    ['{.spec', 'unclosed action'],
    ['{end}', 'not in range, nothing to end'],
  ])('refuses %s', (template, message) => {
    expect(() => parseJsonPath(template)).toThrow(message)
  })

  it('refuses an index past the end', () => {
    const path = parseJsonPath('{.spec.containers[9].name}')
    expect(() => renderJsonPath(path, pod)).toThrow('array index out of bounds: index 9, length 3')
  })

  it('reports a missing field when told to', () => {
    const path = parseJsonPath('{.spec.nothing.here}', false)
    expect(() => renderJsonPath(path, pod)).toThrow('nothing is not found')
  })
})

describe('relaxedJsonPath', () => {
  it.each([
    ['x.y', '{.x.y}'],
    ['.x.y', '{.x.y}'],
    ['{.x}', '{.x}'],
    ['{x}', '{.x}'],
  ])('%s', (given, want) => {
    expect(relaxedJsonPath(given)).toBe(want)
  })
})
