/**
 * What the server serves, read from discovery, and how names on the command line become resources.
 * @source staging/src/k8s.io/client-go/restmapper, staging/src/k8s.io/apimachinery/pkg/api/meta/restmapper.go
 */
import type { Task } from '../cluster/sim/task.ts'
import { type Client, parseBody } from './client.ts'
import { CliError, isReason } from './errors.ts'

/** One resource of one version. */
export interface Mapping {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly plural: string
  readonly singular: string
  readonly namespaced: boolean
  readonly verbs: readonly string[]
  readonly shortNames: readonly string[]
  readonly categories: readonly string[]
  readonly subresources: readonly string[]
  /** True in the group's preferred version, or in the first version that has it. */
  readonly preferred: boolean
}

/** `apps/v1`, or `v1`. */
export function groupVersion(m: { group: string; version: string }): string {
  return m.group ? `${m.group}/${m.version}` : m.version
}

/** `deployments.apps`, or `pods`. */
export function groupResource(m: { group: string; plural: string }): string {
  return m.group ? `${m.plural}.${m.group}` : m.plural
}

/** `deployment.apps`, or `pod`: how objects are named in what commands print. */
export function kindName(m: { group: string; kind: string }): string {
  const kind = m.kind.toLowerCase()
  return m.group ? `${kind}.${m.group}` : kind
}

/** Request path of a collection, object or subresource. */
export function pathOf(m: Mapping, namespace: string, name?: string, sub?: string): string {
  let p = m.group ? `/apis/${m.group}/${m.version}` : `/api/${m.version}`
  if (m.namespaced && namespace) p += `/namespaces/${namespace}`
  p += `/${m.plural}`
  if (name) p += `/${name}`
  if (sub) p += `/${sub}`
  return p
}

/** All resources, with the ways to look one up. */
export class Discovery {
  constructor(readonly resources: readonly Mapping[]) {}

  /** The resource that an argument names. `undefined` when there is none. */
  find(argument: string): Mapping | undefined {
    return this.byResource(argument) ?? this.byKindArgument(argument)
  }

  /** The resource of an object's kind. */
  byKind(apiVersion: string, kind: string): Mapping | undefined {
    return this.resources.find((m) => m.kind === kind && groupVersion(m) === apiVersion)
  }

  /** The preferred resource of a kind in a group, whatever the version. */
  byGroupKind(group: string, kind: string): Mapping | undefined {
    const all = this.resources.filter((m) => m.kind === kind && m.group === group)
    return all.find((m) => m.preferred) ?? all[0]
  }

  /** Resources of a category such as `all`, in discovery order. */
  category(name: string): Mapping[] {
    return this.resources.filter((m) => m.preferred && m.categories.includes(name))
  }

  private byResource(argument: string): Mapping | undefined {
    const arg = argument.toLowerCase()
    const dot = arg.indexOf('.')
    if (dot < 0) return this.named(arg, undefined, undefined)
    const resource = arg.slice(0, dot)
    const rest = arg.slice(dot + 1)
    const second = rest.indexOf('.')
    const version = second < 0 ? rest : rest.slice(0, second)
    const group = second < 0 ? '' : rest.slice(second + 1)
    if (second >= 0) {
      const exact = this.named(resource, group, version)
      if (exact) return exact
    }
    return this.named(resource, rest, undefined)
  }

  private named(name: string, group?: string, version?: string): Mapping | undefined {
    const inScope = (m: Mapping) =>
      (group === undefined || m.group === group) &&
      (version === undefined ? m.preferred : m.version === version)
    const all = this.resources.filter(inScope)
    const found =
      all.find((m) => m.plural === name || m.singular === name) ??
      all.find((m) => m.shortNames.includes(name))
    if (found || group === undefined || version !== undefined) return found
    // A group may be given by its beginning: `deployments.app`.
    const near = this.resources.filter((m) => m.preferred && m.group.startsWith(group))
    return near.find((m) => m.plural === name || m.singular === name)
  }

  private byKindArgument(argument: string): Mapping | undefined {
    const [kind, version, ...group] = argument.split('.')
    if (group.length > 0) {
      const gv = `${group.join('.')}/${version}`
      const exact = this.byKind(gv, kind as string)
      if (exact) return exact
    }
    const rest = version === undefined ? undefined : [version, ...group].join('.')
    return this.resources.find(
      (m) => m.preferred && m.kind === kind && (rest === undefined || m.group === rest),
    )
  }
}

/** What Go calls an object of the resource: `*v1.Service`. */
export function goType(m: Mapping): string {
  return `*${m.version}.${m.kind}`
}

const AGGREGATED =
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json'

/** Reads discovery, aggregated when the server offers it. @throws StatusError */
export function* discover(client: Client): Task<Discovery> {
  const headers = { accept: AGGREGATED }
  const core = yield* client.object('GET', '/api', { headers })
  const groups = yield* client.object('GET', '/apis', { headers })
  const found: Mapping[] = []
  if (core.kind === 'APIGroupDiscoveryList') fromAggregated(core, found)
  else yield* fromVersions(client, '', list(core.versions) as unknown as string[], 'v1', found)
  if (groups.kind === 'APIGroupDiscoveryList') fromAggregated(groups, found)
  else {
    for (const g of list(groups.groups)) {
      const versions = list(g.versions).map((v) => String(v.version))
      const preferred = String((g.preferredVersion as Loose | undefined)?.version ?? versions[0])
      yield* fromVersions(client, String(g.name), versions, preferred, found)
    }
  }
  return new Discovery(markPreferred(found))
}

type Loose = Record<string, unknown>

function list(v: unknown): Loose[] {
  return Array.isArray(v) ? (v as Loose[]) : []
}

function strings(v: unknown): string[] {
  return Array.isArray(v) ? v.map(String) : []
}

function fromAggregated(doc: Loose, found: Mapping[]): void {
  for (const g of list(doc.items)) {
    const group = String((g.metadata as Loose | undefined)?.name ?? '')
    for (const v of list(g.versions)) {
      for (const r of list(v.resources)) {
        found.push({
          group,
          version: String(v.version),
          kind: String((r.responseKind as Loose | undefined)?.kind ?? ''),
          plural: String(r.resource),
          singular: String(r.singularResource ?? ''),
          namespaced: r.scope === 'Namespaced',
          verbs: strings(r.verbs),
          shortNames: strings(r.shortNames),
          categories: strings(r.categories),
          subresources: list(r.subresources).map((s) => String(s.subresource)),
          preferred: false,
        })
      }
    }
  }
}

function* fromVersions(
  client: Client,
  group: string,
  versions: readonly string[],
  preferred: string,
  found: Mapping[],
): Task<void> {
  const order = [preferred, ...versions.filter((v) => v !== preferred)]
  for (const version of order) {
    const path = group ? `/apis/${group}/${version}` : `/api/${version}`
    const response = yield* optional(client, path)
    const resources = list((parseBody(response) as Loose | undefined)?.resources)
    for (const r of resources) {
      const plural = String(r.name)
      if (plural.includes('/')) continue
      found.push({
        group,
        version,
        kind: String(r.kind),
        plural,
        singular: String(r.singularName ?? '') || String(r.kind).toLowerCase(),
        namespaced: r.namespaced === true,
        verbs: strings(r.verbs),
        shortNames: strings(r.shortNames),
        categories: strings(r.categories),
        subresources: resources
          .map((s) => String(s.name))
          .filter((n) => n.startsWith(`${plural}/`))
          .map((n) => n.slice(plural.length + 1)),
        preferred: false,
      })
    }
  }
}

function* optional(client: Client, path: string): Task<unknown> {
  try {
    return (yield* client.request('GET', path)).body
  } catch (error) {
    // A version may vanish between the two reads (a CRD just deleted).
    if (isReason(error, 'NotFound', 'ServiceUnavailable')) return undefined
    throw error
  }
}

function markPreferred(found: readonly Mapping[]): Mapping[] {
  const seen = new Set<string>()
  return found.map((m) => {
    const key = `${m.group}/${m.plural}`
    const preferred = !seen.has(key)
    seen.add(key)
    const singular = m.singular || m.kind.toLowerCase()
    return { ...m, singular, preferred }
  })
}

/** The error of a resource type nobody serves. */
export function noSuchType(argument: string): CliError {
  return new CliError(`the server doesn't have a resource type "${argument.split('.')[0]}"`)
}
