/**
 * What may stand in a pod's spec, in pods and in every template of pods.
 * @source pkg/apis/core/validation/validation.go ValidatePodSpec, ValidatePodTemplateSpec
 */
import type {
  LabelSelector,
  PodSpec,
  PodTemplateSpec,
  Toleration,
} from '../../api/generated/types.ts'
import {
  duplicate,
  forbiddenField,
  invalidValue,
  notSupported,
  required,
} from '../../api/meta/field.ts'
import { selects } from '../../api/meta/labels.ts'
import type { FieldError } from '../../api/meta/status.ts'
import { dnsLabel, dnsSubdomain, labelValue, qualifiedName } from '../../api/meta/validation.ts'
import { type ContainerContext, validateContainers, validateInitContainers } from './container.ts'
import { validateAnnotations, validateLabels } from './meta.ts'
import { validateAffinity, validateSpread } from './placement.ts'
import { validateVolumes } from './volumes.ts'

/** Field errors of a pod template. */
export function validatePodTemplate(t: PodTemplateSpec, path: string): FieldError[] {
  return [
    ...validateLabels(t.metadata?.labels, `${path}.labels`),
    ...validateAnnotations(t.metadata?.annotations, `${path}.annotations`),
    ...validatePodSpec(t.spec ?? { containers: [] }, `${path}.spec`),
    ...((t.spec?.ephemeralContainers?.length ?? 0) > 0
      ? [
          forbiddenField(
            `${path}.spec.ephemeralContainers`,
            'ephemeral containers not allowed in pod template',
          ),
        ]
      : []),
  ]
}

/** Negative grace counts as one second. */
function graceOf(spec: PodSpec): number {
  const seconds = spec.terminationGracePeriodSeconds ?? 30
  return seconds < 0 ? 1 : seconds
}

/** Field errors of a pod's spec. */
export function validatePodSpec(spec: PodSpec, path: string, isPod = false): FieldError[] {
  const out: FieldError[] = []
  const { errors, names } = validateVolumes(spec.volumes, `${path}.volumes`)
  out.push(...errors)
  const context: ContainerContext = {
    volumes: names,
    restartPolicy: spec.restartPolicy ?? 'Always',
    hostNetwork: spec.hostNetwork ?? false,
    grace: graceOf(spec),
  }
  out.push(...validateContainers(spec.containers, context, `${path}.containers`))
  out.push(
    ...validateInitContainers(
      spec.initContainers,
      spec.containers,
      context,
      `${path}.initContainers`,
    ),
  )
  out.push(...validateLifecycleFields(spec, path))
  out.push(...validateLabels(spec.nodeSelector, `${path}.nodeSelector`))
  out.push(...validateNames(spec, path))
  out.push(...validateTolerations(spec.tolerations, `${path}.tolerations`))
  out.push(...validateAffinity(spec.affinity, `${path}.affinity`))
  out.push(...validateSpread(spec.topologySpreadConstraints, `${path}.topologySpreadConstraints`))
  out.push(...validateGates(spec, path, isPod))
  return out
}

function validateLifecycleFields(spec: PodSpec, path: string): FieldError[] {
  const out: FieldError[] = []
  const { restartPolicy, dnsPolicy } = spec
  if (!restartPolicy) out.push(required(`${path}.restartPolicy`))
  else if (!['Always', 'OnFailure', 'Never'].includes(restartPolicy)) {
    const valid = ['Always', 'OnFailure', 'Never']
    out.push(notSupported(`${path}.restartPolicy`, restartPolicy, valid))
  }
  if (dnsPolicy && !DNS_POLICIES.includes(dnsPolicy)) {
    out.push(notSupported(`${path}.dnsPolicy`, dnsPolicy, DNS_POLICIES))
  }
  if (dnsPolicy === 'None' && (spec.dnsConfig?.nameservers?.length ?? 0) === 0) {
    const text = 'must provide at least one DNS nameserver when `dnsPolicy` is None'
    out.push(required(`${path}.dnsConfig.nameservers`, text))
  }
  const deadline = spec.activeDeadlineSeconds
  if (deadline !== undefined && (deadline < 1 || deadline > 2147483647)) {
    const text = 'must be between 1 and 2147483647, inclusive'
    out.push(invalidValue(`${path}.activeDeadlineSeconds`, deadline, text))
  }
  return out
}

const DNS_POLICIES = ['ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None']

function validateNames(spec: PodSpec, path: string): FieldError[] {
  const out: FieldError[] = []
  const check = (field: string, value: string | undefined, f: (v: string) => string[]) => {
    if (!value) return
    for (const t of f(value)) out.push(invalidValue(`${path}.${field}`, value, t))
  }
  check('serviceAccountName', spec.serviceAccountName, dnsSubdomain)
  check('nodeName', spec.nodeName, dnsSubdomain)
  check('hostname', spec.hostname, dnsLabel)
  check('subdomain', spec.subdomain, dnsLabel)
  check('priorityClassName', spec.priorityClassName, dnsSubdomain)
  check('runtimeClassName', spec.runtimeClassName, dnsSubdomain)
  spec.imagePullSecrets?.forEach((s, i) => {
    if (!s.name) out.push(required(`${path}.imagePullSecrets[${i}].name`))
  })
  const policy = spec.preemptionPolicy
  if (policy && !['Never', 'PreemptLowerPriority'].includes(policy)) {
    const valid = ['Never', 'PreemptLowerPriority']
    out.push(notSupported(`${path}.preemptionPolicy`, policy, valid))
  }
  return out
}

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute']

/** Field errors of a list of tolerations. */
export function validateTolerations(
  list: readonly Toleration[] | undefined,
  path: string,
): FieldError[] {
  const out: FieldError[] = []
  list?.forEach((t, i) => {
    const at = `${path}[${i}]`
    if (t.key) for (const m of qualifiedName(t.key)) out.push(invalidValue(`${at}.key`, t.key, m))
    if (!t.key && t.operator !== 'Exists') {
      const text =
        'operator must be Exists when `key` is empty, which means "match all values and all keys"'
      out.push(invalidValue(`${at}.operator`, t.operator ?? '', text))
    }
    if (t.tolerationSeconds !== undefined && t.effect !== 'NoExecute') {
      const text = "effect must be 'NoExecute' when `tolerationSeconds` is set"
      out.push(invalidValue(`${at}.effect`, t.effect ?? '', text))
    }
    const operator = t.operator as string | undefined
    if (!operator || operator === 'Equal') {
      for (const m of labelValue(t.value ?? ''))
        out.push(invalidValue(`${at}.operator`, t.value, m))
    } else if (operator === 'Exists') {
      if (t.value) {
        const text = "value must be empty when `operator` is 'Exists'"
        out.push(invalidValue(`${at}.operator`, t.value, text))
      }
    } else {
      out.push(notSupported(`${at}.operator`, operator, ['Equal', 'Exists']))
    }
    if (t.effect && !EFFECTS.includes(t.effect)) {
      out.push(notSupported(`${at}.effect`, t.effect, EFFECTS))
    }
  })
  return out
}

function validateGates(spec: PodSpec, path: string, isPod: boolean): FieldError[] {
  const out: FieldError[] = []
  const seen = new Set<string>()
  const gates = spec.schedulingGates ?? []
  gates.forEach((g, i) => {
    const at = `${path}.schedulingGates[${i}]`
    if (seen.has(g.name)) out.push(duplicate(at, g.name))
    seen.add(g.name)
    for (const t of qualifiedName(g.name)) out.push(invalidValue(at, g.name, t))
  })
  if (isPod && spec.nodeName && gates.length > 0) {
    const text = 'cannot be set until all schedulingGates have been cleared'
    out.push(forbiddenField(`${path}.nodeName`, text))
  }
  return out
}

/** Field errors of a workload's selector against its template's labels. */
export function validateSelectorMatches(
  selector: LabelSelector | undefined,
  t: PodTemplateSpec | undefined,
  path: string,
): FieldError[] {
  const labels = t?.metadata?.labels
  if (selects(selector, labels)) return []
  const text = '`selector` does not match template `labels`'
  return [invalidValue(`${path}.metadata.labels`, labels ?? null, text)]
}

/** Field errors of a controller's template: pods that are kept running always restart. */
export function validateRunningTemplate(
  t: PodTemplateSpec,
  path: string,
  kind: string,
): FieldError[] {
  const out: FieldError[] = []
  const policy = t.spec?.restartPolicy
  if (policy !== 'Always') out.push(notSupported(`${path}.spec.restartPolicy`, policy, ['Always']))
  if (t.spec?.activeDeadlineSeconds !== undefined) {
    const text = `activeDeadlineSeconds in ${kind} is not Supported`
    out.push(forbiddenField(`${path}.spec.activeDeadlineSeconds`, text))
  }
  return out
}

/** A count that may not be negative. */
export function nonNegative(value: number | undefined, path: string): FieldError[] {
  if (value === undefined || value >= 0) return []
  return [invalidValue(path, value, 'must be greater than or equal to 0')]
}
