/** An autoscaler that cannot compute. */
import type { Scenario } from './scenario.ts'

const SHOP = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
spec:
  selector:
    matchLabels: {app: shop}
  template:
    metadata:
      labels: {app: shop}
    spec:
      containers:
        - name: php
          image: registry.k8s.io/hpa-example
          ports: [{containerPort: 80}]
---
apiVersion: v1
kind: Service
metadata:
  name: shop
spec:
  selector: {app: shop}
  ports: [{port: 80}]
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: shop
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: shop}
  minReplicas: 1
  maxReplicas: 8
  metrics:
    - type: Resource
      resource:
        name: cpu
        target: {type: Utilization, averageUtilization: 50}
---
apiVersion: v1
kind: Pod
metadata:
  name: customers
spec:
  containers:
    - name: load
      image: busybox:1.36
      command: [sh, -c, "while sleep 0.01; do wget -q -T 5 -O- http://shop; done"]
`

export const autoscaling: Scenario = {
  id: 'autoscaling',
  title: { en: 'Autoscaling under load', zh: '负载下的自动伸缩' },
  about: {
    en: 'Customers come in without a pause, the autoscaler is set up, and the Deployment stays at one Pod.',
    zh: '客户不断涌入，自动伸缩也配置好了，Deployment 却一直只有一个 Pod。',
  },
  level: 'middle',
  minutes: 8,
  picture: 'scale',
  cluster: { nodes: 3, keepRecords: 50_000 },
  files: { 'shop.yaml': SHOP },
  setup: ['kubectl apply -f shop.yaml'],
  aftermathMs: 90_000,
  tries: ['kubectl get hpa', 'kubectl describe hpa shop', 'kubectl top pods'],
  task: {
    question: {
      en: 'The target is 50% CPU. Fifty percent of what? Get the autoscaler to do its work.',
      zh: '目标是 50% CPU，那么是什么的 50%？让自动伸缩正常工作。',
    },
    hints: [
      {
        en: 'kubectl get hpa shows <unknown>. Its conditions say why: kubectl describe hpa shop.',
        zh: 'kubectl get hpa 显示 <unknown>，原因写在状态条件里：kubectl describe hpa shop。',
      },
      {
        en: 'Utilization is measured against what the containers request. These request nothing.',
        zh: '利用率是相对于容器的 requests 计算的，而这些容器没有声明 requests。',
      },
      {
        en: 'Set requests (kubectl set resources) and let a few minutes pass: it looks every 15 s.',
        zh: '用 kubectl set resources 设置 requests，再等几分钟：它每 15 秒看一次。',
      },
    ],
    goal: ['hpa/shop ScalingActive', '3 pods .metadata.labels.app=shop'],
    solution: [
      'kubectl set resources deployment shop --requests=cpu=200m --limits=cpu=500m',
      'kubectl rollout status deployment/shop',
    ],
  },
}
