/** A database that will not start without a password. */
import type { Scenario } from './scenario.ts'

const DB = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: db
spec:
  selector:
    matchLabels: {app: db}
  template:
    metadata:
      labels: {app: db}
    spec:
      containers:
        - name: postgres
          image: postgres:18
          ports: [{containerPort: 5432}]
---
apiVersion: v1
kind: Secret
metadata:
  name: db-login
stringData:
  password: correct-horse
`

export const crashLoop: Scenario = {
  id: 'crash-loop',
  title: { en: 'Crash loop', zh: '反复崩溃' },
  about: {
    en: 'A database starts, ends, starts again, and each time the wait is longer.',
    zh: '数据库启动、退出、再启动，每次等待的时间更长。',
  },
  level: 'first',
  minutes: 5,
  picture: 'crash',
  cluster: { nodes: 2 },
  files: { 'db.yaml': DB },
  setup: ['kubectl apply -f db.yaml'],
  tries: ['kubectl get pods -w', 'kubectl logs deployment/db', 'kubectl describe pod -l app=db'],
  task: {
    question: {
      en: 'Why does the container end again and again, who starts it each time, and what would you change?',
      zh: '容器为什么一再退出？每次是谁把它重新启动的？你会改什么？',
    },
    hints: [
      {
        en: 'The status only says that it ended. What it printed before says why: kubectl logs.',
        zh: '状态只说明它退出了；退出前打印的内容才说明原因：kubectl logs。',
      },
      {
        en: 'The image asks for an environment variable. A Secret with a password is already there.',
        zh: '这个镜像需要一个环境变量。集群里已经有一个存着密码的 Secret。',
      },
      {
        en: 'kubectl set env can take variables from a Secret (--from), with a prefix for their names.',
        zh: 'kubectl set env 可以用 --from 从 Secret 取变量，还可以加前缀。',
      },
    ],
    goal: ['deployment/db Available', 'deployment/db .status.readyReplicas=1'],
    solution: [
      'kubectl set env deployment/db --from=secret/db-login --prefix=POSTGRES_',
      'kubectl rollout status deployment/db',
    ],
  },
}
