/** A NetworkPolicy that lets nobody in. */
import type { Scenario } from './scenario.ts'

const SHOP = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: orders
spec:
  replicas: 2
  selector:
    matchLabels: {app: orders}
  template:
    metadata:
      labels: {app: orders}
    spec:
      containers:
        - name: http
          image: nginx:1.27
          ports: [{containerPort: 80}]
---
apiVersion: v1
kind: Service
metadata:
  name: orders
spec:
  selector: {app: orders}
  ports: [{port: 80}]
---
apiVersion: v1
kind: Pod
metadata:
  name: checkout
  labels: {app: checkout}
spec:
  containers:
    - name: curl
      image: curlimages/curl:8.11.0
      command: [sleep, infinity]
      readinessProbe:
        exec: {command: [curl, -s, -f, -m, "2", "http://orders"]}
        periodSeconds: 5
        timeoutSeconds: 3
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: default-deny
spec:
  podSelector: {}
  policyTypes: [Ingress]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: orders-from-checkout
spec:
  podSelector:
    matchLabels: {app: orders}
  ingress:
    - from:
        - podSelector:
            matchLabels: {role: checkout}
      ports: [{port: 80}]
`

export const blockedByPolicy: Scenario = {
  id: 'blocked-by-policy',
  title: { en: 'A NetworkPolicy that blocks', zh: '被 NetworkPolicy 拦住' },
  about: {
    en: 'Everything is closed by default, one door was meant to be open, and it is not.',
    zh: '默认全部关闭，本该开一扇门，却没有开。',
  },
  level: 'middle',
  minutes: 8,
  picture: 'policy',
  cluster: { nodes: 3 },
  files: { 'orders.yaml': SHOP },
  setup: ['kubectl apply -f orders.yaml'],
  tries: [
    'kubectl get networkpolicy',
    'kubectl exec checkout -- curl -s -m 2 http://orders',
    'kubectl get pods --show-labels',
  ],
  task: {
    question: {
      en: 'checkout should reach orders, nobody else should. Which policy drops its packets, and what has to change? default-deny stays.',
      zh: '只有 checkout 应该能访问 orders。是哪条策略丢了它的包？要改什么？default-deny 要保留。',
    },
    hints: [
      {
        en: 'Send a request as checkout and look at its walk: the last hop names the policy.',
        zh: '以 checkout 的身份发请求，看它的路径：最后一跳写着策略的名字。',
      },
      {
        en: 'Policies only add up: what any of them allows is allowed. So one of them allows too little.',
        zh: '策略是叠加的：任何一条允许就算允许。所以是某一条允许得太少。',
      },
      {
        en: 'orders-from-checkout looks for the label role=checkout. Which labels does the Pod have?',
        zh: 'orders-from-checkout 找的是标签 role=checkout。这个 Pod 有哪些标签？',
      },
    ],
    goal: [
      'pod/checkout Ready',
      'networkpolicy/default-deny exists',
      'networkpolicy/orders-from-checkout exists',
    ],
    solution: [
      'kubectl label pod checkout role=checkout',
      'kubectl wait pod/checkout --for=condition=Ready --timeout=60s',
    ],
  },
}
