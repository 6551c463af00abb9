/** The inside of a pod, as far as a cell has room: containers, their probes, IP and restarts. */
import { memo } from 'react'
import type { PodCard } from '../../protocol/cards.ts'
import { liveryOf } from '../topology/owners.ts'
import styles from './wall.module.css'

/** Containers that a cell has room for; the rest is counted. */
const PARTS_SHOWN = 3

interface Props {
  readonly pod: PodCard
  readonly selected: boolean
  readonly bright: boolean
}

/** A pod from within. */
export const PodInside = memo(function PodInside({ pod, selected, bright }: Props) {
  const { hue } = liveryOf(pod)
  const coming = pod.look === 'pending' || pod.look === 'creating'
  const tone = pod.look === 'ready' ? 'good' : pod.look === 'failed' ? 'bad' : 'warn'
  const more = pod.parts.length - PARTS_SHOWN
  return (
    <div
      className={`${styles.inside} ${hue} ${coming ? styles.coming : ''} ${selected ? styles.chosen : ''} ${bright ? '' : styles.faded}`}
      data-testid="pod-inside"
    >
      <p className={styles.name}>{pod.name}</p>
      <p>
        <span className={`${styles.status} ${tone}`}>{pod.status}</span> {pod.ready}/
        {pod.containers}
        {pod.restarts ? ` ↻${pod.restarts}` : ''}
      </p>
      <p className="muted">{pod.ip || '–'}</p>
      {pod.parts.slice(0, PARTS_SHOWN).map((c) => (
        <div key={c.name} className={styles.part} data-container={c.name}>
          <p className={styles.row}>
            <span>{c.name}</span>
            <span className={c.ready ? 'good' : 'muted'}>
              {c.state}
              {c.restarts ? ` ↻${c.restarts}` : ''}
            </span>
          </p>
          <p className="muted">{c.image}</p>
          {c.probes.length ? <p className={styles.probes}>{c.probes.join(' · ')}</p> : null}
        </div>
      ))}
      {more > 0 ? <p className="muted">+{more}</p> : null}
    </div>
  )
})
