/**
 * Address families of a Service, on a cluster that speaks IPv4 only.
 * @source pkg/registry/core/service/storage/alloc.go initIPFamilyFields
 */
import type { ServiceSpec } from '../../api/generated/types.ts'
import { invalidValue } from '../../api/meta/field.ts'
import type { FieldError } from '../../api/meta/status.ts'
import { isIpv6 } from '../../kinds/shared/ip.ts'
import { validateFamilies } from '../../kinds/shared/servicespec.ts'

const POLICY = 'spec.ipFamilyPolicy'

/** Fills in policy and families. @returns errors */
export function initFamilies(spec: ServiceSpec, old: ServiceSpec | undefined): FieldError[] {
  if (spec.type === 'ExternalName' || stays(spec, old)) return []
  const headless = spec.clusterIP === 'None' && Object.keys(spec.selector ?? {}).length === 0
  spec.ipFamilyPolicy ??= old?.ipFamilyPolicy ?? (headless ? 'RequireDualStack' : 'SingleStack')
  const related = validateFamilies(spec)
  if (related.length > 0) return related
  const out = [...(old ? reduced(spec, old) : []), ...fitting(spec), ...inferred(spec)]
  if (out.length > 0) return out
  if (headless) {
    withOther(spec)
    return []
  }
  const wanted = required(spec)
  if (wanted.length === 0 && !spec.ipFamilies?.length) spec.ipFamilies = ['IPv4']
  return wanted
}

/** Who would rather have both families keeps what there is, until asking for something else. */
function stays(spec: ServiceSpec, old: ServiceSpec | undefined): boolean {
  const same = (a: readonly string[] | undefined, b: readonly string[] | undefined) =>
    (a ?? []).join() === (b ?? []).join()
  return (
    spec.ipFamilyPolicy === 'PreferDualStack' &&
    old?.ipFamilyPolicy === 'PreferDualStack' &&
    same(spec.clusterIPs, old.clusterIPs) &&
    same(spec.ipFamilies, old.ipFamilies)
  )
}

/** The second of a kind goes by saying that one is wanted. */
function reduced(spec: ServiceSpec, old: ServiceSpec): FieldError[] {
  const out: FieldError[] = []
  for (const [list, what] of [
    ['clusterIPs', 'cluster IP'],
    ['ipFamilies', 'IP family'],
  ] as const) {
    const [now, was] = [spec[list] ?? [], old[list] ?? []]
    if (spec.ipFamilyPolicy === 'SingleStack') {
      if (now.join() === was.join() && now.length > 1) spec[list] = now.slice(0, 1) as never
    } else if (now.length > 0 && now.length < was.length) {
      const text = `must be 'SingleStack' to release the secondary ${what}`
      out.push(invalidValue(POLICY, spec.ipFamilyPolicy, text))
    }
  }
  return out
}

function fitting(spec: ServiceSpec): FieldError[] {
  if (spec.ipFamilyPolicy !== 'SingleStack') return []
  const text = (what: string) =>
    `must be 'RequireDualStack' or 'PreferDualStack' when multiple ${what} are specified`
  return [
    ...(spec.clusterIPs?.length === 2 ? [text('cluster IPs')] : []),
    ...(spec.ipFamilies?.length === 2 ? [text('IP families')] : []),
  ].map((t) => invalidValue(POLICY, spec.ipFamilyPolicy, t))
}

/** Families that only the addresses tell. */
function inferred(spec: ServiceSpec): FieldError[] {
  const out: FieldError[] = []
  const ips = spec.clusterIPs ?? []
  ips.forEach((ip, i) => {
    if (ips[0] === 'None' || i < (spec.ipFamilies?.length ?? 0)) return
    if (!isIpv6(ip)) {
      spec.ipFamilies = [...(spec.ipFamilies ?? []), 'IPv4']
      return
    }
    const text = 'IPv6 is not configured on this cluster'
    out.push(invalidValue(`spec.clusterIPs[${i}]`, ips, text))
  })
  return out
}

/** What has neither address nor selector may have families that the cluster has not. */
function withOther(spec: ServiceSpec): void {
  const [first = 'IPv4', ...more] = spec.ipFamilies ?? []
  const both = more.length > 0 || spec.ipFamilyPolicy === 'SingleStack'
  spec.ipFamilies = both ? [first, ...more] : [first, first === 'IPv4' ? 'IPv6' : 'IPv4']
}

function required(spec: ServiceSpec): FieldError[] {
  const out: FieldError[] = []
  if (spec.ipFamilyPolicy === 'RequireDualStack') {
    const text = 'this cluster is not configured for dual-stack services'
    out.push(invalidValue(POLICY, spec.ipFamilyPolicy, text))
  }
  spec.ipFamilies?.forEach((f, i) => {
    if (f !== 'IPv6') return
    out.push(invalidValue(`spec.ipFamilies[${i}]`, f, 'not configured on this cluster'))
  })
  return out
}
