/** A namespace whose quota is used up. */
import type { Scenario } from './scenario.ts'

const TEAM = `apiVersion: v1
kind: Namespace
metadata:
  name: team-a
---
apiVersion: v1
kind: ResourceQuota
metadata:
  name: budget
  namespace: team-a
spec:
  hard:
    requests.cpu: "2"
    requests.memory: 2Gi
    pods: "10"
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: old-demo
  namespace: team-a
spec:
  replicas: 3
  selector:
    matchLabels: {app: old-demo}
  template:
    metadata:
      labels: {app: old-demo}
    spec:
      containers:
        - name: nginx
          image: nginx:1.27
          resources:
            requests: {cpu: 500m, memory: 128Mi}
`

const WEB = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: team-a
spec:
  replicas: 3
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
        - name: nginx
          image: nginx:1.27
          resources:
            requests: {cpu: 250m, memory: 128Mi}
`

export const fullQuota: Scenario = {
  id: 'full-quota',
  title: { en: 'A quota that is full', zh: '用满的配额' },
  about: {
    en: 'A Deployment was accepted, and one of its Pods is nowhere to be seen: not even Pending.',
    zh: 'Deployment 创建成功了，但少了一个 Pod，连 Pending 都没有。',
  },
  level: 'middle',
  minutes: 6,
  picture: 'quota',
  cluster: { nodes: 3 },
  files: { 'team.yaml': TEAM, 'web.yaml': WEB },
  setup: [
    'kubectl apply -f team.yaml',
    'kubectl rollout status deployment/old-demo -n team-a',
    'kubectl apply -f web.yaml',
  ],
  tries: [
    'kubectl get all -n team-a',
    'kubectl describe quota budget -n team-a',
    'kubectl describe replicaset -l app=web -n team-a',
  ],
  task: {
    question: {
      en: 'Where is the third Pod of web, and who refused it? Get three without a larger quota: old-demo is needed by nobody.',
      zh: 'web 的第三个 Pod 在哪里？是谁拒绝了它？不提高配额，凑齐三个：old-demo 已经没人用了。',
    },
    hints: [
      {
        en: 'Pods of a Deployment are made by its ReplicaSet. Its Events say what the API server answered.',
        zh: 'Deployment 的 Pod 由 ReplicaSet 创建。API Server 的回答写在 ReplicaSet 的事件里。',
      },
      {
        en: 'A quota counts requests, not use. See what counts: kubectl describe quota budget -n team-a.',
        zh: '配额按 requests 计算，不看实际用量：kubectl describe quota budget -n team-a。',
      },
    ],
    goal: [
      'deployment/team-a/web .status.availableReplicas=3',
      'resourcequota/team-a/budget .spec.hard.pods=10',
    ],
    solution: [
      'kubectl delete deployment old-demo -n team-a',
      'kubectl rollout status deployment/web -n team-a',
    ],
  },
}
