/** The built-in resources as data: what a typed client needs to build a path, without knowing the kinds themselves. */
import raw from './generated/resources.json' with { type: 'json' }

/** One built-in resource, as discovery states it. */
export interface ResourceInfo {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly plural: string
  readonly singular: string
  readonly namespaced: boolean
  readonly verbs: readonly string[]
  readonly shortNames?: readonly string[]
  readonly categories?: readonly string[]
  readonly subresources?: readonly {
    name: string
    verbs: readonly string[]
    kind?: string
    group?: string
    version?: string
  }[]
}

/** All built-in resources in discovery order. */
export const resources = raw as readonly ResourceInfo[]

const byKind = new Map<string, ResourceInfo>()
for (const r of resources) {
  const known = byKind.get(r.kind)
  // Two groups serve Event, and two versions serve some kinds: the core group and the first (preferred) win.
  if (!known) byKind.set(r.kind, r)
}

/** The resource of a built-in kind. @throws Error when 1.36 does not serve it */
export function resourceOf(kind: string): ResourceInfo {
  const r = byKind.get(kind)
  if (!r) throw new Error(`unknown kind ${kind}`)
  return r
}

/** `v1` or `apps/v1`. */
export function apiVersionOf(r: { group: string; version: string }): string {
  return r.group ? `${r.group}/${r.version}` : r.version
}

/** `/api/v1/namespaces/x/pods/y/status`. */
export function pathOf(
  r: { group: string; version: string; plural: string; namespaced: boolean },
  namespace: string | undefined,
  name?: string,
  subresource?: string,
): string {
  let p = r.group ? `/apis/${r.group}/${r.version}` : `/api/${r.version}`
  if (r.namespaced && namespace) p += `/namespaces/${namespace}`
  p += `/${r.plural}`
  if (name) p += `/${name}`
  if (subresource) p += `/${subresource}`
  return p
}
