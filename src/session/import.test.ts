import './tools.ts'
import { expect, test } from 'vitest'
import { scenarios } from '../scenarios/index.ts'
import { exportManifests } from './export.ts'
import { planImport } from './import.ts'
import { Session } from './session.ts'

const REAL = `apiVersion: v1
kind: List
metadata: {resourceVersion: ""}
items:
- apiVersion: apps/v1
  kind: Deployment
  metadata:
    annotations:
      deployment.kubernetes.io/revision: "3"
      kubectl.kubernetes.io/last-applied-configuration: '{"kind":"Deployment"}'
      team: blue
    creationTimestamp: "2026-01-02T03:04:05Z"
    generation: 3
    managedFields: [{manager: kubectl, operation: Update}]
    name: web
    namespace: shop
    resourceVersion: "991"
    uid: 0b7a
  spec:
    replicas: 2
    selector: {matchLabels: {app: web}}
    template:
      metadata: {creationTimestamp: null, labels: {app: web}}
      spec: {containers: [{name: web, image: "nginx:1.27"}]}
  status: {replicas: 2}
- apiVersion: apps/v1
  kind: ReplicaSet
  metadata:
    name: web-5d
    namespace: shop
    ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: web, uid: 0b7a, controller: true}]
- apiVersion: v1
  kind: Pod
  metadata: {name: alone, namespace: shop, uid: p1}
  spec:
    nodeName: ip-10-0-0-1
    containers:
    - name: c
      image: busybox
      volumeMounts: [{name: kube-api-access-x7x2p, mountPath: /var/run/secrets}, {name: data, mountPath: /data}]
    tolerations: [{key: node.kubernetes.io/not-ready, operator: Exists, effect: NoExecute, tolerationSeconds: 300}]
    volumes: [{name: kube-api-access-x7x2p, projected: {}}, {name: data, emptyDir: {}}]
- apiVersion: v1
  kind: Service
  metadata: {name: web, namespace: shop}
  spec: {clusterIP: 10.3.4.5, clusterIPs: [10.3.4.5], ports: [{port: 80}], selector: {app: web}, type: ClusterIP}
- apiVersion: v1
  kind: Secret
  metadata: {name: word, namespace: shop}
  data: {password: aHVudGVyMg==}
  type: Opaque
- {apiVersion: v1, kind: ConfigMap, metadata: {name: kube-root-ca.crt, namespace: shop}, data: {}}
- {apiVersion: v1, kind: Pod, metadata: {name: coredns-1, namespace: kube-system}}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: gadgets.example.com, uid: c1}
spec:
  group: example.com
  names: {kind: Gadget, plural: gadgets}
  scope: Namespaced
  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}]
---
{apiVersion: example.com/v1, kind: Gadget, metadata: {name: g, namespace: shop}, spec: {size: 3}}
---
note: this is no object
`

test("a real cluster's objects lose what servers wrote, and stand in an order that can be made", () => {
  const plan = planImport(REAL)
  expect(
    plan.items.map((i) => `${i.kind} ${i.namespace}/${i.name}${i.masked ? ' masked' : ''}`),
  ).toEqual([
    'Namespace /shop',
    'CustomResourceDefinition /gadgets.example.com',
    'Secret shop/word masked',
    'Service shop/web',
    'Pod shop/alone',
    'Deployment shop/web',
    'Gadget shop/g',
  ])
  expect(plan.leftOut).toEqual([
    { reason: 'owned', kind: 'ReplicaSet', count: 1 },
    { reason: 'kept-by-cluster', kind: 'ConfigMap', count: 1 },
    { reason: 'installation', kind: 'Pod', count: 1 },
    { reason: 'not-an-object', kind: '', count: 1 },
  ])
  expect(plan.batches.map((b) => b.waits)).toEqual([
    [
      'kubectl wait --for=create serviceaccount/default -n shop --timeout=60s',
      'kubectl wait --for=condition=established crd/gadgets.example.com --timeout=60s',
    ],
    [],
  ])
  const all = plan.batches.map((b) => b.yaml).join('---\n')
  for (const gone of [
    'uid',
    'resourceVersion',
    'managedFields',
    'status',
    'nodeName',
    '10.3.4.5',
    'aHVudGVyMg',
    'last-applied',
    'revision',
    'kube-api-access',
    'not-ready',
    'null',
    'generation',
  ])
    expect(all, gone).not.toContain(gone)
  for (const kept of ['team: blue', 'mountPath: /data', 'size: 3']) expect(all).toContain(kept)
})

test('a typed list knows the kind of its items; a namespace that is there is not made; Secrets can be kept', () => {
  const list = {
    apiVersion: 'v1',
    kind: 'SecretList',
    items: [{ metadata: { name: 's', namespace: 'shop' }, data: { a: 'Yg==' } }],
  }
  const pinned = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'd' },
    spec: { template: { spec: { nodeName: 'there' } } },
  }
  const nodes = (...names: string[]) =>
    planImport(JSON.stringify(pinned), { nodes: new Set(names) }).batches[0]?.yaml
  expect(nodes('there')).toContain('nodeName: there')
  expect(nodes('elsewhere')).not.toContain('nodeName')
  const plan = planImport(JSON.stringify(list), {
    keepSecrets: true,
    namespaces: new Set(['shop']),
  })
  expect(plan.items).toEqual([{ kind: 'Secret', namespace: 'shop', name: 's', masked: false }])
  expect(plan.batches[0]?.yaml).toContain('a: Yg==')
  expect(() => planImport('a: [')).toThrow(/error parsing import/)
  expect(planImport('').batches).toEqual([])
})

function run(session: Session, line: string, stdin?: string): string {
  let said = ''
  let code = -1
  const say = (t: string) => {
    said += t
  }
  session.kubectl(
    line,
    { stdout: say, stderr: say, ...(stdin === undefined ? {} : { stdin }) },
    (c) => {
      code = c
    },
  )
  session.flush()
  for (let i = 0; code < 0 && i < 2000; i++) session.runUntil(session.now + 50)
  expect(`${code} ${said}`).toMatch(/^0 /)
  return said
}

test('export of an untouched cluster is empty; import(export(x)) is x, in text and in a cluster', () => {
  const first = new Session({ nodes: 3 })
  first.runUntil(20_000)
  expect(exportManifests(first.objects())).toEqual({ yaml: '', count: 0 })
  for (const [name, text] of Object.entries(scenarios[0]?.files ?? {})) first.files.set(name, text)
  for (const line of scenarios[0]?.setup ?? []) run(first, line)
  run(first, 'kubectl create namespace shop')
  first.runUntil(first.now + 2000)
  run(first, 'kubectl create deployment front -n shop --image=nginx:1.27 --replicas=2')
  run(first, 'kubectl create secret generic word -n shop --from-literal=password=hunter2')
  run(first, 'kubectl create configmap settings -n shop --from-literal=colour=blue')
  run(first, 'kubectl create job once -n shop --image=busybox -- echo hello')
  run(first, 'kubectl create cronjob often -n shop --image=busybox --schedule="* * * * *" -- date')
  run(first, 'kubectl run alone -n shop --image=nginx:1.27')
  run(first, 'kubectl create role reader -n shop --verb=get --resource=pods')
  run(first, 'kubectl create rolebinding reads -n shop --role=reader --serviceaccount=shop:default')
  run(first, 'kubectl autoscale deployment front -n shop --max=4')
  run(first, 'kubectl create pdb front -n shop --selector=app=front --min-available=1')
  run(first, 'kubectl create quota q -n shop --hard=pods=50')
  first.settle(120_000)
  const x = exportManifests(first.objects())
  expect(x.count).toBe(18)
  for (const gone of [
    'uid',
    'ReplicaSet',
    'data-redis-0',
    'kind: Event',
    'nodeName',
    'clusterIP: 10',
    'terminationMessagePath',
    'progressDeadlineSeconds',
    'protocol: TCP',
    'defaultMode',
    'status:',
  ])
    expect(x.yaml, gone).not.toContain(gone)
  for (const kept of ['clusterIP: None', 'nodePort: 30080', 'periodSeconds: 5', 'minAvailable: 1'])
    expect(x.yaml).toContain(kept)

  const plan = planImport(x.yaml, { keepSecrets: true })
  expect(plan.leftOut).toEqual([])
  expect(plan.batches.map((b) => b.yaml).join('---\n')).toBe(x.yaml)
  const masked = planImport(x.yaml)
    .batches.map((b) => b.yaml)
    .join('')
  expect(masked).not.toContain('aHVudGVyMg')
  expect(
    planImport(masked)
      .batches.map((b) => b.yaml)
      .join(''),
  ).toBe(masked)

  const second = new Session({ nodes: 3, seed: 9 })
  second.runUntil(20_000)
  for (const b of plan.batches) {
    run(second, 'kubectl apply -f -', b.yaml)
    for (const line of b.waits) run(second, line)
  }
  second.settle(120_000)
  expect(exportManifests(second.objects()).yaml).toBe(x.yaml)
})
