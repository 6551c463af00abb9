/**
 * After names have changed, the fields that name other objects follow.
 * @source https://github.com/kubernetes-sigs/kustomize/tree/master/examples/transformerconfigs (name references),
 *   api/filters/nameref of kustomize 5
 */
import { isObject } from '../../cluster/api/meta/json.ts'
import { REFERRALS, type Referral } from './fields.ts'
import { changeAt } from './paths.ts'
import {
  effectiveNamespace,
  idOf,
  idsOf,
  isClusterScoped,
  ofKind,
  type Resource,
} from './resource.ts'

/** Makes all names of other objects those that they have now. */
export function fixReferences(all: readonly Resource[]): void {
  for (const referral of REFERRALS) {
    const named = all.filter(
      (r) =>
        r.past.length > 0 &&
        idOf(r.object).kind === referral.kind &&
        idOf(r.object).group === referral.group,
    )
    if (named.length === 0) continue
    for (const r of all) {
      const id = idOf(r.object)
      for (const field of referral.fields)
        if (ofKind(id, field))
          changeAt(r.object, field.path, (value) => renamed(value, r, named, referral))
    }
  }
}

function renamed(
  value: unknown,
  referrer: Resource,
  named: readonly Resource[],
  referral: Referral,
): unknown {
  if (Array.isArray(value)) return value.map((v) => renamed(v, referrer, named, referral))
  if (isObject(value)) {
    if (value.kind !== undefined && value.kind !== referral.kind) return value
    const space = typeof value.namespace === 'string' ? value.namespace : undefined
    const r = meant(String(value.name ?? ''), referrer, named, space)
    if (!r) return value
    const now = idOf(r.object)
    return { ...value, name: now.name, ...(now.namespace ? { namespace: now.namespace } : {}) }
  }
  if (typeof value !== 'string') return value
  const r = meant(value, referrer, named)
  return r ? idOf(r.object).name : value
}

/** The resource that a name means for one who says it. @param space where the referrer says that it lives */
function meant(
  name: string,
  referrer: Resource,
  named: readonly Resource[],
  space?: string,
): Resource | undefined {
  const own = idOf(referrer.object)
  let found = named.filter((r) =>
    r.past.some(
      (id) =>
        id.name === name &&
        (space === undefined ||
          (id.namespace || 'default') === space ||
          idOf(r.object).namespace === space),
    ),
  )
  if (space === undefined && !isClusterScoped(own)) {
    found = found.filter((r) => {
      const id = idOf(r.object)
      return (
        isClusterScoped(id) ||
        idsOf(r).some((x) =>
          idsOf(referrer).some((y) => effectiveNamespace(x) === effectiveNamespace(y)),
        )
      )
    })
  }
  if (found.length > 1) {
    const like = found.filter(
      (r) => sameEnd(r.prefixes, referrer.prefixes) && sameEnd(r.suffixes, referrer.suffixes),
    )
    if (like.length > 0) found = like
  }
  return found[0]
}

function sameEnd(a: readonly string[], b: readonly string[]): boolean {
  const n = Math.min(a.length, b.length)
  return a.slice(0, n).join('\n') === b.slice(0, n).join('\n')
}
