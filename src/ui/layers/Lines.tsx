/** The lines of the layers: ownership threads, endpoints of a Service, claims and their volumes. In the map's own px. */
import { useReactFlow } from '@xyflow/react'
import { useEffect, useState } from 'react'
import type { ClaimCard, VolumeCard } from '../../protocol/cards.ts'
import { useSelection } from '../store/selection.ts'
import { cards, type NodeCard, type PodCard, useSlowTopic } from '../store/world.ts'
import type { Point } from '../topology/Flights.tsx'
import { liveryOf } from '../topology/owners.ts'
import { Kin } from './Kin.tsx'
import styles from './layers.module.css'
import { useLayer, usePointedService } from './layers.ts'
import { endpointsOf, selectedFamily, shownService } from './marks.ts'

type Place = (name: string) => Point | undefined

/** How often lines follow the cluster. @unit real ms */
const LOOK_MS = 150
/** More lines are a cloud: the wall dims what is no endpoint instead. */
const LINES_MAX = 200

/** All lines of the layers that are shown. */
export function Lines({ place, walled }: { place: Place; walled: boolean }) {
  const ownership = useLayer('ownership')
  const network = useLayer('network')
  const storage = useLayer('storage')
  return (
    <svg className={styles.lines} width="1" height="1" aria-hidden="true">
      {ownership && !walled ? <Threads place={place} /> : null}
      {network ? <Endpoints place={place} /> : null}
      {storage && !walled ? <Claims place={place} /> : null}
      {walled && (ownership || storage) ? (
        <Kin place={place} ownership={ownership} storage={storage} />
      ) : null}
    </svg>
  )
}

/** One thread through the pods of each controller: dashed when a newer revision takes over. */
function Threads({ place }: { place: Place }) {
  useSlowTopic('Pod', LOOK_MS)
  useSlowTopic('revisions', LOOK_MS)
  useSelection((s) => s.selected?.uid)
  const family = selectedFamily()
  return [...cards.podsByOwner].map(([owner, pods]) => {
    const on = [...pods.values()].filter((p) => drawn(p.node))
    const points = on
      .map((p) => place(`pod:${p.namespace}/${p.name}`))
      .filter((p) => p !== undefined)
      .sort((a, b) => a.x - b.x || a.y - b.y)
    const first = on[0]
    if (!first || points.length < 2) return null
    const { hue } = liveryOf(first)
    const faint = family ? !family.has(owner) : hue === 'o-sys'
    return (
      <path
        key={owner}
        className={`${styles.thread} ${hue} ${faint ? styles.faint : ''}`}
        d={thread(points)}
        data-testid="thread"
        data-owner={first.owner?.name}
        data-pods={points.length}
      />
    )
  })
}

/** Whether the map has a card of a node's own for its pods. */
function drawn(node: string): boolean {
  return cards.find<NodeCard>('Node', '', node)?.controlPlane === false
}

/** From cell to cell, hanging a little, so that it is not taken for a wire. */
function thread(points: readonly Point[]): string {
  return points
    .map((p, i) => {
      const before = points[i - 1]
      if (!before) return `M${p.x} ${p.y}`
      const sag = Math.min(44, 16 + Math.abs(p.x - before.x) / 16)
      return `Q${(p.x + before.x) / 2} ${Math.max(p.y, before.y) + sag} ${p.x} ${p.y}`
    })
    .join('')
}

function Endpoints({ place }: { place: Place }) {
  usePointedService()
  useSelection((s) => s.selected?.uid)
  useSlowTopic('EndpointSlice', LOOK_MS)
  useSlowTopic('Pod', LOOK_MS)
  const service = shownService()
  const from = useMiddleBelow(service ? `[data-service-uid="${service.uid}"]` : '')
  if (!service || !from) return null
  const ends = endpointsOf(service)
  if (ends.length > LINES_MAX) return null
  return ends.map((e) => {
    const to = e.pod ? place(`pod:${service.namespace}/${e.pod}`) : undefined
    if (!to) return null
    const state = e.terminating ? 'terminating' : e.ready ? 'ready' : 'notready'
    const half = (from.y + to.y - 20) / 2
    return (
      <path
        key={`${e.ip}/${e.pod}`}
        className={`${styles.endpoint} ${styles[state] ?? ''}`}
        d={`M${from.x} ${from.y}C${from.x} ${half} ${to.x} ${half} ${to.x} ${to.y - 20}`}
        data-testid="endpoint-line"
        data-pod={e.pod}
        data-state={state}
      />
    )
  })
}

/** The middle of an element's lower edge, in px of the map: Services are as wide as their text. */
function useMiddleBelow(selector: string): Point | undefined {
  const flow = useReactFlow()
  const [at, setAt] = useState<Point>()
  useEffect(() => {
    const box = selector ? document.querySelector(selector)?.getBoundingClientRect() : undefined
    setAt(box && flow.screenToFlowPosition({ x: box.left + box.width / 2, y: box.bottom }))
  }, [selector, flow])
  return selector ? at : undefined
}

function Claims({ place }: { place: Place }) {
  useSlowTopic('Pod', LOOK_MS)
  useSlowTopic('PersistentVolumeClaim', LOOK_MS)
  useSlowTopic('PersistentVolume', LOOK_MS)
  const plugs: { pod: PodCard; claim: ClaimCard }[] = []
  for (const pod of cards.of<PodCard>('Pod'))
    for (const name of pod.node ? pod.claims : []) {
      const claim = cards.find<ClaimCard>('PersistentVolumeClaim', pod.namespace, name)
      if (claim) plugs.push({ pod, claim })
    }
  return plugs.map(({ pod, claim }) => (
    <Plug key={`${pod.uid}/${claim.uid}`} pod={pod} claim={claim} place={place} />
  ))
}

function Plug({ pod, claim, place }: { pod: PodCard; claim: ClaimCard; place: Place }) {
  const from = place(`pod:${pod.namespace}/${pod.name}`)
  const chip = useMiddleBelow(`[data-claim-uid="${claim.uid}"]`)
  if (!from || !chip) return null
  const volume = cards.find<VolumeCard>('PersistentVolume', '', claim.volume)
  const top = chip.y - 40
  return (
    <g
      data-testid="claim-line"
      data-pod={pod.name}
      data-claim={claim.name}
      data-volume={volume?.name ?? ''}
    >
      <path
        className={`${styles.claim} ${volume ? '' : styles.unbound}`}
        d={`M${from.x} ${from.y + 20}V${top - 6}H${chip.x}V${top}`}
      />
      {volume ? (
        <>
          <path className={styles.claim} d={`M${chip.x} ${chip.y}v5`} />
          <text className={styles.volume} x={chip.x} y={chip.y + 15}>
            {[volume.capacity, volume.reclaim, volume.storageClass].filter(Boolean).join(' · ')}
          </text>
        </>
      ) : null}
    </g>
  )
}
