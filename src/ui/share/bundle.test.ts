import '../../session/tools.ts'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { replay } from '../../session/replay.ts'
import { Session } from '../../session/session.ts'
import { run } from '../../testing/terminal.ts'
import {
  type Bundle,
  bundleOf,
  fileOf,
  isLink,
  linkOf,
  ofLink,
  ofText,
  pack,
  toBase64Url,
} from './bundle.ts'

const PAGE = 'https://glass.example/app/?scenario=x#old'
const RECORDING = { version: 1, config: { seed: 7, nodes: 2 }, files: {}, commands: [] }

test('a link and a file bring back the very session, and it plays to the same digest', async () => {
  const session = new Session({ seed: 11, nodes: 2 }, { 'a.yaml': 'kind: 部署' })
  session.runUntil(15_000)
  run(session, 'kubectl create deployment web --image=nginx:1.27 --replicas=3')
  session.runUntil(40_000)
  session.fault({ kind: 'power-off', node: 'node-1' })
  session.runUntil(90_000)
  const bundle = bundleOf(session.recording(), session.now)
  const link = await linkOf(bundle, PAGE)
  expect(link).toMatch(/^https:\/\/glass\.example\/app\/#s=1\.[\w-]+$/)
  expect(link.length).toBeLessThan(900)
  const back = await ofLink(link)
  expect(back).toEqual(bundle)
  expect(ofText(fileOf(bundle))).toEqual(bundle)
  const again = replay(back.recording as Parameters<typeof replay>[0], back.moment)
  expect(again.digest()).toBe(session.digest())
})

test('what is damaged, too new, too large or something else says so', async () => {
  const link = await linkOf(bundleOf(RECORDING, 5), PAGE)
  const packed = async (value: unknown) => `#s=1.${toBase64Url(await pack(JSON.stringify(value)))}`
  const fault = async (l: string) =>
    ofLink(l).then(
      () => 'none',
      (e) => e.fault,
    )
  expect(await fault(link)).toBe('none')
  expect(await fault(link.slice(0, -6))).toBe('damaged')
  expect(await fault(link.replace(/.{3}$/, '***'))).toBe('damaged')
  expect(await fault('#s=1.')).toBe('damaged')
  expect(await fault('#s=2.abc')).toBe('too-new')
  const bundle = bundleOf(RECORDING, 5)
  expect(await fault(await packed({ ...bundle, version: 2 }))).toBe('too-new')
  expect(await fault(await packed({ ...bundle, format: 'x' }))).toBe('not-a-session')
  expect(await fault(await packed({ ...bundle, moment: -1 }))).toBe('damaged')
  expect(await fault(await packed({ ...bundle, recording: { ...RECORDING, commands: 3 } }))).toBe(
    'damaged',
  )
  expect(
    await fault(await packed({ ...bundle, recording: { ...RECORDING, config: { nodes: 1e9 } } })),
  ).toBe('damaged')
  expect(await fault(`#s=1.${toBase64Url(await pack(' '.repeat(80 * 1024 * 1024)))}`)).toBe(
    'too-large',
  )
  expect(() => ofText('{"a":')).toThrow('damaged')
  expect([isLink(link), isLink('#s=1.x'), isLink('https://a/#pod'), isLink('s=1')]).toEqual([
    true,
    true,
    false,
    false,
  ])
})

test('any characters survive', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'grapheme', maxLength: 300 }), async (line) => {
      const commands = [{ at: 1, command: { kind: 'kubectl', line } }]
      const bundle: Bundle = bundleOf({ ...RECORDING, commands }, 2)
      expect(await ofLink(await linkOf(bundle, PAGE))).toEqual(bundle)
    }),
    { numRuns: 50 },
  )
})
