/**
 * The page's read model of the cluster: cards by uid with the indexes the map needs. Cards are kept in plain Maps that
 * are changed in place; a version per topic tells React what to look at again.
 */
import { useEffect, useState, useSyncExternalStore } from 'react'
import { createStore, useStore } from 'zustand'
import type { TraceRecord } from '../../cluster/sim/trace.ts'
import type {
  Card,
  EventCard,
  LeaseCard,
  NodeCard,
  PlainCard,
  PodCard,
  ServiceCard,
  SliceCard,
  WorkloadCard,
} from '../../protocol/cards.ts'
import type { Frame } from '../../protocol/protocol.ts'

/** Any card. */
export type AnyCard = Card | PlainCard

/** Slow-moving facts of the whole cluster. */
export interface WorldState {
  readonly booted: boolean
  readonly epochMs: number
  readonly speed: number
  readonly revision: number
  readonly requestsPerSecond: number
  readonly target: number | undefined
  readonly machines: Readonly<Record<string, 'on' | 'off'>>
  readonly faults: readonly string[]
  readonly crash: string
  /** Set while the past is shown: how far the cluster has come. */
  readonly past: { readonly present: number } | undefined
  /** Commands logged so far. */
  readonly commands: number
}

export const worldStore = createStore<WorldState>(() => ({
  booted: false,
  epochMs: 0,
  speed: 0,
  revision: 0,
  requestsPerSecond: 0,
  target: undefined,
  machines: {},
  faults: [],
  crash: '',
  past: undefined,
  commands: 0,
}))

/** Reads a fact of the cluster. */
export function useWorld<T>(select: (s: WorldState) => T): T {
  return useStore(worldStore, select)
}

/** All cards, and who listens to which topic. */
class Cards {
  readonly all = new Map<string, AnyCard>()
  readonly byKind = new Map<string, Map<string, AnyCard>>()
  readonly podsByNode = new Map<string, Map<string, PodCard>>()
  /** Cell of each pod on its node: taken on arrival, kept until it leaves. */
  readonly slots = new Map<string, number>()
  now = 0
  private readonly versions = new Map<string, number>()
  private readonly listeners = new Map<string, Set<() => void>>()
  private readonly recordListeners = new Set<(records: readonly TraceRecord[]) => void>()
  private readonly taken = new Map<string, Set<number>>()

  of<T extends AnyCard>(kind: string): Iterable<T> {
    return (this.byKind.get(kind)?.values() ?? []) as Iterable<T>
  }

  find<T extends AnyCard>(kind: string, namespace: string, name: string): T | undefined {
    for (const c of this.of<T>(kind)) if (c.name === name && c.namespace === namespace) return c
    return undefined
  }

  reset(): void {
    this.all.clear()
    this.byKind.clear()
    this.podsByNode.clear()
    this.slots.clear()
    this.taken.clear()
    for (const topic of this.listeners.keys()) this.bump(topic)
  }

  apply(frame: Frame): void {
    const touched = new Set<string>(['now'])
    this.now = frame.now
    for (const uid of frame.full ? this.allBut(frame.put) : frame.gone) this.remove(uid, touched)
    for (const card of frame.put) this.put(card, touched)
    for (const topic of touched) this.bump(topic)
    if (frame.records.length > 0) for (const f of this.recordListeners) f(frame.records)
  }

  version(topic: string): number {
    return this.versions.get(topic) ?? 0
  }

  listen(topic: string, f: () => void): () => void {
    const set = this.listeners.get(topic) ?? new Set()
    set.add(f)
    this.listeners.set(topic, set)
    return () => set.delete(f)
  }

  onRecords(f: (records: readonly TraceRecord[]) => void): () => void {
    this.recordListeners.add(f)
    return () => this.recordListeners.delete(f)
  }

  private allBut(known: readonly AnyCard[]): string[] {
    const kept = new Set(known.map((c) => c.uid))
    return [...this.all.keys()].filter((uid) => !kept.has(uid))
  }

  private bump(topic: string): void {
    this.versions.set(topic, this.version(topic) + 1)
    for (const f of this.listeners.get(topic) ?? []) f()
  }

  private put(card: AnyCard, touched: Set<string>): void {
    const old = this.all.get(card.uid)
    this.all.set(card.uid, card)
    let kind = this.byKind.get(card.kind)
    if (!kind) {
      kind = new Map()
      this.byKind.set(card.kind, kind)
    }
    kind.set(card.uid, card)
    touched.add(card.kind).add(card.uid)
    if (card.kind === 'ReplicaSet') {
      // Shades change only when a revision appears or moves, not with every count.
      const before = old as WorkloadCard | undefined
      if (before?.revision !== (card as WorkloadCard).revision) touched.add('revisions')
    }
    if (card.kind !== 'Pod') return
    const pod = card as PodCard
    const before = old as PodCard | undefined
    if (before && before.node !== pod.node) this.leave(before, touched)
    this.arrive(pod, touched)
  }

  private remove(uid: string, touched: Set<string>): void {
    const card = this.all.get(uid)
    if (!card) return
    this.all.delete(uid)
    this.byKind.get(card.kind)?.delete(uid)
    touched.add(card.kind).add(uid)
    if (card.kind === 'Pod') this.leave(card as PodCard, touched)
  }

  private arrive(pod: PodCard, touched: Set<string>): void {
    let pods = this.podsByNode.get(pod.node)
    if (!pods) {
      pods = new Map()
      this.podsByNode.set(pod.node, pods)
    }
    pods.set(pod.uid, pod)
    touched.add(`node:${pod.node}`)
    if (this.slots.has(pod.uid)) return
    const taken = this.taken.get(pod.node) ?? new Set<number>()
    this.taken.set(pod.node, taken)
    let slot = 0
    while (taken.has(slot)) slot++
    taken.add(slot)
    this.slots.set(pod.uid, slot)
  }

  private leave(pod: PodCard, touched: Set<string>): void {
    this.podsByNode.get(pod.node)?.delete(pod.uid)
    this.taken.get(pod.node)?.delete(this.slots.get(pod.uid) ?? -1)
    this.slots.delete(pod.uid)
    touched.add(`node:${pod.node}`)
  }
}

/** The one read model. */
export const cards = new Cards()

/** Renders again when the topic (a kind, a uid, `node:NAME`, `now`) changes. */
export function useTopic(topic: string): number {
  return useSyncExternalStore(
    (f) => cards.listen(topic, f),
    () => cards.version(topic),
  )
}

/** As `useTopic`, but looks at most every `ms` real milliseconds: for lists that need not keep up with each frame. */
export function useSlowTopic(topic: string, ms: number): number {
  const [version, setVersion] = useState(() => cards.version(topic))
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const look = () => {
      timer = undefined
      setVersion(cards.version(topic))
    }
    const stop = cards.listen(topic, () => {
      timer ??= setTimeout(look, ms)
    })
    look()
    return () => {
      clearTimeout(timer)
      stop()
    }
  }, [topic, ms])
  return version
}

/** All cards of a kind, in the order they came. */
export function useKind<T extends AnyCard>(kind: string): T[] {
  useTopic(kind)
  return [...cards.of<T>(kind)]
}

/** One card. */
export function useCard<T extends AnyCard>(uid: string | undefined): T | undefined {
  useTopic(uid ?? '')
  return uid === undefined ? undefined : (cards.all.get(uid) as T | undefined)
}

/** Pods of a node ('' for the pending ones). */
export function usePodsOn(node: string): PodCard[] {
  useTopic(`node:${node}`)
  return [...(cards.podsByNode.get(node)?.values() ?? [])]
}

/** Virtual now, in milliseconds. */
export function useNow(): number {
  useTopic('now')
  return cards.now
}

/** Takes a frame of the host in. */
export function applyFrame(frame: Frame): void {
  cards.apply(frame)
  worldStore.setState({
    booted: true,
    epochMs: frame.epochMs,
    speed: frame.speed,
    revision: frame.revision,
    requestsPerSecond: frame.requestsPerSecond,
    target: frame.target,
    machines: same(worldStore.getState().machines, frame.machines),
    faults: frame.faults,
    past: frame.past,
    commands: frame.commands,
  })
}

function same(
  a: Readonly<Record<string, 'on' | 'off'>>,
  b: Readonly<Record<string, 'on' | 'off'>>,
) {
  return JSON.stringify(a) === JSON.stringify(b) ? a : b
}

export type { EventCard, LeaseCard, NodeCard, PodCard, ServiceCard, SliceCard, WorkloadCard }
