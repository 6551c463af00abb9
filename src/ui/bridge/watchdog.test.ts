import { expect, test } from 'vitest'
import { BEAT_MS, LOST_MS, SILENT_MS, Watchdog } from './watchdog.ts'

function watched() {
  const log: string[] = []
  const page = { now: 0, visible: true }
  const dog = new Watchdog({
    ping: () => log.push('ping'),
    silent: (ms) => log.push(`silent ${ms}`),
    lost: () => log.push('lost'),
    visible: () => page.visible,
    now: () => page.now,
  })
  const beat = (n = 1, ms = BEAT_MS) => {
    for (let i = 0; i < n; i++) {
      page.now += ms
      dog.beat()
    }
  }
  const said = () => log.filter((l) => l !== 'ping')
  return { dog, page, beat, log, said }
}

test('a worker that answers is never silent, however long', () => {
  const { dog, beat, said } = watched()
  for (let i = 0; i < 1000; i++) {
    beat()
    dog.heard()
  }
  expect(said()).toEqual([])
})

test('silence is said, taken back with a word, and given up on in the end, once', () => {
  const { dog, beat, said } = watched()
  beat(SILENT_MS / BEAT_MS)
  expect(said()).toEqual([])
  beat()
  expect(said()).toEqual([`silent ${SILENT_MS}`])
  dog.heard()
  expect(said().at(-1)).toBe('silent 0')
  beat(LOST_MS / BEAT_MS)
  expect(said()).not.toContain('lost')
  beat(10)
  expect(said().filter((l) => l === 'lost')).toHaveLength(1)
})

test('in the background, and over a sleep of the machine, silence does not count', () => {
  const { page, beat, said, log } = watched()
  page.visible = false
  beat(100)
  beat(10, 60_000)
  expect(said()).toEqual([])
  page.visible = true
  beat(3)
  beat(1, 8 * 3600_000)
  beat(3)
  expect(said()).toEqual([])
  expect(log.filter((l) => l === 'ping').length).toBe(117)
})

test('what was said of silence is taken back when the page goes to the background', () => {
  const { page, beat, said } = watched()
  beat(6)
  expect(said()).toContain('silent 8000')
  page.visible = false
  beat()
  expect(said().at(-1)).toBe('silent 0')
})
