import { expect, test } from 'vitest'
import { apply, hold } from '../../testing/whycase.ts'
import { why } from './why.ts'

const service = (name: string, spec: string) =>
  apply(`apiVersion: v1\nkind: Service\nmetadata: {name: ${name}}\nspec: ${spec}`)
const ingress = (spec: string) =>
  apply(`apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: shop}\nspec: ${spec}`)
const route = (name: string, port: number) =>
  `{rules: [{host: shop.example, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: ${name}, port: {number: ${port}}}}}]}}]}`
const WEB = 'kubectl create deployment web --image=nginx:1.27'

test('a selector that no pod meets: the nearest pod is named, and one letter mends it', () => {
  const { fixes } = hold({
    steps: [WEB, service('web', '{selector: {app: wbe}, ports: [{port: 80}]}')],
    about: 'Service/web',
    chain: ['why.service.selector'],
    says: { selector: 'app=wbe', near: 'app=web', pod: /^web-/ },
    fix: /^kubectl patch service web -p '{"spec":{"selector":{"app":"web"}}}'$/,
  })
  expect(fixes[0]?.after).toBeLessThan(5000)
})

test('a Service sends to a port that nobody listens on', () => {
  hold({
    steps: [WEB, service('web', '{selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}')],
    about: 'Service/web',
    chain: ['why.service.targetport'],
    says: { target: 8080, listens: '80' },
    fix: /"targetPort":80/,
  })
})

test('a Service sends to a named port that the pods do not have', () => {
  hold({
    steps: [
      'kubectl create deployment web --image=nginx:1.27 --port=80',
      service('web', '{selector: {app: web}, ports: [{port: 80, targetPort: http}]}'),
    ],
    about: 'Service/web',
    chain: ['why.service.portname'],
    says: { port: 'http' },
    fix: /"targetPort":80/,
  })
})

test('a Service in one namespace and its pods in another', () => {
  hold({
    steps: [
      'kubectl create namespace shop',
      'kubectl create deployment web --image=nginx:1.27 -n shop',
      service('web', '{selector: {app: web}, ports: [{port: 80}]}'),
    ],
    about: 'Service/web',
    chain: ['why.service.namespace'],
    says: { there: 'shop', here: 'default' },
    fix: /--external-name=web.shop.svc.cluster.local$/,
  })
})

test('a Service whose workload is scaled to nothing', () => {
  hold({
    steps: [
      WEB,
      'kubectl expose deployment web --port=80',
      'kubectl scale deployment web --replicas=0',
    ],
    about: 'Service/web',
    chain: ['why.service.nopods'],
    fix: /^kubectl scale deployment\/web --replicas=1$/,
  })
})

test('a Service whose pods are not ready says why they are not', () => {
  hold({
    steps: [
      'kubectl create deployment web --image=nginx:9.99.x',
      'kubectl expose deployment web --port=80',
    ],
    about: 'Service/web',
    chain: ['why.service.notready', 'why.image.tag'],
    fix: /set image/,
  })
})

test('a LoadBalancer where nothing makes load balancers', () => {
  hold({
    cluster: { bare: true },
    steps: [WEB, 'kubectl expose deployment web --port=80 --type=LoadBalancer'],
    about: 'Service/web',
    chain: ['why.service.pending'],
    fix: /"type":"NodePort"/,
  })
})

test('a LoadBalancer and a NodePort that work say where they answer', () => {
  const balanced = hold({
    steps: [WEB, 'kubectl expose deployment web --port=80 --type=LoadBalancer'],
    about: 'Service/web',
    chain: ['why.service.balanced'],
    says: { address: /^203\.0\.113\./ },
  })
  expect(balanced.answer.fixable).toBe(false)
  hold({
    steps: [WEB, 'kubectl expose deployment web --port=80 --type=NodePort'],
    about: 'Service/web',
    chain: ['why.service.nodeport'],
    says: { nodePort: /^3\d{4}$/ },
  })
})

test('a NetworkPolicy that lets nobody in', () => {
  hold({
    steps: [
      WEB,
      'kubectl expose deployment web --port=80',
      'kubectl run client --image=curlimages/curl -- sleep infinity',
      apply(
        'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: closed}\nspec: {podSelector: {}, policyTypes: [Ingress]}',
      ),
    ],
    about: 'Service/web',
    chain: ['why.service.policy'],
    says: { policy: 'closed', port: 80 },
    fix: /name: allow-web/,
  })
})

test('an Ingress to a Service that does not exist', () => {
  hold({
    steps: [WEB, 'kubectl expose deployment web --port=80', ingress(route('wep', 80))],
    about: 'Ingress/shop',
    chain: ['why.ingress.service'],
    says: { service: 'wep', near: 'web', where: 'shop.example/' },
    fix: /"value":"web"/,
  })
})

test('an Ingress to a port that its Service does not have', () => {
  hold({
    steps: [WEB, 'kubectl expose deployment web --port=80', ingress(route('web', 8080))],
    about: 'Ingress/shop',
    chain: ['why.ingress.port'],
    says: { port: 8080, known: '80' },
    fix: /"value":{"number":80}/,
  })
})

test('an Ingress whose Service has no endpoints', () => {
  hold({
    steps: [
      WEB,
      service('web', '{selector: {app: webb}, ports: [{port: 80}]}'),
      ingress(route('web', 80)),
    ],
    about: 'Ingress/shop',
    chain: ['why.ingress.backend', 'why.service.selector'],
    fix: /"selector":{"app":"web"}/,
  })
})

test('an Ingress of a class that nobody serves', () => {
  hold({
    steps: [
      WEB,
      'kubectl expose deployment web --port=80',
      ingress(`{ingressClassName: traefik, ${route('web', 80).slice(1)}`),
    ],
    about: 'Ingress/shop',
    chain: ['why.ingress.class'],
    says: { ingressClass: 'traefik', known: 'nginx' },
    fix: /"ingressClassName":"nginx"/,
  })
})

const claim = (spec: string) =>
  apply(`apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data}\nspec: ${spec}`)
const volume = (spec: string) =>
  apply(`apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: disk}\nspec: ${spec}`)

test('a claim that waits for its first pod is as it should be', () => {
  hold({
    steps: [claim('{accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}')],
    about: 'PersistentVolumeClaim/data',
    chain: ['why.claim.consumer'],
  })
})

test('a claim larger than the volume', () => {
  hold({
    steps: [
      volume(
        '{storageClassName: "", capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], hostPath: {path: /d}}',
      ),
      claim(
        '{storageClassName: "", accessModes: [ReadWriteOnce], resources: {requests: {storage: 5Gi}}}',
      ),
    ],
    about: 'PersistentVolumeClaim/data',
    chain: ['why.claim.small'],
    says: { asked: '5Gi', capacity: '1Gi', volume: 'disk' },
    fix: /kind: PersistentVolume/,
  })
})

test('a claim with an access mode that the volume does not offer', () => {
  hold({
    steps: [
      volume(
        '{storageClassName: "", capacity: {storage: 5Gi}, accessModes: [ReadWriteOnce], hostPath: {path: /d}}',
      ),
      claim(
        '{storageClassName: "", accessModes: [ReadWriteMany], resources: {requests: {storage: 1Gi}}}',
      ),
    ],
    about: 'PersistentVolumeClaim/data',
    chain: ['why.claim.mode'],
    says: { modes: 'ReadWriteMany', offered: 'ReadWriteOnce' },
    fix: /kind: PersistentVolume/,
  })
})

test('a claim that is deleted while a pod uses it', () => {
  hold({
    steps: [
      claim('{accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}'),
      apply(
        'apiVersion: v1\nkind: Pod\nmetadata: {name: db}\nspec: {containers: [{name: c, image: "redis:7.4", volumeMounts: [{name: d, mountPath: /data}]}], volumes: [{name: d, persistentVolumeClaim: {claimName: data}}]}',
      ),
      20_000,
      'kubectl delete pvc data --wait=false',
    ],
    about: 'PersistentVolumeClaim/data',
    chain: ['why.claim.inuse'],
    says: { pod: 'db' },
    fix: /emptyDir: \{\}/,
  })
})

test('a name in the wrong namespace, and one that is nearly right', () => {
  hold({
    steps: ['kubectl create namespace shop', 'kubectl create configmap settings -n shop'],
    about: 'ConfigMap/settings',
    chain: ['why.elsewhere'],
    says: { there: 'shop', here: 'default' },
    fix: /name: settings\n {2}namespace: default/,
  })
  hold({
    steps: [WEB],
    about: 'Deployment/wep',
    chain: ['why.gone.near'],
    says: { near: 'web' },
    beyond: 'why.beyond.name',
  })
})

const CLIENT =
  "kubectl run client --image=busybox:1.36 --restart=Always -- sh -c 'sleep 5; wget -T 3 -qO- http://web && sleep 3600'"

test('a NetworkPolicy that lets in only some: the one that is kept out is let in by its labels', () => {
  const { session } = hold({
    steps: [
      WEB,
      'kubectl expose deployment web --port=80',
      20_000,
      apply(
        'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: friends}\nspec: {podSelector: {matchLabels: {app: web}}, ingress: [{from: [{podSelector: {matchLabels: {run: friend}}}]}]}',
      ),
      CLIENT.replace('run client', 'run friend'),
      CLIENT,
    ],
    about: 'Pod/client',
    chain: ['why.container.exit', 'why.call.policy'],
    says: { policy: 'friends', service: 'web', port: 80 },
    fix: /matchLabels: \{run: "client"\}/,
  })
  const friend = { kind: 'Pod', namespace: 'default', name: 'friend' }
  expect(why(session.cluster, friend).state).toBe('ok')
})

test('names do not resolve because nobody answers for them', () => {
  hold({
    steps: [
      WEB,
      'kubectl expose deployment web --port=80',
      'kubectl scale deployment coredns -n kube-system --replicas=0',
      20_000,
      CLIENT,
    ],
    wait: 60_000,
    about: 'Pod/client',
    chain: ['why.container.exit', 'why.dns.down'],
    says: { host: 'web', name: 'coredns' },
    fix: /^kubectl scale deployment coredns -n kube-system --replicas=2$/,
  })
})

test('a name of a Service that is not there', () => {
  hold({
    steps: [CLIENT],
    about: 'Pod/client',
    chain: ['why.container.exit', 'why.service.missing'],
    says: { name: 'web' },
    beyond: 'why.beyond.service',
  })
})

test('a Service that nobody made for a workload of that name', () => {
  hold({
    steps: [WEB, 20_000, CLIENT],
    about: 'Pod/client',
    chain: ['why.container.exit', 'why.service.missing'],
    fix: /^kubectl expose deployment\/web --port=80$/,
  })
})

test('a Service that is nearly so called, and one of that name in another namespace', () => {
  hold({
    steps: [WEB, 'kubectl expose deployment web --port=80', CLIENT.replace('//web', '//wep')],
    about: 'Pod/client',
    chain: ['why.container.exit', 'why.service.missing'],
    says: { name: 'wep' },
    fix: /wget -T 3 -qO- http:\/\/web && sleep/,
  })
  hold({
    steps: [
      'kubectl create namespace shop',
      `${WEB} -n shop`,
      'kubectl expose deployment web --port=80 -n shop',
      CLIENT,
    ],
    about: 'Pod/client',
    chain: ['why.container.exit', 'why.service.missing'],
    fix: /http:\/\/web\.shop &&/,
  })
})
