/**
 * Where kustomize finds labels, annotations, images and the names of other objects in the built-in kinds.
 * @source https://github.com/kubernetes-sigs/kustomize/blob/master/examples/transformerconfigs/README.md
 */
import type { FieldSpec } from './kustomization.ts'

const TEMPLATED = [
  'ReplicationController',
  'Deployment',
  'ReplicaSet',
  'DaemonSet',
  'StatefulSet',
  'Job',
]
const CRON_SPEC = 'spec/jobTemplate/spec/template/spec'

/** Where the pod spec of a kind is. */
export const POD_SPECS: readonly { readonly kind: string; readonly path: string }[] = [
  { kind: 'Pod', path: 'spec' },
  { kind: 'PodTemplate', path: 'template/spec' },
  ...TEMPLATED.map((kind) => ({ kind, path: 'spec/template/spec' })),
  { kind: 'CronJob', path: CRON_SPEC },
]

const at = (kind: string, path: string, create = true, group?: string): FieldSpec => ({
  kind,
  path,
  create,
  ...(group === undefined ? {} : { group }),
})

function inMetadata(field: 'labels' | 'annotations'): FieldSpec[] {
  return [
    { path: `metadata/${field}`, create: true },
    ...TEMPLATED.map((kind) => at(kind, `spec/template/metadata/${field}`)),
    at('CronJob', `spec/jobTemplate/metadata/${field}`),
    at('CronJob', `spec/jobTemplate/spec/template/metadata/${field}`),
  ]
}

/** Labels of objects only. */
export const LABELS: readonly FieldSpec[] = [{ path: 'metadata/labels', create: true }]
/** Labels of objects and of the templates in them. */
export const TEMPLATE_LABELS: readonly FieldSpec[] = inMetadata('labels')
/** Annotations, templates included. */
export const ANNOTATIONS: readonly FieldSpec[] = inMetadata('annotations')

const AFFINITIES = ['podAffinity', 'podAntiAffinity'].flatMap((a) => [
  `affinity/${a}/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels`,
  `affinity/${a}/requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels`,
])

/** Labels of objects, templates and selectors. */
export const SELECTOR_LABELS: readonly FieldSpec[] = [
  at('Service', 'spec/selector'),
  at('ReplicationController', 'spec/selector'),
  ...['Deployment', 'ReplicaSet', 'DaemonSet', 'StatefulSet'].map((kind) =>
    at(kind, 'spec/selector/matchLabels'),
  ),
  at('StatefulSet', 'spec/volumeClaimTemplates[]/metadata/labels', true, 'apps'),
  ...['Deployment', 'StatefulSet'].flatMap((kind) =>
    [...AFFINITIES, 'topologySpreadConstraints/labelSelector/matchLabels'].map((path) =>
      at(kind, `spec/template/spec/${path}`, false, 'apps'),
    ),
  ),
  at('Job', 'spec/selector/matchLabels', false, 'batch'),
  at('CronJob', 'spec/jobTemplate/spec/selector/matchLabels', false, 'batch'),
  at('PodDisruptionBudget', 'spec/selector/matchLabels', false, 'policy'),
  ...['spec', 'spec/ingress/from', 'spec/egress/to'].map((path) =>
    at('NetworkPolicy', `${path}/podSelector/matchLabels`, false, 'networking.k8s.io'),
  ),
  ...TEMPLATE_LABELS,
]

/** Kinds whose number of replicas can be set. */
export const REPLICAS: readonly string[] = [
  'Deployment',
  'StatefulSet',
  'ReplicaSet',
  'ReplicationController',
]

/** A kind that others name, and where they do. */
export interface Referral {
  readonly kind: string
  readonly group: string
  readonly fields: readonly FieldSpec[]
}

function inPods(...paths: readonly string[]): FieldSpec[] {
  return POD_SPECS.flatMap((p) =>
    paths.map((path) => ({ kind: p.kind, path: `${p.path}/${path}` })),
  )
}

function inContainers(...paths: readonly string[]): FieldSpec[] {
  return inPods(...['containers', 'initContainers'].flatMap((c) => paths.map((p) => `${c}/${p}`)))
}

const inIngress = (...paths: readonly string[]): FieldSpec[] =>
  paths.map((path) => ({ kind: 'Ingress', path }))
const RBAC = 'rbac.authorization.k8s.io'
const rules: readonly FieldSpec[] = ['Role', 'ClusterRole'].map((kind) => ({
  kind,
  path: 'rules/resourceNames',
}))
const WEBHOOKS = ['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration']
const scaled: readonly FieldSpec[] = [
  { kind: 'HorizontalPodAutoscaler', path: 'spec/scaleTargetRef/name' },
]

/** Who names whom. */
export const REFERRALS: readonly Referral[] = [
  { kind: 'Deployment', group: 'apps', fields: scaled },
  { kind: 'ReplicationController', group: '', fields: scaled },
  { kind: 'ReplicaSet', group: 'apps', fields: scaled },
  { kind: 'StatefulSet', group: 'apps', fields: scaled },
  {
    kind: 'ConfigMap',
    group: '',
    fields: [
      ...inPods('volumes/configMap/name', 'volumes/projected/sources/configMap/name'),
      ...inContainers('env/valueFrom/configMapKeyRef/name', 'envFrom/configMapRef/name'),
      ...rules,
      ...inIngress('metadata/annotations/nginx.ingress.kubernetes.io\\/fastcgi-params-configmap'),
    ],
  },
  {
    kind: 'Secret',
    group: '',
    fields: [
      ...inPods('volumes/secret/secretName', 'volumes/projected/sources/secret/name'),
      ...inPods('imagePullSecrets/name'),
      ...inContainers('env/valueFrom/secretKeyRef/name', 'envFrom/secretRef/name'),
      ...inIngress(
        'spec/tls/secretName',
        'metadata/annotations/ingress.kubernetes.io\\/auth-secret',
        'metadata/annotations/nginx.ingress.kubernetes.io\\/auth-secret',
        'metadata/annotations/nginx.ingress.kubernetes.io\\/auth-tls-secret',
      ),
      { kind: 'ServiceAccount', path: 'imagePullSecrets/name' },
      ...['secretName', 'adminSecretName', 'userSecretName', 'secretRef'].map((p) => ({
        kind: 'StorageClass',
        path: `parameters/${p}`,
      })),
      ...rules,
      { kind: 'PersistentVolume', path: 'spec/azureFile/secretName' },
    ],
  },
  {
    kind: 'Service',
    group: '',
    fields: [
      { kind: 'StatefulSet', path: 'spec/serviceName' },
      ...inIngress(
        'spec/rules/http/paths/backend/serviceName',
        'spec/backend/serviceName',
        'spec/rules/http/paths/backend/service/name',
        'spec/defaultBackend/service/name',
      ),
      { kind: 'APIService', path: 'spec/service/name' },
      ...WEBHOOKS.map((kind) => ({ kind, path: 'webhooks/clientConfig/service' })),
      { kind: 'HTTPRoute', path: 'spec/rules/backendRefs/name' },
    ],
  },
  { kind: 'Role', group: RBAC, fields: [{ kind: 'RoleBinding', path: 'roleRef/name' }] },
  {
    kind: 'ClusterRole',
    group: RBAC,
    fields: ['RoleBinding', 'ClusterRoleBinding'].map((kind) => ({ kind, path: 'roleRef/name' })),
  },
  {
    kind: 'ServiceAccount',
    group: '',
    fields: [
      ...['RoleBinding', 'ClusterRoleBinding'].map((kind) => ({ kind, path: 'subjects' })),
      ...inPods('serviceAccountName'),
    ],
  },
  {
    kind: 'PersistentVolumeClaim',
    group: '',
    fields: inPods('volumes/persistentVolumeClaim/claimName'),
  },
  {
    kind: 'PersistentVolume',
    group: '',
    fields: [
      { kind: 'PersistentVolumeClaim', path: 'spec/volumeName' },
      { kind: 'ClusterRole', path: 'rules/resourceNames' },
    ],
  },
  {
    kind: 'StorageClass',
    group: 'storage.k8s.io',
    fields: [
      { kind: 'PersistentVolume', path: 'spec/storageClassName' },
      { kind: 'PersistentVolumeClaim', path: 'spec/storageClassName' },
      { kind: 'StatefulSet', path: 'spec/volumeClaimTemplates/spec/storageClassName' },
    ],
  },
  { kind: 'PriorityClass', group: 'scheduling.k8s.io', fields: inPods('priorityClassName') },
  { kind: 'IngressClass', group: 'networking.k8s.io', fields: inIngress('spec/ingressClassName') },
]
