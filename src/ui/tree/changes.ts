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
  const groups = new Map<string, PodCard[]>()
  for (const p of pods) {
    const state = stateOf(p)
    if (before.pods.get(p.uid) === state) continue
    groups.set(state, [...(groups.get(state) ?? []), p])
  }
  for (const group of groups.values()) said.push(sentence(t, group))
  const there = new Set(pods.map((p) => p.uid))
  const gone = [...before.pods.keys()].filter((uid) => !there.has(uid)).length
  if (gone > 0) said.push(t('tree.said.gone', { n: gone }))
  return said
}

function stateOf(p: PodCard): string {
  if (p.deleting !== undefined) return 'Terminating'
  return p.look === 'notready' ? `${p.status}, not ready` : p.status
}

function wordsOf(p: PodCard, t: Translate): string {
  const unready = p.deleting === undefined && p.look === 'notready'
  return unready ? t('tree.said.unready', { state: p.status }) : stateOf(p)
}

/** @param group pods that are all in the same state */
function sentence(t: Translate, group: readonly PodCard[]): string {
  const state = group[0] ? wordsOf(group[0], t) : ''
  const n = group.length
  if (n > NAMES_MAX) return t('tree.said.pods', { n, state })
  return t('tree.said.pod', { names: group.map((p) => p.name).join(t('list.names')), state })
}
