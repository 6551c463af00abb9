import { expect, test } from 'vitest'
import { apply, hold } from '../../testing/whycase.ts'

const deployment = (name: string, container: string, more = '', replicas = 1) =>
  apply(`apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec:
      ${more}
      containers: [${container}]`)

const pod = (name: string, container: string, more = '') =>
  apply(`apiVersion: v1
kind: Pod
metadata: {name: ${name}, labels: {app: ${name}}}
spec:
  ${more}
  containers: [${container}]`)

test('a pod that asks for more than is free waits, and the largest request that fits is found', () => {
  const { fixes } = hold({
    steps: [
      deployment('big', '{name: c, image: "nginx:1.27", resources: {requests: {cpu: "64"}}}'),
    ],
    about: 'Pod/big-*',
    chain: ['why.pod.toolarge'],
    says: { resource: 'cpu', asked: '64', has: '4' },
    fix: /^kubectl patch deployment big -p '.*"requests":{"cpu":"3\d{3}m"}/,
  })
  expect(fixes[0]?.after).toBeLessThan(30_000)
})

test('a pod without room on any node names the node that is nearest', () => {
  hold({
    steps: [
      deployment(
        'full',
        '{name: c, image: "nginx:1.27", resources: {requests: {memory: 5Gi}}}',
        '',
        2,
      ),
      20_000,
      deployment('more', '{name: c, image: "nginx:1.27", resources: {requests: {memory: 4Gi}}}'),
    ],
    about: 'Pod/more-*',
    chain: ['why.pod.resources'],
    says: { resource: 'memory', asked: '4Gi', node: /^node-/ },
    fix: /"requests":{"memory":"2\d{3}Mi"}/,
  })
})

test('an untolerated taint is named, and a toleration is the smallest way', () => {
  hold({
    steps: [
      'kubectl taint nodes node-1 node-2 gpu=true:NoSchedule',
      'kubectl create deployment web --image=nginx:1.27',
    ],
    about: 'Pod/web-*',
    chain: ['why.pod.taint'],
    says: { taint: 'gpu=true:NoSchedule', nodes: 'node-1, node-2' },
    fix: /"tolerations":\[{"key":"gpu"/,
  })
})

test('a nodeSelector that no node meets: the nearest label is found', () => {
  hold({
    steps: [
      'kubectl label nodes node-1 disk=ssd',
      deployment('web', '{name: c, image: "nginx:1.27"}', 'nodeSelector: {disk: sdd}'),
    ],
    about: 'Deployment/web',
    chain: ['why.deployment.held', 'why.pod.nodeselector.near'],
    says: { label: 'disk=sdd', near: 'disk=ssd' },
    fix: /"nodeSelector":{"disk":"ssd"}/,
  })
})

test('node affinity that no node meets', () => {
  const affinity =
    'affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: zone, operator: In, values: [west]}]}]}}}'
  hold({
    steps: [pod('far', '{name: c, image: "nginx:1.27"}', affinity)],
    about: 'Pod/far',
    chain: ['why.pod.nodeaffinity'],
    says: { term: 'zone In west' },
    fix: /^kubectl label node node-1 zone=west/,
  })
})

test('anti-affinity with more copies than nodes', () => {
  const affinity =
    'affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{labelSelector: {matchLabels: {app: apart}}, topologyKey: kubernetes.io/hostname}]}}'
  hold({
    steps: [deployment('apart', '{name: c, image: "nginx:1.27"}', affinity, 3)],
    about: 'Deployment/apart',
    chain: ['why.deployment.held', 'why.pod.antiaffinity'],
    fix: /podAntiAffinity|scale/,
  })
})

test('all nodes are cordoned', () => {
  hold({
    steps: ['kubectl cordon node-1 node-2', 'kubectl create deployment web --image=nginx:1.27'],
    about: 'Pod/web-*',
    chain: ['why.pod.cordoned'],
    says: { nodes: 'node-1, node-2' },
    fix: /^kubectl uncordon node-1$/,
  })
})

test('no nodes at all', () => {
  hold({
    cluster: { nodes: 0 },
    steps: ['kubectl create deployment web --image=nginx:1.27'],
    about: 'Pod/web-*',
    chain: ['why.pod.noworkers'],
    fix: { kind: 'add-node' },
  })
})

test('the claim of a pod is unbound because its class does not exist', () => {
  const claim = apply(
    'apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data}\nspec: {storageClassName: fast, accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}',
  )
  hold({
    steps: [
      claim,
      pod(
        'db',
        '{name: c, image: "redis:7.4", volumeMounts: [{name: d, mountPath: /data}]}',
        'volumes: [{name: d, persistentVolumeClaim: {claimName: data}}]',
      ),
    ],
    about: 'Pod/db',
    chain: ['why.pod.claim', 'why.claim.noclass'],
    says: { storageClass: 'fast' },
    fix: /kind: StorageClass/,
  })
})

test('the claim of a pod does not exist', () => {
  hold({
    steps: [
      pod(
        'db',
        '{name: c, image: "redis:7.4", volumeMounts: [{name: d, mountPath: /data}]}',
        'volumes: [{name: d, persistentVolumeClaim: {claimName: data}}]',
      ),
    ],
    about: 'Pod/db',
    chain: ['why.pod.claim.missing'],
    says: { claim: 'data' },
    fix: /kind: PersistentVolumeClaim/,
  })
})

test('a container that keeps ending: its last words name the variable it wants', () => {
  hold({
    steps: ['kubectl create deployment db --image=postgres:16'],
    wait: 60_000,
    about: 'Deployment/db',
    chain: ['why.deployment.held', 'why.container.exit'],
    says: { container: 'postgres', code: 1 },
    fix: /"env":\[{"name":"POSTGRES_PASSWORD"/,
  })
})

test('a command that is not in the image', () => {
  hold({
    steps: [deployment('web', '{name: c, image: "nginx:1.27", command: [ngnix]}')],
    wait: 60_000,
    about: 'Pod/web-*',
    chain: ['why.container.notfound'],
    says: { container: 'c', command: 'ngnix' },
    fix: /"command":null/,
  })
})

test('an image tag that does not exist, after one that did', () => {
  hold({
    steps: [
      'kubectl create deployment web --image=nginx:1.27',
      20_000,
      'kubectl set image deployment/web nginx=nginx:1.2x7',
    ],
    about: 'Deployment/web',
    chain: ['why.deployment.held', 'why.image.tag'],
    says: { image: 'nginx:1.2x7' },
    fix: /^kubectl set image deployment\/web nginx=nginx:1.27$/,
  })
})

test('an image name that nobody has: the catalogue knows one that is nearly so', () => {
  hold({
    steps: ['kubectl run web --image=docker.io/library/nginx-missing:1.27'],
    about: 'Pod/web',
    chain: ['why.image.repository'],
    says: { image: /nginx-missing/ },
    fix: /^kubectl set image pod\/web web=nginx:1.27$/,
  })
})

test('a registry that does not exist', () => {
  hold({
    steps: ['kubectl run web --image=registry.invalid/web:1'],
    about: 'Pod/web',
    chain: ['why.image.registry'],
    beyond: 'why.beyond.registry',
  })
})

test('a registry that does not answer, until it is let answer again', () => {
  hold({
    steps: [
      { kind: 'registry', image: '*', error: 'toomanyrequests: rate limit exceeded' },
      'kubectl create deployment web --image=redis:7.4',
    ],
    about: 'Pod/web-*',
    chain: ['why.image.registry'],
    says: { message: /toomanyrequests/ },
    fix: { kind: 'registry-heal', image: '*' },
  })
})

test('a ConfigMap that is missing', () => {
  hold({
    steps: [
      pod(
        'app',
        '{name: c, image: "nginx:1.27", env: [{name: MODE, valueFrom: {configMapKeyRef: {name: settings, key: mode}}}]}',
      ),
    ],
    about: 'Pod/app',
    chain: ['why.config.missing'],
    says: { kind: 'ConfigMap', object: 'settings' },
    fix: /^kubectl create configmap settings --from-literal=mode=value$/,
  })
})

test('a Secret whose name was nearly right', () => {
  hold({
    steps: [
      'kubectl create secret generic credentials --from-literal=password=x',
      deployment(
        'app',
        '{name: c, image: "nginx:1.27", env: [{name: P, valueFrom: {secretKeyRef: {name: credential, key: password}}}]}',
      ),
    ],
    about: 'Deployment/app',
    chain: ['why.deployment.held', 'why.config.near'],
    says: { kind: 'Secret', object: 'credential', near: 'credentials' },
    fix: /"secretKeyRef":{"name":"credentials"/,
  })
})

test('a key that a ConfigMap does not have', () => {
  hold({
    steps: [
      'kubectl create configmap settings --from-literal=mode=dark',
      deployment(
        'app',
        '{name: c, image: "nginx:1.27", env: [{name: MODE, valueFrom: {configMapKeyRef: {name: settings, key: modes}}}]}',
      ),
    ],
    about: 'Pod/app-*',
    chain: ['why.config.key.near'],
    says: { key: 'modes', keys: 'mode', near: 'mode' },
    fix: /"configMapKeyRef":{"name":"settings","key":"mode"}/,
  })
})

test('a volume whose ConfigMap is missing keeps the containers from being created', () => {
  hold({
    steps: [
      deployment(
        'app',
        '{name: c, image: "nginx:1.27", volumeMounts: [{name: v, mountPath: /etc/x}]}',
        'volumes: [{name: v, configMap: {name: files}}]',
      ),
    ],
    about: 'Pod/app-*',
    chain: ['why.pod.mount', 'why.config.missing'],
    says: { kind: 'ConfigMap', object: 'files' },
    fix: /^kubectl create configmap files/,
  })
})

test('a readiness probe at the wrong port', () => {
  hold({
    steps: [
      deployment(
        'web',
        '{name: c, image: "nginx:1.27", readinessProbe: {httpGet: {path: /, port: 8080}, periodSeconds: 2}}',
      ),
    ],
    about: 'Deployment/web',
    chain: ['why.deployment.held', 'why.probe.readiness'],
    says: { container: 'c', probe: 'GET :8080/', answer: /connection refused/, listens: '80' },
    fix: /"readinessProbe":{"httpGet":{"port":80}}/,
  })
})

test('a liveness probe at a path that is not there restarts the container', () => {
  hold({
    steps: [
      deployment(
        'web',
        '{name: c, image: "nginx:1.27", livenessProbe: {httpGet: {path: /nothing, port: 80}, periodSeconds: 3}}',
      ),
    ],
    wait: 60_000,
    about: 'Deployment/web',
    chain: ['why.deployment.held', 'why.probe.liveness'],
    says: { probe: 'GET :80/nothing', answer: /404/ },
    fix: /"livenessProbe":{"httpGet":{"path":"\/"}}/,
  })
})

test('a container that needs more memory than its limit', () => {
  hold({
    steps: [
      deployment(
        'hog',
        '{name: c, image: "polinux/stress", command: [stress], args: ["--vm", "1", "--vm-bytes", "150M", "--vm-hang", "1"], resources: {limits: {memory: 100Mi}}}',
      ),
    ],
    wait: 60_000,
    about: 'Deployment/hog',
    chain: ['why.deployment.held', 'why.container.oom'],
    says: { container: 'c', limit: '100Mi' },
    fix: /"limits":{"memory":"200Mi"}/,
  })
})

test('an init container that waits for a Service', () => {
  const init =
    'initContainers: [{name: wait, image: "busybox:1.36", command: [sh, -c, "until nslookup mydb; do sleep 2; done"]}]'
  hold({
    steps: [deployment('app', '{name: c, image: "nginx:1.27"}', init)],
    wait: 40_000,
    about: 'Pod/app-*',
    chain: ['why.pod.init.running', 'why.service.missing'],
    fix: /^kubectl create service clusterip mydb/,
  })
})

test('an init container that fails', () => {
  const init =
    'initContainers: [{name: setup, image: "busybox:1.36", command: [sh, -c, "echo no disk; exit 3"]}]'
  hold({
    steps: [deployment('app', '{name: c, image: "nginx:1.27"}', init)],
    wait: 40_000,
    about: 'Pod/app-*',
    chain: ['why.pod.init', 'why.container.init'],
    says: { container: 'setup', code: 3, words: 'no disk' },
    fix: /"initContainers":\[{"name":"setup","command":null/,
  })
})

test('a pod that is done', () => {
  hold({
    steps: ['kubectl run once --image=busybox:1.36 --restart=Never -- echo done'],
    about: 'Pod/once',
    chain: ['why.pod.completed'],
  })
})

test('a pod evicted from a node that went silent', () => {
  hold({
    steps: [
      'kubectl create deployment web --image=nginx:1.27 --replicas=2',
      20_000,
      { kind: 'power-off', node: 'node-1' },
    ],
    wait: 120_000,
    about: 'Deployment/web',
    chain: ['why.deployment.held', 'why.pod.silent', 'why.node.unknown', 'why.node.power'],
    fix: { kind: 'power-on', node: 'node-1' },
  })
})

const HOG = (total: string) =>
  `{name: c, image: "registry.k8s.io/e2e-test-images/agnhost:2.53", args: [stress, "--mem-total=${total}", "--mem-alloc-size=500Mi", "--mem-alloc-sleep=1s"]}`

/** 5 GiB that are spoken for. */
const REST = 'resources: {requests: {memory: 5400Mi, cpu: 1}, limits: {memory: 5400Mi, cpu: 1}}'

test('a node short of memory: who took it', () => {
  hold({
    steps: [
      'kubectl cordon node-2',
      deployment('rest', `${HOG('5Gi').slice(0, -1)}, ${REST}}`),
      20_000,
      pod('hog', HOG('4Gi')),
    ],
    wait: 60_000,
    about: 'Node/node-1',
    chain: ['why.node.memory', 'why.node.hog'],
    says: { name: 'hog', request: '0', node: 'node-1' },
    fix: /requests:\n +memory: 2\d{3}Mi/,
  })
})

test('a machine without any memory left: the kernel chooses', () => {
  hold({
    steps: [
      pod(
        'greedy',
        '{name: c, image: polinux/stress, command: [stress, "--vm", "1", "--vm-bytes", "9G"]}',
      ),
    ],
    about: 'Pod/greedy',
    chain: ['why.container.oom.machine'],
    says: { container: 'c', node: /^node-/ },
    beyond: 'why.beyond.memory',
  })
})

test('an evicted pod: stating what it uses finds it a node', () => {
  const { answer } = hold({
    steps: [
      'kubectl cordon node-2',
      deployment('rest', `${HOG('5Gi').slice(0, -1)}, ${REST}}`),
      20_000,
      pod('hog', HOG('4Gi')),
      6000,
      'kubectl uncordon node-2',
    ],
    wait: 40_000,
    about: 'Pod/hog',
    chain: ['why.pod.evicted', 'why.node.hog'],
    says: { name: 'hog', request: '0', node: 'node-1', available: /^-?\d+Mi$/ },
    fix: /memory: 2\d{3}Mi|memory: [34]\d{3}Mi/,
  })
  expect(answer.verdict.values.message).toContain('Threshold quantity: 100Mi')
})

test('a resize in place that no node could carry out', () => {
  hold({
    steps: [
      pod(
        'grow',
        '{name: c, image: "nginx:1.27", resources: {requests: {cpu: 500m, memory: 128Mi}}}',
      ),
      10_000,
      `kubectl patch pod grow --subresource resize -p '{"spec":{"containers":[{"name":"c","resources":{"requests":{"cpu":"100"}}}]}}'`,
    ],
    about: 'Pod/grow',
    chain: ['why.pod.resize.infeasible'],
    says: { message: "Node didn't have enough capacity: cpu, requested: 100000, capacity: 4000" },
    fix: /^kubectl patch pod grow --subresource resize -p '.*"cpu":"500m"/,
  })
})

test('a resize in place that waits for room', () => {
  hold({
    cluster: { nodes: 1 },
    steps: [
      pod(
        'grow',
        '{name: c, image: "nginx:1.27", resources: {requests: {cpu: 500m, memory: 128Mi}}}',
      ),
      pod(
        'other',
        '{name: c, image: "nginx:1.27", resources: {requests: {cpu: 2500m, memory: 128Mi}}}',
      ),
      10_000,
      `kubectl patch pod grow --subresource resize -p '{"spec":{"containers":[{"name":"c","resources":{"requests":{"cpu":"2"}}}]}}'`,
    ],
    about: 'Pod/grow',
    chain: ['why.pod.resize.deferred'],
    says: { message: /enough resource: cpu, requested: 2000, used: \d+, capacity: 4000/ },
    fix: /^kubectl patch pod grow --subresource resize/,
  })
})
