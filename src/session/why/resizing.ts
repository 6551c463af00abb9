/** A resize in place that is asked for and not carried out. */
import type { Pod } from '../../cluster/api/generated/types.ts'
import { inNamespace, patchArgument } from './edits.ts'
import { bad, type Candidate, type Finding, said } from './finding.ts'
import { aboutOf } from './look.ts'
import { rules } from './rules.ts'

/** What keeps a Pod from its new size; undefined when nothing does. */
export function resizeFinding(pod: Pod): Finding | undefined {
  const about = aboutOf(pod)
  const of = (type: string) =>
    pod.status?.conditions?.find((c) => c.type === type && c.status === 'True')
  const pending = of('PodResizePending')
  const rest = { rule: rules.resize, field: 'spec.containers.resources', fixes: back(pod) }
  const node = pod.spec?.nodeName ?? ''
  if (pending) {
    const values = { node, message: pending.message ?? '' }
    return pending.reason === 'Infeasible'
      ? bad('why.pod.resize.infeasible', about, { values, ...rest })
      : bad('why.pod.resize.deferred', about, { values, ...rest })
  }
  const progress = of('PodResizeInProgress')
  if (progress?.reason !== 'Error') return undefined
  return bad('why.pod.resize.error', about, {
    values: { message: progress.message ?? '' },
    ...rest,
  })
}

/** Back to what each container has now. */
function back(pod: Pod): Candidate[] {
  const containers = (pod.status?.containerStatuses ?? []).flatMap((s) =>
    s.resources ? [{ name: s.name, resources: s.resources }] : [],
  )
  if (containers.length === 0) return []
  const command = `kubectl patch pod ${pod.metadata.name}${inNamespace(pod)} --subresource resize -p ${patchArgument({ spec: { containers } })}`
  return [{ command, why: said('why.fix.resize.back'), cost: 1 }]
}
