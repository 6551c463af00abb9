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
import { joined } from '../../protocol/parts.ts'
import type { Frame } from '../../protocol/protocol.ts'
import { Slots } from './slots.ts'

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

/** A card before and after a change: without `before` it came, without `after` it is gone. */
type Change = (before: AnyCard | undefined, after: AnyCard | undefined) => void

/** Listeners called in one animation frame at most; the others follow in the next ones. */
const CALLS_MAX = 120
/** How long news wait for an animation frame, which a hidden page never gets. @unit real ms */
const HIDDEN_MS = 250

/** All cards, and who listens to which topic. */
class Cards {
  readonly all = new Map<string, AnyCard>()
  readonly byKind = new Map<string, Map<string, AnyCard>>()
  readonly podsByNode = new Map<string, Map<string, PodCard>>()
  /** Pods by the uid of their controller. */
  readonly podsByOwner = new Map<string, Map<string, PodCard>>()
  /** Cell of each pod on its node: taken on arrival, kept until it leaves. */
  readonly slots = new Map<string, number>()
  now = 0
  private readonly byName = new Map<string, string>()
  /** Of topics that somebody looked at; nobody counts the others. */
  private readonly versions = new Map<string, number>()
  private readonly listeners = new Map<string, Set<() => void>>()
  private readonly recordListeners = new Set<(records: readonly TraceRecord[]) => void>()
  private readonly changeListeners = new Set<Change>()
  private readonly anewListeners = new Set<() => void>()
  private readonly nodeSlots = new Map<string, Slots>()
  private readonly due = new Set<() => void>()
  private dueRecords: TraceRecord[] = []
  private scheduled = false

  of<T extends AnyCard>(kind: string): Iterable<T> {
    return (this.byKind.get(kind)?.values() ?? []) as Iterable<T>
  }

  /** Kinds that CustomResourceDefinitions made, with their objects. */
  customKinds(): { kind: string; apiVersion: string; objects: PlainCard[] }[] {
    return [...this.byKind].flatMap(([kind, all]) => {
      const objects = [...all.values()] as PlainCard[]
      const apiVersion = objects[0]?.custom
      return apiVersion ? [{ kind, apiVersion, objects }] : []
    })
  }

  find<T extends AnyCard>(kind: string, namespace: string, name: string): T | undefined {
    const uid = this.byName.get(nameKey(kind, namespace, name))
    return uid === undefined ? undefined : (this.all.get(uid) as T | undefined)
  }

  reset(): void {
    for (const card of this.all.values()) this.tell(card, undefined)
    this.all.clear()
    this.byKind.clear()
    this.byName.clear()
    this.podsByNode.clear()
    this.podsByOwner.clear()
    this.slots.clear()
    this.nodeSlots.clear()
    this.dueRecords = []
    for (const topic of this.listeners.keys()) this.bump(topic)
    this.flush()
  }

  /** Takes a frame in; those who listen hear of it in the next animation frame, of many frames once. */
  apply(frame: Frame): void {
    const touched = new Set<string>(['now'])
    this.now = frame.now
    for (const uid of frame.full ? this.allBut(frame.put) : frame.gone) this.remove(uid, touched)
    for (const card of frame.put) this.put(card, touched)
    for (const topic of touched) this.bump(topic)
    if (frame.full) {
      // What was on its way to be told is of another moment, or of another branch.
      this.dueRecords = []
      for (const f of this.anewListeners) f()
    }
    for (const r of frame.records) this.dueRecords.push(r)
    this.soon()
  }

  version(topic: string): number {
    const version = this.versions.get(topic)
    // Whoever reads a version may listen soon: from now on it is counted.
    if (version === undefined) this.versions.set(topic, 0)
    return version ?? 0
  }

  listen(topic: string, f: () => void): () => void {
    const set = this.listeners.get(topic) ?? new Set()
    set.add(f)
    this.listeners.set(topic, set)
    return () => {
      set.delete(f)
      this.due.delete(f)
    }
  }

  onRecords(f: (records: readonly TraceRecord[]) => void): () => void {
    this.recordListeners.add(f)
    return () => this.recordListeners.delete(f)
  }

  /** Hears that everything is told anew: another moment, another branch. */
  onAnew(f: () => void): () => void {
    this.anewListeners.add(f)
    return () => this.anewListeners.delete(f)
  }

  /** Hears every change of a card at once, while it is made: for indexes, never for drawing. */
  onChange(f: Change): () => void {
    this.changeListeners.add(f)
    return () => this.changeListeners.delete(f)
  }

  private tell(before: AnyCard | undefined, after: AnyCard | undefined): void {
    for (const f of this.changeListeners) f(before, after)
  }

  private allBut(known: readonly AnyCard[]): string[] {
    const kept = new Set(known.map((c) => c.uid))
    return [...this.all.keys()].filter((uid) => !kept.has(uid))
  }

  private bump(topic: string): void {
    const version = this.versions.get(topic)
    if (version !== undefined) this.versions.set(topic, version + 1)
    for (const f of this.listeners.get(topic) ?? []) this.due.add(f)
  }

  private soon(): void {
    if (this.scheduled || (this.due.size === 0 && this.dueRecords.length === 0)) return
    this.scheduled = true
    const go = () => {
      if (!this.scheduled) return
      this.scheduled = false
      this.flush()
    }
    requestAnimationFrame(go)
    if (document.hidden) setTimeout(go, HIDDEN_MS)
  }

  /** Tells at once what waits to be told. */
  flush(): void {
    const records = this.dueRecords
    this.dueRecords = []
    if (records.length > 0) for (const f of this.recordListeners) f(records)
    let calls = 0
    for (const f of this.due) {
      this.due.delete(f)
      f()
      if (++calls >= CALLS_MAX) break
    }
    this.soon()
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
    if (!old) this.byName.set(nameKey(card.kind, card.namespace, card.name), card.uid)
    touched.add(card.kind).add(card.uid)
    if (card.kind === 'ReplicaSet') {
      // Shades change only when a revision appears or moves, not with every count.
      const before = old as WorkloadCard | undefined
      if (before?.revision !== (card as WorkloadCard).revision) touched.add('revisions')
    }
    if (card.kind === 'Pod') {
      const pod = card as PodCard
      const before = old as PodCard | undefined
      if (before && before.node !== pod.node) this.leave(before, touched)
      this.arrive(pod, touched)
    }
    this.tell(old, card)
  }

  private remove(uid: string, touched: Set<string>): void {
    const card = this.all.get(uid)
    if (!card) return
    this.all.delete(uid)
    this.byKind.get(card.kind)?.delete(uid)
    const key = nameKey(card.kind, card.namespace, card.name)
    // A successor of the same name may be here already.
    if (this.byName.get(key) === uid) this.byName.delete(key)
    touched.add(card.kind).add(uid)
    if (card.kind === 'Pod') this.leave(card as PodCard, touched)
    this.tell(card, undefined)
  }

  private arrive(pod: PodCard, touched: Set<string>): void {
    inside(this.podsByNode, pod.node).set(pod.uid, pod)
    if (pod.owner) inside(this.podsByOwner, pod.owner.uid).set(pod.uid, pod)
    touched.add(`node:${pod.node}`)
    if (this.slots.has(pod.uid)) return
    let slots = this.nodeSlots.get(pod.node)
    if (!slots) {
      slots = new Slots()
      this.nodeSlots.set(pod.node, slots)
    }
    this.slots.set(pod.uid, slots.take())
  }

  private leave(pod: PodCard, touched: Set<string>): void {
    this.podsByNode.get(pod.node)?.delete(pod.uid)
    if (pod.owner) {
      const pods = this.podsByOwner.get(pod.owner.uid)
      pods?.delete(pod.uid)
      if (pods?.size === 0) this.podsByOwner.delete(pod.owner.uid)
    }
    const slot = this.slots.get(pod.uid)
    if (slot !== undefined) this.nodeSlots.get(pod.node)?.give(slot)
    this.slots.delete(pod.uid)
    touched.add(`node:${pod.node}`)
  }
}

function nameKey(kind: string, namespace: string, name: string): string {
  return `${kind}/${namespace}/${name}`
}

function inside(map: Map<string, Map<string, PodCard>>, key: string): Map<string, PodCard> {
  let found = map.get(key)
  if (!found) {
    found = new Map()
    map.set(key, found)
  }
  return found
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

let latest: Frame | undefined
let machines: WorldState['machines'] = {}

/** Parts of a frame whose last part is still to come. */
let parts: Frame[] = []

/** Takes a frame of the host in; one that comes in parts is shown when it is whole. */
export function applyFrame(part: Frame): void {
  if (part.full) parts = []
  parts.push(part)
  if (part.more) return
  const frame = joined(parts)
  parts = []
  latest = frame
  machines = frame.machines ?? machines
  cards.apply(frame)
}

cards.listen('now', () => {
  const frame = latest
  if (!frame) return
  worldStore.setState({
    booted: true,
    epochMs: frame.epochMs,
    speed: frame.speed,
    revision: frame.revision,
    requestsPerSecond: frame.requestsPerSecond,
    target: frame.target,
    machines,
    faults: sameList(worldStore.getState().faults, frame.faults),
    past: frame.past,
    commands: frame.commands,
  })
})

function sameList(a: readonly string[], b: readonly string[]): readonly string[] {
  return a.length === b.length && a.every((x, i) => x === b[i]) ? a : b
}

export type { EventCard, LeaseCard, NodeCard, PodCard, ServiceCard, SliceCard, WorkloadCard }
