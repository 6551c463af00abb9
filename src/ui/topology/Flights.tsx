/** What is in the air: dots along wires, pods on their way to a node. Positions come from the layout, never the DOM. */
import { useEffect, useRef } from 'react'
import type { Flight } from './director.ts'
import { useStage } from './director.ts'
import styles from './Flights.module.css'

/** A point of the glass. */
export interface Point {
  readonly x: number
  readonly y: number
}

/** All flights; `place` finds where a place is drawn. */
export function Flights({ place }: { place: (name: string) => Point | undefined }) {
  const flights = useStage((s) => s.flights)
  return (
    <div className={styles.layer} aria-hidden="true">
      {flights.map((f) => {
        const from = place(f.from)
        const to = place(f.to)
        if (!from || !to) return null
        return <Dot key={f.id} flight={f} from={from} to={to} />
      })}
    </div>
  )
}

function Dot({ flight, from, to }: { flight: Flight; from: Point; to: Point }) {
  const ref = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const el = ref.current
    if (!el) return
    const bend =
      flight.kind === 'pod' || flight.kind === 'walk'
        ? { x: to.x, y: from.y }
        : { x: from.x + (to.x - from.x) / 2, y: to.y }
    const at = (p: Point) => `translate(${p.x}px, ${p.y}px)`
    // Who asked for less motion sees it arrive, not fly.
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches
    const animation = el.animate(
      still
        ? [
            { transform: at(to), opacity: 0 },
            { transform: at(to), opacity: 0.9 },
          ]
        : [
            { transform: at(from), opacity: 0.2 },
            { opacity: 1, offset: 0.1 },
            { transform: at(bend), opacity: 1, offset: 0.55 },
            { transform: at(to), opacity: 0.9 },
          ],
      {
        duration: flight.ms,
        easing: 'ease-in-out',
        fill: 'both',
      },
    )
    return () => animation.cancel()
  }, [flight, from, to])
  const size = Math.min(16, 6 + Math.log2(flight.count) * 2)
  const pod = flight.kind === 'pod'
  return (
    <div
      ref={ref}
      className={`${styles.flight} ${styles[flight.kind] ?? ''}`}
      data-testid={`flight-${flight.kind}`}
      style={pod ? {} : { width: size, height: size, margin: -size / 2 }}
    >
      {pod ? flight.label.slice(-5) : null}
    </div>
  )
}
