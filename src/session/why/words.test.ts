import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { whyEn } from '../../ui/i18n/why.en.ts'
import { whyZh } from '../../ui/i18n/why.zh.ts'
import { rules } from './rules.ts'

const HERE = 'src/session/why'
const sources = readdirSync(HERE)
  .filter((f) => f.endsWith('.ts') && !f.endsWith('.test.ts'))
  .map((f) => readFileSync(`${HERE}/${f}`, 'utf8'))
  .join('\n')
const places = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort()

test('every sentence that an answer may use is written in both languages', () => {
  const used = new Set([...sources.matchAll(/'((?:why|whatif)\.[a-z.]+)'/g)].map((m) => m[1] ?? ''))
  expect([...used].filter((id) => !(id in whyEn))).toEqual([])
  expect(used.size).toBeGreaterThan(200)
})

test('both languages say the same values', () => {
  const differ = Object.entries(whyEn).filter(([id, en]) => {
    const zh = whyZh[id as keyof typeof whyEn]
    return places(en).join() !== places(zh).join()
  })
  expect(differ.map(([id]) => id)).toEqual([])
})

test('a rule names a chapter of the documentation', () => {
  for (const { name, path } of Object.values(rules)) {
    expect(name).toMatch(/^[A-Z]/)
    expect(path).toMatch(/^\/docs\/[a-z0-9/#-]+$/)
  }
})
