/** What the reader looks for. What does not match is dimmed, never dropped. */
import { createStore, useStore } from 'zustand'
import type { PodCard, PodLook } from '../../protocol/cards.ts'

/** A search; empty parts match everything. */
export interface Quest {
  /** Part of a name, a node, an owner, an IP or a status. */
  readonly text: string
  readonly namespace: string
  readonly look: PodLook | ''
  /** `key=value`, `key`, or `!key`, as in `kubectl get -l`; several with commas. */
  readonly label: string
}

const NOTHING: Quest = { text: '', namespace: '', look: '', label: '' }

/** The quest, and its number: raised with every change. */
export const quest = createStore<{ readonly on: Quest; readonly number: number }>(() => ({
  on: NOTHING,
  number: 0,
}))

/** Reads the quest. */
export function useQuest(): Quest {
  return useStore(quest, (s) => s.on)
}

/** Changes the quest. */
export function seek(change: Partial<Quest>): void {
  quest.setState((s) => ({ on: { ...s.on, ...change }, number: s.number + 1 }))
}

/** Looks for nothing in particular. */
export function seekNothing(): void {
  seek(NOTHING)
}

/** Whether anything is looked for. */
export function seeks(q: Quest): boolean {
  return q.text !== '' || q.namespace !== '' || q.look !== '' || q.label !== ''
}

type Term = (labels: Readonly<Record<string, string>>) => boolean

/** The terms of a label selector: `a=b`, `a!=b`, `a`, `!a`. */
export function labelTerms(text: string): Term[] {
  return text
    .split(',')
    .map((t) => t.trim())
    .filter(Boolean)
    .map((term) => {
      const [, key = '', not = '', value = ''] = /^([^=!]+?)\s*(!?)==?\s*(.*)$/.exec(term) ?? []
      if (key) return (labels) => (labels[key] === value) !== (not === '!')
      if (term.startsWith('!')) return (labels) => !(term.slice(1).trim() in labels)
      return (labels) => term in labels
    })
}

/** Makes a test of a quest, so that 150,000 pods are asked at the price of a comparison each. */
export function matcher(q: Quest, rootOf: (pod: PodCard) => string): (pod: PodCard) => boolean {
  const text = q.text.trim().toLowerCase()
  const terms = labelTerms(q.label)
  return (pod) =>
    (q.namespace === '' || pod.namespace === q.namespace) &&
    (q.look === '' || pod.look === q.look) &&
    terms.every((t) => t(pod.labels)) &&
    (text === '' ||
      pod.name.includes(text) ||
      pod.node.includes(text) ||
      pod.namespace.includes(text) ||
      pod.ip.startsWith(text) ||
      pod.status.toLowerCase().includes(text) ||
      rootOf(pod).includes(text))
}
