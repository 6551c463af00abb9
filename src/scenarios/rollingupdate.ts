/** A rolling update, predicted first. */
import type { Scenario } from './scenario.ts'

const WEB = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 6
  strategy:
    rollingUpdate: {maxSurge: 2, maxUnavailable: 1}
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
          readinessProbe:
            httpGet: {path: /, port: 80}
            initialDelaySeconds: 5
            periodSeconds: 5
---
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  selector: {app: web}
  ports: [{port: 80}]
`

const LINE = 'kubectl set image deployment/web nginx=nginx:1.28'

export const rollingUpdate: Scenario = {
  id: 'rolling-update',
  title: { en: 'Rolling update', zh: '滚动更新' },
  about: {
    en: 'Six Pods of a web app go from one version to the next while they serve.',
    zh: '六个 Pod 一边提供服务，一边从旧版本换到新版本。',
  },
  level: 'first',
  minutes: 5,
  picture: 'rollout',
  cluster: { nodes: 3 },
  files: { 'web.yaml': WEB },
  setup: ['kubectl apply -f web.yaml'],
  tries: [LINE, 'kubectl rollout status deployment/web', 'kubectl rollout undo deployment/web'],
  task: {
    question: {
      en: 'Bring all six Pods to nginx:1.28 without ever having fewer than five available.',
      zh: '把六个 Pod 全部更新到 nginx:1.28，过程中可用的 Pod 不少于五个。',
    },
    hints: [
      {
        en: 'The limits are in the Deployment: kubectl get deployment web -o yaml, look at strategy.',
        zh: '限制写在 Deployment 里：kubectl get deployment web -o yaml，看 strategy。',
      },
      {
        en: 'A change of the Pod template is all it takes; the controller does the rest.',
        zh: '只要改 Pod 模板，其余由控制器完成。',
      },
    ],
    goal: [
      'deployment/web .spec.template.spec.containers.0.image=nginx:1.28',
      'deployment/web .status.updatedReplicas=6',
      'deployment/web .status.availableReplicas=6',
      'deployment/web .status.replicas=6',
    ],
    solution: [LINE, 'kubectl rollout status deployment/web'],
    predict: {
      question: {
        en: 'maxSurge is 2, maxUnavailable is 1. How many Pods are there at most during the update, new and old together (those that terminate not counted)?',
        zh: 'maxSurge 为 2，maxUnavailable 为 1。更新过程中新旧 Pod 最多一共有几个（不算正在终止的）？',
      },
      answers: [
        { en: '6', zh: '6 个' },
        { en: '7', zh: '7 个' },
        { en: '8', zh: '8 个' },
        { en: '12', zh: '12 个' },
      ],
      right: 2,
      line: LINE,
      because: {
        en: 'replicas + maxSurge = 6 + 2. Old Pods go only as new ones become available, never below replicas − maxUnavailable = 5.',
        zh: 'replicas + maxSurge = 6 + 2。新 Pod 可用之后旧 Pod 才减少，可用数不低于 replicas − maxUnavailable = 5。',
      },
    },
  },
}
