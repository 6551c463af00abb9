/**
 * What the server serves: /api, /apis, one list per group and version, and all of it at once (aggregated, v2).
 * @source staging/src/k8s.io/apiserver/pkg/endpoints/discovery
 */

import type { AggregatedApi } from '../api/aggregated.ts'
import type { ResourceDefinition } from '../api/definition.ts'
import { encodeBytes } from '../api/meta/base64.ts'
import { sha256 } from '../api/meta/sha256.ts'
import type { ResourceInfo } from '../api/resources.ts'
import type { ApiRequest, ApiResponse } from '../api/transport.ts'
import type { Served } from './call.ts'
import { json } from './content.ts'
import type { Registry } from './registry/registry.ts'

const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'

/** What discovery says of a resource. */
interface Found {
  readonly definition: Pick<
    ResourceDefinition,
    | 'group'
    | 'version'
    | 'kind'
    | 'plural'
    | 'singular'
    | 'namespaced'
    | 'shortNames'
    | 'categories'
  >
  readonly info: Pick<ResourceInfo, 'verbs' | 'subresources'>
  /** Served elsewhere, so that nothing is known of how it is stored. */
  readonly elsewhere?: boolean
}

interface Version {
  readonly version: string
  readonly resources: Found[]
}

/** Serves a discovery path; undefined for any other. */
export function serveDiscovery(r: Registry, request: ApiRequest): ApiResponse | undefined {
  const path = request.path.replace(/\/$/, '')
  const wantsAll = (request.headers.accept ?? '').includes('as=APIGroupDiscoveryList')
  if (path === '/api') return wantsAll ? aggregated(r, true) : json(200, apiVersions())
  if (path === '/apis') return wantsAll ? aggregated(r, false) : json(200, groupList(r))
  if (path === '/api/v1') return json(200, resourceList('v1', versionOf(r, '', 'v1')))
  const m = /^\/apis\/([^/]+)(?:\/([^/]+))?$/.exec(path)
  if (!m) return undefined
  const group = m[1] as string
  const versions = groups(r).get(group)
  if (!versions) return undefined
  if (!m[2]) return json(200, groupOf(group, versions, true))
  const v = versions.find((x) => x.version === m[2])
  return v && json(200, resourceList(`${group}/${v.version}`, v.resources))
}

/** All groups but core, versions in preference order. */
function groups(r: Registry): Map<string, Version[]> {
  const out = new Map<string, Version[]>()
  for (const s of r.all()) {
    const { group, version } = s.definition
    if (group === '') continue
    const versions = out.get(group) ?? []
    out.set(group, versions)
    const known = versions.find((v) => v.version === version)
    if (known) known.resources.push(s)
    else versions.push({ version, resources: [s] })
  }
  for (const a of r.aggregated) {
    if (a.state() !== 'available') continue
    const versions = out.get(a.group) ?? []
    out.set(a.group, [...versions, { version: a.version, resources: elsewhere(a) }])
  }
  for (const versions of out.values())
    versions.sort((a, b) => compareVersions(a.version, b.version))
  return out
}

function elsewhere(a: AggregatedApi): Found[] {
  const { group, version } = a
  return a.resources.map((d) => ({
    definition: { ...d, group, version, categories: [] },
    info: { verbs: d.verbs },
    elsewhere: true,
  }))
}

function versionOf(r: Registry, group: string, version: string): Served[] {
  return [...r.all()].filter(
    (s) => s.definition.group === group && s.definition.version === version,
  )
}

/** Stable before beta before alpha, higher before lower. @source apimachinery/pkg/version/helpers.go */
export function compareVersions(a: string, b: string): number {
  const x = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(a)
  const y = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(b)
  if (!x || !y) return x ? -1 : y ? 1 : a < b ? -1 : 1
  const stage = (m: RegExpExecArray) => (m[2] === 'alpha' ? 0 : m[2] === 'beta' ? 1 : 2)
  if (stage(x) !== stage(y)) return stage(y) - stage(x)
  return Number(y[1]) - Number(x[1]) || Number(y[3] ?? 0) - Number(x[3] ?? 0)
}

function apiVersions(): object {
  const serverAddressByClientCIDRs = [{ clientCIDR: '0.0.0.0/0', serverAddress: '10.0.0.1:6443' }]
  return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs }
}

function groupList(r: Registry): object {
  const list = [...groups(r)].map(([name, versions]) => groupOf(name, versions, false))
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: list }
}

function groupOf(name: string, versions: readonly Version[], alone: boolean): object {
  const list = versions.map((v) => ({ groupVersion: `${name}/${v.version}`, version: v.version }))
  const head = alone ? { kind: 'APIGroup', apiVersion: 'v1' } : {}
  return { ...head, name, versions: list, preferredVersion: list[0] }
}

function resourceList(groupVersion: string, all: readonly Found[]): object {
  const resources: object[] = []
  const sorted = [...all].sort((a, b) => (a.definition.plural < b.definition.plural ? -1 : 1))
  for (const s of sorted) {
    const d = s.definition
    resources.push({
      name: d.plural,
      singularName: d.singular,
      namespaced: d.namespaced,
      kind: d.kind,
      verbs: s.info.verbs,
      ...(d.shortNames.length > 0 ? { shortNames: d.shortNames } : {}),
      ...(d.categories.length > 0 ? { categories: d.categories } : {}),
      ...storageHash(s),
    })
    for (const sub of subresourcesOf(s)) {
      resources.push({
        name: `${d.plural}/${sub.name}`,
        singularName: '',
        namespaced: d.namespaced,
        ...(sub.group || sub.version ? { group: sub.group, version: sub.version } : {}),
        kind: sub.kind ?? d.kind,
        verbs: sub.verbs,
      })
    }
  }
  const apiVersion = groupVersion === 'v1' ? {} : { apiVersion: 'v1' }
  return { kind: 'APIResourceList', ...apiVersion, groupVersion, resources }
}

/** A hash of group, version and kind of what is stored. */
function storageHash(s: Found): object {
  if (s.elsewhere || !s.info.verbs.includes('list')) return {}
  const { group, version, kind } = storedAs(s)
  const hash = encodeBytes(sha256(`${group}/${version}/${kind}`).slice(0, 8))
  return { storageVersionHash: hash }
}

function storedAs(s: Found): { group: string; version: string; kind: string } {
  const d = s.definition
  if (d.group === 'autoscaling') return { group: d.group, version: 'v2', kind: d.kind }
  if (d.group === 'events.k8s.io') return { group: '', version: 'v1', kind: d.kind }
  return d
}

function subresourcesOf(s: Found): NonNullable<ResourceInfo['subresources']> {
  return [...(s.info.subresources ?? [])].sort((a, b) => (a.name < b.name ? -1 : 1))
}

function aggregated(r: Registry, core: boolean): ApiResponse {
  const items = core
    ? [groupDiscovery('', [{ version: 'v1', resources: versionOf(r, '', 'v1') }])]
    : [...groups(r)].map(([name, versions]) => groupDiscovery(name, versions))
  const body = {
    kind: 'APIGroupDiscoveryList',
    apiVersion: 'apidiscovery.k8s.io/v2',
    metadata: {},
    items,
  }
  return { status: 200, headers: { 'content-type': AGGREGATED }, body }
}

function groupDiscovery(name: string, versions: readonly Version[]): object {
  return {
    metadata: name ? { name, creationTimestamp: null } : { creationTimestamp: null },
    versions: versions.map((v) => ({
      version: v.version,
      resources: v.resources.map(resourceDiscovery),
      freshness: 'Current',
    })),
  }
}

function resourceDiscovery(s: Found): object {
  const d = s.definition
  const subresources = subresourcesOf(s).map((sub) => ({
    subresource: sub.name,
    responseKind: {
      group: sub.group ?? (sub.kind ? '' : d.group),
      version: sub.version ?? d.version,
      kind: sub.kind ?? d.kind,
    },
    verbs: sub.verbs,
  }))
  return {
    resource: d.plural,
    responseKind: { group: d.group, version: d.version, kind: d.kind },
    scope: d.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: d.singular,
    verbs: s.info.verbs,
    ...(d.shortNames.length > 0 ? { shortNames: d.shortNames } : {}),
    ...(d.categories.length > 0 ? { categories: d.categories } : {}),
    ...(subresources.length > 0 ? { subresources } : {}),
  }
}
