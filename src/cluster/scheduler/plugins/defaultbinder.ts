/** Binds a pod to its node. @source pkg/scheduler/framework/plugins/defaultbinder/default_binder.go */
import type { Binding, Pod } from '../../api/generated/types.ts'
import type { Client } from '../../client/client.ts'
import type { Task } from '../../sim/task.ts'

/** Posts the binding. @throws ApiError, WireError */
export function* bind(client: Client, pod: Pod, node: string): Task<void> {
  const { namespace, name, uid } = pod.metadata
  const metadata = {
    ...(namespace ? { namespace } : {}),
    ...(name ? { name } : {}),
    ...(uid ? { uid } : {}),
  }
  const target = { kind: 'Node', name: node }
  const binding: Binding = { apiVersion: 'v1', kind: 'Binding', metadata, target }
  const key = { namespace: namespace ?? '', name: name ?? '' }
  yield* client.createSubresource('Pod', key, 'binding', binding)
}
