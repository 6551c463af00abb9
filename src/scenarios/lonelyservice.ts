/** A Service whose selector matches no Pod. */
import type { Scenario } from './scenario.ts'

const SHOP = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
spec:
  replicas: 3
  selector:
    matchLabels: {app: shop}
  template:
    metadata:
      labels: {app: shop}
    spec:
      containers:
        - name: nginx
          image: nginx:1.27
          ports: [{containerPort: 80}]
---
apiVersion: v1
kind: Service
metadata:
  name: shop
spec:
  selector: {app: shop-web}
  ports: [{port: 80}]
`

const CUSTOMER = `apiVersion: v1
kind: Pod
metadata:
  name: customer
spec:
  containers:
    - name: curl
      image: curlimages/curl:8.11.0
      command: [sleep, infinity]
      readinessProbe:
        exec: {command: [curl, -s, -f, -m, "2", "http://shop"]}
        periodSeconds: 5
        timeoutSeconds: 3
`

export const lonelyService: Scenario = {
  id: 'lonely-service',
  title: { en: 'A Service that selects nothing', zh: '选不中任何 Pod 的 Service' },
  about: {
    en: 'Three Pods are ready, the Service is there, and still no customer gets an answer.',
    zh: '三个 Pod 都就绪，Service 也在，客户却得不到回应。',
  },
  level: 'first',
  minutes: 5,
  picture: 'service',
  cluster: { nodes: 3 },
  files: { 'shop.yaml': SHOP, 'customer.yaml': CUSTOMER },
  setup: ['kubectl apply -f shop.yaml', 'kubectl apply -f customer.yaml'],
  tries: [
    'kubectl get service,endpointslices',
    'kubectl get pods --show-labels',
    'kubectl exec customer -- curl -s -m 2 http://shop',
  ],
  task: {
    question: {
      en: 'The Pod customer is ready as soon as http://shop answers it. Why does nobody answer, and what is the smallest change?',
      zh: '只要 http://shop 有回应，Pod customer 就会就绪。为什么没有回应？最小的改动是什么？',
    },
    hints: [
      {
        en: 'Send the Service a request on the map and see where the walk ends.',
        zh: '在地图上给 Service 发一个请求，看它走到哪里就停了。',
      },
      {
        en: 'A Service finds its Pods by labels. Compare its selector with the labels of the Pods.',
        zh: 'Service 靠标签找 Pod。把它的 selector 和 Pod 的标签比一比。',
      },
    ],
    goal: ['pod/customer Ready', '3 pods .metadata.labels.app=shop'],
    solution: [
      'kubectl set selector service/shop app=shop',
      'kubectl wait pod/customer --for=condition=Ready --timeout=60s',
    ],
  },
}
