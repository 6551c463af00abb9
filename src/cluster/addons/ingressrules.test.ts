import { expect, test } from 'vitest'
import type { Ingress, IngressSpec } from '../api/generated/types.ts'
import { matchIngress } from './ingressrules.ts'

const to = (name: string) => ({ service: { name, port: { number: 80 } } })
type PathType = 'Exact' | 'Prefix' | 'ImplementationSpecific'
const path = (pathType: PathType, path: string, name: string) => ({
  pathType,
  path,
  backend: to(name),
})

function ingress(spec: IngressSpec, annotations: Record<string, string> = {}): Ingress {
  const prefixed = Object.entries(annotations).map(([k, v]) => [
    `nginx.ingress.kubernetes.io/${k}`,
    v,
  ])
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'i', namespace: 'default', annotations: Object.fromEntries(prefixed) },
    spec,
  }
}

/** The Service chosen and the path it gets, `-` when none is. */
function ask(i: Ingress, host: string, path = '/', secure = false): string {
  const m = matchIngress([i], { host, path, secure })
  if (!m) return '-'
  return m.redirect ? 'redirect' : `${m.backend.service?.name} ${m.path}`
}

const paths = ingress({
  rules: [
    {
      host: 'a.example',
      http: {
        paths: [
          path('Prefix', '/', 'root'),
          path('Prefix', '/foo', 'foo'),
          path('Prefix', '/foo/bar/', 'bar'),
          path('Exact', '/foo', 'exact'),
          path('ImplementationSpecific', '/impl', 'impl'),
        ],
      },
    },
    { host: '*.b.example', http: { paths: [path('Prefix', '/x', 'wild')] } },
  ],
})

test.each([
  ['a.example', '/', 'root /'],
  ['a.example', '/foo', 'exact /foo'],
  ['a.example', '/foo/', 'foo /foo/'],
  ['a.example', '/foo/x?y=1', 'foo /foo/x?y=1'],
  ['a.example', '/foobar', 'root /foobar'],
  ['a.example', '/foo/bar', 'bar /foo/bar'],
  ['a.example', '/implement', 'impl /implement'],
  ['b.example', '/x', '-'],
  ['www.b.example', '/x', 'wild /x'],
  ['www.b.example', '/y', '-'],
  ['a.b.b.example', '/x', '-'],
  ['other.example', '/', '-'],
])('%s%s goes to %s', (host, path, expected) => {
  expect(ask(paths, host, path)).toBe(expected)
})

test('a default backend takes what no rule of its host takes', () => {
  const rules = [{ host: 'a.example', http: { paths: [path('Prefix', '/x', 'x')] } }]
  const both = ingress({ defaultBackend: to('d'), rules })
  expect(ask(both, 'a.example', '/y')).toBe('d /y')
  expect(ask(both, 'a.example', '/x')).toBe('x /x')
  expect(ask(ingress({ defaultBackend: to('d') }), 'any.example', '/')).toBe('d /')
})

test('a rule without host serves every host that has none of its own', () => {
  const http = { paths: [path('Prefix', '/', 'all')] }
  expect(ask(ingress({ rules: [{ http }] }), '203.0.113.10')).toBe('all /')
})

test('paths are rewritten by annotation, with groups', () => {
  const http = { paths: [path('ImplementationSpecific', '/api(/|$)(.*)', 'api')] }
  const i = ingress({ rules: [{ http }] }, { 'rewrite-target': '/$2' })
  expect(ask(i, 'h', '/api/v1/x')).toBe('api /v1/x')
  expect(ask(i, 'h', '/api')).toBe('api /')
  expect(ask(i, 'h', '/other')).toBe('-')
  const broken = { paths: [path('ImplementationSpecific', '/api(', 'api')] }
  expect(ask(ingress({ rules: [{ http: broken }] }, { 'use-regex': 'true' }), 'h', '/x')).toBe('-')
})

test('hosts with TLS are sent to https unless told otherwise', () => {
  const spec = {
    tls: [{ hosts: ['a.example'], secretName: 's' }],
    rules: [{ host: 'a.example', http: { paths: [path('Prefix', '/', 'a')] } }],
  }
  expect(ask(ingress(spec), 'a.example')).toBe('redirect')
  expect(ask(ingress(spec), 'a.example', '/', true)).toBe('a /')
  expect(ask(ingress(spec, { 'ssl-redirect': 'false' }), 'a.example')).toBe('a /')
})
