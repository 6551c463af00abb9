/**
 * Turns trace records into motion. Nothing moves that was not recorded: dots are requests, a scheduling scene is one
 * decision of the scheduler, a walk is the hops of one request, a binding is one decision of the volume controller.
 */
import { createStore, useStore } from 'zustand'
import type { TraceRecord } from '../../cluster/sim/trace.ts'
import { cards, type PodCard, worldStore } from '../store/world.ts'
import { crowdStands } from '../wall/crowd.ts'

/** A verdict of the scheduler on one node. */
export interface NodeVerdict {
  readonly node: string
  readonly filteredBy?: string
  readonly reason?: string
  readonly scores?: Readonly<Record<string, number>>
  readonly total?: number
}

/** One decision of the scheduler, as it is shown. */
export interface SchedulingScene {
  readonly id: number
  readonly pod: string
  readonly namespace: string
  readonly verdicts: readonly NodeVerdict[]
  readonly chosen: string
  readonly at: number
}

/** One hop of a request. */
export interface HopScene {
  readonly kind: string
  readonly place: string
  readonly note: string
  readonly address: string
  readonly at: number
}

/** One request through the network. */
export interface WalkScene {
  readonly id: number
  readonly title: string
  readonly hops: readonly HopScene[]
}

/** One candidate volume of a claim. */
export interface Candidate {
  readonly volume: string
  readonly fits: boolean
  readonly reason: string
}

/** One decision about a claim. */
export interface BindScene {
  readonly id: number
  readonly claim: string
  readonly namespace: string
  readonly candidates: readonly Candidate[]
  readonly chosen: string
  readonly provision: boolean
}

/** Something in flight between two places. */
export interface Flight {
  readonly id: number
  readonly kind: 'request' | 'commit' | 'watch' | 'pod' | 'walk' | 'plug'
  readonly from: string
  readonly to: string
  readonly count: number
  readonly ms: number
  readonly label: string
  readonly hue: string
}

interface Stage {
  readonly scheduling: SchedulingScene | undefined
  readonly walk: WalkScene | undefined
  readonly bind: BindScene | undefined
  readonly flights: readonly Flight[]
  /** What the controller manager worked on last. */
  readonly syncing: { text: string; at: number } | undefined
}

export const stage = createStore<Stage>(() => ({
  scheduling: undefined,
  walk: undefined,
  bind: undefined,
  flights: [],
  syncing: undefined,
}))

/** Reads what is on stage. */
export function useStage<T>(select: (s: Stage) => T): T {
  return useStore(stage, select)
}

/** Scenes that may wait for their turn; more are shown as flights only. */
const QUEUE_MAX = 8
/** The faster time runs, the fewer of its messages an eye can follow. */
const FLIGHTS_MAX = { slow: 24, fast: 6 } as const
const FAST = 5
/** A bind or a walk stays readable this long. @unit real ms */
const STAY_MS = 12_000

let nextId = 1
const queue: SchedulingScene[] = []
let playing = false

/** Nothing is staged while a scene is being set: that is history, not news. */
let live = false

/** Opens or closes the curtain. */
export function setLive(on: boolean): void {
  cards.flush()
  live = on
}

/** Starts listening to the cluster. @returns how to stop */
export function startDirector(): () => void {
  const stops = [
    cards.onAnew(clearStage),
    cards.onRecords((records) => {
      if (live) direct(records)
    }),
  ]
  return () => {
    for (const stop of stops) stop()
  }
}

function direct(records: readonly TraceRecord[]): void {
  const dots = new Map<string, { from: string; to: string; count: number; kind: Flight['kind'] }>()
  for (const r of records) {
    if (r.verb === 'request') addRequest(dots, r)
    else if (r.verb === 'decide') decide(r)
    else if (r.verb === 'message' && typeof r.detail?.walk === 'number') hop(r)
    else if (r.verb === 'reconcile')
      stage.setState({ syncing: { text: r.about?.name ?? r.text, at: cards.now } })
  }
  for (const d of dots.values()) launch({ ...d, ms: 520, label: '', hue: '' })
}

function addRequest(
  dots: Map<string, { from: string; to: string; count: number; kind: Flight['kind'] }>,
  r: TraceRecord,
): void {
  const lease = r.about?.kind === 'Lease'
  if (worldStore.getState().speed > 20 && lease) return
  const from = placeOf(r.owner)
  bump(dots, from, 'api', 'request')
  if (!lease && Number(r.detail?.code ?? 200) < 300) bump(dots, 'api', 'etcd', 'commit')
}

function bump(
  dots: Map<string, { from: string; to: string; count: number; kind: Flight['kind'] }>,
  from: string,
  to: string,
  kind: Flight['kind'],
): void {
  const key = `${from}>${to}`
  const known = dots.get(key)
  if (known) known.count++
  else dots.set(key, { from, to, count: 1, kind })
}

/** The place on the glass of a trace owner. */
export function placeOf(owner: string): string {
  if (/controller|node-controller/.test(owner) && !owner.includes('kubelet')) return 'manager'
  if (owner.includes('scheduler')) return 'scheduler'
  if (owner.startsWith('etcd')) return 'etcd'
  if (owner.startsWith('kube-apiserver')) return 'api'
  const slash = owner.indexOf('/')
  if (slash > 0 && /kubelet|kube-proxy|containerd/.test(owner))
    return `node:${owner.slice(0, slash)}`
  if (owner === 'kubectl' || owner === 'user') return 'kubectl'
  if (owner === 'page' || owner === 'kubarium') return 'page'
  return slash > 0 ? `pod:${owner}` : owner
}

function decide(r: TraceRecord): void {
  const detail = r.detail
  if (!detail || !r.about) return
  if (r.about.kind === 'Pod' && Array.isArray(detail.nodes)) {
    const scene: SchedulingScene = {
      id: nextId++,
      pod: r.about.name,
      namespace: r.about.namespace ?? '',
      verdicts: detail.nodes as NodeVerdict[],
      chosen: String(detail.chosen ?? ''),
      at: r.at,
    }
    if (queue.length < QUEUE_MAX) queue.push(scene)
    else flyPod(scene, 400)
    playNext()
  }
  if (r.about.kind === 'PersistentVolumeClaim' && Array.isArray(detail.candidates)) {
    const scene: BindScene = {
      id: nextId++,
      claim: r.about.name,
      namespace: r.about.namespace ?? '',
      candidates: detail.candidates as Candidate[],
      chosen: String(detail.chosen ?? ''),
      provision: detail.provision === true,
    }
    stage.setState({ bind: scene })
    if (scene.chosen)
      launch({
        kind: 'plug',
        from: `volume:${scene.chosen}`,
        to: `claim:${scene.namespace}/${scene.claim}`,
        count: 1,
        ms: 900,
        label: '',
        hue: '',
      })
    setTimeout(() => stage.setState((s) => (s.bind === scene ? { bind: undefined } : {})), STAY_MS)
  }
}

/** How long a scheduling scene is shown: shorter the faster time runs. @unit real ms */
function sceneMs(): number {
  const { speed } = worldStore.getState()
  if (speed === 0 || speed <= 1) return 1700
  return Math.max(220, Math.round(1700 / Math.sqrt(speed)))
}

function playNext(): void {
  if (playing) return
  const scene = queue.shift()
  if (!scene) return
  playing = true
  const ms = queue.length > 3 ? Math.min(500, sceneMs()) : sceneMs()
  stage.setState({ scheduling: scene })
  setTimeout(() => {
    // The stage may have been cleared meanwhile.
    if (stage.getState().scheduling === scene) flyPod(scene, ms * 0.45)
  }, ms * 0.5)
  setTimeout(() => {
    playing = false
    if (queue.length > 0) playNext()
    else
      setTimeout(
        () => stage.setState((s) => (s.scheduling === scene ? { scheduling: undefined } : {})),
        ms,
      )
  }, ms)
}

function flyPod(scene: SchedulingScene, ms: number): void {
  if (!scene.chosen) return
  let to = `node:${scene.chosen}`
  const pod = cards.find<PodCard>('Pod', scene.namespace, scene.pod)
  if (pod) to = `pod:${pod.namespace}/${pod.name}`
  launch({
    kind: 'pod',
    from: 'tray',
    to,
    count: 1,
    ms,
    label: scene.pod,
    hue: `${scene.namespace}/${scene.pod}`,
  })
}

function hop(r: TraceRecord): void {
  const d = r.detail ?? {}
  const id = Number(d.walk)
  const current = stage.getState().walk
  const hopScene: HopScene = {
    kind: String(d.kind),
    place: String(d.place),
    note: String(d.note),
    address: String(d.address ?? ''),
    at: r.at,
  }
  // Requests that pods send by themselves do not take the stage from one that a person follows.
  if (d.hop === 0) {
    if (hopScene.place !== 'client' && current && current.hops[0]?.place === 'client') return
    stage.setState({ walk: { id, title: hopScene.note, hops: [hopScene] } })
    return
  }
  if (current?.id !== id) return
  const before = current.hops.at(-1)
  stage.setState({ walk: { ...current, hops: [...current.hops, hopScene] } })
  const index = current.hops.length
  const from = walkPlace(before)
  const to =
    hopScene.kind === 'answer' || hopScene.kind === 'failure'
      ? walkPlace(current.hops[0])
      : walkPlace(hopScene)
  const fly = () => {
    if (stage.getState().walk?.id !== id) return
    launch({ kind: 'walk', from, to, count: 1, ms: 560, label: hopScene.kind, hue: '' })
  }
  setTimeout(fly, (index - 1) * 520)
}

/** Where a hop is drawn. */
export function walkPlace(h: HopScene | undefined): string {
  if (!h) return 'client'
  switch (h.kind) {
    case 'client':
      return h.place === 'client' ? 'client' : `pod:${h.place}`
    case 'dns':
    case 'pod':
      return `pod:${h.place}`
    case 'service':
      return `service:${h.place}`
    case 'node':
      return `node:${h.place}`
    default:
      return 'client'
  }
}

function launch(f: Omit<Flight, 'id'>): void {
  const flights = stage.getState().flights
  const most = worldStore.getState().speed > FAST ? FLIGHTS_MAX.fast : FLIGHTS_MAX.slow
  if (flights.length >= most || document.hidden) return
  // Over a crowd, in fast time, a dot is a speck among thousands: the counts of the control plane tell instead.
  const common = f.kind === 'request' || f.kind === 'commit' || f.kind === 'pod'
  if (common && crowdStands() && worldStore.getState().speed > FAST) return
  const flight = { ...f, id: nextId++ }
  stage.setState({ flights: [...flights, flight] })
  setTimeout(() => land(flight.id), f.ms + 60)
}

function land(id: number): void {
  stage.setState((s) => ({ flights: s.flights.filter((f) => f.id !== id) }))
}

/** Clears the stage: another cluster, another moment. */
export function clearStage(): void {
  queue.length = 0
  stage.setState({
    scheduling: undefined,
    walk: undefined,
    bind: undefined,
    flights: [],
    syncing: undefined,
  })
}
