/** The marks of the layers on one pod's cell. Shape tells them apart, not colour alone. */
import { usePreference } from '../store/preferences.ts'
import type { PodCard } from '../store/world.ts'
import { useTopic } from '../store/world.ts'
import { MARK, marker } from './marks.ts'

/** Marks over a cell of 40 by 40. */
export function PodMarks({ pod }: { pod: PodCard }) {
  usePreference((p) => p.layers)
  useTopic('NetworkPolicy')
  const marks = marker()?.(pod) ?? 0
  if (marks === 0) return null
  return (
    <svg
      width="40"
      height="40"
      viewBox="0 0 40 40"
      aria-hidden="true"
      style={{ position: 'absolute', left: 0, top: 0, overflow: 'visible', pointerEvents: 'none' }}
      data-testid="marks"
      data-marks={marks}
    >
      <Shapes marks={marks} />
    </svg>
  )
}

/** The shapes themselves; the legend draws them too. */
export function Shapes({ marks }: { marks: number }) {
  const rim = { stroke: 'var(--card)', strokeWidth: 1.5 }
  return (
    <>
      {marks & MARK.risk ? (
        <>
          <path d="M-3 12L6 -4L15 12z" fill="var(--bad)" {...rim} />
          <path d="M6 2v4.5M6 8.4v1.4" stroke="var(--card)" strokeWidth="1.8" />
        </>
      ) : null}
      {marks & MARK.root ? (
        <path
          d="M-2 11L6 -3L14 11z"
          fill="var(--card)"
          stroke="var(--warn)"
          strokeWidth="2"
          strokeLinejoin="round"
        />
      ) : null}
      {marks & MARK.policy ? (
        <path d="M34 25l8 3v5c0 5-4 8-8 10c-4-2-8-5-8-10v-5z" fill="var(--accent)" {...rim} />
      ) : null}
      {marks & MARK.claim ? (
        <rect x="-3" y="31" width="16" height="10" rx="3" fill="var(--text)" {...rim} />
      ) : null}
    </>
  )
}
