/**
 * What a new cluster holds before anyone acts: what the API server makes by itself, and (unless bare) what kubeadm and
 * a usual installation add: kube-proxy, CoreDNS, the pod network, a default StorageClass.
 * @source cmd/kubeadm/app/phases, pkg/controlplane/controller, pkg/apis/scheduling/types.go
 */
import { INGRESS_IMAGE, ingressObjects, metricsServerObjects } from './addons/objects.ts'
import type {
  ConfigMap,
  DaemonSet,
  Deployment,
  EndpointSlice,
  Endpoints,
  Namespace,
  Pod,
  PriorityClass,
  Service,
  ServiceAccount,
  StorageClass,
} from './api/generated/types.ts'
import type { KubeObject } from './api/object.ts'
import { UPSTREAM } from './api/version.ts'

/** Addresses of a kubeadm cluster. */
export const ADDRESSES = { kubernetes: '10.96.0.1', dns: '10.96.0.10' } as const

const REGISTRY = 'registry.k8s.io'

/** Images that a machine carries from the start, so that a cluster comes up without a registry. */
export const NODE_IMAGES: readonly string[] = [
  `${REGISTRY}/pause:3.10.1`,
  `${REGISTRY}/kube-proxy:${UPSTREAM.version}`,
  `${REGISTRY}/coredns/coredns:v1.14.0`,
  'docker.io/flannel/flannel:v0.27.4',
  'docker.io/rancher/local-path-provisioner:v0.0.34',
  `${REGISTRY}/etcd:3.6.6-0`,
  `${REGISTRY}/kube-apiserver:${UPSTREAM.version}`,
  `${REGISTRY}/kube-controller-manager:${UPSTREAM.version}`,
  `${REGISTRY}/kube-scheduler:${UPSTREAM.version}`,
  `${REGISTRY}/metrics-server/metrics-server:v0.8.0`,
  INGRESS_IMAGE,
]

/** Namespaces, priority classes and the Service of the API server. */
export function coreObjects(): KubeObject[] {
  const namespace = (name: string): Namespace => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name },
  })
  const priority = (name: string, value: number, description: string): PriorityClass => ({
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name },
    value,
    description,
  })
  const kubernetes: Service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: 'kubernetes',
      namespace: 'default',
      labels: { component: 'apiserver', provider: 'kubernetes' },
    },
    spec: {
      type: 'ClusterIP',
      clusterIP: ADDRESSES.kubernetes,
      clusterIPs: [ADDRESSES.kubernetes],
      ipFamilies: ['IPv4'],
      ipFamilyPolicy: 'SingleStack',
      ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: 6443 }],
      sessionAffinity: 'None',
    },
  }
  return [
    ...['kube-system', 'default', 'kube-public', 'kube-node-lease'].map(namespace),
    priority(
      'system-node-critical',
      2_000_001_000,
      'Used for system critical pods that must not be moved from their current node.',
    ),
    priority(
      'system-cluster-critical',
      2_000_000_000,
      'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.',
    ),
    kubernetes,
  ]
}

/** Endpoints of the API server, which it keeps itself. */
export function apiServerEndpoints(ip: string): KubeObject[] {
  const port = { name: 'https', port: 6443, protocol: 'TCP' }
  return [
    {
      apiVersion: 'v1',
      kind: 'Endpoints',
      metadata: {
        name: 'kubernetes',
        namespace: 'default',
        labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' },
      },
      subsets: [{ addresses: [{ ip }], ports: [port] }],
    },
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: {
        name: 'kubernetes',
        namespace: 'default',
        labels: { 'kubernetes.io/service-name': 'kubernetes' },
      },
      addressType: 'IPv4',
      endpoints: [{ addresses: [ip], conditions: { ready: true } }],
      ports: [port],
    },
  ] as (Endpoints | EndpointSlice)[]
}

/** Pods that the control-plane machine's kubelet runs from files; their mirrors appear in the API. */
export function staticPods(node: string): Pod[] {
  const pod = (name: string, image: string, cpu: string, memory?: string): Pod => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `${name}-${node}`,
      namespace: 'kube-system',
      labels: { component: name, tier: 'control-plane' },
      annotations: {
        'kubernetes.io/config.source': 'file',
        'kubernetes.io/config.mirror': `${name}-manifest`,
        'kubernetes.io/config.hash': `${name}-manifest`,
      },
    },
    spec: {
      nodeName: node,
      hostNetwork: true,
      priorityClassName: 'system-node-critical',
      tolerations: [{ effect: 'NoExecute', operator: 'Exists' }],
      containers: [
        {
          name,
          image: `${REGISTRY}/${image}`,
          command: [name],
          resources: { requests: { cpu, ...(memory ? { memory } : {}) } },
        },
      ],
    },
  })
  return [
    pod('etcd', 'etcd:3.6.6-0', '100m', '100Mi'),
    pod('kube-apiserver', `kube-apiserver:${UPSTREAM.version}`, '250m'),
    pod('kube-controller-manager', `kube-controller-manager:${UPSTREAM.version}`, '200m'),
    pod('kube-scheduler', `kube-scheduler:${UPSTREAM.version}`, '100m'),
  ]
}

const CONTROL_PLANE = 'node-role.kubernetes.io/control-plane'

/** Everything a usual installation adds. */
export function addons(): KubeObject[] {
  return [
    ...['coredns', 'kube-proxy', 'flannel', 'local-path-provisioner'].map(serviceAccount),
    corefile(),
    dnsService(),
    coredns(),
    daemonSet('kube-proxy', `${REGISTRY}/kube-proxy:${UPSTREAM.version}`, [
      '/usr/local/bin/kube-proxy',
      '--config=/var/lib/kube-proxy/config.conf',
    ]),
    daemonSet(
      'kube-flannel',
      'docker.io/flannel/flannel:v0.27.4',
      ['/opt/bin/flanneld', '--ip-masq', '--kube-subnet-mgr'],
      'flannel',
    ),
    localPath(),
    storageClass(),
  ]
}

/** What is added where kubelets run containers: metrics, and a way in from outside. */
export function liveAddons(): KubeObject[] {
  return [...metricsServerObjects(), ...ingressObjects()]
}

function serviceAccount(name: string): ServiceAccount {
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: 'kube-system' } }
}

function corefile(): ConfigMap {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'coredns', namespace: 'kube-system' },
    data: {
      Corefile:
        '.:53 {\n    errors\n    health\n    ready\n    kubernetes cluster.local in-addr.arpa ip6.arpa\n    forward . /etc/resolv.conf\n    cache 30\n}\n',
    },
  }
}

function dnsService(): Service {
  const port = (name: string, number: number, protocol: 'TCP' | 'UDP') => ({
    name,
    port: number,
    protocol,
    targetPort: number,
  })
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: 'kube-dns',
      namespace: 'kube-system',
      labels: {
        'k8s-app': 'kube-dns',
        'kubernetes.io/cluster-service': 'true',
        'kubernetes.io/name': 'CoreDNS',
      },
    },
    spec: {
      clusterIP: ADDRESSES.dns,
      clusterIPs: [ADDRESSES.dns],
      selector: { 'k8s-app': 'kube-dns' },
      ports: [port('dns', 53, 'UDP'), port('dns-tcp', 53, 'TCP'), port('metrics', 9153, 'TCP')],
    },
  }
}

function coredns(): Deployment {
  const labels = { 'k8s-app': 'kube-dns' }
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'coredns', namespace: 'kube-system', labels },
    spec: {
      replicas: 2,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1 } },
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          priorityClassName: 'system-cluster-critical',
          serviceAccountName: 'coredns',
          tolerations: [
            { key: 'CriticalAddonsOnly', operator: 'Exists' },
            { key: CONTROL_PLANE, effect: 'NoSchedule' },
          ],
          nodeSelector: { 'kubernetes.io/os': 'linux' },
          containers: [
            {
              name: 'coredns',
              image: `${REGISTRY}/coredns/coredns:v1.14.0`,
              args: ['-conf', '/etc/coredns/Corefile'],
              resources: { limits: { memory: '170Mi' }, requests: { cpu: '100m', memory: '70Mi' } },
              ports: [
                { containerPort: 53, name: 'dns', protocol: 'UDP' },
                { containerPort: 53, name: 'dns-tcp', protocol: 'TCP' },
                { containerPort: 9153, name: 'metrics', protocol: 'TCP' },
              ],
              livenessProbe: {
                httpGet: { path: '/health', port: 8080 },
                initialDelaySeconds: 60,
                timeoutSeconds: 5,
                failureThreshold: 5,
              },
              readinessProbe: { httpGet: { path: '/ready', port: 8181 } },
              volumeMounts: [{ name: 'config-volume', mountPath: '/etc/coredns', readOnly: true }],
            },
          ],
          dnsPolicy: 'Default',
          volumes: [
            {
              name: 'config-volume',
              configMap: { name: 'coredns', items: [{ key: 'Corefile', path: 'Corefile' }] },
            },
          ],
        },
      },
    },
  }
}

function daemonSet(name: string, image: string, command: string[], account = name): DaemonSet {
  const labels = { 'k8s-app': name }
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name, namespace: 'kube-system', labels },
    spec: {
      selector: { matchLabels: labels },
      updateStrategy: { type: 'RollingUpdate' },
      template: {
        metadata: { labels },
        spec: {
          hostNetwork: true,
          priorityClassName: 'system-node-critical',
          serviceAccountName: account,
          tolerations: [{ operator: 'Exists' }],
          nodeSelector: { 'kubernetes.io/os': 'linux' },
          containers: [{ name, image, command }],
        },
      },
    },
  }
}

function localPath(): Deployment {
  const labels = { app: 'local-path-provisioner' }
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'local-path-provisioner', namespace: 'kube-system', labels },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: 'local-path-provisioner',
          containers: [
            {
              name: 'local-path-provisioner',
              image: 'docker.io/rancher/local-path-provisioner:v0.0.34',
            },
          ],
        },
      },
    },
  }
}

function storageClass(): StorageClass {
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: {
      name: 'standard',
      annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' },
    },
    provisioner: 'rancher.io/local-path',
    reclaimPolicy: 'Delete',
    volumeBindingMode: 'WaitForFirstConsumer',
  }
}
