import '../../session/tools.ts'
import { expect, test } from 'vitest'
import { Session } from '../../session/session.ts'
import { run } from '../../testing/terminal.ts'
import { differences } from './difference.ts'

const OLD = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {colour: blue}\n'
const NEW = `${OLD.replace('blue', 'green')}---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web.site}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: nginx}]}
---
apiVersion: v1
kind: Namespace
metadata: {name: team}
`

test('what kubectl diff prints is taken apart by object', () => {
  const session = new Session({ nodes: 1 })
  session.runUntil(20_000)
  run(session, 'kubectl apply -f -', OLD)
  const found = differences(run(session, 'kubectl diff -f -', NEW).out)
  expect(found.map((d) => [d.kind, d.namespace, d.name, d.isNew])).toEqual([
    ['ConfigMap', 'default', 'settings', false],
    ['Deployment', 'default', 'web.site', true],
    ['Namespace', '', 'team', true],
  ])
  expect(found[0]).toMatchObject({ added: 1, removed: 1 })
  expect(found[0]?.lines).toContain('+  colour: green')
  expect(differences('')).toEqual([])
})
