/** What a cluster runs of itself: control-plane containers, DNS, proxies, agents. They wait and answer health checks. */
import type { ImageBehaviour } from '../image.ts'
import { server, text } from '../serving.ts'

const MB = 1024 * 1024

function daemon(
  repositories: string[],
  name: string,
  options: {
    bytes: number
    memory: number
    cpu: number
    ports?: number[]
    banner?: string
    shell?: 'full' | 'none'
  },
): ImageBehaviour {
  return {
    repositories,
    bytes: options.bytes * MB,
    entrypoint: [`/${name}`],
    cmd: [],
    shell: options.shell ?? 'none',
    programs: {
      [name]: server({
        ports: options.ports ?? [],
        memoryBytes: options.memory * MB,
        idleCpuMillis: options.cpu,
        ...(options.banner ? { banner: () => [options.banner as string] } : {}),
        *handle() {
          return text('ok')
        },
      }),
    },
  }
}

export const coredns = daemon(
  ['registry.k8s.io/coredns/coredns', 'docker.io/coredns/coredns'],
  'coredns',
  {
    bytes: 22,
    memory: 15,
    cpu: 2,
    ports: [53, 8080, 8181, 9153],
    banner: '.:53\nCoreDNS-1.14.0\nlinux/amd64',
  },
)
export const kubeProxy = daemon(['registry.k8s.io/kube-proxy'], 'kube-proxy', {
  bytes: 26,
  memory: 18,
  cpu: 1,
})
export const etcd = daemon(['registry.k8s.io/etcd'], 'etcd', { bytes: 60, memory: 60, cpu: 20 })
export const apiserver = daemon(['registry.k8s.io/kube-apiserver'], 'kube-apiserver', {
  bytes: 28,
  memory: 250,
  cpu: 45,
})
export const controllerManager = daemon(
  ['registry.k8s.io/kube-controller-manager'],
  'kube-controller-manager',
  { bytes: 25, memory: 55, cpu: 15 },
)
export const scheduler = daemon(['registry.k8s.io/kube-scheduler'], 'kube-scheduler', {
  bytes: 20,
  memory: 25,
  cpu: 4,
})
export const metricsServer = daemon(
  ['registry.k8s.io/metrics-server/metrics-server'],
  'metrics-server',
  { bytes: 20, memory: 20, cpu: 3, ports: [4443, 10250] },
)
export const localPath = daemon(
  ['docker.io/rancher/local-path-provisioner', 'docker.io/kindest/local-path-provisioner'],
  'local-path-provisioner',
  { bytes: 18, memory: 10, cpu: 1 },
)
export const flannel = daemon(
  ['docker.io/flannel/flannel', 'ghcr.io/flannel-io/flannel', 'docker.io/kindest/kindnetd'],
  'flanneld',
  { bytes: 32, memory: 14, cpu: 3, shell: 'full' },
)
export const fluentd = daemon(
  [
    'quay.io/fluentd_elasticsearch/fluentd',
    'docker.io/fluent/fluentd',
    'docker.io/fluent/fluentd-kubernetes-daemonset',
    'docker.io/fluent/fluent-bit',
    'k8s.gcr.io/fluentd-elasticsearch',
  ],
  'fluentd',
  {
    bytes: 75,
    memory: 60,
    cpu: 8,
    banner: '[info]: #0 fluentd worker is now running worker=0',
    shell: 'full',
  },
)
export const nodeExporter = daemon(
  ['quay.io/prometheus/node-exporter', 'docker.io/prom/node-exporter'],
  'node_exporter',
  { bytes: 11, memory: 12, cpu: 2, ports: [9100] },
)
