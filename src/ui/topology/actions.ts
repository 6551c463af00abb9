/**
 * What a person can do to a node or a pod from the map; each act is a command to the host. What was broken can be put
 * right where it stands, which is not taking it back: time goes on, and what happened since stays (see `time/travel.ts`).
 */

import { createStore, useStore } from 'zustand'
import { bridge } from '../bridge/bridge.ts'
import type { MessageId } from '../i18n/i18n.ts'
import { sceneStore } from '../store/scene.ts'
import { cards, type NodeCard, useSlowTopic, useWorld, worldStore } from '../store/world.ts'

/** Something done to a node that another act puts right. */
interface Act {
  /** What was done, in words; `{name}` is the node. */
  readonly word: MessageId
  readonly node: string
  /** Whether it is still so. */
  still(): boolean
  heal(): void
}

const acts = createStore<{ done: readonly Act[] }>(() => ({ done: [] }))

/** Acts remembered. */
const ACTS_MAX = 20
/** How often the nodes are looked at. @unit real ms */
const LOOK_MS = 300

/** The last thing that was done from the map and still is so, or what else is broken, for the button that puts it right. */
export function useLastAct(): Act | undefined {
  useWorld((s) => s.machines)
  useWorld((s) => s.faults)
  useSlowTopic('Node', LOOK_MS)
  return useStore(acts, (s) => s.done.findLast((a) => a.still())) ?? broken()
}

/** A machine that is off or cut off, whoever did it: a line, a branch, a link. What a scene begins with is its task. */
function broken(): Act | undefined {
  const { machines, faults } = worldStore.getState()
  const given = sceneStore.getState().scene?.faults ?? []
  const isGiven = (name: string) => given.some((f) => 'node' in f && f.node === name)
  const off = Object.keys(machines).find((name) => machines[name] === 'off' && !isGiven(name))
  if (off !== undefined) return powerless(off)
  const cut = faults.map((f) => CUT.exec(f)?.[1]).find((name) => name !== undefined)
  return cut === undefined ? undefined : cutOff(cut)
}

const CUT = /^cut (\S+) kube-apiserver-1$/

function powerless(node: string): Act {
  const still = () => worldStore.getState().machines[node] === 'off'
  return { word: 'act.power', node, still, heal: () => powerOn(node) }
}

function cutOff(node: string): Act {
  const still = () => worldStore.getState().faults.includes(`cut ${node} kube-apiserver-1`)
  return { word: 'act.cut', node, still, heal: () => mendLink(node) }
}

/** Puts the last of them right. */
export function heal(): void {
  const last = acts.getState().done.findLast((a) => a.still()) ?? broken()
  acts.setState((s) => ({ done: s.done.filter((a) => a !== last && a.still()) }))
  last?.heal()
}

function did(act: Act): void {
  acts.setState((s) => ({ done: [...s.done, act].slice(-ACTS_MAX) }))
}

/** The machine loses power. */
export function powerOff(node: string): void {
  void bridge.fault({ kind: 'power-off', node })
  did(powerless(node))
}

export function powerOn(node: string): void {
  void bridge.fault({ kind: 'power-on', node })
}

export function cutLink(node: string): void {
  void bridge.fault({ kind: 'cut', from: node, to: 'kube-apiserver-1' })
  did(cutOff(node))
}

export function mendLink(node: string): void {
  void bridge.fault({ kind: 'mend', from: node, to: 'kube-apiserver-1' })
}

export function cordon(node: string, on: boolean): void {
  setCordon(node, on)
  if (on)
    did({ word: 'act.cordon', node, still: isCordoned(node), heal: () => setCordon(node, false) })
}

function setCordon(node: string, on: boolean): void {
  void bridge.kubectl(`kubectl ${on ? 'cordon' : 'uncordon'} ${node}`)
}

function isCordoned(node: string): () => boolean {
  return () => cards.find<NodeCard>('Node', '', node)?.cordoned ?? false
}

export function drain(node: string): void {
  void bridge.kubectl(`kubectl drain ${node} --ignore-daemonsets --delete-emptydir-data --force`)
  did({ word: 'act.drain', node, still: isCordoned(node), heal: () => setCordon(node, false) })
}

export function deletePod(namespace: string, name: string): void {
  void bridge.http('DELETE', `/api/v1/namespaces/${namespace}/pods/${name}`)
}

export function crashPod(namespace: string, pod: string): void {
  void bridge.fault({ kind: 'crash', namespace, pod, code: 1 })
}

export function addMachine(): void {
  void bridge.addNode()
}

/** Sends one request from outside to a Service, by node port when it has one, else by name from inside. */
export function sendRequest(service: {
  namespace: string
  name: string
  clusterIP: string
  ports: readonly { port: number; nodePort: number }[]
}): void {
  const port = service.ports[0]
  if (!port) return
  const host = `${service.name}.${service.namespace}.svc.cluster.local`
  void bridge.traffic({
    from: 'client',
    host,
    port: port.port,
    path: '/',
    namespace: service.namespace,
  })
}
