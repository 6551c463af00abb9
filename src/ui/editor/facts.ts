/** What the API server knows of kinds and fields, for the editor: the same facts that it validates with. */
import raw from '../../cluster/api/generated/schemas.json'

/** One type of the API. */
export interface Fact {
  ref?: string
  type?: string
  enum?: string[]
  required?: string[]
  items?: Fact
  additionalProperties?: Fact
  properties?: Record<string, Fact>
  gvk?: { group: string; version: string; kind: string }[]
  intOrString?: boolean
  preserveUnknownFields?: boolean
  oneOf?: unknown[]
  format?: string
}

/** A step into an object: a field's name or an index. */
export type Step = string | number

/** All types by name. */
export const facts = raw as unknown as Readonly<Record<string, Fact>>

/** A kind that can be written in a manifest. */
export interface Root {
  readonly name: string
  readonly apiVersion: string
  readonly kind: string
}

/** Every kind and version that can be written. */
export const roots: readonly Root[] = Object.entries(facts).flatMap(([name, fact]) => {
  const gvk = fact.gvk?.length === 1 ? fact.gvk[0] : undefined
  if (!gvk || !fact.properties?.metadata || /List$|Status$|Options$/.test(name)) return []
  const apiVersion = gvk.group ? `${gvk.group}/${gvk.version}` : gvk.version
  return [{ name, apiVersion, kind: gvk.kind }]
})

/** The versions that serve a kind, the most stable first. */
export function versionsOf(kind: string): string[] {
  const rank = (v: string) => (/alpha/.test(v) ? 2 : /beta/.test(v) ? 1 : 0)
  return roots
    .filter((r) => r.kind === kind)
    .map((r) => r.apiVersion)
    .sort((a, b) => rank(a) - rank(b))
}

/** The type at a path of a kind; undefined when nothing is known of it. */
export function factAt(apiVersion: string, kind: string, path: readonly Step[]): Fact | undefined {
  const root = roots.find((r) => r.kind === kind && r.apiVersion === apiVersion)
  let at: Fact | undefined = root && facts[root.name]
  for (const step of path) {
    if (typeof step === 'number') at = at?.items
    else at = at?.properties?.[step] ?? at?.additionalProperties
    if (at?.ref) at = facts[at.ref] ?? at
  }
  return at
}
