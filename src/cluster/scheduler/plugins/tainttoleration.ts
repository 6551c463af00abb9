/**
 * Taints keep pods away that do not tolerate them.
 * @source pkg/scheduler/framework/plugins/tainttoleration/taint_toleration.go
 */
import type { Node, Taint, Toleration } from '../../api/generated/types.ts'
import { tolerates, untoleratedTaint } from '../../api/helpers/tolerations.ts'
import { normalizeByMax, type Plugin, verdict } from '../framework/interface.ts'
import type { NodeInfo, PodInfo } from '../framework/nodeinfo.ts'

const NAME = 'TaintToleration'
const REFUSED = verdict('UnschedulableAndUnresolvable', 'node(s) had untolerated taint(s)')
const NO_TAINTS: readonly Taint[] = []
const HARD: readonly Taint['effect'][] = ['NoSchedule', 'NoExecute']

/** Refuses nodes with untolerated NoSchedule or NoExecute taints; prefers few PreferNoSchedule ones. */
export function taintToleration(): Plugin {
  return {
    name: NAME,
    enqueueOn: [
      {
        resource: 'Node',
        actions: ['Add', 'Update'],
        helps: (pod, _old, now) => fits(pod, (now as Node | undefined)?.spec?.taints),
      },
    ],
    filter(_s, pod, node) {
      const { taints } = node
      if (!taints) return undefined
      return fits(pod, taints) ? undefined : REFUSED
    },
    preScore(s, pod) {
      const soft = (t: Toleration) => !t.effect || t.effect === 'PreferNoSchedule'
      s.set(NAME, pod.pod.spec?.tolerations?.filter(soft) ?? [])
      return undefined
    },
    scorer(s) {
      const tolerations = s.get<Toleration[]>(NAME) ?? []
      return ({ taints }) => {
        let n = 0
        for (const t of taints ?? NO_TAINTS) {
          if (t.effect === 'PreferNoSchedule' && !tolerations.some((x) => tolerates(x, t))) n++
        }
        return n
      }
    },
    normalize: (_s, _pod, _nodes: readonly NodeInfo[], scores) => normalizeByMax(scores, true),
  }
}

function fits(pod: PodInfo, taints: readonly Taint[] | undefined): boolean {
  return !untoleratedTaint(taints, pod.pod.spec?.tolerations, HARD)
}
