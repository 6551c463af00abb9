/**
 * Completion indexes of Indexed Jobs: texts like `1,3-5,7`, and which index a pod works on.
 * @source pkg/controller/job/indexed_job_utils.go
 */
import type { Job, Pod } from '../../api/generated/types.ts'

export const COMPLETION_INDEX = 'batch.kubernetes.io/job-completion-index'

/** True for Jobs whose pods have an index each. */
export function isIndexed(job: Job): boolean {
  return job.spec?.completionMode === 'Indexed'
}

/** The index that a pod works on, or -1. */
export function indexOf(pod: Pod): number {
  const text = pod.metadata.annotations?.[COMPLETION_INDEX]
  if (text === undefined || !/^\d+$/.test(text)) return -1
  return Number(text)
}

/** Reads `1,3-5`; numbers from `limit` on do not count. */
export function parseIndexes(text: string | undefined, limit: number): Set<number> {
  const out = new Set<number>()
  for (const part of (text ?? '').split(',')) {
    const m = /^(\d+)(?:-(\d+))?$/.exec(part)
    if (!m) continue
    const last = Math.min(Number(m[2] ?? m[1]), limit - 1)
    for (let i = Number(m[1]); i <= last; i++) out.add(i)
  }
  return out
}

/** Writes `0,1` for two in a row and `0-3` for more, as upstream does. */
export function formatIndexes(indexes: ReadonlySet<number>): string {
  const sorted = [...indexes].sort((a, b) => a - b)
  const parts: string[] = []
  for (let i = 0; i < sorted.length; ) {
    let j = i
    while (sorted[j + 1] === (sorted[j] as number) + 1) j++
    const first = sorted[i] as number
    const last = sorted[j] as number
    if (last === first) parts.push(String(first))
    else parts.push(last === first + 1 ? `${first},${last}` : `${first}-${last}`)
    i = j + 1
  }
  return parts.join(',')
}

/** The lowest indexes that nobody has done, failed or works on. */
export function freeIndexes(
  taken: readonly ReadonlySet<number>[],
  limit: number,
  count: number,
): number[] {
  const out: number[] = []
  for (let i = 0; i < limit && out.length < count; i++) {
    if (!taken.some((s) => s.has(i))) out.push(i)
  }
  return out
}
