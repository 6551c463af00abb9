/**
 * What a scheduler plugin is.
 * @source staging/src/k8s.io/kube-scheduler/framework/interface.go
 */
import type { KindMap } from '../../api/generated/kindmap.ts'
import type { Pod } from '../../api/generated/types.ts'
import type { Labels } from '../../api/meta/labels.ts'
import type { AnyObject } from '../../api/object.ts'
import type { Client, Kind } from '../../client/client.ts'
import type { Informer } from '../../client/informer.ts'
import type { Task } from '../../sim/task.ts'
import type { World } from '../../sim/world.ts'
import type { SchedulerCache } from '../cache.ts'
import type { NodeInfo, PodInfo } from './nodeinfo.ts'

/** Unresolvable: no eviction of other pods could change it. */
export type Code = 'Unschedulable' | 'UnschedulableAndUnresolvable' | 'Error' | 'Skip'

/** A verdict; undefined stands for success. Plugins share constant ones, so that filtering allocates nothing. */
export interface Verdict {
  readonly code: Code
  readonly reasons: readonly string[]
}

/** Makes a verdict that may be shared. */
export function verdict(code: Code, ...reasons: string[]): Verdict {
  return { code, reasons }
}

/** No need to ask this plugin again for this pod. */
export const SKIP: Verdict = verdict('Skip')

/** Kinds of change that can make a pod schedulable. */
export type ClusterResource =
  | 'Node'
  | 'AssignedPod'
  | 'PersistentVolumeClaim'
  | 'PersistentVolume'
  | 'StorageClass'
  | 'CSINode'
  | 'Namespace'
  | 'Pod'

/** What could make a pod, refused by this plugin, schedulable again. */
export interface ClusterEvent {
  readonly resource: ClusterResource
  readonly actions: readonly ('Add' | 'Update' | 'Delete')[]
  /** False when this very change cannot help that pod. */
  helps?(pod: PodInfo, old: AnyObject | undefined, now: AnyObject | undefined): boolean
}

/** What plugins share with the scheduler. */
export interface Handle {
  readonly world: World
  readonly client: Client
  readonly cache: SchedulerCache
  informer<K extends Kind>(kind: K): Informer<KindMap[K]>
  labelsOfNamespace(namespace: string): Labels
}

/** Scratch memory of one cycle: each plugin keeps its own value under its name. */
export class CycleState {
  private readonly values = new Map<string, unknown>()
  /** Filter plugins that said Skip in PreFilter. */
  readonly skipFilter = new Set<string>()
  /** Score plugins that said Skip in PreScore. */
  readonly skipScore = new Set<string>()
  get<T>(name: string): T | undefined {
    return this.values.get(name) as T | undefined
  }
  set(name: string, value: unknown): void {
    this.values.set(name, value)
  }
  copy(): CycleState {
    const c = new CycleState()
    for (const [k, v] of this.values) c.values.set(k, isCopyable(v) ? v.copy() : v)
    for (const s of this.skipFilter) c.skipFilter.add(s)
    return c
  }
}

/** State that a dry run changes must know how to copy itself. */
function isCopyable(v: unknown): v is { copy(): unknown } {
  return typeof v === 'object' && v !== null && 'copy' in v && typeof v.copy === 'function'
}

/** The answer of PreFilter. */
export interface PreFilterAnswer {
  readonly verdict?: Verdict
  /** When given, only these nodes can do. */
  readonly nodes?: ReadonlySet<string>
}

/** One scheduling concern. */
export interface Plugin {
  readonly name: string
  readonly enqueueOn?: readonly ClusterEvent[]
  /** May the pod enter the active queue at all? */
  preEnqueue?(pod: Pod): Verdict | undefined
  preFilter?(s: CycleState, pod: PodInfo, nodes: readonly NodeInfo[]): PreFilterAnswer | undefined
  /** A dry run puts a pod on (or takes it off) a copied node. */
  adjust?(s: CycleState, pod: PodInfo, other: PodInfo, node: NodeInfo, sign: 1 | -1): void
  filter?(s: CycleState, pod: PodInfo, node: NodeInfo): Verdict | undefined
  preScore?(s: CycleState, pod: PodInfo, nodes: readonly NodeInfo[]): Verdict | undefined
  /** What is the same for every node is looked up once, before the first is scored. */
  scorer?(s: CycleState, pod: PodInfo): (node: NodeInfo) => number
  /** Brings scores of any range into 0..100, in place. */
  normalize?(s: CycleState, pod: PodInfo, nodes: readonly NodeInfo[], scores: number[]): void
  reserve?(s: CycleState, pod: PodInfo, node: NodeInfo): Verdict | undefined
  unreserve?(s: CycleState, pod: PodInfo): void
  preBind?(s: CycleState, pod: PodInfo, node: NodeInfo): Task<Verdict | undefined>
}

/** Makes a plugin. */
export type PluginFactory = (handle: Handle) => Plugin

/** Scales to 0..100 by the largest; `reverse` makes small ones good. */
export function normalizeByMax(scores: number[], reverse: boolean): void {
  let max = 0
  for (const s of scores) if (s > max) max = s
  for (let i = 0; i < scores.length; i++) {
    const s = max === 0 ? 0 : Math.floor((100 * (scores[i] as number)) / max)
    scores[i] = reverse ? 100 - s : s
  }
}
