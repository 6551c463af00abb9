/**
 * A gated pod does not enter the queue.
 * @source pkg/scheduler/framework/plugins/schedulinggates/scheduling_gates.go
 */
import { type Plugin, verdict } from '../framework/interface.ts'

/** Holds pods with `spec.schedulingGates`. */
export function schedulingGates(): Plugin {
  return {
    name: 'SchedulingGates',
    enqueueOn: [{ resource: 'Pod', actions: ['Update'] }],
    preEnqueue(pod) {
      const gates = pod.spec?.schedulingGates
      if (!gates?.length) return undefined
      const names = gates.map((g) => g.name).join(' ')
      return verdict('UnschedulableAndUnresolvable', `waiting for scheduling gates: [${names}]`)
    },
  }
}
