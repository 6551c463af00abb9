/**
 * Descriptions of fields that only name a type: the client library that brings all others has none for them.
 * @source staging/src/k8s.io/api (types.go), staging/src/k8s.io/apimachinery/pkg/apis/meta/v1/types.go
 */

const CONVENTIONS =
  'https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md'
const SPEC = `More info: ${CONVENTIONS}#spec-and-status`
const PROBES =
  'More info: https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle#container-probes'
const VOLUMES = 'https://kubernetes.io/docs/concepts/storage/persistent-volumes'

/** Of `metadata` in nearly every kind. */
export const METADATA_TEXT = `Standard object's metadata. More info: ${CONVENTIONS}#metadata`

/** Of `apiVersion` and `kind` in custom kinds, whatever their schema says. */
export const TYPE_TEXTS = {
  apiVersion: `APIVersion defines the versioned schema of this representation of an object. Servers should convert recognized schemas to the latest internal value, and may reject unrecognized values. More info: ${CONVENTIONS}#resources`,
  kind: `Kind is a string value representing the REST resource this object represents. Servers may infer this from the endpoint the client submits requests to. Cannot be updated. In CamelCase. More info: ${CONVENTIONS}#types-kinds`,
} as const

/** By type and field. */
export const REFERENCE_TEXTS: Readonly<Record<string, string>> = {
  'Pod.spec': `Specification of the desired behavior of the pod. ${SPEC}`,
  'Pod.status': `Most recently observed status of the pod. This data may not be up to date. Populated by the system. Read-only. ${SPEC}`,
  'Deployment.spec': 'Specification of the desired behavior of the Deployment.',
  'Deployment.status': 'Most recently observed status of the Deployment.',
  'ReplicaSet.spec': `Spec defines the specification of the desired behavior of the ReplicaSet. ${SPEC}`,
  'StatefulSet.spec': 'Spec defines the desired identities of pods in this set.',
  'DaemonSet.spec': `The desired behavior of this daemon set. ${SPEC}`,
  'Job.spec': `Specification of the desired behavior of a job. ${SPEC}`,
  'Job.status': `Current status of a job. ${SPEC}`,
  'CronJob.spec': `Specification of the desired behavior of a cron job, including the schedule. ${SPEC}`,
  'CronJob.status': `Current status of a cron job. ${SPEC}`,
  'Service.spec': `Spec defines the behavior of a service. ${CONVENTIONS}#spec-and-status`,
  'Service.status': `Most recently observed status of the service. Populated by the system. Read-only. ${SPEC}`,
  'Namespace.spec': `Spec defines the behavior of the Namespace. ${SPEC}`,
  'Namespace.status': `Status describes the current status of a Namespace. ${SPEC}`,
  'Node.spec': `Spec defines the behavior of a node. ${CONVENTIONS}#spec-and-status`,
  'Node.status': `Most recently observed status of the node. Populated by the system. Read-only. ${SPEC}`,
  'PersistentVolume.spec': `spec defines a specification of a persistent volume owned by the cluster. Provisioned by an administrator. More info: ${VOLUMES}#persistent-volumes`,
  'PersistentVolumeClaim.spec': `spec defines the desired characteristics of a volume requested by a pod author. More info: ${VOLUMES}#persistentvolumeclaims`,
  'Ingress.spec': `spec is the desired state of the Ingress. ${SPEC}`,
  'Ingress.status': `status is the current state of the Ingress. ${SPEC}`,
  'NetworkPolicy.spec':
    'spec represents the specification of the desired behavior for this NetworkPolicy.',
  'PodDisruptionBudget.spec': 'Specification of the desired behavior of the PodDisruptionBudget.',
  'PodDisruptionBudget.status': 'Most recently observed status of the PodDisruptionBudget.',
  'DeploymentSpec.selector':
    "Label selector for pods. Existing ReplicaSets whose pods are selected by this will be the ones affected by this deployment. It must match the pod template's labels.",
  'DeploymentSpec.strategy':
    'The deployment strategy to use to replace existing pods with new ones.',
  'DeploymentSpec.template':
    'Template describes the pods that will be created. The only allowed template.spec.restartPolicy value is "Always".',
  'DeploymentStrategy.rollingUpdate':
    'Rolling update config params. Present only if DeploymentStrategyType = RollingUpdate.',
  'PodTemplateSpec.spec': `Specification of the desired behavior of the pod. ${SPEC}`,
  'PodSpec.affinity': "If specified, the pod's scheduling constraints",
  'PodSpec.securityContext':
    'SecurityContext holds pod-level security attributes and common container settings. Optional: Defaults to empty.  See type description for default values of each field.',
  'Container.lifecycle':
    'Actions that the management system should take in response to container lifecycle events. Cannot be updated.',
  'Container.livenessProbe': `Periodic probe of container liveness. Container will be restarted if the probe fails. Cannot be updated. ${PROBES}`,
  'Container.readinessProbe': `Periodic probe of container service readiness. Container will be removed from service endpoints if the probe fails. Cannot be updated. ${PROBES}`,
  'Container.startupProbe': `StartupProbe indicates that the Pod has successfully initialized. If specified, no other probes are executed until this completes successfully. If this probe fails, the Pod will be restarted, just as if the livenessProbe failed. This can be used to provide different probe parameters at the beginning of a Pod's lifecycle, when it might take a long time to load data or warm a cache, than during steady-state operation. This cannot be updated. ${PROBES}`,
  'Container.resources':
    'Compute Resources required by this container. Cannot be updated. More info: https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/',
  'Container.securityContext':
    'SecurityContext defines the security options the container should be run with. If set, the fields of SecurityContext override the equivalent fields of PodSecurityContext. More info: https://kubernetes.io/docs/tasks/configure-pod-container/security-context/',
  'Probe.exec': 'Exec specifies a command to execute in the container.',
  'Probe.grpc': 'GRPC specifies a GRPC HealthCheckRequest.',
  'Probe.httpGet': 'HTTPGet specifies an HTTP GET request to perform.',
  'Probe.tcpSocket': 'TCPSocket specifies a connection to a TCP port.',
  'EnvVar.valueFrom':
    "Source for the environment variable's value. Cannot be used if value is not empty.",
}
