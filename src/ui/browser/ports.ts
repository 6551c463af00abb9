/** Local ports that the terminal's command listens on: read from what it prints, gone when it ends. */
import { create } from 'zustand'

interface LocalPorts {
  readonly ports: readonly number[]
  /** What the browser shows; undefined: it is closed. */
  readonly open: { readonly port: number; readonly path: string } | undefined
}

/** What listens, and what is looked at. */
export const localPorts = create<LocalPorts>(() => ({ ports: [], open: undefined }))

const SAID = /^(?:Forwarding from|Starting to serve on) 127\.0\.0\.1:(\d+)/gm
/** An address of this machine as text, as it stands in the terminal. */
export const ADDRESS = /(?:https?:\/\/)?(?:127\.0\.0\.1|localhost|\[::1\]):(\d+)(\/[^\s"'<>]*)?/g

/** Notes the ports that a command says it listens on. */
export function hearOutput(text: string): void {
  const found = [...text.matchAll(SAID)].map((m) => Number(m[1]))
  if (found.length === 0) return
  localPorts.setState(({ ports }) => ({ ports: [...new Set([...ports, ...found])] }))
}

/** What listens now, as the host knows it: a command has ended. */
export function setPorts(ports: readonly number[]): void {
  if (ports.join() !== localPorts.getState().ports.join()) localPorts.setState({ ports })
}

/** Opens the browser at an address. */
export function browse(port: number, path = '/'): void {
  localPorts.setState({ open: { port, path } })
}
