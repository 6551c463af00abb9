/** What a person can do to a node or a pod from the map; each act is a command to the host, and undo takes it back. */

import { createStore, useStore } from 'zustand'
import { bridge } from '../bridge/bridge.ts'

/** An act that can be taken back. */
interface Act {
  readonly label: string
  undo(): void
}

const acts = createStore<{ done: readonly Act[] }>(() => ({ done: [] }))

/** The last act, for the undo button. */
export function useLastAct(): Act | undefined {
  return useStore(acts, (s) => s.done.at(-1))
}

/** Takes the last act back. */
export function undo(): void {
  const last = acts.getState().done.at(-1)
  if (!last) return
  acts.setState((s) => ({ done: s.done.slice(0, -1) }))
  last.undo()
}

function did(label: string, back: () => void): void {
  acts.setState((s) => ({ done: [...s.done.slice(-20), { label, undo: back }] }))
}

/** The machine loses power. */
export function powerOff(node: string): void {
  void bridge.fault({ kind: 'power-off', node })
  did(`power off ${node}`, () => void bridge.fault({ kind: 'power-on', node }))
}

export function powerOn(node: string): void {
  void bridge.fault({ kind: 'power-on', node })
}

export function cutLink(node: string): void {
  void bridge.fault({ kind: 'cut', from: node, to: 'kube-apiserver-1' })
  did(`cut ${node}`, () => mendLink(node))
}

export function mendLink(node: string): void {
  void bridge.fault({ kind: 'mend', from: node, to: 'kube-apiserver-1' })
}

export function cordon(node: string, on: boolean): void {
  void bridge.kubectl(`kubectl ${on ? 'cordon' : 'uncordon'} ${node}`)
  did(
    `${on ? 'cordon' : 'uncordon'} ${node}`,
    () => void bridge.kubectl(`kubectl ${on ? 'uncordon' : 'cordon'} ${node}`),
  )
}

export function drain(node: string): void {
  void bridge.kubectl(`kubectl drain ${node} --ignore-daemonsets --delete-emptydir-data --force`)
  did(`drain ${node}`, () => void bridge.kubectl(`kubectl uncordon ${node}`))
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
