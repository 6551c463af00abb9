/** The rules of Kubernetes that answers rest on: the name of the documentation's chapter and its path on kubernetes.io. */
import type { WhyRule } from '../../protocol/protocol.ts'

const DOCS = '/docs/concepts'
const rule = (name: string, path: string): WhyRule => ({ name, path })

/** All of them. */
export const rules = {
  requests: rule(
    'Resource Management for Pods and Containers: how Pods with resource requests are scheduled',
    `${DOCS}/configuration/manage-resources-containers/#how-pods-with-resource-requests-are-scheduled`,
  ),
  oom: rule(
    'Resource Management for Pods and Containers: memory limits',
    `${DOCS}/configuration/manage-resources-containers/#how-pods-with-resource-limits-are-run`,
  ),
  taints: rule('Taints and Tolerations', `${DOCS}/scheduling-eviction/taint-and-toleration/`),
  assign: rule('Assigning Pods to Nodes', `${DOCS}/scheduling-eviction/assign-pod-node/`),
  affinity: rule(
    'Assigning Pods to Nodes: inter-pod affinity and anti-affinity',
    `${DOCS}/scheduling-eviction/assign-pod-node/#inter-pod-affinity-and-anti-affinity`,
  ),
  spread: rule(
    'Pod Topology Spread Constraints',
    `${DOCS}/scheduling-eviction/topology-spread-constraints/`,
  ),
  scheduler: rule('Kubernetes Scheduler', `${DOCS}/scheduling-eviction/kube-scheduler/`),
  gates: rule('Pod Scheduling Readiness', `${DOCS}/scheduling-eviction/pod-scheduling-readiness/`),
  cordon: rule(
    'Nodes: manual Node administration',
    `${DOCS}/architecture/nodes/#manual-node-administration`,
  ),
  heartbeats: rule('Nodes: Node heartbeats', `${DOCS}/architecture/nodes/#node-heartbeats`),
  restart: rule(
    'Pod Lifecycle: container restart policy',
    `${DOCS}/workloads/pods/pod-lifecycle/#restart-policy`,
  ),
  phase: rule('Pod Lifecycle: Pod phase', `${DOCS}/workloads/pods/pod-lifecycle/#pod-phase`),
  termination: rule(
    'Pod Lifecycle: termination of Pods',
    `${DOCS}/workloads/pods/pod-lifecycle/#pod-termination`,
  ),
  probes: rule(
    'Liveness, Readiness, and Startup Probes',
    `${DOCS}/configuration/liveness-readiness-startup-probes/`,
  ),
  readiness: rule(
    'Pod Lifecycle: types of probe, readinessProbe',
    `${DOCS}/workloads/pods/pod-lifecycle/#types-of-probe`,
  ),
  init: rule('Init Containers', `${DOCS}/workloads/pods/init-containers/`),
  images: rule('Images: ImagePullBackOff', `${DOCS}/containers/images/#imagepullbackoff`),
  config: rule('ConfigMaps', `${DOCS}/configuration/configmap/`),
  secret: rule('Secrets', `${DOCS}/configuration/secret/`),
  eviction: rule('Node-pressure Eviction', `${DOCS}/scheduling-eviction/node-pressure-eviction/`),
  resize: rule(
    'Resize CPU and Memory Resources assigned to Containers: Pod resize status',
    '/docs/tasks/configure-pod-container/resize-container-resources/#pod-resize-status',
  ),
  nodeOom: rule(
    'Node-pressure Eviction: node out of memory behavior',
    `${DOCS}/scheduling-eviction/node-pressure-eviction/#node-out-of-memory-behavior`,
  ),
  apiEviction: rule('API-initiated Eviction', `${DOCS}/scheduling-eviction/api-eviction/`),
  claims: rule('Persistent Volumes: binding', `${DOCS}/storage/persistent-volumes/#binding`),
  protection: rule(
    'Persistent Volumes: Storage Object in Use Protection',
    `${DOCS}/storage/persistent-volumes/#storage-object-in-use-protection`,
  ),
  classes: rule('Storage Classes', `${DOCS}/storage/storage-classes/`),
  bindingMode: rule(
    'Storage Classes: volume binding mode',
    `${DOCS}/storage/storage-classes/#volume-binding-mode`,
  ),
  service: rule('Service', `${DOCS}/services-networking/service/`),
  selector: rule('Labels and Selectors', `${DOCS}/overview/working-with-objects/labels/`),
  targetPort: rule(
    'Service: port definitions',
    `${DOCS}/services-networking/service/#field-spec-ports`,
  ),
  loadBalancer: rule(
    'Service: type LoadBalancer',
    `${DOCS}/services-networking/service/#loadbalancer`,
  ),
  nodePort: rule('Service: type NodePort', `${DOCS}/services-networking/service/#type-nodeport`),
  trafficPolicy: rule(
    'Virtual IPs and Service Proxies: traffic policies',
    '/docs/reference/networking/virtual-ips/#traffic-policies',
  ),
  dns: rule('DNS for Services and Pods', `${DOCS}/services-networking/dns-pod-service/`),
  policy: rule('Network Policies', `${DOCS}/services-networking/network-policies/`),
  ingress: rule('Ingress', `${DOCS}/services-networking/ingress/`),
  deployment: rule('Deployments', `${DOCS}/workloads/controllers/deployment/`),
  progress: rule(
    'Deployments: failed Deployment',
    `${DOCS}/workloads/controllers/deployment/#failed-deployment`,
  ),
  paused: rule(
    'Deployments: pausing and resuming a rollout',
    `${DOCS}/workloads/controllers/deployment/#pausing-and-resuming-a-deployment`,
  ),
  replicaSet: rule('ReplicaSet', `${DOCS}/workloads/controllers/replicaset/`),
  statefulSet: rule(
    'StatefulSets: deployment and scaling guarantees',
    `${DOCS}/workloads/controllers/statefulset/#deployment-and-scaling-guarantees`,
  ),
  forcedRollback: rule(
    'StatefulSets: forced rollback',
    `${DOCS}/workloads/controllers/statefulset/#forced-rollback`,
  ),
  daemonSet: rule(
    'DaemonSet: taints and tolerations',
    `${DOCS}/workloads/controllers/daemonset/#taints-and-tolerations`,
  ),
  daemonNodes: rule(
    'DaemonSet: running Pods on select Nodes',
    `${DOCS}/workloads/controllers/daemonset/#running-pods-on-select-nodes`,
  ),
  job: rule('Jobs', `${DOCS}/workloads/controllers/job/`),
  backoffLimit: rule(
    'Jobs: Pod backoff failure policy',
    `${DOCS}/workloads/controllers/job/#pod-backoff-failure-policy`,
  ),
  deadline: rule(
    'Jobs: termination and cleanup',
    `${DOCS}/workloads/controllers/job/#job-termination-and-cleanup`,
  ),
  suspend: rule(
    'CronJob: schedule suspension',
    `${DOCS}/workloads/controllers/cron-jobs/#schedule-suspension`,
  ),
  cronJob: rule('CronJob', `${DOCS}/workloads/controllers/cron-jobs/`),
  autoscaling: rule(
    'Horizontal Pod Autoscaling: algorithm details',
    `${DOCS}/workloads/autoscaling/horizontal-pod-autoscale/#algorithm-details`,
  ),
  rbac: rule('Using RBAC Authorization', '/docs/reference/access-authn-authz/rbac/'),
  quota: rule('Resource Quotas', `${DOCS}/policy/resource-quotas/`),
  limitRange: rule('Limit Ranges', `${DOCS}/policy/limit-range/`),
  podSecurity: rule('Pod Security Standards', `${DOCS}/security/pod-security-standards/`),
  webhooks: rule(
    'Dynamic Admission Control',
    '/docs/reference/access-authn-authz/extensible-admission-controllers/',
  ),
  admissionPolicy: rule(
    'Validating Admission Policy',
    '/docs/reference/access-authn-authz/validating-admission-policy/',
  ),
  serviceAccount: rule('Service Accounts', `${DOCS}/security/service-accounts/`),
  finalizers: rule('Finalizers', `${DOCS}/overview/working-with-objects/finalizers/`),
  namespaces: rule('Namespaces', `${DOCS}/overview/working-with-objects/namespaces/`),
  disruption: rule(
    'Disruptions: Pod disruption budgets',
    `${DOCS}/workloads/pods/disruptions/#pod-disruption-budgets`,
  ),
  owners: rule('Owners and Dependents', `${DOCS}/overview/working-with-objects/owners-dependents/`),
  fields: rule(
    'Server-Side Apply: field management',
    '/docs/reference/using-api/server-side-apply/#field-management',
  ),
} as const satisfies Record<string, WhyRule>
