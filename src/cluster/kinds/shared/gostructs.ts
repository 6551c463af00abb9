/**
 * Internal types as Go's JSON prints them in errors: every member in the order of its struct, what is not there as
 * Go's zero value, names as the struct has them.
 * @source pkg/apis/core/types.go, staging/src/k8s.io/apimachinery/pkg/util/validation/field/errors.go
 */
import type { PodSpec, PodTemplateSpec } from '../../api/generated/types.ts'
import { isObject } from '../../api/meta/json.ts'

/**
 * Members in order, each with its zero: `s` text, `n` number, `b` false, `?` null; `{Type}` a struct, `*Type` a
 * pointer to one, `[Type` a list of them, `=Type` members of another struct.
 */
const STRUCTS: Readonly<Record<string, string>> = {
  PodSpec:
    'Volumes[Volume InitContainers[Container Containers[Container EphemeralContainers? RestartPolicy:s TerminationGracePeriodSeconds? ActiveDeadlineSeconds? DNSPolicy:s NodeSelector? ServiceAccountName:s AutomountServiceAccountToken? NodeName:s SecurityContext*PodSecurityContext ImagePullSecrets[LocalObjectReference Hostname:s Subdomain:s SetHostnameAsFQDN? Affinity*Affinity SchedulerName:s Tolerations[Toleration HostAliases[HostAlias PriorityClassName:s Priority? PreemptionPolicy? DNSConfig*PodDNSConfig ReadinessGates[ReadinessGate RuntimeClassName? Overhead? EnableServiceLinks? TopologySpreadConstraints[TopologySpreadConstraint OS*PodOS SchedulingGates[Named ResourceClaims[PodResourceClaim Resources*ResourceRequirements HostnameOverride? SchedulingGroup?',
  PodSecurityContext:
    'HostNetwork:b HostPID:b HostIPC:b ShareProcessNamespace? HostUsers? SELinuxOptions*SELinuxOptions WindowsOptions*WindowsOptions RunAsUser? RunAsGroup? RunAsNonRoot? SupplementalGroups? SupplementalGroupsPolicy? FSGroup? FSGroupChangePolicy? Sysctls[Sysctl SeccompProfile*Profile AppArmorProfile*Profile SELinuxChangePolicy?',
  SecurityContext:
    'Capabilities*Capabilities Privileged? SELinuxOptions*SELinuxOptions WindowsOptions*WindowsOptions RunAsUser? RunAsGroup? RunAsNonRoot? ReadOnlyRootFilesystem? AllowPrivilegeEscalation? ProcMount? SeccompProfile*Profile AppArmorProfile*Profile',
  Capabilities: 'Add? Drop?',
  SELinuxOptions: 'User:s Role:s Type:s Level:s',
  WindowsOptions: 'GMSACredentialSpecName? GMSACredentialSpec? RunAsUserName? HostProcess?',
  Profile: 'Type:s LocalhostProfile?',
  Sysctl: 'Name:s Value:s',
  Container:
    'Name:s Image:s Command? Args? WorkingDir:s Ports[ContainerPort EnvFrom[EnvFrom Env[EnvVar Resources{ResourceRequirements} ResizePolicy[ResizePolicy RestartPolicy? RestartPolicyRules? VolumeMounts[VolumeMount VolumeDevices[VolumeDevice LivenessProbe*Probe ReadinessProbe*Probe StartupProbe*Probe Lifecycle*Lifecycle TerminationMessagePath:s TerminationMessagePolicy:s ImagePullPolicy:s SecurityContext*SecurityContext Stdin:b StdinOnce:b TTY:b',
  ContainerPort: 'Name:s HostPort:n ContainerPort:n Protocol:s HostIP:s',
  EnvFrom: 'Prefix:s ConfigMapRef*OptionalName SecretRef*OptionalName',
  OptionalName: 'Name:s Optional?',
  EnvVar: 'Name:s Value:s ValueFrom*EnvVarSource',
  EnvVarSource:
    'FieldRef*FieldRef ResourceFieldRef*ResourceFieldRef ConfigMapKeyRef*KeyRef SecretKeyRef*KeyRef FileKeyRef*FileKeyRef',
  FieldRef: 'APIVersion:s FieldPath:s',
  ResourceFieldRef: 'ContainerName:s Resource:s Divisor:s',
  KeyRef: 'Name:s Key:s Optional?',
  FileKeyRef: 'VolumeName:s Path:s Key:s Optional?',
  ResourceRequirements: 'Limits? Requests? Claims[ResourceClaim',
  ResourceClaim: 'Name:s Request:s',
  ResizePolicy: 'ResourceName:s RestartPolicy:s',
  VolumeMount:
    'Name:s ReadOnly:b RecursiveReadOnly? MountPath:s SubPath:s MountPropagation? SubPathExpr:s',
  VolumeDevice: 'Name:s DevicePath:s',
  Probe:
    'Exec*Exec HTTPGet*HTTPGet TCPSocket*TCPSocket GRPC*GRPC InitialDelaySeconds:n TimeoutSeconds:n PeriodSeconds:n SuccessThreshold:n FailureThreshold:n TerminationGracePeriodSeconds?',
  Lifecycle: 'PostStart*Handler PreStop*Handler StopSignal?',
  Handler: 'Exec*Exec HTTPGet*HTTPGet TCPSocket*TCPSocket Sleep*Sleep',
  Exec: 'Command?',
  HTTPGet: 'Path:s Port:n Host:s Scheme:s HTTPHeaders[Sysctl',
  TCPSocket: 'Port:n Host:s',
  GRPC: 'Port:n Service?',
  Sleep: 'Seconds:n',
  Volume:
    'Name:s HostPath*HostPath EmptyDir*EmptyDir GCEPersistentDisk? AWSElasticBlockStore? GitRepo? Secret*SecretVolume NFS*NFS ISCSI? Glusterfs? PersistentVolumeClaim*ClaimVolume RBD? Quobyte? FlexVolume? Cinder? CephFS? Flocker? DownwardAPI*DownwardVolume FC? AzureFile? ConfigMap*ConfigMapVolume VsphereVolume? AzureDisk? PhotonPersistentDisk? Projected*Projected PortworxVolume? ScaleIO? StorageOS? CSI? Ephemeral? Image*Image',
  HostPath: 'Path:s Type?',
  EmptyDir: 'Medium:s SizeLimit?',
  SecretVolume: 'SecretName:s Items[Item DefaultMode? Optional?',
  ConfigMapVolume: 'Name:s Items[Item DefaultMode? Optional?',
  Item: 'Key:s Path:s Mode?',
  NFS: 'Server:s Path:s ReadOnly:b',
  ClaimVolume: 'ClaimName:s ReadOnly:b',
  DownwardVolume: 'Items[DownwardFile DefaultMode?',
  DownwardFile: 'Path:s FieldRef*FieldRef ResourceFieldRef*ResourceFieldRef Mode?',
  Projected: 'Sources[Projection DefaultMode?',
  Projection:
    'Secret*NamedItems DownwardAPI*DownwardItems ConfigMap*NamedItems ServiceAccountToken*Token ClusterTrustBundle? PodCertificate?',
  NamedItems: 'Name:s Items[Item Optional?',
  DownwardItems: 'Items[DownwardFile',
  Token: 'Audience:s ExpirationSeconds:n Path:s',
  Image: 'Reference:s PullPolicy:s',
  LocalObjectReference: 'Name:s',
  Named: 'Name:s',
  Affinity: 'NodeAffinity*NodeAffinity PodAffinity*PodAffinity PodAntiAffinity*PodAffinity',
  NodeAffinity:
    'RequiredDuringSchedulingIgnoredDuringExecution*NodeSelector PreferredDuringSchedulingIgnoredDuringExecution[PreferredTerm',
  NodeSelector: 'NodeSelectorTerms[NodeTerm',
  NodeTerm: 'MatchExpressions[Requirement MatchFields[Requirement',
  Requirement: 'Key:s Operator:s Values?',
  PreferredTerm: 'Weight:n Preference{NodeTerm}',
  PodAffinity:
    'RequiredDuringSchedulingIgnoredDuringExecution[PodTerm PreferredDuringSchedulingIgnoredDuringExecution[WeightedTerm',
  PodTerm:
    'LabelSelector? Namespaces? TopologyKey:s NamespaceSelector? MatchLabelKeys? MismatchLabelKeys?',
  WeightedTerm: 'Weight:n PodAffinityTerm{PodTerm}',
  Toleration: 'Key:s Operator:s Value:s Effect:s TolerationSeconds?',
  HostAlias: 'IP:s Hostnames?',
  PodDNSConfig: 'Nameservers? Searches? Options[DNSOption',
  DNSOption: 'Name:s Value?',
  ReadinessGate: 'ConditionType:s',
  TopologySpreadConstraint:
    'MaxSkew:n TopologyKey:s WhenUnsatisfiable:s LabelSelector? MinDomains? NodeAffinityPolicy? NodeTaintsPolicy? MatchLabelKeys?',
  PodOS: 'Name:s',
  HpaBehavior: 'ScaleUp*ScalingRules ScaleDown*ScalingRules',
  ScalingRules: 'StabilizationWindowSeconds? SelectPolicy? Policies[ScalingPolicy Tolerance?',
  ScalingPolicy: 'Type:s Value:n PeriodSeconds:n',
  PodResourceClaim: 'Name:s ResourceClaimName? ResourceClaimTemplateName?',
}

const ZERO: Readonly<Record<string, unknown>> = { s: '', n: 0, b: false }
const MEMBER = /^(\w+?)(?::([snb])|(\?)|\{(\w+)\}|\*(\w+)|\[(\w+))$/
/** Names on the wire that do not follow from the struct's. */
const WIRE: Readonly<Record<string, string>> = { StorageOS: 'storageos', CephFS: 'cephfs' }

/** `HTTPGet` is `httpGet`, `TTY` is `tty`. */
function wireName(name: string): string {
  return (
    WIRE[name] ?? name.replace(/^[A-Z]+(?=[A-Z][a-z])|^[A-Z]+$|^[A-Z]/, (run) => run.toLowerCase())
  )
}

/** The struct of that name that a wire object is read into. */
export function goStruct(type: string, wire: object | undefined): Record<string, unknown> {
  const from = (wire ?? {}) as Record<string, unknown>
  const out: Record<string, unknown> = {}
  for (const member of STRUCTS[type]?.split(' ') ?? []) {
    const [, name = '', zero, , struct, pointer, list] = MEMBER.exec(member) ?? []
    const value = from[wireName(name)]
    if (zero) out[name] = value ?? ZERO[zero]
    else if (struct) out[name] = goStruct(struct, value as object)
    else if (pointer) out[name] = isObject(value) ? goStruct(pointer, value) : null
    else if (list) out[name] = listOf(list, value)
    else out[name] = value ?? null
  }
  return out
}

function listOf(type: string, value: unknown): unknown {
  return Array.isArray(value) ? value.map((item) => goStruct(type, item as object)) : null
}

/** Members of the spec that the internal type keeps in the security context. */
const HOST = ['hostNetwork', 'hostPID', 'hostIPC', 'shareProcessNamespace', 'hostUsers'] as const

/** A pod's spec as the internal type. */
export function goPodSpec(spec: PodSpec | undefined): Record<string, unknown> {
  const host = Object.fromEntries(HOST.map((k) => [k, spec?.[k]]))
  const securityContext = spec?.securityContext && { ...spec.securityContext, ...host }
  return goStruct('PodSpec', { ...spec, securityContext })
}

/** The behaviour of an autoscaler as the internal type. */
export function goHpaBehavior(behavior: object): Record<string, unknown> {
  return goStruct('HpaBehavior', behavior)
}

/** A template as the internal type: its metadata has names of the wire. */
export function goTemplate(t: PodTemplateSpec | undefined): Record<string, unknown> {
  return { ...t?.metadata, Spec: goPodSpec(t?.spec) }
}
