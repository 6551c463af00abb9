/**
 * Which zero values Go leaves out when it writes an object back: a plain bool, number or string with `omitempty` loses
 * its zero, a pointer keeps it. OpenAPI does not tell the two apart, so the few that differ are named here.
 * @source staging/src/k8s.io/api (struct tags)
 */

/** Optional booleans that are no pointers: `false` is not written. */
const PLAIN_BOOLEANS = new Set([
  'hostNetwork',
  'hostPID',
  'hostIPC',
  'stdin',
  'stdinOnce',
  'tty',
  'readOnly',
  'paused',
  'unschedulable',
  'publishNotReadyAddresses',
  'globalDefault',
  'perDeviceNodeSelection',
  'preserveUnknownFields',
  'uniqueItems',
  'exclusiveMaximum',
  'exclusiveMinimum',
  'nullable',
  'deprecated',
  'x-kubernetes-embedded-resource',
  'x-kubernetes-int-or-string',
  'sslEnabled',
  'chapAuthDiscovery',
  'chapAuthSession',
  'insecureSkipTLSVerify',
  'denied',
  'authenticated',
])

/** Optional numbers that are no pointers: `0` is not written. */
const PLAIN_NUMBERS = new Set([
  'minReadySeconds',
  'hostPort',
  'nodePort',
  'healthCheckNodePort',
  'initialDelaySeconds',
  'timeoutSeconds',
  'periodSeconds',
  'successThreshold',
  'failureThreshold',
  'observedGeneration',
  'readyReplicas',
  'availableReplicas',
  'updatedReplicas',
  'unavailableReplicas',
  'currentReplicas',
  'fullyLabeledReplicas',
  'numberAvailable',
  'numberUnavailable',
  'updatedNumberScheduled',
  'active',
  'succeeded',
  'failed',
  'generation',
  'count',
  'deprecatedCount',
  'number',
  'signal',
  'sizeBytes',
  'code',
  'retryAfterSeconds',
])

/** Where a name above is a pointer after all: `Type.field`. */
const POINTERS = new Set([
  'ClientIPConfig.timeoutSeconds',
  'ListOptions.timeoutSeconds',
  'WebhookConfiguration.timeoutSeconds',
  'MutatingWebhook.timeoutSeconds',
  'ValidatingWebhook.timeoutSeconds',
  'VolumeAttachmentSource.readOnly',
])

/** Optional pointer strings by type, for names that are plain strings elsewhere. */
const POINTER_STRINGS_IN: Readonly<Record<string, ReadonlySet<string>>> = {
  EndpointPort: new Set(['name', 'appProtocol', 'protocol']),
  Endpoint: new Set(['hostname', 'nodeName', 'zone']),
  LeaseSpec: new Set(['holderIdentity']),
  CronJobSpec: new Set(['timeZone']),
  JobSpec: new Set(['managedBy']),
  JobStatus: new Set(['failedIndexes']),
  SuccessPolicyRule: new Set(['succeededIndexes']),
  PodFailurePolicyOnExitCodesRequirement: new Set(['containerName']),
  VolumeAttachmentSource: new Set(['persistentVolumeName']),
  ServiceSpec: new Set(['trafficDistribution']),
  ServicePort: new Set(['appProtocol']),
  IngressClassParametersReference: new Set(['apiGroup', 'scope', 'namespace']),
}

const ALWAYS_POINTER_STRINGS = new Set([
  'storageClassName',
  'ingressClassName',
  'runtimeClassName',
  'loadBalancerClass',
  'volumeAttributesClassName',
  'holderIdentity',
])

/** True when Go does not write that zero value of an optional field. */
export function omitsZero(type: string, field: string, value: string | number | boolean): boolean {
  if (value === '') {
    if (ALWAYS_POINTER_STRINGS.has(field)) return type === 'PersistentVolumeSpec'
    return !(POINTER_STRINGS_IN[type]?.has(field) ?? false)
  }
  if (POINTERS.has(`${type}.${field}`)) return false
  if (value === false) return PLAIN_BOOLEANS.has(field)
  return PLAIN_NUMBERS.has(field)
}
