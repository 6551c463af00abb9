import { test } from 'vitest'
import { apply, hold } from '../../testing/whycase.ts'

const deployment = (name: string, container: string, spec = '', replicas = 1) =>
  apply(`apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}}
spec:
  replicas: ${replicas}
  ${spec}
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec:
      containers: [${container}]`)
const BUSYBOX = (script: string) =>
  `{name: c, image: "busybox:1.36", command: [sh, -c, "${script}"]}`
const job = (script: string, spec = '') =>
  apply(`apiVersion: batch/v1
kind: Job
metadata: {name: work}
spec:
  ${spec}
  template: {spec: {restartPolicy: Never, containers: [${BUSYBOX(script)}]}}`)

test('a rollout past its progress deadline says what holds it', () => {
  hold({
    steps: [
      deployment('web', '{name: c, image: "nginx:1.27"}', 'progressDeadlineSeconds: 30', 2),
      20_000,
      'kubectl set image deployment/web c=nginx:oops',
    ],
    wait: 60_000,
    about: 'Deployment/web',
    chain: ['why.deployment.stuck', 'why.image.tag'],
    says: { image: 'nginx:oops' },
    fix: /^kubectl set image deployment\/web c=nginx:1.27$/,
  })
})

test('a rollout that may not do with less and has no room for more', () => {
  const rolling = 'strategy: {rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}'
  hold({
    steps: [
      deployment(
        'big',
        '{name: c, image: "nginx:1.27", resources: {requests: {cpu: "3"}}}',
        rolling,
        2,
      ),
      20_000,
      'kubectl set image deployment/big c=nginx:1.28',
    ],
    about: 'Deployment/big',
    chain: ['why.deployment.held', 'why.pod.resources'],
    says: { resource: 'cpu', asked: '3' },
    fix: /"requests":{"cpu"/,
  })
})

test('a paused rollout', () => {
  hold({
    steps: [
      'kubectl create deployment web --image=nginx:1.27',
      20_000,
      'kubectl rollout pause deployment/web',
      'kubectl set image deployment/web nginx=nginx:1.28',
    ],
    about: 'Deployment/web',
    chain: ['why.deployment.paused'],
    fix: /^kubectl rollout resume deployment\/web$/,
  })
})

test('a quota that holds a rollout back', () => {
  hold({
    steps: [
      'kubectl create quota small --hard=pods=2',
      'kubectl create deployment web --image=nginx:1.27 --replicas=4',
    ],
    about: 'Deployment/web',
    chain: ['why.deployment.held', 'why.refused.quota'],
    says: { quota: 'small', requested: 'pods=1', used: 'pods=2', limited: 'pods=2' },
    fix: /^kubectl patch resourcequota small .*"pods":"4"/,
  })
})

test('a quota that wants to be told requests', () => {
  hold({
    steps: [
      'kubectl create quota cpu --hard=requests.cpu=2',
      'kubectl create deployment web --image=nginx:1.27',
    ],
    about: 'Deployment/web',
    chain: ['why.deployment.held', 'why.refused.unspecified'],
    says: { quota: 'cpu', missing: /requests\.cpu/ },
    fix: /"resources":{"requests":{"cpu":"100m"}}/,
  })
})

test('a StatefulSet waits for the pod before', () => {
  hold({
    steps: [
      apply(`apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  serviceName: db
  replicas: 3
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec: {containers: [{name: c, image: "redis:7.4", readinessProbe: {tcpSocket: {port: 6380}, periodSeconds: 2}}]}`),
    ],
    about: 'StatefulSet/db',
    chain: ['why.statefulset.waits', 'why.probe.readiness'],
    says: { probe: 'TCP :6380', listens: '6379' },
    fix: /"tcpSocket":{"port":6379}.* && kubectl delete pod db-0$/,
  })
})

const daemon = (more: string) =>
  apply(`apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent}
spec:
  selector: {matchLabels: {app: agent}}
  template:
    metadata: {labels: {app: agent}}
    spec: {${more} containers: [{name: c, image: "nginx:1.27"}]}`)

test('a DaemonSet leaves out nodes whose taint it does not tolerate', () => {
  hold({
    steps: [daemon('')],
    about: 'DaemonSet/agent',
    chain: ['why.daemonset.taint'],
    says: {
      taint: 'node-role.kubernetes.io/control-plane:NoSchedule',
      left: 'control-1',
      wanted: 2,
      nodes: 3,
    },
    fix: /"tolerations":\[{"key":"node-role/,
  })
})

test('a DaemonSet whose node label nobody has', () => {
  hold({
    steps: [daemon('tolerations: [{operator: Exists}], nodeSelector: {gpu: "yes"},')],
    about: 'DaemonSet/agent',
    chain: ['why.daemonset.label'],
    says: { label: 'gpu=yes', wanted: 0 },
    fix: /^kubectl label node node-1 node-2 gpu=yes/,
  })
})

test('a Job that failed too often says what its pods did', () => {
  hold({
    steps: [job('echo broken; exit 4', 'backoffLimit: 1')],
    wait: 90_000,
    about: 'Job/work',
    chain: ['why.job.backoff', 'why.container.exit'],
    says: { code: 4, words: 'broken' },
    fix: /^kubectl replace --force(?!.*command:).*image: busybox:1.36/s,
  })
})

test('a Job past its deadline', () => {
  hold({
    steps: [job('sleep 40', 'activeDeadlineSeconds: 15')],
    wait: 60_000,
    about: 'Job/work',
    chain: ['why.job.deadline'],
    says: { seconds: 15 },
    fix: /activeDeadlineSeconds: 60/,
  })
})

test('a CronJob that is suspended', () => {
  hold({
    steps: [
      'kubectl create cronjob tick --image=busybox:1.36 --schedule="*/1 * * * *" -- echo hi',
      `kubectl patch cronjob tick -p '{"spec":{"suspend":true}}'`,
    ],
    about: 'CronJob/tick',
    chain: ['why.cronjob.suspended'],
    fix: /"suspend":false/,
  })
})

const hpa = 'kubectl autoscale deployment web --cpu-percent=50 --min=1 --max=2'

test('an autoscaler without requests to measure by', () => {
  hold({
    steps: ['kubectl create deployment web --image=nginx:1.27', hpa],
    wait: 120_000,
    about: 'HorizontalPodAutoscaler/web',
    chain: ['why.hpa.requests'],
    says: { resource: 'cpu', container: 'nginx' },
    fix: /^kubectl set resources deployment\/web -c nginx --requests=cpu=100m$/,
  })
})

test('an autoscaler at its maximum', () => {
  hold({
    steps: [
      deployment(
        'web',
        '{name: c, image: "polinux/stress", command: [stress], args: ["--cpu", "1"], resources: {requests: {cpu: 200m}}}',
      ),
      hpa,
    ],
    wait: 180_000,
    about: 'HorizontalPodAutoscaler/web',
    chain: ['why.hpa.max'],
    says: { max: 2 },
    fix: /^kubectl set resources deployment\/web -c c --requests=cpu=/,
  })
})

test('an autoscaler whose metrics nobody measures', () => {
  hold({
    steps: [
      'kubectl scale deployment metrics-server -n kube-system --replicas=0',
      deployment('web', '{name: c, image: "nginx:1.27", resources: {requests: {cpu: 100m}}}'),
      hpa,
    ],
    wait: 120_000,
    about: 'HorizontalPodAutoscaler/web',
    chain: ['why.hpa.metrics', 'why.metrics.off'],
    fix: /^kubectl scale deployment\/metrics-server -n kube-system --replicas=1$/,
  })
})

test('an autoscaler whose target does not exist', () => {
  hold({
    steps: [
      deployment('web', '{name: c, image: "nginx:1.27", resources: {requests: {cpu: 100m}}}'),
      apply(
        'apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: web}\nspec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: wep}, maxReplicas: 3, metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 50}}}]}',
      ),
    ],
    wait: 60_000,
    about: 'HorizontalPodAutoscaler/web',
    chain: ['why.hpa.target'],
    says: { near: 'web' },
    fix: /"scaleTargetRef":{"name":"web"}/,
  })
})
