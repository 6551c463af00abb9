/** A rollout that waits for an image that does not exist. */
import type { Scenario } from './scenario.ts'

const WEB = `apiVersion: apps/v1
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
`

export const brokenRollout: Scenario = {
  id: 'broken-rollout',
  title: { en: 'A rollout that stands still', zh: '卡住的发布' },
  about: {
    en: 'Somebody released a new version an hour before the weekend. It is neither old nor new.',
    zh: '有人在周末前发布了新版本，结果新旧各半，停在那里。',
  },
  level: 'first',
  minutes: 5,
  picture: 'image',
  cluster: { nodes: 3 },
  files: { 'web.yaml': WEB },
  setup: [
    'kubectl apply -f web.yaml',
    'kubectl rollout status deployment/web',
    'kubectl set image deployment/web nginx=nginx:1.161',
  ],
  tries: [
    'kubectl get pods',
    'kubectl rollout status deployment/web --timeout=5s',
    'kubectl rollout history deployment/web',
  ],
  task: {
    question: {
      en: 'What is wrong here, does it still serve, and how do you get all four Pods of a version that works?',
      zh: '哪里出了问题？服务还正常吗？怎样让四个 Pod 都回到能用的版本？',
    },
    hints: [
      {
        en: 'Look at the STATUS of the Pods; then describe one that is not Running.',
        zh: '先看 Pod 的 STATUS，再对没有 Running 的那个做 describe。',
      },
      {
        en: 'The Events say what the kubelet tried: the tag of the image is not in the registry.',
        zh: 'Events 写着 kubelet 做了什么：镜像仓库里没有这个标签。',
      },
      {
        en: 'A Deployment keeps its old revisions: kubectl rollout undo.',
        zh: 'Deployment 保留旧的修订版本：kubectl rollout undo。',
      },
    ],
    goal: [
      'deployment/web .status.updatedReplicas=4',
      'deployment/web .status.availableReplicas=4',
      'deployment/web .status.replicas=4',
    ],
    solution: ['kubectl rollout undo deployment/web', 'kubectl rollout status deployment/web'],
  },
}
