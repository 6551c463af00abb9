/** What a listener should hear of two states of the cluster: who became what, gathered so that a burst is one sentence. */
import type { NodeCard, PodCard } from '../../protocol/cards.ts'
import type { Translate } from '../i18n/words.ts'

/** What was heard of last, by uid. */
export interface Heard {
  readonly pods: ReadonlyMap<string, string>
  readonly nodes: ReadonlyMap<string, string>
}

/** Names said at most in one sentence. */
const NAMES_MAX = 3

/** The state to compare with the next time. */
export function heardOf(pods: Iterable<PodCard>, nodes: Iterable<NodeCard>): Heard {
  return {
    pods: new Map([...pods].map((p) => [p.uid, stateOf(p)])),
    nodes: new Map([...nodes].map((n) => [n.uid, n.ready])),
  }
}

/** Sentences for what changed since. */
export function changesSince(
  before: Heard,
  pods: readonly PodCard[],
  nodes: readonly NodeCard[],
  t: Translate,
): string[] {
  const said: string[] = []
  for (const n of nodes) {
    const old = before.nodes.get(n.uid)
    if (old === n.ready) continue
    const state = t(
      n.ready === 'True' ? 'node.ready' : n.ready === 'False' ? 'node.notready' : 'node.unknown',
    )
    said.push(t(old === undefined ? 'tree.said.joined' : 'tree.said.node', { name: n.name, state }))
  }
  const groups = new Map<string, string[]>()
  for (const p of pods) {
    const state = stateOf(p)
    if (before.pods.get(p.uid) === state) continue
    groups.set(state, [...(groups.get(state) ?? []), p.name])
  }
  for (const [state, names] of groups) said.push(sentence(t, state, names))
  const there = new Set(pods.map((p) => p.uid))
  const gone = [...before.pods.keys()].filter((uid) => !there.has(uid)).length
  if (gone > 0) said.push(t('tree.said.gone', { n: gone }))
  return said
}

function stateOf(p: PodCard): string {
  return p.deleting === undefined
    ? `${p.status}${p.look === 'notready' ? ' (not ready)' : ''}`
    : 'Terminating'
}

function sentence(t: Translate, state: string, names: readonly string[]): string {
  const shown = names.slice(0, NAMES_MAX).join(', ')
  return names.length > NAMES_MAX
    ? t('tree.said.pods', { n: names.length, state })
    : t('tree.said.pod', { names: shown, state })
}
