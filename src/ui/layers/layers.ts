/** Layers of the map: what is drawn over the cards, each with one key. */
import { createStore, useStore } from 'zustand'
import { prefer, preferences, usePreference } from '../store/preferences.ts'

/** All layers, in the order of their keys. */
export const LAYERS = [
  'messages',
  'ownership',
  'network',
  'storage',
  'scheduling',
  'security',
] as const

/** One layer. */
export type Layer = (typeof LAYERS)[number]

/** The key of a layer: its place, from 1. */
export function keyOf(layer: Layer): string {
  return String(LAYERS.indexOf(layer) + 1)
}

/** Whether a layer is shown. */
export function useLayer(layer: Layer): boolean {
  return usePreference((p) => p.layers.includes(layer))
}

/** As `useLayer`, outside of React. */
export function layerOn(layer: Layer): boolean {
  return preferences.getState().layers.includes(layer)
}

/** Shows a layer, or hides it. */
export function toggleLayer(layer: Layer): void {
  const { layers } = preferences.getState()
  prefer({
    layers: layers.includes(layer) ? layers.filter((l) => l !== layer) : [...layers, layer],
  })
}

/** Whether somebody writes there, so that a key is a letter and no command. */
export function isWriting(target: EventTarget | null): boolean {
  if (!(target instanceof Element)) return false
  return (
    target.closest(
      'input, textarea, select, [contenteditable], [role=dialog], [role=menu], .monaco-editor, .xterm',
    ) !== null
  )
}

const hover = createStore<{ service: string }>(() => ({ service: '' }))

/** The pointer (or the focus) is on a Service; '' when on none. @shape uid */
export function pointAtService(uid: string): void {
  if (hover.getState().service !== uid) hover.setState({ service: uid })
}

/** The Service that is pointed at. */
export function usePointedService(): string {
  return useStore(hover, (s) => s.service)
}

/** What `pointAtService` was told last, outside of React. */
export const pointed = hover
