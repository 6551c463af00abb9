/**
 * Attaches volumes to the nodes whose pods want them and takes them away afterwards, by VolumeAttachments that the
 * driver's attacher carries out. A volume for one node only waits until the other has let it go.
 * @source pkg/controller/volume/attachdetach, pkg/volume/csi/csi_attacher.go
 */
import type { Node, Pod, VolumeAttachment } from '../../api/generated/types.ts'
import { nodeVolumeName } from '../../api/helpers/attach.ts'
import { isReason } from '../../api/meta/status.ts'
import type { Millis } from '../../sim/clock.ts'
import type { Task } from '../../sim/task.ts'
import {
  type ControllerContext,
  callKey,
  decide,
  defineController,
  refTo,
  startLoop,
  targetOf,
} from '../framework.ts'
import {
  holderOf,
  isOurs,
  type Lookup,
  mayDetach,
  multiAttachText,
  type Wanted,
  wantedAttachments,
} from './plan.ts'

const KEY = 'volumes'
const AGAIN_MS: Millis = 1000
/** How long the driver's attacher may take. */
const ATTACH_MAX_MS: Millis = 120_000

/** The attach-detach controller. */
export const attachdetach = defineController({
  name: 'persistentvolume-attach-detach-controller',
  account: 'attachdetach-controller',
  start: (c) => new AttachDetach(c).start(),
})

class AttachDetach {
  private readonly pods
  private readonly volumes
  private readonly attachments
  private readonly nodes
  private readonly look: Lookup
  /** Since when nobody wants an attachment, and since when one is waited for. @unit ms of virtual time */
  private readonly idle = new Map<string, Millis>()
  private readonly begun = new Map<string, Millis>()
  private readonly told = new Set<string>()

  constructor(private readonly c: ControllerContext) {
    const { informers } = c
    this.pods = informers.for('Pod')
    this.volumes = informers.for('PersistentVolume')
    this.attachments = informers.for('VolumeAttachment')
    this.nodes = informers.for('Node')
    const claims = informers.for('PersistentVolumeClaim')
    const drivers = informers.for('CSIDriver')
    this.look = {
      claim: (namespace, name) => claims.get(namespace, name),
      volume: (name) => this.volumes.get('', name),
      driver: (name) => drivers.get('', name),
      node: (name) => this.nodes.get('', name),
    }
  }

  start(): void {
    const { c } = this
    const reconcile = () => this.reconcile()
    const queue = startLoop({ context: c, kind: 'VolumeAttachment', workers: 1, reconcile })
    let attachable = 0
    const look = () => {
      if (attachable > 0 || this.attachments.size > 0) queue.add(KEY)
    }
    this.volumes.on({
      added: (v) => {
        if (v.spec?.csi) attachable++
        look()
      },
      updated: look,
      deleted: (v) => {
        look()
        if (v.spec?.csi) attachable--
      },
    })
    for (const of of [this.pods, c.informers.for('PersistentVolumeClaim'), this.attachments])
      of.on({ added: look, updated: look, deleted: look })
    const uses = (n: Node) => (n.status?.volumesInUse ?? []).join()
    this.nodes.on({
      added: look,
      updated: (old, n) => {
        if (uses(old) !== uses(n) || old.spec !== n.spec) look()
      },
      deleted: look,
    })
  }

  private *reconcile(): Task<number | undefined> {
    const wanted = wantedAttachments(this.pods.list(), this.look)
    let again = yield* this.detach(wanted)
    for (const w of wanted.values()) {
      const a = this.attachments.get('', w.name)
      if (a?.metadata.deletionTimestamp) again = AGAIN_MS
      else if (a) again = (yield* this.follow(w, a)) ?? again
      else if (!(yield* this.attach(w))) again = AGAIN_MS
    }
    return again
  }

  private *detach(wanted: ReadonlyMap<string, Wanted>): Task<number | undefined> {
    const { now } = this.c.world.clock
    let again: number | undefined
    for (const a of [...this.attachments.list()]) {
      const name = a.metadata.name ?? ''
      // What somebody else has made is theirs.
      if (wanted.has(name) || a.metadata.deletionTimestamp || !isOurs(name)) {
        this.idle.delete(name)
        continue
      }
      const since = this.idle.get(name) ?? now
      this.idle.set(name, since)
      const volume = this.look.volume(a.spec.source.persistentVolumeName ?? '')
      if (!mayDetach(this.look.node(a.spec.nodeName), volume, now - since)) {
        again = AGAIN_MS
        continue
      }
      decide(this.c, refTo('VolumeAttachment', a), 'detach', { node: a.spec.nodeName })
      if (volume) yield* this.setAttached(a.spec.nodeName, nodeVolumeName(volume), false)
      try {
        yield* this.c.client.delete('VolumeAttachment', callKey(a))
      } catch (error) {
        if (!isReason(error, 'NotFound')) throw error
      }
      this.forget(name)
    }
    return again
  }

  private forget(name: string): void {
    this.idle.delete(name)
    this.begun.delete(name)
    for (const t of [...this.told]) if (t.endsWith(name)) this.told.delete(t)
  }

  /** @returns false when the volume is still at another node */
  private *attach(w: Wanted): Task<boolean> {
    const holder = holderOf(w, this.attachments.list())
    if (holder) {
      this.once(`multi/${w.name}`, w, () => multiAttachText(w, this.usersAt(w, holder)))
      return false
    }
    const attachment: VolumeAttachment = {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'VolumeAttachment',
      metadata: { name: w.name },
      spec: {
        attacher: w.volume.spec?.csi?.driver ?? '',
        nodeName: w.node,
        source: { persistentVolumeName: w.volume.metadata.name ?? '' },
      },
    }
    decide(this.c, refTo('VolumeAttachment', attachment), 'attach', { node: w.node })
    this.begun.set(w.name, this.c.world.clock.now)
    try {
      yield* this.c.client.create('VolumeAttachment', attachment)
    } catch (error) {
      if (!isReason(error, 'AlreadyExists')) throw error
    }
    return true
  }

  private usersAt(w: Wanted, holder: VolumeAttachment): Pod[] {
    return [...wantedAttachments(this.pods.list(), this.look).values()]
      .filter((x) => x.node === holder.spec.nodeName && x.volume === w.volume)
      .flatMap((x) => x.pods)
  }

  /** Waits for the attacher, and then tells the node. */
  private *follow(w: Wanted, a: VolumeAttachment): Task<number | undefined> {
    const volume = w.volume.metadata.name
    const { csi } = w.volume.spec ?? {}
    const failed = `AttachVolume.Attach failed for volume "${volume}" : `
    if (a.status?.attached) {
      yield* this.setAttached(w.node, nodeVolumeName(w.volume), true)
      const text = `AttachVolume.Attach succeeded for volume "${volume}" `
      this.once(`done/${w.name}`, w, () => text, 'Normal')
      return undefined
    }
    const error = a.status?.attachError?.message
    if (error) {
      this.once(`error/${error}/${w.name}`, w, () => failed + error)
      return undefined
    }
    const { now } = this.c.world.clock
    const since = this.begun.get(w.name) ?? now
    this.begun.set(w.name, since)
    if (now - since < ATTACH_MAX_MS) return ATTACH_MAX_MS - (now - since)
    this.begun.set(w.name, now)
    const text = `timed out waiting for external-attacher of ${csi?.driver} CSI driver to attach volume ${csi?.volumeHandle}`
    for (const p of w.pods) this.tell(p, 'Warning', failed + text)
    return ATTACH_MAX_MS
  }

  private once(
    id: string,
    w: Wanted,
    text: () => string,
    type: 'Normal' | 'Warning' = 'Warning',
  ): void {
    if (this.told.has(id)) return
    this.told.add(id)
    for (const p of w.pods) this.tell(p, type, text())
  }

  private tell(p: Pod, type: 'Normal' | 'Warning', text: string): void {
    const reason = type === 'Normal' ? 'SuccessfulAttachVolume' : 'FailedAttachVolume'
    this.c.recorder('attachdetach-controller').event(targetOf('Pod', p), type, reason, text)
  }

  private *setAttached(node: string, name: string, attached: boolean): Task<void> {
    const known = this.look.node(node)
    const list = known?.status?.volumesAttached ?? []
    if (!known || list.some((v) => v.name === name) === attached) return
    const rest = list.filter((v) => v.name !== name)
    const volumesAttached = attached ? [...rest, { name, devicePath: '' }] : rest
    const how = { subresource: 'status' }
    try {
      yield* this.c.client.patch(
        'Node',
        callKey(known),
        'merge',
        { status: { volumesAttached } },
        how,
      )
    } catch (error) {
      if (!isReason(error, 'NotFound')) throw error
    }
  }
}
