/** Pod. @source pkg/registry/core/pod/strategy.go, pkg/apis/core/v1/defaults.go, pkg/apis/core/validation */

import type { RequestContext } from '../api/definition.ts'
import type {
  AppArmorProfile,
  LabelSelector,
  Pod,
  PodSpec,
  PodStatus,
} from '../api/generated/types.ts'
import { forbiddenField, invalidValue, required } from '../api/meta/field.ts'
import { cloneJson, deepEqual } from '../api/meta/json.ts'
import type { FieldError } from '../api/meta/status.ts'
import { own } from './own.ts'
import { podColumns } from './shared/podcolumns.ts'
import { defaultPodOnly, defaultPodSpec } from './shared/poddefaults.ts'
import { validateResize } from './shared/podresize.ts'
import { validatePodOnly, validatePodSpec, validateTolerations } from './shared/podtemplate.ts'
import { APPARMOR, appArmorWarning, podNameWarning, podWarnings } from './shared/podwarnings.ts'
import { qosClass } from './shared/qos.ts'

/** The kind. */
export const pod = own<Pod>('', 'v1', 'Pod', {
  defaults(o) {
    if (!o.spec) return
    defaultPodSpec(o.spec)
    // In pods alone: a template keeps what it was given.
    if ((o.spec.terminationGracePeriodSeconds ?? 0) < 0) o.spec.terminationGracePeriodSeconds = 1
    defaultPodOnly(o.spec)
  },
  validate: (o, old, c) => (old ? validateUpdate(o, old, c) : validateNew(o)),
  validateStatus: (o, old, c) => {
    if (c.subresource === 'ephemeralcontainers') return validateEphemeralUpdate(o, old)
    return c.subresource === 'resize' ? validateResize(o, old) : []
  },
  strategy: {
    prepareForCreate(o, c) {
      if (o.spec) takeLabelKeys(o.spec, o.metadata.labels ?? {})
      o.status = { phase: 'Pending', qosClass: qosClass(o.spec) }
      if ((o.spec?.schedulingGates?.length ?? 0) > 0) o.status.conditions = [GATED]
      armor(o, c)
    },
    prepareForUpdate: keepStatus,
    prepareForStatusUpdate,
    warnings: (o, old, c) => {
      // Pods are changed often and seldom by hand: nothing is said then.
      if (c.subresource !== '' || old) return []
      return [
        ...podNameWarning(o.metadata.name ?? ''),
        ...podWarnings(o.spec, o.metadata.annotations),
      ]
    },
  },
  columns: podColumns,
  fields: {
    'spec.nodeName': (o) => o.spec?.nodeName ?? '',
    'spec.restartPolicy': (o) => o.spec?.restartPolicy ?? '',
    'spec.schedulerName': (o) => o.spec?.schedulerName ?? '',
    'spec.serviceAccountName': (o) => o.spec?.serviceAccountName ?? '',
    'spec.hostNetwork': (o) => String(o.spec?.hostNetwork ?? false),
    'status.phase': (o) => o.status?.phase ?? '',
    'status.podIP': (o) => o.status?.podIP ?? '',
    'status.nominatedNodeName': (o) => o.status?.nominatedNodeName ?? '',
  },
})

/**
 * What a pod says by keys alone is said by its own values.
 * @source pkg/registry/core/pod/strategy.go applyMatchLabelKeysAndMismatchLabelKeys
 */
function takeLabelKeys(spec: PodSpec, labels: Record<string, string>): void {
  const add = (
    selector: LabelSelector | undefined,
    keys: readonly string[] | undefined,
    operator: 'In' | 'NotIn',
  ) => {
    for (const key of selector ? (keys ?? []) : []) {
      const value = labels[key]
      if (!selector || value === undefined) continue
      const own = { key, operator, values: [value] }
      selector.matchExpressions = [...(selector.matchExpressions ?? []), own]
    }
  }
  for (const a of [spec.affinity?.podAffinity, spec.affinity?.podAntiAffinity]) {
    const terms = [
      ...(a?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
      ...(a?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map((p) => p.podAffinityTerm),
    ]
    for (const t of terms) {
      add(t.labelSelector, t.matchLabelKeys, 'In')
      add(t.labelSelector, t.mismatchLabelKeys, 'NotIn')
    }
  }
  for (const c of spec.topologySpreadConstraints ?? []) add(c.labelSelector, c.matchLabelKeys, 'In')
}

/**
 * Profiles of AppArmor that annotations name become fields.
 * @source pkg/registry/core/pod/strategy.go applyAppArmorVersionSkew
 */
function armor(o: Pod, c: RequestContext): void {
  const spec = o.spec
  if (!spec || spec.os?.name === 'windows') return
  for (const list of ['initContainers', 'containers', 'ephemeralContainers'] as const) {
    for (const container of spec[list] ?? []) {
      const key = `${APPARMOR}${container.name}`
      const given = o.metadata.annotations?.[key]
      if (given === undefined || container.securityContext?.appArmorProfile) continue
      const profile = profileOf(given)
      if (profile && deepEqual(profile, spec.securityContext?.appArmorProfile)) continue
      if (profile)
        container.securityContext = { ...container.securityContext, appArmorProfile: profile }
      c.warnings?.push(appArmorWarning(key))
    }
  }
}

function profileOf(text: string): AppArmorProfile | undefined {
  if (text === 'unconfined') return { type: 'Unconfined' }
  if (text === 'runtime/default') return { type: 'RuntimeDefault' }
  const name = /^localhost\/(\S.*)$/.exec(text)?.[1]
  return name === undefined || name.trim() !== name
    ? undefined
    : { type: 'Localhost', localhostProfile: name }
}

const GATED = {
  type: 'PodScheduled',
  status: 'False',
  observedGeneration: 1,
  lastProbeTime: null as unknown as string,
  lastTransitionTime: null as unknown as string,
  reason: 'SchedulingGated',
  message: 'Scheduling is blocked due to non-empty scheduling gates',
}

function keepStatus(o: Pod, old: Pod): void {
  if (old.status === undefined) return
  o.status = old.status
  // The condition of gates goes with the last gate.
  const lifted =
    (old.spec?.schedulingGates?.length ?? 0) > 0 && (o.spec?.schedulingGates?.length ?? 0) === 0
  if (!lifted) return
  const conditions = (old.status.conditions ?? []).filter((c) => c.reason !== 'SchedulingGated')
  o.status = { ...old.status, conditions }
}

/** Of an update of status only the status counts; of a resize only cpu and memory; ephemeral containers are added. */
function prepareForStatusUpdate(o: Pod, old: Pod, c: RequestContext): void {
  if (c.subresource === 'status') {
    o.metadata.ownerReferences = old.metadata.ownerReferences
    o.status = {
      ...o.status,
      ...pairedAddresses(o.status),
      qosClass: old.status?.qosClass ?? qosClass(old.spec),
    }
    keepObserved(o.status, old.status)
    return
  }
  if (old.status) o.status = old.status
  const spec = old.spec as PodSpec
  if (c.subresource === 'ephemeralcontainers') {
    o.spec = { ...spec, ephemeralContainers: o.spec?.ephemeralContainers }
    if (!o.spec.ephemeralContainers) delete o.spec.ephemeralContainers
  } else if (c.subresource === 'resize') {
    o.spec = { ...spec, ...resized(o.spec as PodSpec, spec) }
  }
}

/** The one address and the list say the same; where they differ, the one counts. */
function pairedAddresses(s: PodStatus | undefined): Pick<PodStatus, 'podIP' | 'podIPs'> {
  if (s?.podIP && s.podIPs?.[0]?.ip !== s.podIP) return { podIPs: [{ ip: s.podIP }] }
  return !s?.podIP && s?.podIPs?.[0] ? { podIP: s.podIPs[0].ip } : {}
}

/** A generation once observed is not forgotten by a client that does not know of it. */
function keepObserved(next: PodStatus, old: PodStatus | undefined): void {
  next.observedGeneration ||= old?.observedGeneration
  if (next.observedGeneration === undefined) delete next.observedGeneration
  const known = [...(old?.conditions ?? [])]
  next.conditions?.forEach((c, i) => {
    const at = known.findIndex((k) => k.type === c.type)
    const was = at < 0 ? undefined : known.splice(at, 1)[0]?.observedGeneration
    if (!c.observedGeneration && was) {
      next.conditions = next.conditions?.with(i, { ...c, observedGeneration: was })
    }
  })
}

function resized(next: PodSpec, old: PodSpec): Partial<PodSpec> {
  const take = (list: PodSpec['containers'], from: PodSpec['containers'] | undefined) =>
    list.map((was) => {
      const now = from?.find((x) => x.name === was.name)
      if (!now) return was
      return {
        ...was,
        resources: now.resources ?? {},
        ...(now.resizePolicy ? { resizePolicy: now.resizePolicy } : {}),
      }
    })
  return {
    containers: take(old.containers, next.containers),
    ...(old.initContainers
      ? { initContainers: take(old.initContainers, next.initContainers) }
      : {}),
  }
}

const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost'

/** What holds whenever a pod is written. */
function validateWhole(o: Pod): FieldError[] {
  const spec = o.spec ?? { containers: [] }
  const cost = o.metadata.annotations?.[DELETION_COST]
  const bad = cost !== undefined && !isInt32(cost)
  const at = `metadata.annotations[${DELETION_COST}]`
  return [
    ...(bad ? [invalidValue(at, cost, 'must be a 32bit integer')] : []),
    ...validatePodSpec(spec, 'spec', o.metadata.name ?? ''),
    ...validatePodOnly(spec, 'spec'),
  ]
}

/** A number as the deletion cost is written: no plus sign, no leading zeros. */
function isInt32(text: string): boolean {
  return /^(0|-?[1-9]\d*)$/.test(text) && Math.abs(Number(text)) <= 2147483647
}

function validateNew(o: Pod): FieldError[] {
  const out = validateWhole(o)
  if ((o.spec?.ephemeralContainers?.length ?? 0) > 0) {
    out.push(forbiddenField('spec.ephemeralContainers', 'cannot be set on create'))
  }
  if (o.spec?.nodeName && (o.spec.schedulingGates?.length ?? 0) > 0) {
    const text = 'cannot be set until all schedulingGates have been cleared'
    out.push(forbiddenField('spec.nodeName', text))
  }
  return out
}

/** Ephemeral containers come, and stay as they are. */
function validateEphemeralUpdate(o: Pod, old: Pod): FieldError[] {
  const out = validateWhole(o)
  const next = o.spec?.ephemeralContainers ?? []
  const refuse = (name: string, what: string) => {
    const text = `existing ephemeral containers ${JSON.stringify(name)} may not be ${what}\n`
    out.push(forbiddenField('spec.ephemeralContainers', text))
  }
  for (const was of old.spec?.ephemeralContainers ?? []) {
    const now = next.find((c) => c.name === was.name)
    if (!now) refuse(was.name, 'removed')
    else if (!deepEqual(now, was)) refuse(was.name, 'changed')
  }
  return out
}

const MAY_CHANGE =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)'

function validateUpdate(o: Pod, old: Pod, _c: RequestContext): FieldError[] {
  const next = o.spec as PodSpec
  const was = old.spec as PodSpec
  const out = validateWhole(o)
  if (deepEqual(next, was)) return out
  const gated = (was.schedulingGates?.length ?? 0) > 0
  for (const list of ['containers', 'initContainers'] as const) {
    if ((next[list]?.length ?? 0) !== (was[list]?.length ?? 0)) {
      const text = 'pod updates may not add or remove containers'
      return [...out, forbiddenField(`spec.${list}`, text)]
    }
    next[list]?.forEach((c, i) => {
      if (!c.image) out.push(required(`spec.${list}[${i}].image`))
    })
  }
  const deadline = validateDeadlineUpdate(next, was)
  out.push(...deadline)
  if (deadline.length > 0 && next.activeDeadlineSeconds !== undefined) return out
  out.push(...validateTolerationUpdate(next, was))
  out.push(...validateGateUpdate(next, was))
  const munged = cloneJson(next) as PodSpec
  munged.activeDeadlineSeconds = was.activeDeadlineSeconds
  munged.schedulingGates = was.schedulingGates
  for (const list of ['containers', 'initContainers'] as const) {
    munged[list]?.forEach((c, i) => {
      const image = was[list]?.[i]?.image
      if (image !== undefined) c.image = image
    })
  }
  munged.tolerations = was.tolerations
  if ((was.terminationGracePeriodSeconds ?? 0) < 0 && next.terminationGracePeriodSeconds === 1) {
    munged.terminationGracePeriodSeconds = was.terminationGracePeriodSeconds
  }
  if (gated) out.push(...gatedChanges(munged, was))
  if (!deepEqual(munged, was)) out.push(forbiddenField('spec', changeText(munged, was)))
  return out
}

/** A deadline can only come closer. */
function validateDeadlineUpdate(next: PodSpec, was: PodSpec): FieldError[] {
  const field = 'spec.activeDeadlineSeconds'
  const before = was.activeDeadlineSeconds
  const after = next.activeDeadlineSeconds
  if (before === undefined) return []
  if (after === undefined) {
    const text = 'must not update from a positive integer to nil value'
    return [invalidValue(field, null, text)]
  }
  if (after <= before) return []
  return [invalidValue(field, after, 'must be less than or equal to previous value')]
}

/** A gated pod's placement may be tightened. */
function gatedChanges(munged: PodSpec, was: PodSpec): FieldError[] {
  const out: FieldError[] = []
  const before = was.nodeSelector ?? {}
  const after = munged.nodeSelector ?? {}
  if (!deepEqual(before, after)) {
    if (Object.entries(before).some(([k, v]) => after[k] !== v)) {
      const text = 'only additions to spec.nodeSelector are allowed (no mutations or deletions)'
      out.push(invalidValue('spec.nodeSelector', munged.nodeSelector ?? null, text))
    }
    munged.nodeSelector = was.nodeSelector
  }
  if (!deepEqual(munged.affinity?.nodeAffinity, was.affinity?.nodeAffinity)) {
    munged.affinity = was.affinity
  }
  return out
}

function validateGateUpdate(next: PodSpec, was: PodSpec): FieldError[] {
  const known = new Set((was.schedulingGates ?? []).map((g) => g.name))
  const out: FieldError[] = []
  next.schedulingGates?.forEach((g, i) => {
    if (known.has(g.name)) return
    const text = `only deletion is allowed, but found new scheduling gate '${g.name}'`
    out.push(forbiddenField(`spec.schedulingGates[${i}].name`, text))
  })
  return out
}

function validateTolerationUpdate(next: PodSpec, was: PodSpec): FieldError[] {
  const list = next.tolerations ?? []
  const kept = (was.tolerations ?? []).every((t) =>
    list.some((n) => deepEqual({ ...n, tolerationSeconds: 0 }, { ...t, tolerationSeconds: 0 })),
  )
  if (kept) return validateTolerations(list, 'spec.tolerations')
  const text = 'existing toleration can not be modified except its tolerationSeconds'
  return [forbiddenField('spec.tolerations', text)]
}

/** The text, followed by the difference of both specs as Go's cmp prints it (first line only is ever compared). */
function changeText(next: PodSpec, was: PodSpec): string {
  const changed = Object.keys({ ...was, ...next }).filter((k) => {
    const key = k as keyof PodSpec
    return !deepEqual(next[key], was[key])
  })
  const lines = changed.flatMap((k) => {
    const key = k as keyof PodSpec
    return [`- \t${k}: ${JSON.stringify(was[key])}`, `+ \t${k}: ${JSON.stringify(next[key])}`]
  })
  return `${MAY_CHANGE}\n  core.PodSpec{\n${lines.map((l) => `${l},`).join('\n')}\n  }\n`
}
