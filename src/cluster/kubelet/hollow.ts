/**
 * Hollow kubelets: one component that stands for the kubelets of many nodes, for scale and for comparisons. A bound pod
 * is Running and Ready after `readyMs`; one that may end does so `runMs` later (exit code 1 where its image, command or
 * args contain `fail`); a deleted pod is gone within a second. No logs, no exec, no word of init containers.
 */
import type {
  ContainerStatus,
  Node,
  NodeStatus,
  Pod,
  PodCondition,
} from '../api/generated/types.ts'
import { ApiError } from '../api/meta/status.ts'
import { formatTime } from '../api/meta/time.ts'
import type { Client } from '../client/client.ts'
import { createInformers } from '../client/informer.ts'
import type { NodeRuntime } from '../runtime/runtime.ts'
import type { Millis } from '../sim/clock.ts'
import { sleep, spawn, type Task } from '../sim/task.ts'
import { WireError } from '../sim/wire.ts'
import type { World } from '../sim/world.ts'
import { type Machine, nodeLease, nodeStatus, registration } from './nodestatus.ts'
import { optional } from './volumes.ts'

/** How hollow pods behave. @unit ms */
export interface HollowTimes {
  readonly readyMs: Millis
  readonly runMs: Millis
  readonly stopMs: Millis
}

/** As the stand-in kubelets of the recorded transcripts. */
export const HOLLOW_TIMES: HollowTimes = { readyMs: 200, runMs: 500, stopMs: 1000 }
const HEARTBEAT_MS: Millis = 10_000
/** Nothing runs on a hollow node that could use it up. */
const WELL = { networkReady: true, memoryPressure: false } as const
/** All hollow kubelets run in one process on one host, and its address is what their pods report. */
const HOST_IP = '172.18.0.2'

/** Starts hollow kubelets for the machines given. */
export function startHollowKubelets(o: {
  world: World
  client: Client
  machines: readonly Machine[]
  times?: HollowTimes
}): HollowKubelets {
  return new HollowKubelets(o.world, o.client, o.machines, o.times ?? HOLLOW_TIMES)
}

/** The running fleet. */
export class HollowKubelets {
  private readonly machines = new Map<string, { machine: Machine; nextIp: number; down: boolean }>()
  private readonly seen = new Map<string, 'starting' | 'running' | 'finished' | 'stopping'>()

  constructor(
    private readonly world: World,
    private readonly client: Client,
    machines: readonly Machine[],
    private readonly times: HollowTimes,
  ) {
    for (const m of machines) this.add(m)
    const pods = createInformers(client).for('Pod')
    pods.on({
      added: (pod) => this.look(pod),
      updated: (_old, pod) => this.look(pod),
      deleted: (pod) => this.seen.delete(pod.metadata.uid ?? ''),
    })
  }

  /** A machine joins. */
  add(machine: Machine): void {
    const known = this.machines.get(machine.name)
    if (known) {
      known.down = false
      return
    }
    this.machines.set(machine.name, { machine, nextIp: 2, down: false })
    spawn(this.world, this.client.place, 'hollow node', () => this.keep(machine))
  }

  /** A machine loses power or gets it back. */
  setDown(name: string, down: boolean): void {
    const m = this.machines.get(name)
    if (m) m.down = down
  }

  private *keep(machine: Machine): Task<void> {
    const { world, client } = this
    const { place } = client
    const key = { namespace: '', name: machine.name }
    const none = { images: new Map() } as unknown as NodeRuntime
    yield* this.quietly(
      client.create('Node', bare(registration(machine, none, world.clock.unixMs, WELL))),
    )
    const lease = { namespace: 'kube-node-lease', name: machine.name }
    for (;;) {
      const down = this.machines.get(machine.name)?.down
      if (!down) {
        const node = yield* this.quietly(optional(client.get('Node', key)))
        const ready = node?.status?.conditions?.find((c) => c.type === 'Ready')
        if (node && ready?.status !== 'True') {
          const { status } = nodeStatus(node, machine, none, world.clock.unixMs, WELL)
          yield* this.quietly(
            client.patch('Node', key, 'strategic', { status: plain(status) }, STATUS),
          )
        }
        const known = yield* this.quietly(optional(client.get('Lease', lease)))
        const next = nodeLease(machine, undefined, known, world.clock.unixMs)
        yield* this.quietly(known ? client.update('Lease', next) : client.create('Lease', next))
      }
      yield* sleep(world, place, HEARTBEAT_MS, { background: true, label: 'hollow heartbeat' })
    }
  }

  private *quietly<T>(call: Task<T>): Task<T | undefined> {
    try {
      return yield* call
    } catch (e) {
      if (e instanceof ApiError || e instanceof WireError) return undefined
      throw e
    }
  }

  private look(pod: Pod): void {
    const host = this.machines.get(pod.spec?.nodeName ?? '')
    if (!host || host.down) return
    const uid = pod.metadata.uid ?? ''
    const state = this.seen.get(uid)
    if (pod.metadata.deletionTimestamp) {
      if (state === 'stopping') return
      this.seen.set(uid, 'stopping')
      const grace = (pod.metadata.deletionGracePeriodSeconds ?? 30) * 1000
      this.later(Math.min(this.times.stopMs, grace), () => this.remove(pod))
      return
    }
    const phase = pod.status?.phase
    if (state || phase === 'Succeeded' || phase === 'Failed') return
    this.seen.set(uid, 'starting')
    const ip = `${(host.machine.podCidr ?? '10.244.0.0/24').split('.').slice(0, 3).join('.')}.${host.nextIp++ % 250}`
    this.later(this.times.readyMs, () => this.begin(pod, ip))
  }

  private later(ms: Millis, body: () => Task<unknown>): void {
    const { clock, trace } = this.world
    const run = () => {
      spawn(this.world, this.client.place, 'hollow pod', body)
    }
    clock.at(clock.now + ms, {
      owner: this.client.place,
      label: 'hollow',
      cause: trace.current,
      run,
    })
  }

  private *begin(pod: Pod, ip: string): Task<void> {
    const uid = pod.metadata.uid ?? ''
    if (this.seen.get(uid) !== 'starting') return
    this.seen.set(uid, 'running')
    const startedAt = formatTime(this.world.clock.unixMs)
    yield* this.patch(pod, ip, startedAt, undefined)
    if (pod.spec?.restartPolicy === 'Always') return
    this.later(this.times.runMs, () => this.end(pod, ip, startedAt))
  }

  private *end(pod: Pod, ip: string, startedAt: string): Task<void> {
    const uid = pod.metadata.uid ?? ''
    if (this.seen.get(uid) !== 'running') return
    this.seen.set(uid, 'finished')
    yield* this.patch(pod, ip, startedAt, (c) =>
      /fail/.test([c.image, ...(c.command ?? []), ...(c.args ?? [])].join(' ')),
    )
  }

  private *patch(
    pod: Pod,
    ip: string,
    startedAt: string,
    ends: ((c: NonNullable<Pod['spec']>['containers'][number]) => boolean) | undefined,
  ): Task<void> {
    const now = formatTime(this.world.clock.unixMs)
    const containers = pod.spec?.containers ?? []
    const failed = ends ? containers.some(ends) : false
    const phase = ends ? (failed ? 'Failed' : 'Succeeded') : 'Running'
    const condition = (type: string, yes: boolean): PodCondition => ({
      type,
      status: yes ? 'True' : 'False',
      lastProbeTime: null as unknown as string,
      lastTransitionTime: now,
      ...(ends && !yes ? { reason: 'PodCompleted' } : {}),
    })
    const statuses: ContainerStatus[] = containers.map((c) => ({
      name: c.name,
      image: c.image ?? '',
      imageID: c.image ?? '',
      containerID: `containerd://${pod.metadata.uid}`,
      restartCount: 0,
      ready: !ends,
      started: !ends,
      lastState: {},
      state: ends
        ? {
            terminated: {
              exitCode: ends(c) ? 1 : 0,
              reason: ends(c) ? 'Error' : 'Completed',
              startedAt,
              finishedAt: now,
            },
          }
        : { running: { startedAt } },
    }))
    const status = {
      phase,
      conditions: [
        condition('PodReadyToStartContainers', !ends),
        condition('Initialized', true),
        condition('Ready', !ends),
        condition('ContainersReady', !ends),
        // A pod that named its node itself was never seen by the scheduler.
        ...(isScheduled(pod) ? [] : [condition('PodScheduled', true)]),
      ],
      hostIP: HOST_IP,
      podIP: ip,
      podIPs: [{ ip }],
      startTime: startedAt,
      containerStatuses: statuses,
    }
    const key = { namespace: pod.metadata.namespace ?? '', name: pod.metadata.name ?? '' }
    const body = { metadata: { uid: pod.metadata.uid }, status }
    yield* this.quietly(this.client.patch('Pod', key, 'strategic', body, { subresource: 'status' }))
  }

  private *remove(pod: Pod): Task<void> {
    const key = { namespace: pod.metadata.namespace ?? '', name: pod.metadata.name ?? '' }
    const uid = pod.metadata.uid ?? ''
    yield* this.quietly(
      this.client.delete('Pod', key, { gracePeriodSeconds: 0, preconditions: { uid } }),
    )
  }
}

function isScheduled(pod: Pod): boolean {
  return pod.status?.conditions?.some((c) => c.type === 'PodScheduled') ?? false
}

const STATUS = { subresource: 'status' }

/** There is no machine behind the node: nothing to attach volumes to, and nothing to tell of it. */
function bare(node: Node): Node {
  const { annotations: _none, ...metadata } = node.metadata
  const { podCIDR: _one, podCIDRs: _all, ...spec } = node.spec ?? {}
  return { ...node, metadata, spec, ...(node.status ? { status: plain(node.status) } : {}) }
}

function plain(status: NodeStatus): NodeStatus {
  const { daemonEndpoints: _d, images: _i, runtimeHandlers: _r, ...rest } = status
  if (!rest.nodeInfo) return rest
  return {
    ...rest,
    nodeInfo: {
      ...rest.nodeInfo,
      machineID: '',
      systemUUID: '',
      bootID: '',
      kernelVersion: '6.8.0',
      osImage: 'Debian GNU/Linux 12 (bookworm)',
      containerRuntimeVersion: 'containerd://2.1.0',
    },
  }
}
