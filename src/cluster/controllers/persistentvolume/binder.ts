/**
 * Brings claims and volumes together, and says what becomes of a volume whose claim is gone.
 * @source pkg/controller/volume/persistentvolume/pv_controller.go, index.go
 */
import type {
  PersistentVolume,
  PersistentVolumeClaim,
  PersistentVolumeClaimStatus,
  PersistentVolumeStatus,
  StorageClass,
} from '../../api/generated/types.ts'
import { amountOf } from '../../api/helpers/requests.ts'
import {
  ANN_BETA_STORAGE_PROVISIONER,
  ANN_BIND_COMPLETED,
  ANN_BOUND_BY_CONTROLLER,
  ANN_PROVISIONED_BY,
  ANN_SELECTED_NODE,
  ANN_STORAGE_PROVISIONER,
  claimClass,
  claimNameOf,
  hasAnnotation,
  isVolumeBoundTo,
  volumeClass,
  volumeMismatch,
} from '../../api/helpers/volumes.ts'
import { deepEqual } from '../../api/meta/json.ts'
import { parseTime } from '../../api/meta/time.ts'
import { keyOf } from '../../api/object.ts'
import type { Recorder } from '../../client/recorder.ts'
import type { WorkQueue } from '../../client/workqueue.ts'
import type { Task } from '../../sim/task.ts'
import {
  type ControllerContext,
  decide,
  defineController,
  every,
  nowOf,
  refTo,
  startLoop,
  targetOf,
} from '../framework.ts'
import { podInformer } from '../podcontrol.ts'
import { chooseVolume } from './match.ts'
import { Recycler } from './recycler.ts'

const RESYNC_MS = 15_000
/** Provisioners that once were part of Kubernetes, and the drivers that took over. */
const MIGRATED: Readonly<Record<string, string>> = {
  'kubernetes.io/aws-ebs': 'ebs.csi.aws.com',
  'kubernetes.io/gce-pd': 'pd.csi.storage.gke.io',
  'kubernetes.io/cinder': 'cinder.csi.openstack.org',
  'kubernetes.io/azure-disk': 'disk.csi.azure.com',
  'kubernetes.io/azure-file': 'file.csi.azure.com',
  'kubernetes.io/vsphere-volume': 'csi.vsphere.vmware.com',
  'kubernetes.io/portworx-volume': 'pxd.portworx.com',
}
const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class'

/** The volume binder. */
export const persistentvolumebinder = defineController({
  name: 'persistentvolume-binder-controller',
  account: 'persistent-volume-binder',
  start: (c) => new Binder(c).start(),
})

class Binder {
  private readonly claims
  private readonly volumes
  private readonly classes
  private readonly recorder: Recorder
  private readonly recycler: Recycler
  private claimQueue!: WorkQueue
  private volumeQueue!: WorkQueue
  /** Volumes and claims as this controller last wrote them; its cache may lag behind. */
  private readonly latestVolumes = new Map<string, PersistentVolume>()
  private readonly latestClaims = new Map<string, PersistentVolumeClaim>()

  constructor(private readonly c: ControllerContext) {
    this.claims = c.informers.for('PersistentVolumeClaim')
    this.volumes = c.informers.for('PersistentVolume')
    this.classes = c.informers.for('StorageClass')
    this.recorder = c.recorder('persistentvolume-controller')
    podInformer(c)
    this.recycler = new Recycler(c, this.recorder, (volume) => this.volumeQueue.add(volume))
  }

  start(): void {
    const { c } = this
    this.volumeQueue = startLoop({
      context: c,
      kind: 'PersistentVolume',
      workers: 1,
      reconcile: (name) => this.syncVolume(name),
    })
    this.claimQueue = startLoop({
      context: c,
      kind: 'PersistentVolumeClaim',
      workers: 1,
      reconcile: (key) => this.syncClaim(key),
    })
    this.volumes.on({
      added: (v) => this.volumeQueue.add(v.metadata.name ?? ''),
      updated: (_old, v) => this.volumeQueue.add(v.metadata.name ?? ''),
      deleted: (v) => {
        this.latestVolumes.delete(v.metadata.name ?? '')
        const ref = v.spec?.claimRef
        if (ref) this.claimQueue.add(`${ref.namespace}/${ref.name}`)
      },
    })
    this.claims.on({
      added: (p) => this.claimQueue.add(keyOf(p)),
      updated: (_old, p) => this.claimQueue.add(keyOf(p)),
      deleted: (p) => {
        this.latestClaims.delete(keyOf(p))
        const name = p.spec?.volumeName
        if (name) this.volumeQueue.add(name)
      },
    })
    const classChanged = (s: StorageClass) => {
      for (const p of this.waiting()) {
        const wanted = p.spec?.storageClassName
        if (wanted === undefined || wanted === s.metadata.name) this.claimQueue.add(keyOf(p))
      }
    }
    this.classes.on({ added: classChanged, updated: (_old, s) => classChanged(s) })
    const all = () => {
      for (const p of this.waiting()) this.claimQueue.add(keyOf(p))
    }
    every(c, 'resync claims', RESYNC_MS, function* () {
      all()
    })
  }

  private waiting(): PersistentVolumeClaim[] {
    return [...this.claims.list()].filter((p) => (p.status?.phase ?? 'Pending') === 'Pending')
  }

  private volume(name: string): PersistentVolume | undefined {
    return newer(this.latestVolumes.get(name), this.volumes.get('', name))
  }

  private claim(key: string): PersistentVolumeClaim | undefined {
    return newer(this.latestClaims.get(key), this.claims.getKey(key))
  }

  private *syncClaim(key: string): Task<void> {
    const claim = this.claim(key)
    if (!claim || !this.claims.getKey(key)) return
    if (hasAnnotation(claim.metadata, ANN_BIND_COMPLETED)) yield* this.syncBound(claim)
    else yield* this.syncUnbound(claim)
  }

  private *syncUnbound(claim: PersistentVolumeClaim): Task<void> {
    const wanted = claim.spec?.volumeName
    if (wanted) {
      yield* this.bindNamed(claim, wanted)
      return
    }
    const delayed = this.isDelayed(claim)
    const all = [...this.volumes.list()].map((v) => this.volume(v.metadata.name ?? '') ?? v)
    const chosen = chooseVolume(claim, all, delayed)
    if (chosen) {
      this.tellChoice(claim, all, chosen)
      yield* this.bind(claim, chosen)
      return
    }
    if (delayed && !hasAnnotation(claim.metadata, ANN_SELECTED_NODE)) this.tellWaiting(claim)
    else if (claimClass(claim) || claim.spec?.storageClassName === undefined) {
      const classed = yield* this.withDefaultClass(claim)
      if (claimClass(classed)) {
        yield* this.provision(classed)
        yield* this.setClaimStatus(this.claim(keyOf(classed)) ?? classed, 'Pending', undefined)
        return
      }
      this.tellNoClass(claim)
    } else this.tellNoClass(claim)
    yield* this.setClaimStatus(claim, 'Pending', undefined)
  }

  private tellNoClass(claim: PersistentVolumeClaim): void {
    const text = 'no persistent volumes available for this claim and no storage class is set'
    this.recorder.event(this.about(claim), 'Normal', 'FailedBinding', text)
  }

  private tellWaiting(claim: PersistentVolumeClaim): void {
    const user = this.userOf(claim)
    const text = user
      ? `waiting for pod ${user} to be scheduled`
      : 'waiting for first consumer to be created before binding'
    const reason = user ? 'WaitForPodScheduled' : 'WaitForFirstConsumer'
    this.recorder.event(this.about(claim), 'Normal', reason, text)
  }

  private userOf(claim: PersistentVolumeClaim): string | undefined {
    for (const p of podInformer(this.c).list(claim.metadata.namespace)) {
      const uses = p.spec?.volumes?.some((v) => claimNameOf(p, v) === claim.metadata.name)
      if (uses) return p.metadata.name
    }
    return undefined
  }

  private tellChoice(
    claim: PersistentVolumeClaim,
    all: readonly PersistentVolume[],
    chosen: PersistentVolume,
  ): void {
    const candidates = all.slice(0, 50).map((v) => {
      const reason = volumeMismatch(v, claim)
      return { volume: v.metadata.name, fits: !reason, ...(reason ? { reason } : {}) }
    })
    decide(this.c, refTo('PersistentVolumeClaim', claim), `bind to ${chosen.metadata.name}`, {
      claim: keyOf(claim),
      candidates,
      chosen: chosen.metadata.name,
    })
  }

  private *bindNamed(claim: PersistentVolumeClaim, name: string): Task<void> {
    const volume = this.volume(name)
    if (!volume) {
      yield* this.setClaimStatus(claim, 'Pending', undefined)
      return
    }
    if (!volume.spec?.claimRef || isVolumeBoundTo(volume, claim)) {
      const mismatch = volume.spec?.claimRef ? undefined : namedMismatch(volume, claim)
      if (mismatch) {
        const text = `Cannot bind to requested volume "${name}": ${mismatch}`
        this.recorder.event(this.about(claim), 'Warning', 'VolumeMismatch', text)
        yield* this.setClaimStatus(claim, 'Pending', undefined)
        return
      }
      yield* this.bind(claim, volume)
      return
    }
    const text = `volume "${name}" already bound to a different claim.`
    this.recorder.event(this.about(claim), 'Warning', 'FailedBinding', text)
    yield* this.setClaimStatus(claim, 'Pending', undefined)
  }

  private *syncBound(claim: PersistentVolumeClaim): Task<void> {
    const name = claim.spec?.volumeName
    if (!name) {
      const text = 'Bound claim has lost reference to PersistentVolume. Data on the volume is lost!'
      return yield* this.lose(claim, 'ClaimLost', text)
    }
    const volume = this.volume(name)
    if (!volume || !this.volumes.get('', name)) {
      const text = 'Bound claim has lost its PersistentVolume. Data on the volume is lost!'
      return yield* this.lose(claim, 'ClaimLost', text)
    }
    const ref = volume.spec?.claimRef
    if (!ref || ref.uid === claim.metadata.uid) return yield* this.bind(claim, volume)
    const text = 'Two claims are bound to the same volume, this one is bound incorrectly'
    yield* this.lose(claim, 'ClaimMisbound', text)
  }

  private *lose(claim: PersistentVolumeClaim, reason: string, text: string): Task<void> {
    const before = claim.status?.phase
    yield* this.setClaimStatus(claim, 'Lost', undefined)
    if (before !== 'Lost') this.recorder.event(this.about(claim), 'Warning', reason, text)
  }

  /** Four writes in upstream's order; each is skipped when it says nothing new. */
  private *bind(claim: PersistentVolumeClaim, volume: PersistentVolume): Task<void> {
    let v = yield* this.bindVolumeToClaim(volume, claim)
    v = yield* this.setVolumeStatus(v, 'Bound', '')
    const p = yield* this.bindClaimToVolume(claim, v)
    yield* this.setClaimStatus(p, 'Bound', v)
  }

  private *bindVolumeToClaim(
    volume: PersistentVolume,
    claim: PersistentVolumeClaim,
  ): Task<PersistentVolume> {
    const ref = volume.spec?.claimRef
    if (ref?.uid && ref.uid === claim.metadata.uid) return volume
    const { namespace, name, uid, resourceVersion } = claim.metadata
    const annotations: Record<string, string> = { ...volume.metadata.annotations }
    if (!ref) annotations[ANN_BOUND_BY_CONTROLLER] = 'yes'
    const next: PersistentVolume = {
      ...volume,
      metadata: { ...volume.metadata, annotations },
      spec: {
        ...volume.spec,
        claimRef: {
          kind: 'PersistentVolumeClaim',
          namespace: namespace ?? '',
          name: name ?? '',
          uid: uid ?? '',
          apiVersion: 'v1',
          resourceVersion: resourceVersion ?? '',
        },
      },
    }
    return this.noteVolume(yield* this.c.client.update('PersistentVolume', next))
  }

  private *bindClaimToVolume(
    claim: PersistentVolumeClaim,
    volume: PersistentVolume,
  ): Task<PersistentVolumeClaim> {
    const name = volume.metadata.name ?? ''
    const annotations: Record<string, string> = { ...claim.metadata.annotations }
    if (claim.spec?.volumeName !== name) annotations[ANN_BOUND_BY_CONTROLLER] = 'yes'
    annotations[ANN_BIND_COMPLETED] = 'yes'
    const bound = claim.spec?.volumeName === name
    if (bound && hasAnnotation(claim.metadata, ANN_BIND_COMPLETED)) return claim
    const next: PersistentVolumeClaim = {
      ...claim,
      metadata: { ...claim.metadata, annotations },
      spec: { ...claim.spec, volumeName: name },
    }
    return this.noteClaim(yield* this.c.client.update('PersistentVolumeClaim', next))
  }

  private *setClaimStatus(
    claim: PersistentVolumeClaim,
    phase: 'Pending' | 'Bound' | 'Lost',
    volume: PersistentVolume | undefined,
  ): Task<void> {
    const { accessModes: _modes, capacity: _size, ...rest } = claim.status ?? {}
    const status: PersistentVolumeClaimStatus = {
      ...rest,
      ...(volume?.spec?.accessModes ? { accessModes: volume.spec.accessModes } : {}),
      ...(volume?.spec?.capacity ? { capacity: claimCapacity(claim, volume) } : {}),
      phase,
    }
    if (deepEqual(claim.status ?? {}, status)) return
    this.noteClaim(yield* this.c.client.updateStatus('PersistentVolumeClaim', { ...claim, status }))
  }

  private *setVolumeStatus(
    volume: PersistentVolume,
    phase: NonNullable<PersistentVolumeStatus['phase']>,
    message: string,
  ): Task<PersistentVolume> {
    if (volume.status?.phase === phase && (volume.status.message ?? '') === message) return volume
    const changed = volume.status?.phase !== phase
    const status: PersistentVolumeStatus = {
      phase,
      ...(message ? { message } : {}),
      lastPhaseTransitionTime: changed
        ? nowOf(this.c)
        : (volume.status?.lastPhaseTransitionTime ?? nowOf(this.c)),
    }
    return this.noteVolume(
      yield* this.c.client.updateStatus('PersistentVolume', { ...volume, status }),
    )
  }

  private *withDefaultClass(claim: PersistentVolumeClaim): Task<PersistentVolumeClaim> {
    if (claim.spec?.storageClassName !== undefined) return claim
    const name = this.defaultClass()?.metadata.name
    if (!name) return claim
    const spec = { ...claim.spec, storageClassName: name }
    return this.noteClaim(yield* this.c.client.update('PersistentVolumeClaim', { ...claim, spec }))
  }

  private defaultClass(): StorageClass | undefined {
    const age = (s: StorageClass) => parseTime(s.metadata.creationTimestamp) ?? 0
    return [...this.classes.list()]
      .filter((s) => s.metadata.annotations?.[DEFAULT_CLASS] === 'true')
      .sort(
        (a, b) => age(b) - age(a) || ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1),
      )[0]
  }

  private *provision(claim: PersistentVolumeClaim): Task<void> {
    const name = claimClass(claim)
    const storageClass = this.classes.get('', name)
    if (!storageClass) {
      const text = `storageclass.storage.k8s.io "${name}" not found`
      this.recorder.event(this.about(claim), 'Warning', 'ProvisioningFailed', text)
      return
    }
    const provisioner = MIGRATED[storageClass.provisioner] ?? storageClass.provisioner
    if (provisioner.startsWith('kubernetes.io/')) {
      const text = `no volume plugin matched name: ${provisioner}`
      this.recorder.event(this.about(claim), 'Warning', 'ProvisioningFailed', text)
      return
    }
    const known = claim.metadata.annotations
    if (known?.[ANN_STORAGE_PROVISIONER] !== provisioner) {
      const annotations = {
        ...known,
        [ANN_BETA_STORAGE_PROVISIONER]: provisioner,
        [ANN_STORAGE_PROVISIONER]: provisioner,
      }
      const metadata = { ...claim.metadata, annotations }
      const next = { ...claim, metadata }
      this.noteClaim(yield* this.c.client.update('PersistentVolumeClaim', next))
    }
    const text =
      `Waiting for a volume to be created either by the external provisioner '${provisioner}' ` +
      'or manually by the system administrator. If volume creation is delayed, please verify ' +
      'that the provisioner is running and correctly registered.'
    this.recorder.event(this.about(claim), 'Normal', 'ExternalProvisioning', text)
  }

  private *syncVolume(name: string): Task<void> {
    const volume = this.volume(name)
    if (!volume || !this.volumes.get('', name)) return
    const ref = volume.spec?.claimRef
    if (!ref?.uid) {
      yield* this.setVolumeStatus(volume, 'Available', '')
      // Upstream lets claims wait for the next round of all; here the one that fits looks at once.
      const free = this.volume(name) ?? volume
      for (const p of this.waiting()) if (suits(free, p)) this.claimQueue.add(keyOf(p))
      return
    }
    const key = `${ref.namespace}/${ref.name}`
    const claim = this.claims.getKey(key) && this.claim(key)
    if (!claim || claim.metadata.uid !== ref.uid) {
      yield* this.release(volume)
      return
    }
    if (!claim.spec?.volumeName) {
      this.claimQueue.add(key)
      return
    }
    if (claim.spec.volumeName === name) {
      yield* this.setVolumeStatus(volume, 'Bound', '')
      return
    }
    const ours = hasAnnotation(volume.metadata, ANN_BOUND_BY_CONTROLLER)
    const made = hasAnnotation(volume.metadata, ANN_PROVISIONED_BY)
    if (made && volume.spec?.persistentVolumeReclaimPolicy === 'Delete') {
      yield* this.release(volume)
    } else if (ours) yield* this.unbind(volume)
  }

  private *unbind(volume: PersistentVolume): Task<void> {
    const { claimRef: _ref, ...spec } = volume.spec ?? {}
    const { [ANN_BOUND_BY_CONTROLLER]: _bound, ...annotations } = volume.metadata.annotations ?? {}
    const next = { ...volume, metadata: { ...volume.metadata, annotations }, spec }
    const v = this.noteVolume(yield* this.c.client.update('PersistentVolume', next))
    yield* this.setVolumeStatus(v, 'Available', '')
  }

  private *release(volume: PersistentVolume): Task<void> {
    const phase = volume.status?.phase
    const v =
      phase === 'Released' || phase === 'Failed'
        ? volume
        : yield* this.setVolumeStatus(volume, 'Released', '')
    if (phase === 'Failed') return
    const policy = v.spec?.persistentVolumeReclaimPolicy
    if (policy === 'Recycle') yield* this.recycle(v)
    if (policy === 'Delete') yield* this.deleteVolume(v)
  }

  private *recycle(v: PersistentVolume): Task<void> {
    const about = targetOf('PersistentVolume', v)
    const answer = Recycler.canWipe(v)
      ? yield* this.recycler.wipe(v)
      : { failed: 'No recycler plugin found for the volume!' }
    if (answer === 'busy') return
    if (answer === 'done') {
      this.recorder.event(about, 'Normal', 'VolumeRecycled', 'Volume recycled')
      yield* this.unbind(v)
      return
    }
    yield* this.setVolumeStatus(v, 'Failed', answer.failed)
    this.recorder.event(about, 'Warning', 'VolumeFailedRecycle', answer.failed)
  }

  private *deleteVolume(v: PersistentVolume): Task<void> {
    // Volumes of CSI drivers and of external provisioners are theirs to delete.
    if (v.spec?.csi || hasAnnotation(v.metadata, ANN_PROVISIONED_BY)) return
    const path = v.spec?.hostPath?.path
    const text = path
      ? `host_path deleter only supports /tmp/.+ but received provided ${path}`
      : `error getting deleter volume plugin for volume "${v.metadata.name}": no deletable volume plugin matched`
    if (path?.startsWith('/tmp/')) {
      yield* this.c.client.delete('PersistentVolume', {
        namespace: '',
        name: v.metadata.name ?? '',
      })
      return
    }
    yield* this.setVolumeStatus(v, 'Failed', text)
    const about = targetOf('PersistentVolume', v)
    this.recorder.event(about, 'Warning', 'VolumeFailedDelete', text)
  }

  private isDelayed(claim: PersistentVolumeClaim): boolean {
    const storageClass = this.classes.get('', claimClass(claim))
    if (storageClass?.volumeBindingMode !== 'WaitForFirstConsumer') return false
    return !hasAnnotation(claim.metadata, ANN_SELECTED_NODE)
  }

  private about(claim: PersistentVolumeClaim) {
    return targetOf('PersistentVolumeClaim', claim)
  }

  private noteVolume(v: PersistentVolume): PersistentVolume {
    this.latestVolumes.set(v.metadata.name ?? '', v)
    return v
  }

  private noteClaim(p: PersistentVolumeClaim): PersistentVolumeClaim {
    this.latestClaims.set(keyOf(p), p)
    return p
  }
}

/** The later of two versions of one object. */
function newer<T extends { metadata: { resourceVersion?: string; uid?: string } }>(
  written: T | undefined,
  cached: T | undefined,
): T | undefined {
  if (!cached || !written || written.metadata.uid !== cached.metadata.uid) return cached
  const version = (o: T) => Number(o.metadata.resourceVersion ?? 0)
  return version(written) > version(cached) ? written : cached
}

function claimCapacity(claim: PersistentVolumeClaim, volume: PersistentVolume) {
  const known = claim.status?.capacity
  // Once bound, the size shown is the claim's own; expansion changes it elsewhere.
  return claim.status?.phase === 'Bound' && known ? known : (volume.spec?.capacity ?? {})
}

function suits(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const named = claim.spec?.volumeName
  return named ? named === volume.metadata.name : volumeMismatch(volume, claim) === undefined
}

/** Why a claim cannot have the volume that it names, in the order in which upstream looks. */
function namedMismatch(volume: PersistentVolume, claim: PersistentVolumeClaim): string | undefined {
  const has = volume.spec ?? {}
  const asked = claim.spec ?? {}
  if (volume.metadata.deletionTimestamp) {
    return `the volume is marked for deletion "${volume.metadata.name}"`
  }
  const size = (q: string | undefined) => amountOf('storage', q ?? '0')
  if (size(has.capacity?.storage) < size(asked.resources?.requests?.storage)) {
    return 'requested PV is too small'
  }
  if (volumeClass(volume) !== claimClass(claim)) return 'storageClassName does not match'
  if ((has.volumeAttributesClassName ?? '') !== (asked.volumeAttributesClassName ?? '')) {
    return 'volumeAttributesClassName does not match'
  }
  const mode = (m: string | undefined) => m ?? 'Filesystem'
  if (mode(has.volumeMode) !== mode(asked.volumeMode)) return 'incompatible volumeMode'
  const modes: readonly string[] = has.accessModes ?? []
  return asked.accessModes?.every((m) => modes.includes(m)) ? undefined : 'incompatible accessMode'
}
