/**
 * On the wall, what belongs to the selected pod: lines to the pods of its owner and to those that mount its claims, and
 * a card with the chain of owners, claims and volumes. The canvas leaves the same pods bright; of many, only it does.
 */
import { useStore } from '@xyflow/react'
import { useLayoutEffect, useRef, useState } from 'react'
import type { ClaimCard, VolumeCard } from '../../protocol/cards.ts'
import { useWords } from '../i18n/i18n.ts'
import { useSelection } from '../store/selection.ts'
import { cards, type PodCard, useSlowTopic, type WorkloadCard } from '../store/world.ts'
import type { Point } from '../topology/Flights.tsx'
import { liveryOf } from '../topology/owners.ts'
import styles from './layers.module.css'
import { inFamily, selectedClaims, selectedFamily, usesClaim } from './marks.ts'

/** More lines are a cloud. */
const LINES_MAX = 60
/** How often it follows the cluster. @unit real ms */
const LOOK_MS = 150
/** The card beside the cell. @unit px of the screen */
const CARD = { line: 18, pad: 10, gap: 12 } as const

interface Props {
  readonly place: (name: string) => Point | undefined
  readonly ownership: boolean
  readonly storage: boolean
}

/** Lines and card of the selected pod; nothing while none is. */
export function Kin({ place, ownership, storage }: Props) {
  const t = useWords()
  const k = useStore((s) => s.transform[2])
  useSlowTopic('Pod', LOOK_MS)
  useSlowTopic('PersistentVolumeClaim', LOOK_MS)
  const uid = useSelection((s) => s.selected?.uid)
  const pod = cards.all.get(uid ?? '') as PodCard | undefined
  const here = pod?.kind === 'Pod' ? place(`pod:${pod.namespace}/${pod.name}`) : undefined
  if (!pod || !here) return null
  const family = ownership ? selectedFamily() : undefined
  const claims = storage ? selectedClaims() : undefined
  const all = [...cards.of<PodCard>('Pod')].filter((p) => p.uid !== pod.uid)
  const siblings = all.filter((p) => inFamily(p, family))
  const sharers = all.filter((p) => usesClaim(p, claims))
  const said = [
    ...(family ? [[...chainOf(pod), t('kin.pods', { n: siblings.length + 1 })].join(' › ')] : []),
    ...(claims ? disksOf(pod) : []),
  ]
  return (
    <>
      <Rays from={here} to={siblings} place={place} className={liveryOf(pod).hue} what="owner" />
      <Rays from={here} to={sharers} place={place} className={styles.disk ?? ''} what="claim" />
      {said.length > 0 ? <Card at={here} k={k} lines={said} /> : null}
    </>
  )
}

function Rays({
  from,
  to,
  place,
  className,
  what,
}: {
  from: Point
  to: readonly PodCard[]
  place: Props['place']
  className: string
  what: string
}) {
  if (to.length > LINES_MAX) return null
  return to.map((p) => {
    const end = place(`pod:${p.namespace}/${p.name}`)
    if (!end) return null
    return (
      <path
        key={p.uid}
        className={`${styles.kin} ${className}`}
        d={`M${from.x} ${from.y}L${end.x} ${end.y}`}
        data-testid="kin-line"
        data-kin={what}
        data-pod={p.name}
      />
    )
  })
}

/** The owners of a pod from the top down. */
function chainOf(pod: PodCard): string[] {
  const chain: string[] = []
  for (let o = pod.owner; o; o = (cards.all.get(o.uid) as WorkloadCard | undefined)?.owner)
    chain.unshift(`${o.kind} ${o.name}`)
  return chain
}

/** Each claim of a pod with its volume. */
function disksOf(pod: PodCard): string[] {
  return pod.claims.map((name) => {
    const claim = cards.find<ClaimCard>('PersistentVolumeClaim', pod.namespace, name)
    const volume = cards.find<VolumeCard>('PersistentVolume', '', claim?.volume ?? '')
    return [
      `PersistentVolumeClaim ${name}`,
      volume
        ? [volume.name, volume.capacity, volume.storageClass].filter(Boolean).join(' · ')
        : '?',
    ].join(' › ')
  })
}

/** Keeps its size on the screen, whatever the zoom. */
function Card({ at, k, lines }: { at: Point; k: number; lines: readonly string[] }) {
  const text = useRef<SVGGElement>(null)
  const [width, setWidth] = useState(0)
  // biome-ignore lint/correctness/useExhaustiveDependencies: other words are of another width
  useLayoutEffect(() => setWidth(text.current?.getBBox().width ?? 0), [lines.join('\n')])
  const w = width + 2 * CARD.pad
  const h = lines.length * CARD.line + CARD.pad
  return (
    <g
      className={styles.kinCard}
      transform={`translate(${at.x} ${at.y}) scale(${1 / k})`}
      data-testid="kin"
    >
      <g transform={`translate(${-w / 2} ${-h - CARD.gap - 20 * k})`}>
        <rect width={w} height={h} rx="8" />
        <g ref={text}>
          {lines.map((line, i) => (
            <text key={line} x={CARD.pad} y={CARD.pad + 8 + i * CARD.line}>
              {line}
            </text>
          ))}
        </g>
      </g>
    </g>
  )
}
