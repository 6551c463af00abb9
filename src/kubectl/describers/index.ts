/** Which kind has which describer; kinds not named here are described by their fields. */
import { describeHorizontalPodAutoscaler } from './autoscaling.ts'
import { describeCronJob, describeJob } from './batch.ts'
import { describeConfigMap, describeSecret, describeServiceAccount } from './config.ts'
import { describeCsr } from './csr.ts'
import type { Describer } from './describer.ts'
import {
  describeEndpointSlice,
  describeEndpoints,
  describeIngress,
  describeIngressClass,
  describeIpAddress,
  describeService,
  describeServiceCidr,
} from './network.ts'
import { describeNetworkPolicy } from './networkpolicy.ts'
import { describeNode } from './node.ts'
import { describePod } from './pod.ts'
import {
  describeLimitRange,
  describeNamespace,
  describePodDisruptionBudget,
  describePriorityClass,
  describeQuota,
} from './policy.ts'
import { describeBinding, describeRole } from './rbac.ts'
import {
  describeCsiNode,
  describePersistentVolume,
  describePersistentVolumeClaim,
  describeStorageClass,
  describeVolumeAttributesClass,
} from './storage.ts'
import {
  describeDaemonSet,
  describeDeployment,
  describeReplicaSet,
  describeReplicationController,
  describeStatefulSet,
} from './workloads.ts'

/** Describers by `Kind.group`. */
export const describers: ReadonlyMap<string, Describer> = new Map<string, Describer>([
  ['ConfigMap.', describeConfigMap],
  ['Endpoints.', describeEndpoints],
  ['LimitRange.', describeLimitRange],
  ['Namespace.', describeNamespace],
  ['Node.', describeNode],
  ['PersistentVolume.', describePersistentVolume],
  ['PersistentVolumeClaim.', describePersistentVolumeClaim],
  ['Pod.', describePod],
  ['ReplicationController.', describeReplicationController],
  ['ResourceQuota.', describeQuota],
  ['Secret.', describeSecret],
  ['Service.', describeService],
  ['ServiceAccount.', describeServiceAccount],
  ['DaemonSet.apps', describeDaemonSet],
  ['Deployment.apps', describeDeployment],
  ['ReplicaSet.apps', describeReplicaSet],
  ['StatefulSet.apps', describeStatefulSet],
  ['HorizontalPodAutoscaler.autoscaling', describeHorizontalPodAutoscaler],
  ['CronJob.batch', describeCronJob],
  ['Job.batch', describeJob],
  ['CertificateSigningRequest.certificates.k8s.io', describeCsr],
  ['EndpointSlice.discovery.k8s.io', describeEndpointSlice],
  ['Ingress.networking.k8s.io', describeIngress],
  ['IngressClass.networking.k8s.io', describeIngressClass],
  ['IPAddress.networking.k8s.io', describeIpAddress],
  ['ServiceCIDR.networking.k8s.io', describeServiceCidr],
  ['NetworkPolicy.networking.k8s.io', describeNetworkPolicy],
  ['PodDisruptionBudget.policy', describePodDisruptionBudget],
  ['ClusterRole.rbac.authorization.k8s.io', describeRole],
  ['ClusterRoleBinding.rbac.authorization.k8s.io', describeBinding],
  ['Role.rbac.authorization.k8s.io', describeRole],
  ['RoleBinding.rbac.authorization.k8s.io', describeBinding],
  ['PriorityClass.scheduling.k8s.io', describePriorityClass],
  ['CSINode.storage.k8s.io', describeCsiNode],
  ['StorageClass.storage.k8s.io', describeStorageClass],
  ['VolumeAttributesClass.storage.k8s.io', describeVolumeAttributesClass],
])
