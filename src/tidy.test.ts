/**
 * The law of the house, checked over the whole tree: who may import whom, what no simulation may use, how long a file
 * may be. dependency-cruiser cannot read TypeScript 7 yet, so the import rules live here.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { expect, test } from 'vitest'

const ROOT = 'src'

/** Rooms, and what each may import beside itself. Longest match wins; anything not listed is refused. */
const RINGS: readonly { room: string; may: readonly string[] }[] = [
  { room: 'cluster/sim', may: [] },
  { room: 'cluster/etcd', may: ['cluster/sim'] },
  { room: 'cluster/api', may: ['cluster/sim'] },
  { room: 'cluster/kinds', may: ['cluster/api', 'cluster/sim'] },
  {
    room: 'cluster/apiserver',
    may: ['cluster/api', 'cluster/sim', 'cluster/etcd', 'cluster/kinds', 'cluster/bootstrap'],
  },
  { room: 'cluster/client', may: ['cluster/api', 'cluster/sim'] },
  { room: 'cluster/controllers', may: ['cluster/api', 'cluster/sim', 'cluster/client'] },
  { room: 'cluster/scheduler', may: ['cluster/api', 'cluster/sim', 'cluster/client'] },
  { room: 'cluster/network', may: ['cluster/api', 'cluster/sim'] },
  { room: 'cluster/runtime', may: ['cluster/api', 'cluster/sim', 'cluster/network'] },
  {
    room: 'cluster/kubelet',
    may: ['cluster/api', 'cluster/sim', 'cluster/client', 'cluster/runtime', 'cluster/network'],
  },
  {
    room: 'cluster/proxy',
    may: ['cluster/api', 'cluster/sim', 'cluster/client', 'cluster/network'],
  },
  {
    room: 'cluster/coredns',
    may: ['cluster/api', 'cluster/sim', 'cluster/client', 'cluster/network'],
  },
  {
    room: 'cluster/addons',
    may: ['cluster/api', 'cluster/sim', 'cluster/client', 'cluster/network'],
  },
  { room: 'cluster', may: ['cluster'] },
  { room: 'kubectl', may: ['cluster/api', 'cluster/sim'] },
  { room: 'protocol', may: ['cluster/sim', 'cluster/api'] },
  { room: 'scenarios', may: ['cluster', 'protocol'] },
  { room: 'session', may: ['cluster', 'kubectl', 'protocol'] },
  { room: 'http', may: ['cluster/api', 'cluster/sim'] },
  { room: 'worker', may: ['session', 'http', 'protocol', 'scenarios', 'kubectl', 'cluster'] },
  { room: 'server', may: ['session', 'http', 'protocol', 'scenarios', 'kubectl', 'cluster'] },
  { room: 'ui', may: ['protocol', 'cluster/sim', 'cluster/api', 'scenarios', 'worker'] },
]

/** What code on virtual time may not use, and what to use instead. */
const BANNED: readonly [RegExp, string][] = [
  [/\bDate\.now\b/, 'world.clock.unixMs'],
  [/\bnew Date\(/, 'api/meta/time.ts'],
  [/\bMath\.random\b/, 'world.random'],
  [/\bMath\.(pow|exp|sin|cos)\b/, 'whole-number arithmetic: engines round differently'],
  [/\blocaleCompare\b|\btoLocale|\bIntl\./, 'explicit comparison'],
  [/\bPromise\b|\basync \b|\bawait \b/, 'Task and yield*'],
  [/\bWeakRef\b|\bstructuredClone\b/, 'shared immutable objects'],
  [/\bfor \((const|let) \w+ in /, 'Object.keys or a Map'],
]
const EVERYWHERE: readonly [RegExp, string][] = [
  [/\bas any\b/, 'a type'],
  [/@ts-ignore/, 'a type'],
  [/catch(\s*\([^)]*\))?\s*\{\s*\}/, 'a handler that says why'],
  [/\bFIXME\b/, 'an issue'],
]
const SIMULATION = ['cluster', 'kubectl', 'session']
/** May make a Date of virtual time, to format it. */
const DATES = ['cluster/api/meta/time.ts']
/** May ask Intl for the rules of a named time zone: they are public facts, not the host's own zone or language. */
const ZONES = 'cluster/api/meta/zones.ts'
const LINES_MAX = 600
/** Longer files, each with its reason. */
const GIANTS: Readonly<Record<string, string>> = {}

function files(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((e) => {
    const path = join(dir, e.name)
    if (e.isDirectory()) return e.name === 'generated' ? [] : files(path)
    return /\.tsx?$/.test(e.name) && !e.name.endsWith('.d.ts') ? [path] : []
  })
}

const all = files(ROOT).map((path) => ({
  path: relative(ROOT, path).replaceAll('\\', '/'),
  text: readFileSync(path, 'utf8'),
}))
const sources = all.filter((f) => !/\.test\.tsx?$/.test(f.path) && !f.path.startsWith('testing/'))

function importsOf(f: { path: string; text: string }): string[] {
  const found = [...f.text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map(
    (m) => m[1] as string,
  )
  return found.map((i) =>
    join(dirname(f.path), i)
      .replaceAll('\\', '/')
      .replace(/\?worker$/, ''),
  )
}

function roomOf(path: string): (typeof RINGS)[number] | undefined {
  return RINGS.filter((r) => path.startsWith(`${r.room}/`)).sort(
    (a, b) => b.room.length - a.room.length,
  )[0]
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[^:'"`])\/\/[^\n]*/g, '$1')
}

test('every import stays within its rings', () => {
  const wrong: string[] = []
  for (const f of sources) {
    const ring = roomOf(f.path)
    if (!ring) {
      if (f.path.includes('/')) wrong.push(`${f.path} is in no room`)
      continue
    }
    for (const i of importsOf(f)) {
      const ok =
        i.startsWith(`${ring.room}/`) ||
        ring.may.some((m) => i.startsWith(`${m}/`) || i === `${m}.ts`)
      if (!ok) wrong.push(`${f.path} imports ${i}`)
    }
  }
  expect(wrong).toEqual([])
})

test('controllers, scheduler plugins, images and kubectl commands do not import their peers', () => {
  const families = [
    /^(cluster\/controllers)\/([^/]+)\//,
    /^(cluster\/scheduler\/plugins)\/([^/]+)\.ts$/,
  ]
  const wrong: string[] = []
  for (const f of sources) {
    for (const family of families) {
      const own = family.exec(f.path)
      if (!own || own[2] === 'registry') continue
      for (const i of importsOf(f)) {
        const other = family.exec(i)
        if (other && other[2] !== own[2] && !/^(helper|shared|workload)/.test(other[2] ?? ''))
          wrong.push(`${f.path} imports ${i}`)
      }
    }
  }
  expect(wrong).toEqual([])
})

test('no cycle of imports', () => {
  const graph = new Map(
    sources.map((f) => [
      f.path,
      [...f.text.matchAll(/^(?:import|export)(?! type)[^']*?from '(\.[^']+)'/gms)]
        .filter((m) => !/^import type/.test(m[0]))
        .map((m) => join(dirname(f.path), m[1] as string).replaceAll('\\', '/')),
    ]),
  )
  const done = new Set<string>()
  const cycles: string[] = []
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) {
      cycles.push([...trail.slice(trail.indexOf(path)), path].join(' > '))
      return
    }
    if (done.has(path)) return
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path])
    done.add(path)
  }
  for (const path of graph.keys()) visit(path, [])
  expect(cycles).toEqual([])
})

test('the simulation uses no time, chance or promise of the host', () => {
  const wrong: string[] = []
  for (const f of sources) {
    const code = withoutComments(f.text)
    const inside = SIMULATION.some((r) => f.path.startsWith(`${r}/`)) && !DATES.includes(f.path)
    for (const [pattern, instead] of [...EVERYWHERE, ...(inside ? BANNED : [])]) {
      if (f.path === ZONES && pattern.source.includes('Intl')) continue
      const m = pattern.exec(code)
      if (m) wrong.push(`${f.path}: ${m[0].trim()} (use ${instead})`)
    }
  }
  expect(wrong).toEqual([])
})

test('files can be read in one sitting', () => {
  const long = all.filter((f) => f.text.split('\n').length > LINES_MAX && !(f.path in GIANTS))
  expect(long.map((f) => `${f.path}: ${f.text.split('\n').length} lines`)).toEqual([])
})
