/**
 * Cards: what the page knows of an object without asking, small enough to send by the thousand. Times are virtual
 * milliseconds since the cluster's birth.
 */
import type { LabelSelector } from '../cluster/api/generated/types.ts'

/** Common to all cards. */
export interface CardBase {
  readonly uid: string
  readonly kind: string
  readonly namespace: string
  readonly name: string
  readonly created: number
  /** Set while the object is being deleted. */
  readonly deleting?: number
}

/** One taint as the node card shows it. */
export interface TaintCard {
  readonly key: string
  readonly value: string
  readonly effect: string
  readonly since?: number
}

/** A machine as the API sees it. */
export interface NodeCard extends CardBase {
  readonly kind: 'Node'
  readonly ready: 'True' | 'False' | 'Unknown'
  readonly readySince: number
  readonly readyReason: string
  readonly cordoned: boolean
  readonly controlPlane: boolean
  readonly ip: string
  readonly zone: string
  readonly taints: readonly TaintCard[]
  /** @unit thousandths of a core, bytes, count */
  readonly cpu: number
  readonly memory: number
  readonly pods: number
  readonly version: string
}

/** A container of a pod. */
export interface PartCard {
  readonly name: string
  readonly image: string
  /** Running, the reason why it waits or ended, or empty before the kubelet has said anything. */
  readonly state: string
  readonly ready: boolean
  readonly restarts: number
  /** Which probes it has: startup, liveness, readiness. */
  readonly probes: readonly string[]
}

/** How a pod is drawn; the shape tells it, colour never alone. */
export type PodLook =
  | 'pending'
  | 'creating'
  | 'notready'
  | 'ready'
  | 'restarting'
  | 'failed'
  | 'succeeded'
  | 'terminating'
  | 'unknown'

/** What a pod may do, and as whom it speaks to the API server. */
export interface PodSecurity {
  /** Its ServiceAccount. */
  readonly account: string
  /** The strictest level of the Pod Security Standards that it keeps to. */
  readonly keeps: 'restricted' | 'baseline' | 'privileged'
  /** Fields of its spec that open the node to it: privileged, hostNetwork, hostPID, hostIPC, hostPath. */
  readonly risks: readonly string[]
  /** Nothing keeps its containers from running as root. */
  readonly root: boolean
}

/** A pod. */
export interface PodCard extends CardBase {
  readonly kind: 'Pod'
  readonly node: string
  readonly look: PodLook
  /** The STATUS column of kubectl. */
  readonly status: string
  readonly message: string
  readonly ready: number
  readonly containers: number
  readonly restarts: number
  readonly ip: string
  readonly owner?: { readonly kind: string; readonly name: string; readonly uid: string }
  /** Template or controller revision hash. */
  readonly revision: string
  readonly cpu: number
  readonly mem: number
  readonly grace?: number
  /** NoExecute tolerations: seconds by taint key; -1 is for ever. */
  readonly tolerates: Readonly<Record<string, number>>
  readonly claims: readonly string[]
  readonly unschedulable: string
  /** Its containers, without those that only initialise. */
  readonly parts: readonly PartCard[]
  readonly labels: Readonly<Record<string, string>>
  readonly security: PodSecurity
}

/** Deployment, ReplicaSet, StatefulSet, DaemonSet, Job, CronJob, ReplicationController. */
export interface WorkloadCard extends CardBase {
  readonly kind:
    | 'Deployment'
    | 'ReplicaSet'
    | 'StatefulSet'
    | 'DaemonSet'
    | 'Job'
    | 'CronJob'
    | 'ReplicationController'
  readonly owner?: { readonly kind: string; readonly name: string; readonly uid: string }
  readonly desired: number
  readonly current: number
  readonly updated: number
  readonly ready: number
  readonly available: number
  readonly revision: string
  readonly hash: string
  readonly maxSurge: number
  readonly maxUnavailable: number
  readonly paused: boolean
  /** Progressing condition's reason, or a Job's outcome. */
  readonly progress: string
  readonly images: readonly string[]
}

/** One port of a Service. */
export interface PortCard {
  readonly name: string
  readonly port: number
  readonly target: string
  readonly nodePort: number
  readonly protocol: string
}

/** A Service. */
export interface ServiceCard extends CardBase {
  readonly kind: 'Service'
  readonly type: string
  readonly clusterIP: string
  readonly externalIPs: readonly string[]
  readonly ports: readonly PortCard[]
  readonly selector: Readonly<Record<string, string>>
}

/** Endpoints of a Service. */
export interface SliceCard extends CardBase {
  readonly kind: 'EndpointSlice'
  readonly service: string
  readonly endpoints: readonly {
    readonly ip: string
    readonly ready: boolean
    readonly terminating: boolean
    readonly pod: string
    readonly node: string
  }[]
}

/** A NetworkPolicy: whom it selects, and which direction it closes to all that its rules do not allow. */
export interface PolicyCard extends CardBase {
  readonly kind: 'NetworkPolicy'
  readonly selector: LabelSelector
  readonly ingress: boolean
  readonly egress: boolean
}

/** A claim. */
export interface ClaimCard extends CardBase {
  readonly kind: 'PersistentVolumeClaim'
  readonly phase: string
  readonly volume: string
  readonly asked: string
  readonly modes: readonly string[]
  readonly storageClass: string
}

/** A volume. */
export interface VolumeCard extends CardBase {
  readonly kind: 'PersistentVolume'
  readonly phase: string
  readonly capacity: string
  readonly modes: readonly string[]
  readonly storageClass: string
  readonly reclaim: string
  readonly claim: string
  /** Where its data is: `local /mnt/disk on node-1`, `hostPath /data`. */
  readonly source: string
}

/** An Event. */
export interface EventCard extends CardBase {
  readonly kind: 'Event'
  readonly type: string
  readonly reason: string
  readonly message: string
  readonly aboutKind: string
  readonly aboutName: string
  readonly count: number
  readonly at: number
  readonly source: string
}

/** A lease: heartbeats and leadership. */
export interface LeaseCard extends CardBase {
  readonly kind: 'Lease'
  readonly holder: string
  readonly renewed: number
  readonly seconds: number
}

/** Namespace, ConfigMap, Secret, StorageClass and whatever else is only listed. */
export interface PlainCard extends CardBase {
  readonly kind: string
  /** Of a Namespace: the Pod Security level that it enforces, or ''. */
  readonly note: string
  /** Of a kind that a CustomResourceDefinition made: its apiVersion. */
  readonly custom?: string
}

/** Kinds that have a card of their own. */
export type Card =
  | NodeCard
  | PodCard
  | WorkloadCard
  | ServiceCard
  | SliceCard
  | PolicyCard
  | ClaimCard
  | VolumeCard
  | EventCard
  | LeaseCard
