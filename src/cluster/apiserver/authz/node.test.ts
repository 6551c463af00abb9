import '../../../session/tools.ts'
import { expect, test } from 'vitest'
import { Session } from '../../../session/session.ts'
import { run } from '../../../testing/terminal.ts'

const POD = `apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  nodeName: node-1
  containers: [{name: c, image: nginx:1.27, envFrom: [{configMapRef: {name: settings}}]}]
  volumes: [{name: v, secret: {secretName: key}}]
`

test('a kubelet reads what its own pods need, and nothing of its neighbour', () => {
  const s = new Session({ nodes: 2 })
  s.runUntil(20_000)
  run(s, 'kubectl create secret generic key --from-literal=a=b')
  run(s, 'kubectl create secret generic other --from-literal=a=b')
  run(s, 'kubectl create configmap settings')
  run(s, 'kubectl apply -f -', POD)
  s.runUntil(40_000)
  const as = (node: string, line: string) =>
    run(s, `kubectl ${line} --as=system:node:${node} --as-group=system:nodes`)
  expect(as('node-1', 'get secret key -o name').out).toBe('secret/key\n')
  expect(as('node-1', 'get configmap settings -o name').code).toBe(0)
  expect(as('node-2', 'get secret key').err).toContain(
    "no relationship found between node 'node-2' and this object",
  )
  expect(as('node-1', 'get secret other').err).toContain('is forbidden')
  expect(as('node-1', 'get secrets').err).toContain('No Object name found')
  expect(as('node-1', 'get node node-1 -o name').out).toBe('node/node-1\n')
  expect(as('node-1', 'get node node-2').err).toContain('only its own Node object')
  expect(as('node-1', 'get pods').err).toContain('spec.nodeName field selector')
  expect(as('node-1', 'get pods --field-selector spec.nodeName=node-1 -o name').out).toContain(
    'pod/web',
  )
  expect(as('node-1', 'get deployments').err).toContain('cannot list resource "deployments"')
  expect(run(s, 'kubectl get secret key --as=system:node:node-1').err).toContain('is forbidden')
})
