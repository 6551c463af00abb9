/**
 * containerd of one node, behind the verbs of the CRI that the kubelet uses: images pulled, sandboxes with an address,
 * containers in them.
 * @source staging/src/k8s.io/cri-api/pkg/apis/services.go
 */
import type { Network, Source } from '../network/network.ts'
import type { Millis } from '../sim/clock.ts'
import { hash32, type Random } from '../sim/random.ts'
import { sleep, type Task } from '../sim/task.ts'
import type { World } from '../sim/world.ts'
import { Container, type ContainerConfig } from './container.ts'
import type { ImageBehaviour } from './image.ts'
import { findImage, type ImageReference, parseImage } from './images/index.ts'

/** How fast the machine works. */
export interface RuntimeSpeed {
  /** Image bytes per virtual second. */
  readonly pullBytesPerSecond: number
  readonly registryMs: Millis
  readonly sandboxMs: Millis
  readonly createMs: Millis
  readonly startMs: Millis
}

/** A usual machine on a usual line. */
export const USUAL_SPEED: RuntimeSpeed = {
  pullBytesPerSecond: 40 * 1024 * 1024,
  registryMs: 450,
  sandboxMs: 180,
  createMs: 25,
  startMs: 40,
}

/** One image on the node. */
export interface StoredImage {
  readonly reference: ImageReference
  readonly behaviour: ImageBehaviour
  readonly id: string
  readonly bytes: number
}

/** A pull that failed, in containerd's words. */
export class PullFailure extends Error {
  override name = 'PullFailure'
}

/** The pause container's world: an address that all containers of the pod share. */
export interface Sandbox {
  readonly id: string
  readonly ip: string
  readonly createdAt: Millis
}

/** What a sandbox is made for. */
export interface SandboxConfig {
  readonly namespace: string
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly hostNetwork: boolean
}

/** containerd of one node. */
export class NodeRuntime {
  readonly images = new Map<string, StoredImage>()
  /** Registry faults injected by hand: repository or `*`, with the error text. */
  readonly registryFaults = new Map<string, string>()
  private readonly random: Random
  private readonly free: number[] = []
  private nextHost = 2
  private pulling = false
  private readonly pullQueue: (() => void)[] = []

  constructor(
    private readonly world: World,
    readonly network: Network,
    readonly node: string,
    readonly nodeIp: string,
    /** Prefix of pod addresses, e.g. `10.244.1`; set once the node has a podCIDR. */
    public podPrefix: string,
    readonly speed: RuntimeSpeed,
  ) {
    this.random = world.random.split(`${node}/containerd`)
  }

  /** Looks a reference up. @returns undefined when the name is not a reference at all */
  parse(name: string): ImageReference | undefined {
    return parseImage(name)
  }

  has(reference: ImageReference): StoredImage | undefined {
    return this.images.get(reference.canonical)
  }

  /** Puts an image on the node without pulling (what the node image carries). */
  preload(name: string): void {
    const reference = parseImage(name)
    const found = reference && findImage(reference)
    if (reference && found && !('missing' in found)) this.store(reference, found)
  }

  /**
   * Pulls an image; pulls of one node go one after the other, as serializeImagePulls says.
   * @returns the image, and how long it took without and with waiting
   * @throws PullFailure
   */
  *pull(reference: ImageReference): Task<{ image: StoredImage; tookMs: Millis; waitedMs: Millis }> {
    const { clock } = this.world
    const asked = clock.now
    yield* this.takePullTurn()
    const began = clock.now
    try {
      const jitter = this.random.between(0, Math.round(this.speed.registryMs / 2))
      yield* sleep(this.world, `${this.node}/containerd`, this.speed.registryMs + jitter, {
        label: 'registry',
      })
      const fault = this.registryFaults.get(reference.repository) ?? this.registryFaults.get('*')
      if (fault) throw new PullFailure(pullError(reference, fault))
      const found = findImage(reference)
      if ('missing' in found) throw new PullFailure(pullError(reference, found.missing))
      const ms = Math.round((found.bytes * 1000) / this.speed.pullBytesPerSecond)
      if (ms > 0) yield* sleep(this.world, `${this.node}/containerd`, ms, { label: 'pull' })
      const image = this.store(reference, found)
      return { image, tookMs: clock.now - began, waitedMs: clock.now - asked }
    } finally {
      this.pulling = false
      this.pullQueue.shift()?.()
    }
  }

  /** Makes a sandbox with an address of its own (or the node's). */
  *runSandbox(config: SandboxConfig): Task<Sandbox> {
    yield* sleep(this.world, `${this.node}/containerd`, this.speed.sandboxMs, { label: 'sandbox' })
    const ip = config.hostNetwork ? this.nodeIp : this.allocate()
    if (!config.hostNetwork) {
      this.network.attach({
        ip,
        node: this.node,
        name: `${config.namespace}/${config.name}`,
        pod: true,
        labels: config.labels,
        namespace: config.namespace,
        ports: new Map(),
      })
    }
    return { id: this.newId(), ip, createdAt: this.world.clock.now }
  }

  removeSandbox(sandbox: Sandbox): void {
    if (sandbox.ip === this.nodeIp) return
    this.network.detach(sandbox.ip)
    this.free.push(Number(sandbox.ip.slice(sandbox.ip.lastIndexOf('.') + 1)))
  }

  /** Creates a container. @throws CreateFailure */
  *create(config: ContainerConfig): Task<Container> {
    yield* sleep(this.world, `${this.node}/containerd`, this.speed.createMs, { label: 'create' })
    const id = this.newId()
    const owner = `${this.node}/containerd/${id.slice(0, 12)}`
    return new Container(this.world, this.network, id, config, owner, this.random.split(id))
  }

  /** Starts a created container. */
  *start(container: Container): Task<void> {
    yield* sleep(this.world, `${this.node}/containerd`, this.speed.startMs, { label: 'start' })
    container.start()
  }

  source(namespace: string, pod: string, ip: string): Source {
    return { place: `${namespace}/${pod}`, ip, node: this.node, namespace }
  }

  private *takePullTurn(): Task<void> {
    while (this.pulling) {
      yield {
        start: (resume) => {
          this.pullQueue.push(resume)
          return () => {
            const i = this.pullQueue.indexOf(resume)
            if (i >= 0) this.pullQueue.splice(i, 1)
          }
        },
      }
    }
    this.pulling = true
  }

  private store(reference: ImageReference, behaviour: ImageBehaviour): StoredImage {
    const digest = reference.digest || `sha256:${hex64(reference.canonical)}`
    const image = {
      reference,
      behaviour,
      id: `${reference.repository}@${digest}`,
      bytes: behaviour.bytes,
    }
    this.images.set(reference.canonical, image)
    return image
  }

  private allocate(): string {
    const reused = this.free.shift()
    if (reused !== undefined && this.nextHost > 250) return `${this.podPrefix}.${reused}`
    if (reused !== undefined) this.free.push(reused)
    return `${this.podPrefix}.${this.nextHost++}`
  }

  private newId(): string {
    let id = ''
    for (let i = 0; i < 8; i++) id += this.random.uint32().toString(16).padStart(8, '0')
    return id
  }
}

function pullError(reference: ImageReference, why: string): string {
  return `failed to pull and unpack image "${reference.canonical}": ${why}`
}

/** 64 hexadecimal digits that depend on the text alone. */
function hex64(text: string): string {
  let out = ''
  for (let i = 0; i < 8; i++) out += hash32(`${i}${text}`).toString(16).padStart(8, '0')
  return out
}
