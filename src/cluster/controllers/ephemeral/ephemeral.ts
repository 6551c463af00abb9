/**
 * Makes the claims of pods' ephemeral volumes.
 * @source pkg/controller/volume/ephemeral/controller.go
 */
import type { Pod } from '../../api/generated/types.ts'
import { isPodTerminal } from '../../api/helpers/pods.ts'
import { isControlledBy } from '../../api/meta/ownership.ts'
import { keyOf, parseKey } from '../../api/object.ts'
import type { Task } from '../../sim/task.ts'
import { type ControllerContext, defineController, startLoop, targetOf } from '../framework.ts'
import { ownerRefFor, podInformer } from '../podcontrol.ts'

/** The ephemeral volume controller. */
export const ephemeral = defineController({ name: 'ephemeral-volume-controller', start })

function start(c: ControllerContext): void {
  const pods = podInformer(c)
  const claims = c.informers.for('PersistentVolumeClaim')
  const queue = startLoop({ context: c, kind: 'Pod', label: 'ephemeral volumes', reconcile })
  const look = (p: Pod) => {
    if (p.spec?.volumes?.some((v) => v.ephemeral) && !p.metadata.deletionTimestamp) {
      queue.add(keyOf(p))
    }
  }
  pods.on({ added: look })

  function* reconcile(key: string): Task<void> {
    const { namespace, name } = parseKey(key)
    const pod = pods.get(namespace, name)
    if (!pod || isPodTerminal(pod) || pod.metadata.deletionTimestamp) return
    for (const v of pod.spec?.volumes ?? []) {
      const template = v.ephemeral?.volumeClaimTemplate
      if (!template) continue
      const claimName = `${name}-${v.name}`
      const known = claims.get(namespace, claimName)
      if (known) {
        if (isControlledBy(known, pod)) continue
        const text = `PVC ${namespace}/${claimName} was not created for pod ${key} (pod is not owner)`
        const about = targetOf('Pod', pod)
        c.recorder('ephemeral_volume').event(about, 'Warning', 'FailedBinding', text)
        continue
      }
      const { labels, annotations } = template.metadata ?? {}
      yield* c.client.create('PersistentVolumeClaim', {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: {
          name: claimName,
          namespace,
          ...(labels ? { labels } : {}),
          ...(annotations ? { annotations } : {}),
          ownerReferences: [ownerRefFor('Pod', pod.metadata)],
        },
        spec: template.spec,
      })
    }
  }
}
