/** A StatefulSet: names, order, and disks that stay. */
import type { Scenario } from './scenario.ts'

const DB = `apiVersion: v1
kind: Service
metadata:
  name: db
spec:
  clusterIP: None
  selector: {app: db}
  ports: [{port: 6379}]
---
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: db
spec:
  serviceName: db
  replicas: 2
  selector:
    matchLabels: {app: db}
  template:
    metadata:
      labels: {app: db}
    spec:
      containers:
        - name: redis
          image: redis:7.4
          ports: [{containerPort: 6379}]
          volumeMounts: [{name: data, mountPath: /data}]
          readinessProbe:
            tcpSocket: {port: 6379}
            periodSeconds: 5
  volumeClaimTemplates:
    - metadata: {name: data}
      spec:
        accessModes: [ReadWriteOnce]
        resources: {requests: {storage: 1Gi}}
`

export const disksThatStay: Scenario = {
  id: 'disks-that-stay',
  title: { en: 'A StatefulSet and its disks', zh: 'StatefulSet 和它的磁盘' },
  about: {
    en: 'A database in two Pods, each with a name and a disk of its own. What outlives what?',
    zh: '两个 Pod 组成的数据库，各有自己的名字和磁盘。谁比谁活得久？',
  },
  level: 'first',
  minutes: 8,
  picture: 'disks',
  cluster: { nodes: 3 },
  files: { 'db.yaml': DB },
  setup: [
    'kubectl apply -f db.yaml',
    'kubectl rollout status statefulset/db',
    'kubectl exec db-0 -- redis-cli set colour blue',
  ],
  tries: [
    'kubectl get pods,pvc',
    'kubectl delete pod db-0',
    'kubectl exec db-0 -- redis-cli get colour',
  ],
  task: {
    question: {
      en: 'Grow db to three Pods. Then delete db-0 and ask the new one for its data.',
      zh: '把 db 扩到三个 Pod，然后删除 db-0，再向新的 db-0 要数据。',
    },
    hints: [
      {
        en: 'kubectl scale statefulset db --replicas=3; watch the order in which Pod, claim and volume come.',
        zh: 'kubectl scale statefulset db --replicas=3；注意 Pod、申领、持久卷出现的先后。',
      },
      {
        en: 'Claims are made from the template once and kept: the new db-0 finds data-db-0 and gets the same volume.',
        zh: '申领按模板只创建一次并一直保留：新的 db-0 找到 data-db-0，拿到同一块卷。',
      },
    ],
    goal: ['statefulset/db .status.readyReplicas=3', 'pvc/data-db-2 Bound', 'pod/db-0 Ready'],
    solution: [
      'kubectl delete pod db-0',
      'kubectl scale statefulset db --replicas=3',
      'kubectl rollout status statefulset/db',
    ],
    predict: {
      question: {
        en: 'The Pod db-0 is deleted. What comes in its place?',
        zh: '删除 Pod db-0，替代它的是什么？',
      },
      answers: [
        { en: 'db-2 with an empty disk', zh: 'db-2，带一块空磁盘' },
        { en: 'db-0 with an empty disk', zh: 'db-0，带一块空磁盘' },
        { en: 'db-0 with the disk of the old db-0', zh: 'db-0，带着原来那块磁盘' },
        {
          en: 'Nothing: a StatefulSet does not replace Pods',
          zh: '什么也没有：StatefulSet 不补 Pod',
        },
      ],
      right: 2,
      line: 'kubectl delete pod db-0',
      because: {
        en: 'A StatefulSet gives each ordinal its name and its claim for good; only the Pod was deleted, not data-db-0.',
        zh: 'StatefulSet 的每个序号固定对应一个名字和一个申领；删掉的只是 Pod，data-db-0 还在。',
      },
    },
  },
}
