/**
 * Says of each FlowSchema whether its priority level exists. In life the API server does so itself.
 * @source staging/src/k8s.io/apiserver/pkg/util/flowcontrol/apf_controller.go
 */
import type { FlowSchema, PriorityLevelConfiguration } from '../../api/generated/types.ts'
import { formatTime } from '../../api/meta/time.ts'
import type { Task } from '../../sim/task.ts'
import { type ControllerContext, callKey, defineController, startLoop } from '../framework.ts'

const MANAGER = 'api-priority-and-fairness-config-consumer-v1'

/** The consumer of flow control's configuration. */
export const flowcontrol = defineController({
  name: 'api-priority-and-fairness',
  start(c: ControllerContext): void {
    const schemas = c.informers.for('FlowSchema')
    const levels = c.informers.for('PriorityLevelConfiguration')
    const queue = startLoop({ context: c, kind: 'FlowSchema', workers: 1, reconcile })
    const look = (s: FlowSchema) => queue.add(s.metadata.name ?? '')
    schemas.on({ added: look, updated: (_old, s) => look(s) })
    const changed = (l: PriorityLevelConfiguration) => {
      for (const s of schemas.list())
        if (s.spec?.priorityLevelConfiguration.name === l.metadata.name) look(s)
    }
    levels.on({ added: changed, deleted: changed })

    function* reconcile(name: string): Task<void> {
      const schema = schemas.get('', name)
      if (!schema) return
      const level = schema.spec?.priorityLevelConfiguration.name ?? ''
      const missing = !levels.get('', level)
      const known = schema.status?.conditions?.find((x) => x.type === 'Dangling')
      const status = missing ? 'True' : 'False'
      if (known?.status === status) return
      const about = `This FlowSchema references the PriorityLevelConfiguration object named ${JSON.stringify(level)}`
      const condition = {
        type: 'Dangling',
        status,
        lastTransitionTime: formatTime(c.world.clock.unixMs),
        reason: missing ? 'NotFound' : 'Found',
        message: `${about} ${missing ? 'but there is no such object' : 'and it exists'}`,
      }
      const body = {
        apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
        kind: 'FlowSchema',
        metadata: { name, uid: schema.metadata.uid },
        status: { conditions: [condition] },
      }
      const how = { subresource: 'status', fieldManager: MANAGER, force: true }
      yield* c.client.patch('FlowSchema', callKey(schema), 'apply', body, how)
    }
  },
})
