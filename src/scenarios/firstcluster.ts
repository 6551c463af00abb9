/** The first visit: one control plane, three workers, a small web shop with a database that keeps its data. */
import type { Scenario } from './scenario.ts'

const WEB = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels: {app: web}
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
          resources:
            requests: {cpu: 250m, memory: 128Mi}
          readinessProbe:
            httpGet: {path: /, port: 80}
            periodSeconds: 5
---
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  type: NodePort
  selector: {app: web}
  ports: [{name: http, port: 80, targetPort: 80, nodePort: 30080}]
`

const REDIS = `apiVersion: v1
kind: Service
metadata:
  name: redis
spec:
  clusterIP: None
  selector: {app: redis}
  ports: [{port: 6379}]
---
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: redis
spec:
  serviceName: redis
  replicas: 2
  selector:
    matchLabels: {app: redis}
  template:
    metadata:
      labels: {app: redis}
    spec:
      containers:
        - name: redis
          image: redis:7.4
          ports: [{containerPort: 6379}]
          resources:
            requests: {cpu: 100m, memory: 128Mi}
          volumeMounts: [{name: data, mountPath: /data}]
  volumeClaimTemplates:
    - metadata: {name: data}
      spec:
        accessModes: [ReadWriteOnce]
        resources: {requests: {storage: 1Gi}}
`

const API = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: api
  labels: {app: api}
spec:
  replicas: 3
  selector:
    matchLabels: {app: api}
  template:
    metadata:
      labels: {app: api}
    spec:
      containers:
        - name: api
          image: hashicorp/http-echo:1.0
          args: ["-text=hello from the api", "-listen=:5678"]
          ports: [{containerPort: 5678}]
          resources:
            requests: {cpu: 100m, memory: 64Mi}
---
apiVersion: v1
kind: Service
metadata:
  name: api
spec:
  selector: {app: api}
  ports: [{port: 80, targetPort: 5678}]
`

export const firstCluster: Scenario = {
  id: 'first-cluster',
  title: { en: 'First cluster', zh: '第一个集群' },
  about: {
    en: 'One control plane, three workers, a web app with an API and a database.',
    zh: '一个控制平面、三个工作节点，一个带 API 和数据库的网站。',
  },
  level: 'first',
  minutes: 5,
  picture: 'shop',
  cluster: { nodes: 3 },
  files: { 'web.yaml': WEB, 'api.yaml': API, 'redis.yaml': REDIS },
  setup: ['kubectl apply -f web.yaml', 'kubectl apply -f api.yaml', 'kubectl apply -f redis.yaml'],
  tries: [
    'kubectl get pods -o wide',
    'kubectl set image deployment/web nginx=nginx:1.28',
    'kubectl scale deployment web --replicas=8',
    'kubectl describe node node-2',
  ],
}
