/**
 * Says of each FlowSchema whether its priority level exists, and puts back once a minute what the server brought along:
 * what is mandatory always, what is suggested as long as its annotation says so. In life the API server does so itself.
 * @source staging/src/k8s.io/apiserver/pkg/util/flowcontrol/apf_controller.go, pkg/registry/flowcontrol/ensurer
 */
import type { FlowSchema, PriorityLevelConfiguration } from '../../api/generated/types.ts'
import { flowBootstrap, MANDATORY } from '../../api/helpers/flowcontrol.ts'
import { deepEqual } from '../../api/meta/json.ts'
import { formatTime } from '../../api/meta/time.ts'
import type { AnyObject } from '../../api/object.ts'
import type { Task } from '../../sim/task.ts'
import {
  type ControllerContext,
  callKey,
  defineController,
  every,
  startLoop,
} from '../framework.ts'

const MANAGER = 'api-priority-and-fairness-config-consumer-v1'
const PRODUCER = 'api-priority-and-fairness-config-producer-v1'
const AUTO_UPDATE = 'apf.kubernetes.io/autoupdate-spec'
const ENSURE_MS = 60_000
const YES = ['1', 't', 'T', 'TRUE', 'true', 'True']
const NO = ['0', 'f', 'F', 'FALSE', 'false', 'False']
type Kind = 'FlowSchema' | 'PriorityLevelConfiguration'

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
    every(c, 'ensure flow control', ENSURE_MS, function* () {
      for (const mandatory of [false, true]) {
        yield* ensure('FlowSchema', mandatory)
        yield* ensure('PriorityLevelConfiguration', mandatory)
      }
      yield* removeUnknown('FlowSchema')
      yield* removeUnknown('PriorityLevelConfiguration')
    })

    function* ensure(kind: Kind, mandatory: boolean): Task<void> {
      for (const due of flowBootstrap(kind)) {
        const name = due.metadata.name ?? ''
        if (MANDATORY.includes(name) !== mandatory) continue
        const is = c.informers.for(kind).get('', name) as AnyObject | undefined
        const how = { fieldManager: PRODUCER }
        if (!is) {
          const { status: _, ...object } = due
          yield* c.client.create(kind, object as never, how)
          continue
        }
        const wanted = restored(is, due, mandatory)
        if (!deepEqual(wanted, is)) yield* c.client.update(kind, wanted as never, how)
      }
    }

    /** What says that it is the server's, and is none of this version's. */
    function* removeUnknown(kind: Kind): Task<void> {
      const known = new Set(flowBootstrap(kind).map((o) => o.metadata.name))
      for (const o of c.informers.for(kind).list() as Iterable<AnyObject>) {
        if (known.has(o.metadata.name) || autoUpdate(o) !== true) continue
        yield* c.client.delete(kind, callKey(o))
      }
    }

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

/** The object as it should be: the server's spec where that is the server's to say, and an annotation that tells. */
function restored(is: AnyObject, due: AnyObject, mandatory: boolean): AnyObject {
  const ours = mandatory || (autoUpdate(is) ?? is.metadata.generation === 1)
  const annotations = { ...is.metadata.annotations }
  if (autoUpdate(is) !== ours) annotations[AUTO_UPDATE] = String(ours)
  const kept = due.metadata.name === 'exempt' && is.kind === 'PriorityLevelConfiguration'
  const spec = kept ? { ...(due.spec as object), ...exemptOf(is) } : due.spec
  return { ...is, metadata: { ...is.metadata, annotations }, ...(ours ? { spec } : {}) }
}

function exemptOf(o: AnyObject): object {
  const exempt = (o.spec as { exempt?: object } | undefined)?.exempt
  return exempt ? { exempt } : {}
}

function autoUpdate(o: AnyObject): boolean | undefined {
  const said = o.metadata.annotations?.[AUTO_UPDATE] ?? ''
  return YES.includes(said) || (NO.includes(said) ? false : undefined)
}
