/** Node. @source pkg/registry/core/node/strategy.go, pkg/apis/core/validation ValidateNode */
import type { Node } from '../api/generated/types.ts'
import {
  duplicate,
  forbiddenField,
  invalidValue,
  notSupported,
  required,
} from '../api/meta/field.ts'
import { canonicalQuantity, compareQuantity } from '../api/meta/quantity.ts'
import type { FieldError } from '../api/meta/status.ts'
import { labelValue, qualifiedName } from '../api/meta/validation.ts'
import { own } from './own.ts'
import { ageColumn, column, nameColumn } from './shared/columns.ts'
import { validateCidr } from './shared/ip.ts'

const ROLE = 'node-role.kubernetes.io/'

/** The kind. */
export const node = own<Node>('', 'v1', 'Node', {
  defaults(o) {
    // Gated off, hence dropped: a Node tells its kubelet nothing.
    if (o.spec) delete o.spec.configSource
    pairRanges(o)
    const s = o.status
    if (!s) return
    for (const list of [s.capacity, s.allocatable]) {
      if (list) for (const k of Object.keys(list)) list[k] = canonicalQuantity(list[k] as string)
    }
    // What is there is allocatable unless said otherwise.
    if (s.capacity) s.allocatable = { ...s.capacity, ...s.allocatable }
  },
  validate: (o, old) => [...validate(o), ...(old ? validateUpdate(o, old) : [])],
  validateStatus: (o) => [...repeatedAddresses(o), ...validateStatus(o)],
  strategy: {
    keepsStatus: true,
    warnings: (o, _old, c) => {
      const told = c.subresource === '' && o.spec?.externalID
      return told ? ['spec.externalID: this field is deprecated, and is unused by Kubernetes'] : []
    },
  },
  columns: [
    nameColumn(),
    column<Node>('Status', statusOf),
    column<Node>('Roles', roles),
    ageColumn(),
    column<Node>('Version', (o) => o.status?.nodeInfo?.kubeletVersion ?? ''),
    column<Node>('Internal-IP', (o) => address(o, 'InternalIP'), { priority: 1 }),
    column<Node>('External-IP', (o) => address(o, 'ExternalIP'), { priority: 1 }),
    column<Node>('OS-Image', (o) => o.status?.nodeInfo?.osImage || '<unknown>', { priority: 1 }),
    column<Node>('Kernel-Version', kernel, { priority: 1 }),
    column<Node>(
      'Container-Runtime',
      (o) => o.status?.nodeInfo?.containerRuntimeVersion || '<unknown>',
      { priority: 1 },
    ),
  ],
  fields: { 'spec.unschedulable': (o) => String(o.spec?.unschedulable ?? false) },
})

/** The old field and the list say the same; where they differ, the old one counts. */
function pairRanges(o: Node): void {
  const { podCIDR, podCIDRs } = o.spec ?? {}
  if (!o.spec) return
  if (podCIDR && podCIDRs?.[0] !== podCIDR) o.spec.podCIDRs = [podCIDR]
  else if (!podCIDR && podCIDRs?.[0]) o.spec.podCIDR = podCIDRs[0]
}

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute']

function validate(o: Node): FieldError[] {
  const out: FieldError[] = []
  const seen = new Set<string>()
  o.spec?.taints?.forEach((t, i) => {
    const at = `metadata.taints[${i}]`
    for (const m of qualifiedName(t.key)) out.push(invalidValue(`${at}.key`, t.key, m))
    for (const m of labelValue(t.value ?? '')) out.push(invalidValue(`${at}.value`, t.value, m))
    if (!t.effect) out.push(required(`${at}.effect`))
    else if (!EFFECTS.includes(t.effect)) out.push(notSupported(`${at}.effect`, t.effect, EFFECTS))
    const id = `${t.key}:${t.effect}`
    if (seen.has(id)) {
      const shown = { Key: t.key, Value: t.value ?? '', Effect: t.effect }
      const { body, ...error } = duplicate(at, { ...shown, TimeAdded: t.timeAdded ?? null })
      out.push({ ...error, body: `${body}: taints must be unique by key and effect pair` })
    }
    seen.add(id)
  })
  const ranges = o.spec?.podCIDRs ?? (o.spec?.podCIDR ? [o.spec.podCIDR] : [])
  ranges.forEach((r, i) => {
    out.push(...validateCidr(r, `spec.podCIDRs[${i}]`))
  })
  return [...out, ...validateStatus(o)]
}

function validateStatus(o: Node): FieldError[] {
  const out: FieldError[] = []
  for (const part of ['capacity', 'allocatable'] as const) {
    for (const [name, q] of Object.entries(o.status?.[part] ?? {})) {
      if (part === 'allocatable' && compareQuantity(o.status?.capacity?.[name], q) === 0) continue
      if (compareQuantity(q, '0') < 0) {
        const text = 'must be greater than or equal to 0'
        out.push(invalidValue(`status.${part}.${name}`, q, text))
      }
    }
  }
  return out
}

function repeatedAddresses(o: Node): FieldError[] {
  const seen = new Set<string>()
  return (o.status?.addresses ?? []).flatMap((a, i) => {
    const id = `${a.type} ${a.address}`
    if (!seen.has(id)) return seen.add(id) && []
    return [duplicate(`status.addresses[${i}]`, { Type: a.type, Address: a.address })]
  })
}

function validateUpdate(o: Node, old: Node): FieldError[] {
  const out: FieldError[] = repeatedAddresses(o)
  const text =
    'node updates may only change labels, taints, or capacity (or configSource, if the DynamicKubeletConfig feature gate is enabled)'
  if (old.spec?.podCIDR && o.spec?.podCIDR !== old.spec.podCIDR) {
    out.push(
      forbiddenField(
        'spec.podCIDRs',
        'node updates may not change podCIDR except from "" to valid',
      ),
    )
  }
  if (old.spec?.providerID && o.spec?.providerID !== old.spec.providerID) {
    out.push(
      forbiddenField(
        'spec.providerID',
        'node updates may not change providerID except from "" to valid',
      ),
    )
  }
  if (old.spec?.externalID !== o.spec?.externalID && old.spec?.externalID)
    out.push(forbiddenField('', text))
  return out
}

function statusOf(o: Node): string {
  const ready = o.status?.conditions?.find((c) => c.type === 'Ready')
  const parts = [!ready ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady']
  if (o.spec?.unschedulable) parts.push('SchedulingDisabled')
  return parts.join(',')
}

function roles(o: Node): string {
  const found = new Set<string>()
  for (const [k, v] of Object.entries(o.metadata.labels ?? {})) {
    if (k.startsWith(ROLE) && k.length > ROLE.length) found.add(k.slice(ROLE.length))
    else if (k === 'kubernetes.io/role' && v) found.add(v)
  }
  return found.size === 0 ? '<none>' : [...found].sort().join(',')
}

function address(o: Node, type: string): string {
  return o.status?.addresses?.find((a) => a.type === type)?.address ?? '<none>'
}

function kernel(o: Node): string {
  const info = o.status?.nodeInfo
  if (!info?.kernelVersion) return '<unknown>'
  return info.architecture ? `${info.kernelVersion} (${info.architecture})` : info.kernelVersion
}
