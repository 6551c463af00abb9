/**
 * Recycling, the oldest way to reclaim a volume: a pod in `default` wipes it, and it is free again.
 * @source pkg/controller/volume/persistentvolume/pv_controller.go recycleVolumeOperation
 * @source pkg/volume/util/recyclerclient/recycler_client.go, pkg/volume/plugins.go NewPersistentVolumeRecyclerPodTemplate
 */
import type { PersistentVolume, Pod } from '../../api/generated/types.ts'
import { isReason } from '../../api/meta/status.ts'
import type { Recorder } from '../../client/recorder.ts'
import type { Task } from '../../sim/task.ts'
import { type ControllerContext, targetOf } from '../framework.ts'
import { podInformer } from '../podcontrol.ts'

const NAMESPACE = 'default'
const PREFIX = 'recycler-for-'
const TIMEOUT_S = 60
const IMAGE = 'registry.k8s.io/build-image/debian-base:bookworm-v1.0.6'
const SCRIPT = 'test -e /scrub && rm -rf /scrub/* && test -z "$(ls -A /scrub)" || exit 1'

/** What became of a look at a volume that is to be wiped. */
export type Wiped = 'busy' | 'done' | { readonly failed: string }

/** Wipes released volumes, one pod each. */
export class Recycler {
  private readonly pods

  /** @param changed called with a volume's name when its pod has changed */
  constructor(
    private readonly c: ControllerContext,
    private readonly recorder: Recorder,
    changed: (volume: string) => void,
  ) {
    this.pods = podInformer(c)
    const look = (p: Pod) => {
      const name = p.metadata.name ?? ''
      if (p.metadata.namespace === NAMESPACE && name.startsWith(PREFIX)) {
        changed(name.slice(PREFIX.length))
      }
    }
    this.pods.on({
      updated: (old, p) => {
        if (!old.spec?.nodeName && p.spec?.nodeName) this.tellPlace(p)
        look(p)
      },
      deleted: look,
    })
  }

  /** Only what is a directory can be wiped. */
  static canWipe(volume: PersistentVolume): boolean {
    return volume.spec?.hostPath !== undefined || volume.spec?.nfs !== undefined
  }

  /** Starts the pod, or sees how it fares. */
  *wipe(volume: PersistentVolume): Task<Wiped> {
    const name = `${PREFIX}${volume.metadata.name}`
    const pod = this.pods.get(NAMESPACE, name)
    if (!pod) {
      try {
        yield* this.c.client.create('Pod', podFor(volume, name))
      } catch (error) {
        if (!isReason(error, 'AlreadyExists')) throw error
      }
      return 'busy'
    }
    const phase = pod.status?.phase
    if (pod.metadata.deletionTimestamp || (phase !== 'Succeeded' && phase !== 'Failed')) {
      return 'busy'
    }
    try {
      yield* this.c.client.delete('Pod', { namespace: NAMESPACE, name })
    } catch (error) {
      if (!isReason(error, 'NotFound')) throw error
    }
    if (phase === 'Succeeded') return 'done'
    const why = pod.status?.message ?? 'pod failed, pod.Status.Message unknown'
    return { failed: `Recycle failed: failed to recycle volume: ${why}` }
  }

  /** What is said of the pod is said of the volume too. */
  private tellPlace(p: Pod): void {
    const name = (p.metadata.name ?? '').slice(PREFIX.length)
    const volume = this.c.informers.for('PersistentVolume').get('', name)
    if (!volume || !p.metadata.name?.startsWith(PREFIX)) return
    const text = `Recycler pod: Successfully assigned ${NAMESPACE}/${p.metadata.name} to ${p.spec?.nodeName}`
    this.recorder.event(targetOf('PersistentVolume', volume), 'Normal', 'RecyclerPod', text)
  }
}

function podFor(volume: PersistentVolume, name: string): Pod {
  const { hostPath, nfs } = volume.spec ?? {}
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: NAMESPACE },
    spec: {
      activeDeadlineSeconds: TIMEOUT_S,
      restartPolicy: 'Never',
      volumes: [{ name: 'vol', ...(hostPath ? { hostPath } : {}), ...(nfs ? { nfs } : {}) }],
      containers: [
        {
          name: 'pv-recycler',
          image: IMAGE,
          command: ['/bin/sh'],
          args: ['-c', SCRIPT],
          volumeMounts: [{ name: 'vol', mountPath: '/scrub' }],
        },
      ],
    },
  }
}
