import '../../session/tools.ts'
import { expect, test } from 'vitest'
import { Session } from '../../session/session.ts'
import { run } from '../../testing/terminal.ts'
import { roots } from './facts.ts'
import { isFreshDocument, plain, snippets } from './snippets.ts'

const session = new Session({ nodes: 1 })
session.runUntil(20_000)

test.each(snippets.map((s) => [s.kind, s] as const))(
  'the snippet of a %s is accepted by the API server as it stands',
  (kind, snippet) => {
    const text = plain(snippet)
    expect(text).not.toMatch(/\$/)
    expect(text).toContain(`kind: ${kind}\n`)
    const ran = run(session, 'kubectl apply -f -', text)
    expect(ran).toMatchObject({ code: 0, err: '' })
    expect(ran.out).toMatch(/ created\n$/)
  },
)

test('each kind has one, and is a kind', () => {
  const kinds = snippets.map((s) => s.kind)
  expect(new Set(kinds).size).toBe(kinds.length)
  expect(kinds.filter((k) => !roots.some((r) => r.kind === k))).toEqual([])
})

test('a new object is offered where nothing else stands in its document', () => {
  const lines = ['# notes', 'kind: Pod', '---', '', 'Dep', '---', 'kind: Job', 'x']
  const places = lines.map((_, i) => i + 1).filter((l) => isFreshDocument(lines, l))
  expect(places).toEqual([5])
  expect(isFreshDocument([''], 1)).toBe(true)
  expect(isFreshDocument(['kind: Pod', ''], 2)).toBe(false)
})
