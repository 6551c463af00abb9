/**
 * Claims must be bound, or bindable on the node. Claims of classes that wait for their first consumer are bound here,
 * because only now their node is known.
 * @source pkg/scheduler/framework/plugins/volumebinding
 */
import type { PersistentVolume, PersistentVolumeClaim } from '../../api/generated/types.ts'
import {
  ANN_BOUND_BY_CONTROLLER,
  ANN_SELECTED_NODE,
  claimClass,
  claimNameOf,
  findMatchingVolume,
  isClaimFullyBound,
  isVolumeBoundTo,
  NO_PROVISIONER,
  volumeFitsNode,
} from '../../api/helpers/volumes.ts'
import { ApiError } from '../../api/meta/status.ts'
import { keyOf } from '../../api/object.ts'
import { sleep, type Task } from '../../sim/task.ts'
import { WireError } from '../../sim/wire.ts'
import {
  type ClusterEvent,
  type CycleState,
  type Handle,
  type Plugin,
  type PreFilterAnswer,
  SKIP,
  type Verdict,
  verdict,
} from '../framework/interface.ts'
import type { NodeInfo, PodInfo } from '../framework/nodeinfo.ts'

const NAME = 'VolumeBinding'
const BIND_TIMEOUT_MS = 600_000
const POLL_MS = 1000
const NOT_FOUND = "node(s) didn't find available persistent volumes to bind"
const CONFLICT = verdict(
  'UnschedulableAndUnresolvable',
  "node(s) didn't match PersistentVolume's node affinity",
)
const NOTHING_TO_BIND = verdict('UnschedulableAndUnresolvable', NOT_FOUND)
const LOST = verdict(
  'UnschedulableAndUnresolvable',
  'node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)',
)

interface Choice {
  readonly bind: readonly { claim: PersistentVolumeClaim; volume: PersistentVolume }[]
  readonly provision: readonly PersistentVolumeClaim[]
}

interface State {
  readonly bound: readonly PersistentVolumeClaim[]
  readonly waiting: readonly PersistentVolumeClaim[]
  /** By node name, filled while filtering. */
  readonly choices: Map<string, Choice>
}

/** Checks the volumes of a pod's claims against nodes, and binds or requests them before the pod is bound. */
export function volumeBinding(handle: Handle): Plugin {
  return new VolumeBinding(handle)
}

class VolumeBinding implements Plugin {
  readonly name = NAME
  readonly enqueueOn: readonly ClusterEvent[] = [
    { resource: 'PersistentVolumeClaim', actions: ['Add', 'Update'] },
    { resource: 'PersistentVolume', actions: ['Add', 'Update'] },
    { resource: 'StorageClass', actions: ['Add', 'Update'] },
    { resource: 'Node', actions: ['Add', 'Update'] },
  ]
  private readonly claims
  private readonly volumes
  private readonly classes
  /** Volumes promised to a claim by a cycle whose writes are not in the cache yet. */
  private readonly promised = new Map<string, string>()

  constructor(private readonly handle: Handle) {
    this.claims = handle.informer('PersistentVolumeClaim')
    this.volumes = handle.informer('PersistentVolume')
    this.classes = handle.informer('StorageClass')
    this.volumes.index('class', (v) => v.spec?.storageClassName ?? '')
  }

  preFilter(s: CycleState, pod: PodInfo): PreFilterAnswer | undefined {
    const { volumes } = pod.pod.spec ?? {}
    if (!volumes?.some((v) => v.persistentVolumeClaim || v.ephemeral)) return { verdict: SKIP }
    const state = this.sortClaims(pod)
    if ('code' in state) return { verdict: state }
    s.set(NAME, state)
    return undefined
  }

  filter(s: CycleState, _pod: PodInfo, node: NodeInfo): Verdict | undefined {
    const state = s.get<State>(NAME)
    if (!state || !node.node) return undefined
    for (const claim of state.bound) {
      const volume = this.volumes.get('', claim.spec?.volumeName ?? '')
      if (!volume) return LOST
      if (!volumeFitsNode(volume, node.node)) return CONFLICT
    }
    const choice = this.choose(state, node)
    if (!choice) return NOTHING_TO_BIND
    state.choices.set(node.name, choice)
    return undefined
  }

  reserve(s: CycleState, _pod: PodInfo, node: NodeInfo): undefined {
    const choice = s.get<State>(NAME)?.choices.get(node.name)
    for (const b of choice?.bind ?? []) {
      this.promised.set(b.volume.metadata.name ?? '', keyOf(b.claim))
    }
  }

  unreserve(s: CycleState): void {
    for (const choice of s.get<State>(NAME)?.choices.values() ?? []) {
      this.release(choice)
    }
  }

  private release(choice: Choice): void {
    for (const { claim, volume } of choice.bind) {
      const name = volume.metadata.name ?? ''
      if (this.promised.get(name) === keyOf(claim)) this.promised.delete(name)
    }
  }

  *preBind(s: CycleState, _pod: PodInfo, node: NodeInfo): Task<Verdict | undefined> {
    const state = s.get<State>(NAME)
    const choice = state?.choices.get(node.name)
    if (!state || !choice || state.waiting.length === 0) return undefined
    try {
      yield* this.write(choice, node.name)
    } catch (error) {
      if (!(error instanceof ApiError) && !(error instanceof WireError)) throw error
      return verdict('Error', error.message)
    }
    const done = yield* this.waitUntilBound(state.waiting)
    this.release(choice)
    return done ? undefined : verdict('Error', 'binding volumes: context deadline exceeded')
  }

  private waits(claim: PersistentVolumeClaim): boolean {
    return this.classes.get('', claimClass(claim))?.volumeBindingMode === 'WaitForFirstConsumer'
  }

  private sortClaims(pod: PodInfo): State | Verdict {
    const bound: PersistentVolumeClaim[] = []
    const waiting: PersistentVolumeClaim[] = []
    const namespace = pod.pod.metadata.namespace
    for (const v of pod.pod.spec?.volumes ?? []) {
      const name = claimNameOf(pod.pod, v)
      if (!name) continue
      const claim = this.claims.get(namespace, name)
      if (!claim) return refuse(missingClaim(name, v.ephemeral !== undefined))
      if (claim.metadata.deletionTimestamp) {
        return refuse(`persistentvolumeclaim "${name}" is being deleted`)
      }
      if (claim.status?.phase === 'Lost') {
        return refuse(
          `persistentvolumeclaim "${name}" bound to non-existent persistentvolume "${claim.spec?.volumeName}"`,
        )
      }
      if (isClaimFullyBound(claim)) bound.push(claim)
      else if (claim.spec?.volumeName || !this.waits(claim)) {
        return refuse('pod has unbound immediate PersistentVolumeClaims')
      } else waiting.push(claim)
    }
    return { bound, waiting, choices: new Map() }
  }

  private choose(state: State, node: NodeInfo): Choice | undefined {
    const bind: { claim: PersistentVolumeClaim; volume: PersistentVolume }[] = []
    const provision: PersistentVolumeClaim[] = []
    const taken = new Set<string>()
    for (const claim of bySize(state.waiting)) {
      const selected = claim.metadata.annotations?.[ANN_SELECTED_NODE]
      if (selected) {
        // A provisioner is already at work for that node.
        if (selected !== node.name) return undefined
        provision.push(claim)
        continue
      }
      for (const [name, key] of this.promised) if (key !== keyOf(claim)) taken.add(name)
      const o = { node: node.node as NonNullable<NodeInfo['node']>, taken, delayed: true }
      const volume = findMatchingVolume(claim, this.volumes.by('class', claimClass(claim)), o)
      if (volume) {
        taken.add(volume.metadata.name ?? '')
        bind.push({ claim, volume })
        continue
      }
      const provisioner = this.classes.get('', claimClass(claim))?.provisioner
      if (!provisioner || provisioner === NO_PROVISIONER) return undefined
      provision.push(claim)
    }
    return { bind, provision }
  }

  private *write(choice: Choice, node: string): Task<void> {
    for (const { claim, volume } of choice.bind) {
      if (isVolumeBoundTo(volume, claim) && volume.spec?.claimRef?.uid) continue
      yield* this.handle.client.update('PersistentVolume', promiseTo(volume, claim))
    }
    for (const claim of choice.provision) {
      if (claim.metadata.annotations?.[ANN_SELECTED_NODE] === node) continue
      const annotations = { ...claim.metadata.annotations, [ANN_SELECTED_NODE]: node }
      const metadata = { ...claim.metadata, annotations }
      yield* this.handle.client.update('PersistentVolumeClaim', { ...claim, metadata })
    }
  }

  private *waitUntilBound(waiting: readonly PersistentVolumeClaim[]): Task<boolean> {
    const { world, client } = this.handle
    const deadline = world.clock.now + BIND_TIMEOUT_MS
    for (;;) {
      const all = waiting.every((c) => {
        const now = this.claims.get(c.metadata.namespace, c.metadata.name ?? '')
        return now && isClaimFullyBound(now)
      })
      if (all) return true
      if (world.clock.now >= deadline) return false
      yield* sleep(world, client.place, POLL_MS, { label: 'wait for volumes' })
    }
  }
}

function refuse(text: string): Verdict {
  return verdict('UnschedulableAndUnresolvable', text)
}

function missingClaim(name: string, ephemeral: boolean): string {
  return ephemeral
    ? `waiting for ephemeral volume controller to create the persistentvolumeclaim "${name}"`
    : `persistentvolumeclaim "${name}" not found`
}

function bySize(claims: readonly PersistentVolumeClaim[]): readonly PersistentVolumeClaim[] {
  if (claims.length < 2) return claims
  const size = (c: PersistentVolumeClaim) =>
    Number.parseFloat(c.spec?.resources?.requests?.storage ?? '0')
  return [...claims].sort((a, b) => size(a) - size(b))
}

function promiseTo(volume: PersistentVolume, claim: PersistentVolumeClaim): PersistentVolume {
  const { namespace, name, uid, resourceVersion } = claim.metadata
  const claimRef = {
    kind: 'PersistentVolumeClaim',
    apiVersion: 'v1',
    namespace: namespace ?? '',
    name: name ?? '',
    ...(uid ? { uid } : {}),
    ...(resourceVersion ? { resourceVersion } : {}),
  }
  const annotations: Record<string, string> = { ...volume.metadata.annotations }
  if (!volume.spec?.claimRef) annotations[ANN_BOUND_BY_CONTROLLER] = 'yes'
  return {
    ...volume,
    metadata: { ...volume.metadata, annotations },
    spec: { ...volume.spec, claimRef },
  }
}
