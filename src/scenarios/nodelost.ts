/** A machine dies; the Deployment goes on, the StatefulSet may not. */
import type { Scenario } from './scenario.ts'

const APP = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 4
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
        - name: nginx
          image: nginx:1.27
          ports: [{containerPort: 80}]
---
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: queue
spec:
  serviceName: queue
  selector:
    matchLabels: {app: queue}
  template:
    metadata:
      labels: {app: queue}
    spec:
      affinity:
        nodeAffinity:
          preferredDuringSchedulingIgnoredDuringExecution:
            - weight: 100
              preference:
                matchExpressions:
                  - {key: kubernetes.io/hostname, operator: In, values: [node-2]}
      containers:
        - name: redis
          image: redis:7.4
          ports: [{containerPort: 6379}]
`

export const nodeLost: Scenario = {
  id: 'node-lost',
  title: { en: 'A node is lost', zh: '节点失联' },
  about: {
    en: 'node-2 lost its power a moment ago. Nothing it ran could say goodbye.',
    zh: 'node-2 刚刚断电，上面运行的东西都没来得及告别。',
  },
  level: 'middle',
  minutes: 10,
  picture: 'lost',
  cluster: { nodes: 3 },
  files: { 'app.yaml': APP },
  setup: ['kubectl apply -f app.yaml'],
  faults: [{ kind: 'power-off', node: 'node-2' }],
  aftermathMs: 3000,
  tries: ['kubectl get nodes -w', 'kubectl get pods -o wide', 'kubectl describe node node-2'],
  task: {
    question: {
      en: 'Let time run (fast-forward) until the Pods of node-2 are evicted. Which successor never appears, and why? Get queue-0 to run again; the machine stays dead.',
      zh: '让时间快进，直到 node-2 上的 Pod 被驱逐。哪个后继始终没有出现？为什么？机器修不好，让 queue-0 重新运行。',
    },
    hints: [
      {
        en: 'After 50 s without a heartbeat the node is Unknown; its Pods tolerate that for 300 s more.',
        zh: '50 秒没有心跳，节点变为 Unknown；Pod 再容忍 300 秒。',
      },
      {
        en: 'A StatefulSet never runs two Pods of the same name. queue-0 is Terminating until somebody who knows says that it is really gone.',
        zh: 'StatefulSet 决不让同名 Pod 同时有两个。在知情者确认它真的没了之前，queue-0 一直处于 Terminating。',
      },
      {
        en: 'Say it for the whole node with the taint node.kubernetes.io/out-of-service=nodeshutdown:NoExecute, or for the Pod with kubectl delete --force.',
        zh: '可以给整个节点加污点 node.kubernetes.io/out-of-service=nodeshutdown:NoExecute，也可以用 kubectl delete --force 删除这个 Pod。',
      },
    ],
    goal: [
      'node/node-2 NotReady',
      'deployment/web .status.availableReplicas=4',
      'statefulset/queue .status.availableReplicas=1',
      'pod/queue-0 Ready',
    ],
    solution: [
      'kubectl wait node/node-2 --for=condition=Ready=Unknown --timeout=90s',
      'kubectl taint node node-2 node.kubernetes.io/out-of-service=nodeshutdown:NoExecute',
      'kubectl delete pod queue-0 --force',
    ],
    predict: {
      question: {
        en: 'How long until the first Pod of node-2 has a successor elsewhere, if nobody does anything?',
        zh: '如果没有人干预，要多久 node-2 上的 Pod 才会在别处有后继？',
      },
      answers: [
        { en: 'At once', zh: '立刻' },
        { en: 'About 10 seconds', zh: '约 10 秒' },
        { en: 'About 1 minute', zh: '约 1 分钟' },
        { en: 'About 6 minutes', zh: '约 6 分钟' },
      ],
      right: 3,
      line: 'kubectl get pods -o wide',
      because: {
        en: '50 s until the node counts as Unknown, and 300 s that its Pods tolerate the taint not-ready/unreachable by default.',
        zh: '节点被判为 Unknown 需要 50 秒，Pod 默认再容忍 unreachable 污点 300 秒。',
      },
    },
  },
}
