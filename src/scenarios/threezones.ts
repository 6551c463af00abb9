/** Twenty nodes in three zones, one of them in repair, and a spread that insists. */
import type { Scenario } from './scenario.ts'

const WEB = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 12
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      topologySpreadConstraints:
        - maxSkew: 1
          topologyKey: topology.kubernetes.io/zone
          whenUnsatisfiable: DoNotSchedule
          labelSelector:
            matchLabels: {app: web}
      containers:
        - name: nginx
          image: nginx:1.27
          resources:
            requests: {cpu: 250m, memory: 128Mi}
`

const ZONE = 'topology.kubernetes.io/zone'
const nodes = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => `node-${from + i}`).join(' ')

export const threeZones: Scenario = {
  id: 'three-zones',
  title: { en: 'Twenty nodes in three zones', zh: '三个可用区的二十个节点' },
  about: {
    en: 'Zone c is cordoned for repair. Half the fleet is idle, and still most of the Pods wait.',
    zh: '可用区 c 正在检修，已被隔离。机器大半空闲，多数 Pod 却在等待。',
  },
  level: 'deep',
  minutes: 10,
  picture: 'zones',
  cluster: { nodes: 20, latencyMs: 0 },
  files: { 'web.yaml': WEB },
  setup: [
    `kubectl label nodes ${nodes(1, 7)} ${ZONE}=a`,
    `kubectl label nodes ${nodes(8, 14)} ${ZONE}=b`,
    `kubectl label nodes ${nodes(15, 20)} ${ZONE}=c`,
    `kubectl cordon ${nodes(15, 20)}`,
    'kubectl apply -f web.yaml',
  ],
  tries: [
    `kubectl get nodes -L ${ZONE}`,
    'kubectl get pods -o wide',
    'kubectl get events --field-selector reason=FailedScheduling',
  ],
  task: {
    question: {
      en: 'Why do Pods wait while fourteen nodes are idle? Get all twelve to run while zone c stays cordoned.',
      zh: '十四个节点空着，Pod 为什么还在等？在可用区 c 保持隔离的情况下，让十二个 Pod 都运行起来。',
    },
    hints: [
      {
        en: 'Group the map by zone and count the Pods in each.',
        zh: '把地图按可用区分组，数一数每区的 Pod。',
      },
      {
        en: 'maxSkew 1 compares with the emptiest zone, and zone c counts although nobody may go there: it has 0.',
        zh: 'maxSkew 为 1 是和最空的区相比；c 区虽然进不去，也照样算数，那里是 0 个。',
      },
      {
        en: 'Either the constraint counts cordoned nodes no more (nodeTaintsPolicy: Honor), or it only prefers (whenUnsatisfiable: ScheduleAnyway).',
        zh: '要么让约束不再计入被隔离的节点（nodeTaintsPolicy: Honor），要么改为尽量满足（whenUnsatisfiable: ScheduleAnyway）。',
      },
    ],
    goal: ['deployment/web .status.availableReplicas=12', 'node/node-20 .spec.unschedulable=true'],
    solution: [
      `kubectl patch deployment web --type=json -p '[{"op":"add","path":"/spec/template/spec/topologySpreadConstraints/0/nodeTaintsPolicy","value":"Honor"}]'`,
      'kubectl rollout status deployment/web',
    ],
  },
}
