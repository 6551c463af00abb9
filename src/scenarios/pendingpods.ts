/** Pods that no node takes: one asks for too much, one is not tolerated. */
import type { Scenario } from './scenario.ts'

const REPORT = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: report
spec:
  selector:
    matchLabels: {app: report}
  template:
    metadata:
      labels: {app: report}
    spec:
      containers:
        - name: report
          image: nginx:1.27
          resources:
            requests: {cpu: "6", memory: 256Mi}
`

const TRAIN = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: train
spec:
  selector:
    matchLabels: {app: train}
  template:
    metadata:
      labels: {app: train}
    spec:
      nodeSelector: {hardware: gpu}
      containers:
        - name: train
          image: nginx:1.27
          resources:
            requests: {cpu: 500m, memory: 256Mi}
`

const TOLERATE =
  '{"spec":{"template":{"spec":{"tolerations":[{"key":"dedicated","value":"gpu","effect":"NoSchedule"}]}}}}'

export const pendingPods: Scenario = {
  id: 'pending-pods',
  title: { en: 'Pods that wait for a node', zh: '等不到节点的 Pod' },
  about: {
    en: 'Three nodes with room to spare, and two Pods that stay Pending, each for a reason of its own.',
    zh: '三个节点都有空位，却有两个 Pod 一直 Pending，原因各不相同。',
  },
  level: 'middle',
  minutes: 8,
  picture: 'pending',
  cluster: { nodes: 3 },
  files: { 'report.yaml': REPORT, 'train.yaml': TRAIN },
  setup: [
    'kubectl label node node-3 hardware=gpu',
    'kubectl taint node node-3 dedicated=gpu:NoSchedule',
    'kubectl apply -f report.yaml',
    'kubectl apply -f train.yaml',
  ],
  tries: [
    'kubectl get pods -o wide',
    'kubectl get events --field-selector reason=FailedScheduling',
    'kubectl describe node node-3',
  ],
  task: {
    question: {
      en: 'Why does the scheduler place neither of the two Pods? Get both to run without adding a machine.',
      zh: '调度器为什么两个 Pod 都放不下？不增加机器，让两个都运行起来。',
    },
    hints: [
      {
        en: 'Each Pending Pod has an Event FailedScheduling: it counts the nodes by reason.',
        zh: '每个 Pending 的 Pod 都有 FailedScheduling 事件，按原因统计了节点数。',
      },
      {
        en: 'report asks for more CPU than any node has at all. No other Pod has to leave for that to be so.',
        zh: 'report 申请的 CPU 比任何节点的总量还多，赶走别的 Pod 也没用。',
      },
      {
        en: 'train may only go to node-3, and node-3 has a taint. A toleration in the Pod template opens the door.',
        zh: 'train 只能去 node-3，而 node-3 有污点。在 Pod 模板里加容忍度就能进去。',
      },
    ],
    goal: ['deployment/report Available', 'deployment/train Available'],
    solution: [
      'kubectl set resources deployment report --requests=cpu=1,memory=256Mi',
      `kubectl patch deployment train -p '${TOLERATE}'`,
      'kubectl rollout status deployment/report',
      'kubectl rollout status deployment/train',
    ],
  },
}
