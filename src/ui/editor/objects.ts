/** Between the editor's lines and the objects of the cluster: which document describes what is on the map. */
import { prefer } from '../store/preferences.ts'
import { type Selected, select } from '../store/selection.ts'
import { type AnyCard, cards, type PodCard, type WorkloadCard } from '../store/world.ts'
import type { Described } from './documents.ts'

/** The object that a document describes, if it is in the cluster. */
export function objectOf(d: Described): AnyCard | undefined {
  return cards.find(d.kind, d.namespace || 'default', d.name) ?? cards.find(d.kind, '', d.name)
}

/** Selects it and shows the map. */
export function showOnMap(card: AnyCard): void {
  prefer({ view: 'map' })
  select(card)
}

/** The document that describes an object, or what owns it: a Pod leads to its Deployment. */
export function documentOf(o: Selected, all: readonly Described[]): Described | undefined {
  let at: Selected | undefined = o
  for (let depth = 0; at && depth < 4; depth++) {
    const { kind, namespace, name, uid }: Selected = at
    const found = all.find(
      (d) =>
        d.kind === kind &&
        d.name === name &&
        (namespace === '' || (d.namespace || 'default') === namespace),
    )
    if (found) return found
    const owner: PodCard['owner'] = (cards.all.get(uid) as PodCard | WorkloadCard | undefined)
      ?.owner
    at = owner && { ...owner, namespace }
  }
  return undefined
}
