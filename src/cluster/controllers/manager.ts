/**
 * kube-controller-manager: runs the controllers, all on one set of informers, while it is leader.
 * @source cmd/kube-controller-manager/app/controllermanager.go
 */
import { type CertificateAuthority, makeAuthority } from '../api/pki/authority.ts'
import { UPSTREAM } from '../api/version.ts'
import type { Client } from '../client/client.ts'
import { createInformers, type Informers } from '../client/informer.ts'
import { standForElection } from '../client/leaderelection.ts'
import { createRecorder } from '../client/recorder.ts'
import type { World } from '../sim/world.ts'
import type { ControllerContext, ControllerFlags } from './framework.ts'
import { controllers } from './registry.ts'

/** What the manager needs. */
export interface ControllerManagerDeps {
  readonly world: World
  readonly client: Client
  /** Made from the client unless given. */
  readonly informers?: Informers
  /** Signs certificates; one of the seed unless given. */
  readonly authority?: CertificateAuthority
  readonly flags?: Partial<ControllerFlags>
  /** Names of controllers to leave out. */
  readonly disabled?: readonly string[]
  /** Stands for election under this identity before it starts anything; several managers may then run. */
  readonly identity?: string
}

/** A running manager. */
export interface RunningManager {
  /** Ends all controllers and watches. */
  stop(): void
}

/** Upstream's defaults. */
export const DEFAULT_FLAGS: ControllerFlags = {
  nodeMonitorPeriodMs: 5000,
  nodeMonitorGracePeriodMs: 50_000,
  nodeStartupGracePeriodMs: 60_000,
  podGcThreshold: 12_500,
  hpaSyncPeriodMs: 15_000,
  clusterCidr: '10.244.0.0/16',
  nodeCidrMaskSize: 24,
  allocateNodeCidrs: false,
}

/** Starts every controller under its own identity, at once or when elected. */
export function startControllerManager(deps: ControllerManagerDeps): RunningManager {
  const { identity } = deps
  if (!identity) return startControllers(deps)
  let running: RunningManager | undefined
  const { client } = deps
  const name = 'kube-controller-manager'
  const task = standForElection({
    client,
    name,
    identity,
    start: () => {
      running = startControllers(deps)
    },
    stop: () => running?.stop(),
  })
  return {
    stop() {
      task.cancel()
      running?.stop()
    },
  }
}

const KEY_BYTES = 32

/** The authority of a cluster whose host brings none: made of its seed, so that a replay signs alike. */
function authorityOf(world: World): CertificateAuthority {
  const random = world.random.split('certificate-authority')
  const secret = Array.from({ length: KEY_BYTES }, () => random.below(256))
  // Too big a number is no key; the first byte makes sure.
  secret[0] = 1
  return makeAuthority(secret, world.clock.epochMs)
}

function startControllers(deps: ControllerManagerDeps): RunningManager {
  const { world, client } = deps
  const informers = deps.informers ?? createInformers(client)
  const flags = { ...DEFAULT_FLAGS, ...deps.flags }
  const authority = deps.authority ?? authorityOf(world)
  const ends: (() => void)[] = []
  for (const d of controllers) {
    if (deps.disabled?.includes(d.name)) continue
    const account = d.account ?? d.name
    const own = client.as({
      user: {
        name: `system:serviceaccount:kube-system:${account}`,
        groups: [
          'system:serviceaccounts',
          'system:serviceaccounts:kube-system',
          'system:authenticated',
        ],
      },
      userAgent: `kube-controller-manager/${account}/${UPSTREAM.version} (linux/amd64)`,
    })
    const owner = `${client.place}/${account}`
    const recorders = new Map<string, ReturnType<typeof createRecorder>>()
    const context: ControllerContext = {
      name: d.name,
      world,
      client: own,
      informers,
      owner,
      random: world.random.split(`controller/${d.name}`),
      flags,
      authority,
      onStop: (f) => ends.push(f),
      recorder(component = d.name) {
        const known = recorders.get(component)
        if (known) return known
        const made = createRecorder(own, { component, owner })
        recorders.set(component, made)
        return made
      },
    }
    ends.push(() => world.tasks.crash(owner))
    d.start(context)
  }
  return {
    stop() {
      informers.stop()
      for (const end of ends) end()
    },
  }
}
