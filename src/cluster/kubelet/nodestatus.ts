/**
 * What a kubelet says of its machine: registration, conditions, capacity, lease.
 * @source pkg/kubelet/nodestatus/setters.go, pkg/kubelet/util/nodelease.go
 */
import type { Lease, Node, NodeCondition, NodeStatus, Taint } from '../api/generated/types.ts'
import { formatMicroTime, formatTime } from '../api/meta/time.ts'
import { UPSTREAM } from '../api/version.ts'
import type { NodeRuntime } from '../runtime/runtime.ts'

/** One machine: its size and identity. */
export interface Machine {
  readonly name: string
  readonly ip: string
  readonly cpuMillis: number
  readonly memoryBytes: number
  readonly ephemeralBytes: number
  readonly podsMax: number
  readonly labels: Readonly<Record<string, string>>
  readonly taints: readonly Taint[]
  /** Set at registration when the machine's address range is already known. */
  readonly podCidr?: string
}

/** What the kubelet found about its machine. */
export interface NodeState {
  /** Attachable volumes of pods here, sorted. */
  readonly volumesInUse?: readonly string[]
  readonly networkReady: boolean
  readonly memoryPressure: boolean
}

/** The Node a kubelet creates. */
export function registration(
  m: Machine,
  runtime: NodeRuntime,
  nowMs: number,
  state: NodeState,
): Node {
  const node: Node = {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: m.name,
      labels: {
        'beta.kubernetes.io/arch': 'amd64',
        'beta.kubernetes.io/os': 'linux',
        'kubernetes.io/arch': 'amd64',
        'kubernetes.io/hostname': m.name,
        'kubernetes.io/os': 'linux',
        ...m.labels,
      },
      annotations: { 'volumes.kubernetes.io/controller-managed-attach-detach': 'true' },
    },
    spec: {
      ...(m.podCidr ? { podCIDR: m.podCidr, podCIDRs: [m.podCidr] } : {}),
      ...(m.taints.length ? { taints: [...m.taints] } : {}),
    },
  }
  return { ...node, status: nodeStatus(node, m, runtime, nowMs, state).status }
}

/** The status to report, and whether more than the heartbeat changed. */
export function nodeStatus(
  node: Node,
  m: Machine,
  runtime: NodeRuntime,
  nowMs: number,
  state: NodeState,
): { status: NodeStatus; changed: boolean } {
  const now = formatTime(nowMs)
  const old = node.status?.conditions ?? []
  const wanted: [string, boolean, string, string][] = [
    state.memoryPressure
      ? [
          'MemoryPressure',
          true,
          'KubeletHasInsufficientMemory',
          'kubelet has insufficient memory available',
        ]
      : [
          'MemoryPressure',
          false,
          'KubeletHasSufficientMemory',
          'kubelet has sufficient memory available',
        ],
    ['DiskPressure', false, 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'],
    ['PIDPressure', false, 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'],
    state.networkReady
      ? ['Ready', true, 'KubeletReady', 'kubelet is posting ready status']
      : [
          'Ready',
          false,
          'KubeletNotReady',
          'container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized',
        ],
  ]
  let changed = false
  const conditions: NodeCondition[] = wanted.map(([type, yes, reason, message]) => {
    const status = yes ? 'True' : 'False'
    const before = old.find((c) => c.type === type)
    const same = before?.status === status
    if (!same || before?.reason !== reason) changed = true
    return {
      type,
      status,
      lastHeartbeatTime: now,
      lastTransitionTime: same ? (before?.lastTransitionTime ?? now) : now,
      reason,
      message,
    }
  })
  const images = [...runtime.images.values()]
    .map((i) => ({ names: [i.id, i.reference.canonical], sizeBytes: i.bytes }))
    .sort((a, b) => b.sizeBytes - a.sizeBytes)
    .slice(0, 50)
  if (images.length !== (node.status?.images?.length ?? 0)) changed = true
  const { volumesInUse = [] } = state
  const known = node.status?.volumesInUse ?? []
  const moved = known.join() !== volumesInUse.join()
  if (moved) changed = true
  return {
    changed,
    status: {
      addresses: [
        { type: 'InternalIP', address: m.ip },
        { type: 'Hostname', address: m.name },
      ],
      allocatable: resources(m),
      capacity: resources(m),
      conditions,
      daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
      images,
      nodeInfo: {
        architecture: 'amd64',
        bootID: `${m.name}-boot`,
        containerRuntimeVersion: 'containerd://2.2.1',
        kernelVersion: '6.12.0-kubarium',
        kubeProxyVersion: '',
        kubeletVersion: UPSTREAM.version,
        machineID: m.name,
        operatingSystem: 'linux',
        osImage: 'Debian GNU/Linux 13 (trixie)',
        systemUUID: m.name,
      },
      runtimeHandlers: [
        { features: { recursiveReadOnlyMounts: true, userNamespaces: true }, name: '' },
      ],
      ...(moved ? { volumesInUse: [...volumesInUse] } : {}),
    },
  }
}

function resources(m: Machine): Record<string, string> {
  return {
    cpu: m.cpuMillis % 1000 === 0 ? String(m.cpuMillis / 1000) : `${m.cpuMillis}m`,
    'ephemeral-storage': `${Math.floor(m.ephemeralBytes / 1024)}Ki`,
    memory: `${Math.floor(m.memoryBytes / 1024)}Ki`,
    pods: String(m.podsMax),
  }
}

/** The lease to write: the known one renewed, or a new one owned by the node. */
export function nodeLease(
  m: Machine,
  node: Node | undefined,
  known: Lease | undefined,
  nowMs: number,
): Lease {
  const owner = node
    ? [{ apiVersion: 'v1', kind: 'Node', name: m.name, uid: node.metadata.uid ?? '' }]
    : undefined
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      ...(known?.metadata ?? { name: m.name, namespace: 'kube-node-lease' }),
      ...(owner ? { ownerReferences: owner } : {}),
    },
    spec: { holderIdentity: m.name, leaseDurationSeconds: 40, renewTime: formatMicroTime(nowMs) },
  }
}
