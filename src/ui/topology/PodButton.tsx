/** A pod's cell as a thing to click, and to delete by key; its menu is the map's. */
import { useStore } from '@xyflow/react'
import { memo } from 'react'
import { PodMarks } from '../layers/PodMarks.tsx'
import { select } from '../store/selection.ts'
import type { PodCard } from '../store/world.ts'
import { useBright } from '../wall/bright.ts'
import { NEAR } from '../wall/handle.ts'
import { PodInside } from '../wall/PodInside.tsx'
import { deletePod } from './actions.ts'
import styles from './cards.module.css'
import { PodCell } from './PodCell.tsx'

interface Props {
  readonly pod: PodCard
  readonly selected: boolean
  readonly taintKey?: string | undefined
  readonly taintSince?: number | undefined
}

/** A pod on the map. */
export const PodButton = memo(function PodButton({ pod, selected, taintKey, taintSince }: Props) {
  const bright = useBright(pod)
  const near = useStore((s) => s.transform[2] >= NEAR)
  const state = `${pod.status} ${pod.ready}/${pod.containers}`
  return (
    <button
      type="button"
      className={`${styles.cellButton} ${bright ? '' : styles.faded} nodrag`}
      data-bright={bright}
      title={`${pod.namespace}/${pod.name}\n${state}${pod.restarts ? ` ↻${pod.restarts}` : ''}`}
      aria-label={`Pod ${pod.namespace}/${pod.name}: ${state}`}
      data-testid="pod"
      data-uid={pod.uid}
      data-pod={pod.name}
      data-look={pod.look}
      onClick={(e) => {
        e.stopPropagation()
        select(pod)
      }}
      onKeyDown={(e) => {
        if (e.key === 'Delete') deletePod(pod.namespace, pod.name)
      }}
    >
      {near ? (
        <PodInside pod={pod} selected={selected} bright={bright} />
      ) : (
        <PodCell
          pod={pod}
          selected={selected}
          {...(taintKey !== undefined && taintSince !== undefined ? { taintKey, taintSince } : {})}
        />
      )}
      {near ? null : <PodMarks pod={pod} />}
    </button>
  )
})
