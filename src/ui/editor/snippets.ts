/**
 * A manifest that works for each kind that people write, with tab stops: `${1:web}` is the first place to change, `$1`
 * repeats it. A test sends each of them to an API server.
 */

/** One snippet. */
export interface Snippet {
  readonly kind: string
  /** TextMate snippet, as Monaco takes it. */
  readonly body: string
}

const head = (apiVersion: string, kind: string, name: string) =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata:\n  name: \${1:${name}}\n`

const TEMPLATE = `  selector:
    matchLabels:
      app: $1
  template:
    metadata:
      labels:
        app: $1
    spec:
      containers:
        - name: $1
          image: \${2:nginx:1.27}
`

const RULE = `rules:
  - apiGroups: ["\${2}"]
    resources: [\${3:pods}]
    verbs: [\${4:get, list, watch}]
`

const binding = (kind: string) => `roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: \${2:${kind}}
  name: \${3:reader}
subjects:
  - kind: ServiceAccount
    name: \${4:default}
    namespace: \${5:default}
`

/** All snippets, those that are written most first. */
export const snippets: readonly Snippet[] = [
  {
    kind: 'Deployment',
    body: `${head('apps/v1', 'Deployment', 'web')}spec:
  replicas: \${3:2}
${TEMPLATE}          ports:
            - containerPort: \${4:80}
          resources:
            requests: {cpu: 100m, memory: 64Mi}
`,
  },
  {
    kind: 'Service',
    body: `${head('v1', 'Service', 'web')}spec:
  selector:
    app: \${2:web}
  ports:
    - port: \${3:80}
      targetPort: \${4:80}
`,
  },
  {
    kind: 'Pod',
    body: `${head('v1', 'Pod', 'web')}spec:
  containers:
    - name: $1
      image: \${2:nginx:1.27}
`,
  },
  {
    kind: 'ConfigMap',
    body: `${head('v1', 'ConfigMap', 'settings')}data:
  \${2:colour}: \${3:blue}
`,
  },
  {
    kind: 'Secret',
    body: `${head('v1', 'Secret', 'login')}stringData:
  \${2:password}: \${3:correct-horse}
`,
  },
  {
    kind: 'StatefulSet',
    body: `${head('apps/v1', 'StatefulSet', 'db')}spec:
  serviceName: $1
  replicas: \${3:2}
${TEMPLATE.replace('nginx:1.27', 'redis:7.4')}          volumeMounts:
            - {name: data, mountPath: \${4:/data}}
  volumeClaimTemplates:
    - metadata: {name: data}
      spec:
        accessModes: [ReadWriteOnce]
        resources: {requests: {storage: \${5:1Gi}}}
`,
  },
  { kind: 'DaemonSet', body: `${head('apps/v1', 'DaemonSet', 'agent')}spec:\n${TEMPLATE}` },
  {
    kind: 'Job',
    body: `${head('batch/v1', 'Job', 'migrate')}spec:
  backoffLimit: \${2:4}
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: $1
          image: \${3:busybox:1.36}
          command: [sh, -c, "\${4:echo done}"]
`,
  },
  {
    kind: 'CronJob',
    body: `${head('batch/v1', 'CronJob', 'report')}spec:
  schedule: "\${2:*/5 * * * *}"
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: OnFailure
          containers:
            - name: $1
              image: \${3:busybox:1.36}
              command: [sh, -c, "\${4:date}"]
`,
  },
  {
    kind: 'PersistentVolumeClaim',
    body: `${head('v1', 'PersistentVolumeClaim', 'data')}spec:
  accessModes: [ReadWriteOnce]
  resources:
    requests:
      storage: \${2:1Gi}
`,
  },
  {
    kind: 'PersistentVolume',
    body: `${head('v1', 'PersistentVolume', 'disk')}spec:
  capacity:
    storage: \${2:1Gi}
  accessModes: [ReadWriteOnce]
  storageClassName: \${3:manual}
  hostPath:
    path: \${4:/mnt/data}
`,
  },
  {
    kind: 'Ingress',
    body: `${head('networking.k8s.io/v1', 'Ingress', 'web')}spec:
  rules:
    - host: \${2:shop.example.com}
      http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service:
                name: \${3:web}
                port: {number: \${4:80}}
`,
  },
  {
    kind: 'NetworkPolicy',
    body: `${head('networking.k8s.io/v1', 'NetworkPolicy', 'allow-web')}spec:
  podSelector:
    matchLabels: {app: \${2:web}}
  policyTypes: [Ingress]
  ingress:
    - from:
        - podSelector:
            matchLabels: {app: \${3:client}}
      ports:
        - port: \${4:80}
`,
  },
  {
    kind: 'HorizontalPodAutoscaler',
    body: `${head('autoscaling/v2', 'HorizontalPodAutoscaler', 'web')}spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: \${2:web}}
  minReplicas: \${3:1}
  maxReplicas: \${4:5}
  metrics:
    - type: Resource
      resource:
        name: cpu
        target: {type: Utilization, averageUtilization: \${5:50}}
`,
  },
  {
    kind: 'PodDisruptionBudget',
    body: `${head('policy/v1', 'PodDisruptionBudget', 'web')}spec:
  minAvailable: \${2:1}
  selector:
    matchLabels: {app: \${3:web}}
`,
  },
  { kind: 'Namespace', body: head('v1', 'Namespace', 'team-a') },
  {
    kind: 'ResourceQuota',
    body: `${head('v1', 'ResourceQuota', 'budget')}spec:
  hard:
    requests.cpu: "\${2:2}"
    requests.memory: \${3:2Gi}
    pods: "\${4:10}"
`,
  },
  {
    kind: 'LimitRange',
    body: `${head('v1', 'LimitRange', 'usual')}spec:
  limits:
    - type: Container
      default: {cpu: \${2:500m}, memory: \${3:256Mi}}
      defaultRequest: {cpu: \${4:100m}, memory: \${5:128Mi}}
`,
  },
  { kind: 'ServiceAccount', body: head('v1', 'ServiceAccount', 'robot') },
  {
    kind: 'Role',
    body: `${head('rbac.authorization.k8s.io/v1', 'Role', 'reader')}${RULE}`,
  },
  {
    kind: 'RoleBinding',
    body: `${head('rbac.authorization.k8s.io/v1', 'RoleBinding', 'readers')}${binding('Role')}`,
  },
  {
    kind: 'ClusterRole',
    body: `${head('rbac.authorization.k8s.io/v1', 'ClusterRole', 'reader')}${RULE}`,
  },
  {
    kind: 'ClusterRoleBinding',
    body: `${head('rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', 'readers')}${binding('ClusterRole')}`,
  },
  {
    kind: 'StorageClass',
    body: `${head('storage.k8s.io/v1', 'StorageClass', 'fast')}provisioner: \${2:rancher.io/local-path}
volumeBindingMode: WaitForFirstConsumer
reclaimPolicy: \${3:Delete}
`,
  },
  {
    kind: 'PriorityClass',
    body: `${head('scheduling.k8s.io/v1', 'PriorityClass', 'important')}value: \${2:1000}
`,
  },
  {
    kind: 'CustomResourceDefinition',
    body: `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: \${1:ponds}.\${2:example.com}
spec:
  group: $2
  scope: Namespaced
  names:
    plural: $1
    singular: \${3:pond}
    kind: \${4:Pond}
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              properties:
                fish: {type: integer, minimum: 0}
`,
  },
]

/** A snippet's text with what its tab stops begin with. */
export function plain({ body }: Snippet): string {
  const defaults = new Map<string, string>()
  const filled = body.replace(/\$\{(\d+)(?::([^}]*))?\}/g, (_, n: string, text = '') => {
    defaults.set(n, text)
    return text
  })
  return filled.replace(/\$(\d+)/g, (_, n: string) => defaults.get(n) ?? '')
}

/** True when a line and what stands around it are a place for a new object: nothing else in its document. */
export function isFreshDocument(lines: readonly string[], line: number): boolean {
  const own = lines[line - 1] ?? ''
  if (!/^\w*$/.test(own)) return false
  const isEnd = (l: string) => /^---(\s|$)/.test(l)
  const before = lines.slice(0, line - 1)
  const after = lines.slice(line)
  const from = before.findLastIndex(isEnd) + 1
  const to = after.findIndex(isEnd)
  const around = [...before.slice(from), ...after.slice(0, to < 0 ? after.length : to)]
  return around.every((l) => l.trim() === '' || l.trimStart().startsWith('#'))
}
