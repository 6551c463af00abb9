/** The plan that is on the wall now, kept up to date with the cards; filled in slices when it is made anew. */
import type { NodeCard, PodCard, WorkloadCard } from '../../protocol/cards.ts'
import { type AnyCard, cards } from '../store/world.ts'
import { forget, forgetAll, inkOf } from './ink.ts'
import { type Grouping, Plan } from './plan.ts'

/** How long filling may take in one animation frame. @unit real ms */
const FILL_MS = 8
/** Cards between looks at the clock. */
const FILL_STEP = 200

/** `node-2` before `node-10`. */
const byNumber = new Intl.Collator('en', { numeric: true })

const zoneOf = (node: string) => cards.find<NodeCard>('Node', '', node)?.zone ?? ''

/** A plan and its life. */
export class LivePlan {
  plan: Plan
  /** Something changed since it was last set to false. */
  dirty = true
  private backlog: AnyCard[] = []
  private readonly stop: () => void

  constructor(grouping: Grouping) {
    // Revisions may have moved while nobody listened.
    forgetAll()
    this.plan = new Plan(grouping, { inkOf, zoneOf })
    const nodes = [...cards.of<NodeCard>('Node')].sort(
      (a, b) => a.created - b.created || byNumber.compare(a.name, b.name),
    )
    // Pods are taken from the end.
    this.backlog = [...cards.of<PodCard>('Pod')].reverse()
    for (const n of nodes) this.plan.node(n)
    this.stop = cards.onChange((before, after) => this.hear(before, after))
  }

  close(): void {
    this.stop()
  }

  /** Takes more of what was there before it was made. @returns whether there is more to do */
  fill(): boolean {
    const until = performance.now() + FILL_MS
    while (this.backlog.length > 0) {
      for (let i = 0; i < FILL_STEP; i++) {
        const pod = this.backlog.pop()
        if (!pod) break
        const now = cards.all.get(pod.uid) as PodCard | undefined
        if (now && !this.plan.cells.has(now.uid)) this.plan.pod(now)
      }
      this.dirty = true
      if (performance.now() > until) return true
    }
    return false
  }

  private hear(before: AnyCard | undefined, after: AnyCard | undefined): void {
    const kind = (after ?? before)?.kind
    if (kind === 'Pod') {
      if (after) this.plan.pod(after as PodCard)
      else if (before) this.plan.podGone(before.uid)
    } else if (kind === 'Node') {
      if (after) this.plan.node(after as NodeCard)
      else if (before) this.plan.nodeGone(before.name)
    } else if (kind === 'ReplicaSet') {
      const set = after as WorkloadCard | undefined
      if (!set || (before as WorkloadCard | undefined)?.revision === set.revision) return
      for (const p of forget(set)) if (this.plan.cells.has(p.uid)) this.plan.pod(p)
    } else return
    this.dirty = true
  }
}
