/** Five hundred stand-in nodes and five thousand Pods, among which something is wrong. */
import type { Scenario } from './scenario.ts'

const TEAMS = ['anchovy', 'bonito', 'carp', 'dory', 'eel', 'flounder', 'gar', 'hake', 'ide', 'jack']
/** Pods of each team. */
const EACH = 500
/** Whose Pods look for nodes that are not there. */
const WRONG = 'hake'

const team = (name: string) => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
spec:
  replicas: ${EACH}
  selector:
    matchLabels: {app: ${name}}
  template:
    metadata:
      labels: {app: ${name}}
    spec:${name === WRONG ? '\n      nodeSelector: {disk: ssd}' : ''}
      containers:
        - name: app
          image: registry.k8s.io/pause:3.10
          resources:
            requests: {cpu: 100m, memory: 64Mi}
`

const FIRST_RACK = Array.from({ length: 4 }, (_, i) => `node-${i + 1}`).join(' ')

export const crowd: Scenario = {
  id: 'crowd',
  title: { en: 'Five thousand Pods', zh: '五千个 Pod' },
  about: {
    en: 'Five hundred nodes (stand-in kubelets), ten teams with five hundred Pods each. One team complains.',
    zh: '五百个节点（替身 kubelet），十个团队各有五百个 Pod。有一个团队在抱怨。',
  },
  level: 'deep',
  minutes: 10,
  picture: 'crowd',
  cluster: { nodes: 500, bare: true, hollow: true, latencyMs: 0, keepRecords: 20_000 },
  files: { 'teams.yaml': TEAMS.map(team).join('---\n') },
  setup: [`kubectl label nodes ${FIRST_RACK} disk=ssd`, 'kubectl apply -f teams.yaml'],
  tries: [
    'kubectl get deployments',
    'kubectl get pods --field-selector status.phase=Pending | head',
    'kubectl get nodes -l disk=ssd',
  ],
  task: {
    question: {
      en: 'Find the team whose Pods wait, find out why, and get all its five hundred to run.',
      zh: '找出哪个团队的 Pod 在等待，弄清原因，让它的五百个 Pod 全部运行。',
    },
    hints: [
      {
        en: 'Group the map by owner, or look for the state Pending in the search above the map.',
        zh: '把地图按所有者分组，或在地图上方的搜索里按状态 Pending 查找。',
      },
      {
        en: 'Its Pods ask for a label that four nodes of five hundred have. Those are full.',
        zh: '这些 Pod 要求的标签，五百个节点里只有四个有，而它们已经满了。',
      },
    ],
    goal: [`deployment/${WRONG} .status.availableReplicas=${EACH}`],
    solution: [
      `kubectl patch deployment ${WRONG} --type=json -p '[{"op":"remove","path":"/spec/template/spec/nodeSelector"}]'`,
      `kubectl rollout status deployment/${WRONG} --timeout=110s`,
    ],
  },
}
