/** A claim of a class that nobody serves. */
import type { Scenario } from './scenario.ts'

const NOTES = `apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: notes
spec:
  storageClassName: fast-ssd
  accessModes: [ReadWriteOnce]
  resources: {requests: {storage: 2Gi}}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: notes
spec:
  strategy: {type: Recreate}
  selector:
    matchLabels: {app: notes}
  template:
    metadata:
      labels: {app: notes}
    spec:
      containers:
        - name: redis
          image: redis:7.4
          volumeMounts: [{name: data, mountPath: /data}]
      volumes:
        - name: data
          persistentVolumeClaim: {claimName: notes}
`

const AGAIN = `kubectl apply -f - <<EOF
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: notes
spec:
  accessModes: [ReadWriteOnce]
  resources: {requests: {storage: 2Gi}}
EOF`

export const waitingClaim: Scenario = {
  id: 'waiting-claim',
  title: { en: 'A claim that waits', zh: '一直等待的持久卷申领' },
  about: {
    en: 'The Pod waits for its claim, the claim waits for a volume, and the volume will never come.',
    zh: 'Pod 在等申领，申领在等持久卷，而持久卷永远不会来。',
  },
  level: 'middle',
  minutes: 6,
  picture: 'claim',
  cluster: { nodes: 2 },
  files: { 'notes.yaml': NOTES },
  setup: ['kubectl apply -f notes.yaml'],
  tries: ['kubectl get pvc,pods', 'kubectl describe pvc notes', 'kubectl get storageclass'],
  task: {
    question: {
      en: 'Who should make the volume, and why does nobody? Give the Pod a disk of 2Gi.',
      zh: '持久卷本该由谁创建？为什么没人创建？给这个 Pod 一块 2Gi 的磁盘。',
    },
    hints: [
      {
        en: 'Follow the chain: the Pod names the claim, the claim names a StorageClass.',
        zh: '顺着链条看：Pod 指向申领，申领指向 StorageClass。',
      },
      {
        en: 'The class of a claim cannot be changed afterwards. A claim that is not bound can be made again without loss.',
        zh: '申领的存储类以后不能改。没绑定的申领可以放心删掉重建。',
      },
      {
        en: 'Without storageClassName the default class is taken. The Pod holds on to the old claim: scale to 0 first, or delete the Pod too.',
        zh: '不写 storageClassName 就用默认存储类。旧申领被 Pod 占用着：先缩到 0，或者连 Pod 一起删。',
      },
    ],
    goal: ['pvc/notes Bound', 'deployment/notes Available'],
    solution: [
      'kubectl scale deployment notes --replicas=0',
      'kubectl delete pvc notes',
      AGAIN,
      'kubectl scale deployment notes --replicas=1',
      'kubectl rollout status deployment/notes',
    ],
  },
}
