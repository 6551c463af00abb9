/**
 * A provisioner of local volumes, as small clusters have one: makes a directory on the chosen node for each claim.
 * It stands outside of Kubernetes proper and follows the protocol of external provisioners.
 * @source https://github.com/rancher/local-path-provisioner, sig-storage-lib-external-provisioner
 */
import type { PersistentVolume, PersistentVolumeClaim } from '../../api/generated/types.ts'
import {
  ANN_PROVISIONED_BY,
  ANN_SELECTED_NODE,
  ANN_STORAGE_PROVISIONER,
  claimClass,
} from '../../api/helpers/volumes.ts'
import { isReason } from '../../api/meta/status.ts'
import { keyOf } from '../../api/object.ts'
import { sleep, type Task } from '../../sim/task.ts'
import {
  type ControllerContext,
  decide,
  defineController,
  refTo,
  startLoop,
  targetOf,
} from '../framework.ts'

/** The provisioner that classes name. */
export const LOCAL_PATH = 'rancher.io/local-path'
/** The helper that makes the directory needs a moment. */
const WORK_MS = 1000

/** The local path provisioner. */
export const localpathprovisioner = defineController({
  name: 'local-path-provisioner',
  account: 'local-path-provisioner',
  start,
})

function start(c: ControllerContext): void {
  const claims = c.informers.for('PersistentVolumeClaim')
  const volumes = c.informers.for('PersistentVolume')
  const classes = c.informers.for('StorageClass')
  const recorder = c.recorder(`${LOCAL_PATH}_local-path-provisioner`)
  const queue = startLoop({ context: c, kind: 'PersistentVolumeClaim', workers: 4, reconcile })
  const removals = startLoop({
    context: c,
    kind: 'PersistentVolume',
    workers: 4,
    label: 'delete volume',
    reconcile: remove,
  })
  const look = (p: PersistentVolumeClaim) => {
    if (p.metadata.annotations?.[ANN_STORAGE_PROVISIONER] === LOCAL_PATH && !p.spec?.volumeName) {
      queue.add(keyOf(p))
    }
  }
  claims.on({ added: look, updated: (_old, p) => look(p) })
  const released = (v: PersistentVolume) => {
    const ours = v.metadata.annotations?.[ANN_PROVISIONED_BY] === LOCAL_PATH
    const done = v.status?.phase === 'Released' && !v.metadata.deletionTimestamp
    if (ours && done && v.spec?.persistentVolumeReclaimPolicy === 'Delete') {
      removals.add(v.metadata.name ?? '')
    }
  }
  volumes.on({ added: released, updated: (_old, v) => released(v) })

  function* reconcile(key: string): Task<void> {
    const claim = claims.getKey(key)
    if (!claim || claim.spec?.volumeName || claim.metadata.deletionTimestamp) return
    const storageClass = classes.get('', claimClass(claim))
    const node = claim.metadata.annotations?.[ANN_SELECTED_NODE]
    if (!storageClass) return
    if (storageClass.volumeBindingMode === 'WaitForFirstConsumer' && !node) return
    const name = `pvc-${claim.metadata.uid}`
    if (volumes.get('', name)) return
    const about = targetOf('PersistentVolumeClaim', claim)
    const begun = `External provisioner is provisioning volume for claim "${key}"`
    recorder.event(about, 'Normal', 'Provisioning', begun)
    decide(c, refTo('PersistentVolumeClaim', claim), `make volume ${name}`, {
      node: node ?? '',
      storageClass: storageClass.metadata.name,
    })
    yield* sleep(c.world, c.owner, WORK_MS, { label: 'make directory' })
    const policy = storageClass.reclaimPolicy === 'Retain' ? 'Retain' : 'Delete'
    try {
      yield* c.client.create('PersistentVolume', volumeFor(claim, name, node, policy))
    } catch (error) {
      if (!isReason(error, 'AlreadyExists')) throw error
    }
    const text = `Successfully provisioned volume ${name}`
    recorder.event(about, 'Normal', 'ProvisioningSucceeded', text)
  }

  function* remove(name: string): Task<void> {
    const v = volumes.get('', name)
    if (!v || v.metadata.deletionTimestamp || v.status?.phase !== 'Released') return
    yield* sleep(c.world, c.owner, WORK_MS, { label: 'remove directory' })
    try {
      yield* c.client.delete('PersistentVolume', { namespace: '', name })
    } catch (error) {
      if (!isReason(error, 'NotFound')) throw error
    }
  }
}

function volumeFor(
  claim: PersistentVolumeClaim,
  name: string,
  node: string | undefined,
  policy: 'Retain' | 'Delete',
): PersistentVolume {
  const { namespace, name: claimName, uid, resourceVersion } = claim.metadata
  const path = `/var/local-path-provisioner/${name}_${namespace}_${claimName}`
  const required = {
    nodeSelectorTerms: [
      {
        matchExpressions: [
          { key: 'kubernetes.io/hostname', operator: 'In' as const, values: [node ?? ''] },
        ],
      },
    ],
  }
  const storage = claim.spec?.resources?.requests?.storage ?? '0'
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name, annotations: { [ANN_PROVISIONED_BY]: LOCAL_PATH } },
    spec: {
      capacity: { storage },
      accessModes: claim.spec?.accessModes ?? [],
      volumeMode: claim.spec?.volumeMode ?? 'Filesystem',
      storageClassName: claimClass(claim),
      persistentVolumeReclaimPolicy: policy,
      hostPath: { path, type: 'DirectoryOrCreate' },
      ...(node ? { nodeAffinity: { required } } : {}),
      claimRef: {
        kind: 'PersistentVolumeClaim',
        apiVersion: 'v1',
        namespace: namespace ?? '',
        name: claimName ?? '',
        uid: uid ?? '',
        resourceVersion: resourceVersion ?? '',
      },
    },
  }
}
