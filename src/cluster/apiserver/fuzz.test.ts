import { expect, test } from 'vitest'
import { resolve, type Schema } from '../api/schema.ts'
import type { ApiRequest, ApiResponse, Method } from '../api/transport.ts'
import { createMvccStore } from '../etcd/mvcc.ts'
import { definitions } from '../kinds/index.ts'
import { Random } from '../sim/random.ts'
import { spawn } from '../sim/task.ts'
import { createWorld } from '../sim/world.ts'
import { createApiServer } from './server.ts'

const FITTING = 1500
const REQUESTS = 100_000
const METHODS: readonly Method[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']
const TYPES = [
  'application/json',
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
  'application/yaml',
  'application/vnd.kubernetes.protobuf',
  'text/plain',
  '',
]
const SCRAPS = [
  null,
  0,
  -1,
  1.5,
  '',
  'x',
  '__proto__',
  [],
  {},
  [null],
  [{}],
  { name: null },
  { matchLabels: [] },
  true,
  '10.0.0.1/40',
  '%',
  { $patch: 'delete' },
  { $patch: 'nonsense', name: 'a' },
  [{ op: 'add', path: '/x/y/z', value: 1 }],
  [{ op: 'remove', path: '' }],
]
const QUERIES = [
  ['labelSelector', ['a in (', '!', 'a=b=c', 'x,', '>', 'a>b', 'a notin (b,c)']],
  ['fieldSelector', ['a', '=', 'metadata.name=x,', 'spec.nodeName!=y', '\\', 'a\\=b=c']],
  ['limit', ['-1', 'x', '2', '99999999999999999999']],
  ['continue', ['x', 'eyJ2IjoibWV0YS5rOHMuaW8vdjEifQ', '====']],
  ['resourceVersion', ['0', '1', '-5', 'x', '99999999']],
  ['resourceVersionMatch', ['Exact', 'NotOlderThan', 'x']],
  ['watch', ['1', 'true', 'x']],
  ['dryRun', ['All', 'x']],
  ['fieldValidation', ['Strict', 'Warn', 'Ignore', 'x']],
  ['fieldManager', ['m', '\u0000']],
  ['force', ['true']],
  ['propagationPolicy', ['Orphan', 'x']],
  ['gracePeriodSeconds', ['0', '-1', 'x']],
] as const

function scrap(r: Random, depth = 0): unknown {
  if (depth > 3 || r.chance(1, 3)) return SCRAPS[r.below(SCRAPS.length)]
  const out: Record<string, unknown> = {}
  for (const k of [
    'spec',
    'metadata',
    'template',
    'containers',
    'selector',
    'status',
    'rules',
    'data',
  ]) {
    if (r.chance(1, 3)) out[k] = scrap(r, depth + 1)
  }
  return r.chance(1, 8) ? [out] : out
}

function body(r: Random, kind: string, apiVersion: string, name: string): unknown {
  switch (r.below(5)) {
    case 0:
      return '{"a": '
    case 1:
      return undefined
    case 2:
      return JSON.stringify(scrap(r))
    default: {
      const o = scrap(r)
      const whole = { kind, apiVersion, metadata: { name }, ...(typeof o === 'object' ? o : {}) }
      return JSON.stringify(whole)
    }
  }
}

const STRINGS = [
  '',
  'a',
  'A b',
  'x.y',
  '10.0.0.1',
  '1Gi',
  '50%',
  'Always',
  '*',
  'web',
  'v1',
  '2026-01-01T00:00:00Z',
]
const NUMBERS = [-1, 0, 1, 2, 80, 70000, 2147483647]
const DEPTH_MAX = 7

/** A value that fits the schema, with anything optional left out at random. */
function fitting(r: Random, schema: Schema, depth = 0): unknown {
  const s = resolve(schema)
  if (s.id?.endsWith('.Quantity')) return ['1', '100m', '1Gi', '-1', '0'][r.below(5)]
  if (s.format === 'int-or-string' || s.oneOf) return r.chance(1, 2) ? NUMBERS[r.below(7)] : '25%'
  if (s.format === 'date-time') return '2026-01-01T00:00:00Z'
  if (s.properties) {
    const out: Record<string, unknown> = {}
    if (depth > DEPTH_MAX) return out
    for (const [k, p] of Object.entries(s.properties)) {
      if (r.chance(1, depth < 2 ? 1 : 3)) out[k] = fitting(r, p, depth + 1)
    }
    return out
  }
  if (s.additionalProperties) {
    const item = s.additionalProperties
    const keys = ['a', 'cpu', 'memory', 'storage', 'x y'].slice(0, r.below(4))
    return Object.fromEntries(keys.map((k) => [k, fitting(r, item, depth + 1)]))
  }
  if (s.items) {
    const item = s.items
    return Array.from({ length: r.below(3) }, () => fitting(r, item, depth + 1))
  }
  if (s.enum) return s.enum[r.below(s.enum.length)]
  if (s.type === 'integer' || s.type === 'number') return NUMBERS[r.below(NUMBERS.length)]
  if (s.type === 'boolean') return r.chance(1, 2)
  return s.type === 'string' ? STRINGS[r.below(STRINGS.length)] : {}
}

function server() {
  const world = createWorld({ seed: 7, epochMs: Date.UTC(2026, 0, 1) })
  const store = createMvccStore(world)
  const api = createApiServer(world, { store, place: 'kube-apiserver-1', definitions })
  const send = (
    method: Method,
    path: string,
    o?: unknown,
    type = 'application/json',
  ): ApiResponse => {
    let out: ApiResponse | undefined
    const body = o === undefined ? {} : { body: typeof o === 'string' ? o : JSON.stringify(o) }
    const headers = {
      'content-type': type,
      accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json',
    }
    const query = new Map([['fieldManager', ['fuzz']]])
    spawn(world, 'test', 'call', function* () {
      out = yield* api.handle({ method, path, query, headers, ...body, cause: 0 })
    })
    world.clock.run({ until: world.clock.now })
    return out as ApiResponse
  }
  send('POST', '/api/v1/namespaces', { metadata: { name: 'default' } })
  send('POST', '/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } })
  return send
}

test('objects of the right types and any content are taken or refused', () => {
  const send = server()
  const r = new Random(3)
  let taken = 0
  for (let i = 0; i < FITTING; i++) {
    const d = definitions[i % definitions.length] as (typeof definitions)[number]
    const root = d.group ? `/apis/${d.group}/${d.version}` : `/api/${d.version}`
    const base = `${root}${d.namespaced ? '/namespaces/default' : ''}/${d.plural}`
    const o = fitting(r, d.schema) as Record<string, unknown>
    const apiVersion = d.group ? `${d.group}/${d.version}` : d.version
    const name = `o${i}`
    const sent = { ...o, kind: d.kind, apiVersion, metadata: { name, labels: { a: 'b' } } }
    const steps: [Method, string, unknown, string?][] = [
      ['POST', base, sent],
      ['GET', base, undefined],
      [
        'PATCH',
        `${base}/${name}`,
        { ...o, metadata: {} },
        'application/strategic-merge-patch+json',
      ],
      ['PATCH', `${base}/${name}`, sent, 'application/apply-patch+yaml'],
      ['PUT', `${base}/${name}/status`, sent],
      ['DELETE', `${base}/${name}`, undefined],
    ]
    for (const [method, path, body, type] of steps) {
      try {
        const answer = send(method, path, body, type)
        if (answer.status === 201) taken++
        expect(answer.status).toBeGreaterThanOrEqual(200)
      } catch (error) {
        throw new Error(`${method} ${path}: ${(error as Error).stack} ${JSON.stringify(sent)}`)
      }
    }
  }
  expect(taken).toBeGreaterThan(100)
})

test('whatever is sent, the answer is a proper one', () => {
  const world = createWorld({ seed: 7, epochMs: Date.UTC(2026, 0, 1) })
  const store = createMvccStore(world)
  const server = createApiServer(world, { store, place: 'kube-apiserver-1', definitions })
  const r = new Random(11)
  const send = (request: ApiRequest): ApiResponse => {
    let out: ApiResponse | undefined
    spawn(world, 'test', 'call', function* () {
      out = yield* server.handle(request)
    })
    world.clock.run({ until: world.clock.now })
    return out as ApiResponse
  }
  const make = (method: Method, path: string, o: unknown) =>
    send({ method, path, query: new Map(), headers: {}, body: JSON.stringify(o), cause: 0 })
  make('POST', '/api/v1/namespaces', { metadata: { name: 'default' } })
  make('POST', '/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } })
  const served = definitions
  for (let i = 0; i < REQUESTS; i++) {
    const d = served[r.below(served.length)] as (typeof served)[number]
    const root = d.group ? `/apis/${d.group}/${d.version}` : `/api/${d.version}`
    const name = `o${r.below(4)}`
    const ns = d.namespaced && r.chance(9, 10) ? '/namespaces/default' : ''
    const tail = [
      '',
      `/${name}`,
      `/${name}/status`,
      `/${name}/scale`,
      `/${name}/nope`,
      '//',
      '/%00',
    ]
    const path = `${root}${ns}/${d.plural}${tail[r.below(tail.length)]}`
    const query = new Map<string, string[]>()
    if (r.chance(1, 3)) {
      const [k, values] = QUERIES[r.below(QUERIES.length)] as (typeof QUERIES)[number]
      query.set(k, [values[r.below(values.length)] as string])
    }
    const apiVersion = d.group ? `${d.group}/${d.version}` : d.version
    const sent = body(r, d.kind, apiVersion, name)
    const type = TYPES[r.below(TYPES.length)] as string
    const method = METHODS[r.below(METHODS.length)] as Method
    const headers: Record<string, string> = type ? { 'content-type': type } : {}
    const request = { method, path, query, headers, body: sent, cause: 0 }
    let answer: ApiResponse
    try {
      answer = send(request)
    } catch (error) {
      throw new Error(`${method} ${path} ${type} ${String(sent)}: ${(error as Error).stack}`)
    }
    expect(answer.status, path).toBeGreaterThanOrEqual(200)
    if (answer.status >= 400 && typeof answer.body === 'object') {
      expect(answer.body, path).toMatchObject({ kind: 'Status', status: 'Failure' })
    }
    answer.stream?.cancel()
  }
})
