/**
 * Which resources the server has: those built in, and those of CustomResourceDefinitions as they come and go.
 * @source pkg/controller/garbagecollector/garbagecollector.go GetDeletableResources, client-go discovery
 */
import type { CustomResourceDefinition } from '../api/generated/types.ts'
import { isTrue } from '../api/meta/conditions.ts'
import { resources } from '../api/resources.ts'
import type { ResourceRef } from '../client/client.ts'
import type { ControllerContext } from './framework.ts'

/** Built-in resources that can be listed, watched and deleted, each once however many versions it has. */
export const BUILT_IN: readonly ResourceRef[] = builtIn()

function builtIn(): ResourceRef[] {
  const seen = new Set<string>()
  const out: ResourceRef[] = []
  for (const r of resources) {
    const id = `${r.group}/${r.plural}`
    const usable = ['list', 'watch', 'delete'].every((v) => r.verbs.includes(v))
    // Events are served by two groups; the core one stands for both.
    if (!usable || seen.has(id) || r.group === 'events.k8s.io') continue
    seen.add(id)
    out.push(r)
  }
  return out
}

/** The resource of a CustomResourceDefinition, once it is served. */
export function servedBy(crd: CustomResourceDefinition): ResourceRef | undefined {
  if (!isTrue(crd.status?.conditions, 'Established')) return undefined
  const version =
    crd.spec?.versions.find((v) => v.storage && v.served) ??
    crd.spec?.versions.find((v) => v.served)
  if (!crd.spec || !version) return undefined
  const { group, names, scope } = crd.spec
  return {
    group,
    version: version.name,
    kind: names.kind,
    plural: names.plural,
    namespaced: scope === 'Namespaced',
  }
}

/** Announces all resources, now and later. */
export function watchServed(
  c: ControllerContext,
  on: { added(r: ResourceRef): void; removed(r: ResourceRef): void },
): void {
  for (const r of BUILT_IN) on.added(r)
  const known = new Map<string, ResourceRef>()
  const look = (crd: CustomResourceDefinition) => {
    const name = crd.metadata.name ?? ''
    const r = crd.metadata.deletionTimestamp ? undefined : servedBy(crd)
    const old = known.get(name)
    if (old && (!r || old.version !== r.version)) {
      known.delete(name)
      on.removed(old)
    }
    if (r && !known.has(name)) {
      known.set(name, r)
      on.added(r)
    }
  }
  c.informers.for('CustomResourceDefinition').on({
    added: look,
    updated: (_old, crd) => look(crd),
    deleted(crd) {
      const old = known.get(crd.metadata.name ?? '')
      known.delete(crd.metadata.name ?? '')
      if (old) on.removed(old)
    },
  })
}
