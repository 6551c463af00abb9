/** Manifests of the add-ons that this room runs. @source https://github.com/kubernetes-sigs/metrics-server/releases */
import type {
  APIService,
  ClusterRole,
  Deployment,
  IngressClass,
  Service,
  ServiceAccount,
} from '../api/generated/types.ts'
import type { KubeObject } from '../api/object.ts'

/** The name of the APIService that announces metrics.k8s.io. */
export const METRICS_API_SERVICE = 'v1beta1.metrics.k8s.io'

/** What an IngressClass names as its controller. */
export const INGRESS_CONTROLLER = 'k8s.io/ingress-nginx'
/** The Service through which the Ingress controller is reached. */
export const INGRESS_SERVICE = 'ingress-nginx-controller'
/** The Ingress controller's image. */
export const INGRESS_IMAGE = 'registry.k8s.io/ingress-nginx/controller:v1.14.0'

const LABELS = { 'k8s-app': 'metrics-server' }
const NAMED = { name: 'metrics-server', namespace: 'kube-system', labels: LABELS }

/** Everything metrics-server installs. */
export function metricsServerObjects(): KubeObject[] {
  const account: ServiceAccount = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: NAMED }
  const reader: ClusterRole = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: {
      name: 'system:aggregated-metrics-reader',
      labels: {
        ...LABELS,
        'rbac.authorization.k8s.io/aggregate-to-admin': 'true',
        'rbac.authorization.k8s.io/aggregate-to-edit': 'true',
        'rbac.authorization.k8s.io/aggregate-to-view': 'true',
      },
    },
    rules: [
      {
        apiGroups: ['metrics.k8s.io'],
        resources: ['pods', 'nodes'],
        verbs: ['get', 'list', 'watch'],
      },
    ],
  }
  const service: Service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: NAMED,
    spec: {
      ports: [
        { name: 'https', port: 443, protocol: 'TCP', targetPort: 'https', appProtocol: 'https' },
      ],
      selector: LABELS,
    },
  }
  const api: APIService = {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name: METRICS_API_SERVICE, labels: LABELS },
    spec: {
      group: 'metrics.k8s.io',
      version: 'v1beta1',
      groupPriorityMinimum: 100,
      versionPriority: 100,
      insecureSkipTLSVerify: true,
      service: { name: 'metrics-server', namespace: 'kube-system', port: 443 },
    },
  }
  return [account, reader, service, metricsServer(), api]
}

function metricsServer(): Deployment {
  const probe = (path: string) => ({
    httpGet: { path, port: 'https', scheme: 'HTTPS' as const },
    periodSeconds: 10,
    failureThreshold: 3,
  })
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: NAMED,
    spec: {
      selector: { matchLabels: LABELS },
      strategy: { rollingUpdate: { maxUnavailable: 0 } },
      template: {
        metadata: { labels: LABELS },
        spec: {
          serviceAccountName: 'metrics-server',
          priorityClassName: 'system-cluster-critical',
          nodeSelector: { 'kubernetes.io/os': 'linux' },
          containers: [
            {
              name: 'metrics-server',
              image: 'registry.k8s.io/metrics-server/metrics-server:v0.8.0',
              args: [
                '--cert-dir=/tmp',
                '--secure-port=10250',
                '--kubelet-preferred-address-types=InternalIP,ExternalIP,Hostname',
                '--kubelet-use-node-status-port',
                '--metric-resolution=15s',
              ],
              ports: [{ name: 'https', containerPort: 10250, protocol: 'TCP' }],
              livenessProbe: probe('/livez'),
              readinessProbe: { ...probe('/readyz'), initialDelaySeconds: 20 },
              resources: { requests: { cpu: '100m', memory: '200Mi' } },
              securityContext: {
                allowPrivilegeEscalation: false,
                capabilities: { drop: ['ALL'] },
                readOnlyRootFilesystem: true,
                runAsNonRoot: true,
                runAsUser: 1000,
                seccompProfile: { type: 'RuntimeDefault' },
              },
              volumeMounts: [{ name: 'tmp-dir', mountPath: '/tmp' }],
            },
          ],
          volumes: [{ name: 'tmp-dir', emptyDir: {} }],
        },
      },
    },
  }
}

const INGRESS_LABELS = {
  'app.kubernetes.io/name': 'ingress-nginx',
  'app.kubernetes.io/component': 'controller',
}
const INGRESS = { name: INGRESS_SERVICE, namespace: 'kube-system', labels: INGRESS_LABELS }

/** An Ingress controller behind a load balancer, and its class, which is the default one. */
export function ingressObjects(): KubeObject[] {
  const account: ServiceAccount = {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { ...INGRESS, name: 'ingress-nginx' },
  }
  const ingressClass: IngressClass = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IngressClass',
    metadata: {
      name: 'nginx',
      labels: INGRESS_LABELS,
      annotations: { 'ingressclass.kubernetes.io/is-default-class': 'true' },
    },
    spec: { controller: INGRESS_CONTROLLER },
  }
  const service: Service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: INGRESS,
    spec: {
      type: 'LoadBalancer',
      selector: INGRESS_LABELS,
      ports: [
        { name: 'http', port: 80, protocol: 'TCP', targetPort: 'http', appProtocol: 'http' },
        { name: 'https', port: 443, protocol: 'TCP', targetPort: 'https', appProtocol: 'https' },
      ],
    },
  }
  return [account, ingressClass, service, ingressController()]
}

function ingressController(): Deployment {
  const probe = { httpGet: { path: '/healthz', port: 10254 }, initialDelaySeconds: 10 }
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: INGRESS,
    spec: {
      selector: { matchLabels: INGRESS_LABELS },
      template: {
        metadata: { labels: INGRESS_LABELS },
        spec: {
          serviceAccountName: 'ingress-nginx',
          nodeSelector: { 'kubernetes.io/os': 'linux' },
          containers: [
            {
              name: 'controller',
              image: INGRESS_IMAGE,
              args: [
                '/nginx-ingress-controller',
                `--publish-service=$(POD_NAMESPACE)/${INGRESS_SERVICE}`,
                `--controller-class=${INGRESS_CONTROLLER}`,
                '--ingress-class=nginx',
              ],
              env: [
                {
                  name: 'POD_NAMESPACE',
                  valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } },
                },
              ],
              ports: [
                { name: 'http', containerPort: 80, protocol: 'TCP' },
                { name: 'https', containerPort: 443, protocol: 'TCP' },
              ],
              livenessProbe: { ...probe, failureThreshold: 5 },
              readinessProbe: probe,
              resources: { requests: { cpu: '100m', memory: '90Mi' } },
            },
          ],
        },
      },
    },
  }
}
