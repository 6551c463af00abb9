/** What every operation of the API server works on: the store, the served resources and their caches, admission. */
import type { AggregatedApi } from '../../api/aggregated.ts'
import type { ResourceDefinition } from '../../api/definition.ts'
import type { NodeServers } from '../../api/nodeserver.ts'
import type { AnyObject } from '../../api/object.ts'
import { apiVersionOf, type ResourceInfo, resources } from '../../api/resources.ts'
import type { Store } from '../../etcd/store.ts'
import { countsGeneration } from '../../kinds/derive.ts'
import type { Random } from '../../sim/random.ts'
import type { World } from '../../sim/world.ts'
import type { AdmissionChain } from '../admission/chain.ts'
import type { WebhookCaller } from '../admission/webhookcall.ts'
import type { Served } from '../call.ts'
import { conversions } from './conversion.ts'
import { WatchCache } from './watchcache.ts'

/** Where upstream's keys differ from `/registry/<plural>/`. */
const PREFIXES: Readonly<Record<string, string>> = {
  nodes: 'minions',
  services: 'services/specs',
  endpoints: 'services/endpoints',
  ingresses: 'ingress',
}

/** The field each resource's watchers are filed under. */
const INDEXED: Readonly<Record<string, string>> = { pods: 'spec.nodeName' }

/** Told on every use. */
const DEPRECATED: Readonly<Record<string, string>> = {
  '/v1/endpoints': 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
  '/v1/componentstatuses': 'v1 ComponentStatus is deprecated in v1.19+',
}

/** Shared state of one API server. */
export class Registry {
  private readonly byPath = new Map<string, Served>()
  private readonly byKind = new Map<string, Served>()
  private readonly caches = new Map<string, WatchCache>()
  admission!: AdmissionChain
  /** Where this server stands, for its calls to kubelets. */
  place = ''
  /** Finds a node's kubelet. */
  nodes: NodeServers = () => undefined
  /** Carries reviews to admission webhooks; without it nobody is reached. */
  callWebhook?: WebhookCaller
  /** Groups that are served elsewhere. */
  aggregated: readonly AggregatedApi[] = []
  /** Grows whenever the set of served resources changes. */
  generation = 0
  /** Called whenever the set of served resources changed. */
  readonly onChange: (() => void)[] = []

  constructor(
    readonly world: World,
    readonly store: Store,
    readonly random: Random,
    definitions: readonly ResourceDefinition[],
  ) {
    const infos = new Map(resources.map((r) => [pathKey(r.group, r.version, r.plural), r]))
    for (const d of definitions) {
      const info = infos.get(pathKey(d.group, d.version, d.plural))
      const deprecated = DEPRECATED[pathKey(d.group, d.version, d.plural)]
      if (info) this.serve(d, info, deprecated ? { deprecated } : {})
    }
  }

  /** Begins to serve a resource. */
  serve(d: ResourceDefinition, info: ResourceInfo, more: Partial<Served> = {}): Served {
    const custom = more.custom ?? false
    const key = pathKey(d.group, d.version, d.plural)
    const convert = conversions[key]
    const served: Served = {
      definition: d,
      info,
      gr: { group: d.group, resource: d.plural },
      apiVersion: apiVersionOf(d),
      cache: this.cacheFor(d, custom),
      counted: d.strategy?.generation ?? (custom || countsGeneration(d.kind)),
      hasStatus: d.subresources?.status !== undefined,
      ...(convert ?? {}),
      ...more,
    }
    this.byPath.set(key, served)
    const kindKey = pathKey(d.group, d.version, d.kind)
    if (!this.byKind.has(kindKey) || custom) this.byKind.set(kindKey, served)
    this.generation++
    for (const f of this.onChange) f()
    return served
  }

  /** Stops serving a resource. */
  withdraw(group: string, version: string, plural: string): void {
    const served = this.byPath.get(pathKey(group, version, plural))
    this.byPath.delete(pathKey(group, version, plural))
    if (served) this.byKind.delete(pathKey(group, version, served.definition.kind))
    this.generation++
    for (const f of this.onChange) f()
  }

  /** The resource at that path. */
  lookup(group: string, version: string, plural: string): Served | undefined {
    return this.byPath.get(pathKey(group, version, plural))
  }

  /** The resource of a kind. */
  ofKind(group: string, version: string, kind: string): Served | undefined {
    return this.byKind.get(pathKey(group, version, kind))
  }

  /** A built-in resource that is always there. */
  builtin(group: string, version: string, plural: string): Served {
    const s = this.lookup(group, version, plural)
    if (!s) throw new Error(`no such resource ${group}/${version} ${plural}`)
    return s
  }

  /** Everything served, in the order it was added. */
  all(): Iterable<Served> {
    return this.byPath.values()
  }

  /** An object from the cache: what admission sees of other objects. The cache must have been made ready. */
  cached<T = AnyObject>(s: Served, namespace: string, name: string): T | undefined {
    const key = s.definition.namespaced ? `${namespace}/${name}` : name
    return s.cache.state.get(s.cache.prefix + key) as T | undefined
  }

  private cacheFor(d: ResourceDefinition, custom: boolean): WatchCache {
    const prefix = custom
      ? `/registry/${d.group}/${d.plural}/`
      : `/registry/${PREFIXES[d.plural] ?? d.plural}/`
    let cache = this.caches.get(prefix)
    if (!cache) {
      const read = (o: AnyObject, field: string) => fieldOf(d, o, field)
      cache = new WatchCache(this.store, prefix, read, INDEXED[d.plural])
      this.caches.set(prefix, cache)
    }
    return cache
  }

  /** All caches, for bookmarks. */
  allCaches(): Iterable<readonly [string, WatchCache]> {
    return this.caches
  }
}

/** Value of a field selector's field, '' when unset or unknown. */
export function fieldOf(d: ResourceDefinition, o: AnyObject, field: string): string {
  if (field === 'metadata.name') return o.metadata.name ?? ''
  if (field === 'metadata.namespace') return o.metadata.namespace ?? ''
  return d.fields?.[field]?.(o) ?? ''
}

function pathKey(group: string, version: string, plural: string): string {
  return `${group}/${version}/${plural}`
}
