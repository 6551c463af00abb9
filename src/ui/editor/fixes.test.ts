import '../../session/tools.ts'
import { expect, test } from 'vitest'
import { Session } from '../../session/session.ts'
import { run } from '../../testing/terminal.ts'
import { described, parse } from './documents.ts'
import { fixesFor } from './fixes.ts'
import { marksOf } from './markers.ts'

const session = new Session({ nodes: 1 })
session.runUntil(20_000)

function dryRun(text: string): string {
  return run(session, 'kubectl apply --dry-run=server -f -', text).err
}

/** Takes the first fix that is offered, again and again, until the server has nothing more to say. */
function mended(text: string): { text: string; taken: string[]; left: string } {
  const taken: string[] = []
  let now = text
  for (let i = 0; i < 8; i++) {
    const said = dryRun(now)
    if (!said) return { text: now, taken, left: '' }
    const parsed = parse(now)
    const fix = marksOf(now, said).flatMap((m) => fixesFor(parsed, m))[0]
    if (!fix) return { text: now, taken, left: said }
    taken.push([fix.title, ...Object.values(fix.values)].join(' '))
    now = now.slice(0, fix.edit.from) + fix.edit.text + now.slice(fix.edit.to)
  }
  return { text: now, taken, left: 'no end' }
}

const meta = (apiVersion: string, kind: string) =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata:\n  name: web\n`

test('a misspelt field takes the nearest known name, at any depth, whatever stands around it', () => {
  const text = `${meta('apps/v1', 'Deployment')}spec:
  replicass: 2 # two
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          imagge: nginx:1.27
`
  expect(mended(text)).toEqual({
    text: text.replace('replicass', 'replicas').replace('imagge', 'image'),
    taken: ['fix.rename replicass replicas', 'fix.rename imagge image'],
    left: '',
  })
})

test('what must be there is inserted: selector, containers, and labels that match', () => {
  const { text, left, taken } = mended(`${meta('apps/v1', 'Deployment')}spec:\n  replicas: 2\n`)
  expect(left).toBe('')
  expect(taken).toEqual(['fix.insert selector', 'fix.labels', 'fix.insert containers'])
  expect(text).toContain('  selector:\n    matchLabels:\n      app: web\n')
  expect(text).toContain('      containers:\n        - name: web\n          image: nginx:1.27')
})

test('labels are made to match the selector; others stay', () => {
  const text = `${meta('apps/v1', 'Deployment')}spec:
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: wbe
        tier: front
    spec:
      containers: [{name: web, image: nginx:1.27}]
`
  expect(mended(text)).toEqual({
    text: text.replace('wbe', 'web'),
    taken: ['fix.labels'],
    left: '',
  })
})

test('an old version becomes the one that is served, a misspelt kind the nearest', () => {
  const ingress = `${meta('extensions/v1beta1', 'Ingress')}spec:\n  defaultBackend: {service: {name: web, port: {number: 80}}}\n`
  expect(mended(ingress)).toMatchObject({
    taken: ['fix.version networking.k8s.io/v1 Ingress'],
    left: '',
  })
  expect(mended(`${meta('v1', 'ConfigMapp')}data: {a: b}\n`)).toMatchObject({
    taken: ['fix.rename ConfigMapp ConfigMap'],
    left: '',
  })
  expect(mended('kind: ConfigMap\nmetadata: {name: x}\n')).toMatchObject({
    text: 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n',
    left: '',
  })
})

test.each([
  ['v1', 'Service', 'spec:\n  selector: {app: x}\n', ['fix.insert ports']],
  ['v1', 'Pod', 'spec:\n  containers:\n    - image: nginx\n', ['fix.insert name']],
  ['v1', 'Pod', 'spec: {containers: [{name: a}]}\n', ['fix.insert image']],
  ['v1', 'Pod', 'spec:\n  containers:\n', ['fix.insert containers']],
  [
    'v1',
    'Pod',
    'spec:\n  restartPolicy: Allways\n  containers: [{name: a, image: nginx}]\n',
    ['fix.value Always'],
  ],
  [
    'v1',
    'PersistentVolumeClaim',
    'spec:\n  resources: {requests: {storage: 1Gi}}\n',
    ['fix.insert accessModes'],
  ],
  [
    'batch/v1',
    'Job',
    'spec:\n  template:\n    spec:\n      containers: [{name: a, image: busybox}]\n',
    ['fix.insert restartPolicy'],
  ],
])('%s %s is mended: %s', (apiVersion, kind, rest, taken) => {
  expect(mended(meta(apiVersion, kind) + rest)).toMatchObject({ taken, left: '' })
})

test('a field that nothing resembles can be taken out', () => {
  const text = `${meta('v1', 'ConfigMap')}zzzzqqqq: 1\ndata: {a: b}\n`
  expect(mended(text)).toMatchObject({
    text: text.replace('zzzzqqqq: 1\n', ''),
    taken: ['fix.remove zzzzqqqq'],
  })
})

test('only the document that is meant is marked and mended', () => {
  const good = `${meta('v1', 'ConfigMap')}data: {a: b}\n`
  const text = `${good}---\n${meta('v1', 'ConfigMap').replace('web', 'other')}dta: {a: b}\n`
  expect(mended(text).text).toBe(text.replace('dta', 'data'))
  expect(described(parse(text)).map((d) => [d.line, d.kind, d.name])).toEqual([
    [1, 'ConfigMap', 'web'],
    [7, 'ConfigMap', 'other'],
  ])
})
