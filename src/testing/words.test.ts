import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { en } from '../ui/i18n/en.ts'
import { ZH_STEPS } from '../ui/i18n/zh.steps.ts'
import { zh } from '../ui/i18n/zh.ts'

/** Texts that are the same in both languages: Kubernetes' own names, units, examples. */
const SAME =
  /^(?:[\s\d./:×…·★+−，、。：-]|\{\w+\}|%|Pod|Service|Kubarium|YAML|CPU|Deployment|ReplicaSet|DNS|Ingress|PNG|SVG|etcd|kubectl|apply|edit|API Server|Gi|Unknown)*$/

test('every text exists in both languages, with the same values to fill in', () => {
  expect(Object.keys(zh).sort()).toEqual(Object.keys(en).sort())
  const values = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort()
  const differing = Object.entries(en).filter(
    ([id, text]) => String(values(text)) !== String(values(zh[id as keyof typeof zh])),
  )
  expect(differing.map(([id]) => id)).toEqual([])
})

test('no Chinese text is English left over', () => {
  const left = Object.entries(zh).filter(
    ([id, text]) => text === en[id as keyof typeof en] && !SAME.test(text),
  )
  expect(left).toEqual([])
  const without = Object.entries(zh).filter(
    ([, text]) => !/[\u4e00-\u9fff]/.test(text) && !SAME.test(text),
  )
  expect(without).toEqual([])
})

function sources(dir: string): string[] {
  return readdirSync(dir).flatMap((name) => {
    const path = join(dir, name)
    if (statSync(path).isDirectory()) return sources(path)
    return name.endsWith('.tsx') ? [path] : []
  })
}

/** Punctuation of Latin script in a Chinese sentence: beside a Chinese character, or a comma without its space. */
const HALF = [
  /[\u4e00-\u9fff][,;:?!()]/,
  /[,;:?!()][\u4e00-\u9fff]/,
  /[\u4e00-\u9fff]\.(?:$|[\u4e00-\u9fff])/,
  /\}[,;](?! )/,
  /[\w%]\((?!\))[^)]*[\u4e00-\u9fff]/,
  /[A-Za-z\d][,;][A-Za-z]/,
]

test('Chinese sentences have Chinese punctuation', () => {
  const texts = [...Object.values(zh), ...ZH_STEPS.map(([, text]) => text)]
  for (const path of readdirSync('src/scenarios')) {
    const source = readFileSync(join('src/scenarios', path), 'utf8')
    for (const m of source.matchAll(/'((?:[^'\\\n]|\\.)*[\u4e00-\u9fff](?:[^'\\\n]|\\.)*)'/g))
      texts.push(m[1] ?? '')
  }
  expect(texts.length).toBeGreaterThan(700)
  const half = (text: string) =>
    /[\u4e00-\u9fff]/.test(text) && HALF.some((p) => p.test(text.replace(/`[^`]*`/g, '')))
  expect(texts.filter(half)).toEqual([])
})

/** Words between tags, or in attributes that are read aloud, that no translation went through. */
const LITERAL =
  /(?:<(?:p|h\d|span|button|li|label|th|td|strong|em|small|legend|dt|dd|title|text)\b[^>{}]*>\s*([A-Z][a-z]+ [^<{]*?)\s*<)|(?:(?:aria-label|title|placeholder|alt)="([^"]*[a-z]{2}[^"]*)")/g

test('no words stand in the page that no translation went through', () => {
  const found: string[] = []
  for (const path of sources('src/ui')) {
    for (const m of readFileSync(path, 'utf8').matchAll(LITERAL)) {
      const text = m[1] ?? m[2] ?? ''
      if (!ALLOWED.has(text)) found.push(`${path}: ${text}`)
    }
  }
  expect(found).toEqual([])
})

/** Names and examples that are the same in every language. */
const ALLOWED = new Set([
  'deployment/web Available',
  'kubectl get pods',
  'kubectl …',
  'spec.replicas',
  'app=web',
  'Service',
  'PersistentVolumeClaim',
  'PersistentVolume',
  'Kubarium',
  'Ctrl+S',
  'Ingress',
  'NetworkPolicy',
])
