/**
 * pods/binding: the scheduler's word on where a pod runs.
 * @source pkg/registry/core/pod/storage/storage.go BindingREST
 */
import type { Binding, Pod } from '../../api/generated/types.ts'
import { withCondition } from '../../api/meta/conditions.ts'
import { notSupported, required } from '../../api/meta/field.ts'
import { conflict, type FieldError, invalid } from '../../api/meta/status.ts'
import type { AnyObject } from '../../api/object.ts'
import { schemaNamed } from '../../api/schema.ts'
import type { ApiResponse } from '../../api/transport.ts'
import type { Task } from '../../sim/task.ts'
import { decodeObject } from '../body.ts'
import type { Call } from '../call.ts'
import { json } from '../content.ts'
import type { Registry } from '../registry/registry.ts'
import { updateObject } from '../registry/update.ts'

/** Binds a pod to a node. @throws ApiError Conflict, NotFound, Invalid */
export function* serveBinding(r: Registry, c: Call, name: string): Task<ApiResponse> {
  const body = decodeObject(c, { kind: 'Binding', schema: schemaNamed('Binding') })
  const binding = body as unknown as Binding
  const errors = validate(binding)
  if (errors.length > 0) throw invalid({ group: '', kind: 'Binding' }, name, errors)
  const object = body
  yield* r.admission.admit({
    operation: 'CREATE',
    served: c.served,
    subresource: 'binding',
    namespace: c.namespace,
    name,
    object,
    call: c,
  })
  const bind = (o: AnyObject) => bound(c, o as unknown as Pod, binding) as unknown as AnyObject
  yield* updateObject(r, c, name, bind, { raw: true })
  return json(201, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 })
}

function validate(b: Binding): FieldError[] {
  const out: FieldError[] = []
  const kind = b.target?.kind
  if (kind && kind !== 'Node') out.push(notSupported('target.kind', kind, ['Node', '<empty>']))
  if (!b.target?.name) out.push(required('target.name'))
  return out
}

function bound(c: Call, pod: Pod, b: Binding): Pod {
  const gr = { group: '', resource: 'pods/binding' }
  const name = pod.metadata.name ?? ''
  if (b.metadata.uid && b.metadata.uid !== pod.metadata.uid) {
    const why = `Precondition failed: UID in precondition: ${b.metadata.uid}, UID in object meta: ${pod.metadata.uid}`
    throw conflict({ group: '', resource: 'pods' }, name, why)
  }
  if (pod.metadata.deletionTimestamp) {
    throw conflict(gr, name, `pod ${name} is being deleted, cannot be assigned to a host`)
  }
  if (pod.spec?.nodeName) {
    throw conflict(gr, name, `pod ${name} is already assigned to node "${pod.spec.nodeName}"`)
  }
  if ((pod.spec?.schedulingGates?.length ?? 0) > 0) {
    throw conflict(gr, name, `pod ${name} has non-empty .spec.schedulingGates`)
  }
  const { annotations, labels } = b.metadata
  const metadata = { ...pod.metadata }
  if (annotations) metadata.annotations = { ...pod.metadata.annotations, ...annotations }
  if (labels) metadata.labels = { ...labels, ...pod.metadata.labels, ...labels }
  const condition = {
    type: 'PodScheduled',
    status: 'True',
    observedGeneration: pod.metadata.generation ?? 1,
    lastProbeTime: null as unknown as string,
    lastTransitionTime: c.now,
  }
  const { nominatedNodeName: _, ...status } = pod.status ?? {}
  const old = status.conditions?.find((x) => x.type === 'PodScheduled')
  const conditions = old
    ? withCondition(status.conditions, condition)
    : [...(status.conditions ?? []), condition]
  return {
    ...pod,
    metadata,
    spec: {
      ...pod.spec,
      containers: pod.spec?.containers ?? [],
      nodeName: b.target.name as string,
    },
    status: { ...status, conditions },
  }
}
