/** Faults that a person can inject and heal: power, links, registries, containers. Each lands in the trace. */
import type { Cluster } from '../cluster/cluster.ts'
import { parseImage } from '../cluster/runtime/images/index.ts'
import { unreachable } from '../cluster/sim/assert.ts'
import type { FaultCommand } from '../protocol/protocol.ts'

/** The faults of one cluster. */
export class Faults {
  private readonly active = new Map<string, () => void>()

  constructor(private readonly cluster: Cluster) {}

  /** Names of what is broken now, for the page and for `heal`. */
  names(): string[] {
    return [...this.active.keys()]
  }

  apply(fault: FaultCommand): void {
    const { trace } = this.cluster.world
    const about =
      'node' in fault
        ? { kind: 'Node', name: fault.node }
        : 'pod' in fault
          ? { kind: 'Pod', namespace: fault.namespace, name: fault.pod }
          : undefined
    trace.under(
      {
        owner: 'user',
        verb: 'fault',
        ...(about ? { about } : {}),
        text: describe(fault),
        detail: { ...fault },
      },
      () => this.carryOut(fault),
    )
  }

  private carryOut(fault: FaultCommand): void {
    const { cluster } = this
    switch (fault.kind) {
      case 'power-off':
        if (cluster.powerOff(fault.node))
          this.active.set(`power ${fault.node}`, () => cluster.powerOn(fault.node))
        return
      case 'power-on':
        this.heal(`power ${fault.node}`)
        return
      case 'cut':
        return this.disturb(`cut ${fault.from} ${fault.to}`, fault.from, fault.to, { drop: 1000 })
      case 'mend':
        this.heal(`cut ${fault.from} ${fault.to}`)
        this.heal(`delay ${fault.from} ${fault.to}`)
        return
      case 'delay':
        return this.disturb(`delay ${fault.from} ${fault.to}`, fault.from, fault.to, {
          delay: [fault.ms, fault.ms],
        })
      case 'registry':
        return this.breakRegistry(fault.image, fault.error)
      case 'registry-heal':
        this.heal(`registry ${fault.image}`)
        return
      case 'crash':
        return this.crash(fault)
      case 'heal-all':
        for (const name of this.names()) this.heal(name)
        return
      default:
        unreachable(fault)
    }
  }

  private heal(name: string): void {
    const mend = this.active.get(name)
    this.active.delete(name)
    mend?.()
  }

  private disturb(
    name: string,
    from: string,
    to: string,
    rule: { drop?: number; delay?: [number, number] },
  ): void {
    this.heal(name)
    const { wires } = this.cluster.world
    const there = wires.disturb({ from, to, ...rule })
    const back = wires.disturb({ from: to, to: from, ...rule })
    this.active.set(name, () => {
      there()
      back()
    })
  }

  private breakRegistry(image: string, error: string): void {
    const repository = image === '*' ? '*' : (parseImage(image)?.repository ?? image)
    const { cluster } = this
    const all = (f: (faults: Map<string, string>) => void) => {
      for (const name of cluster.machineNames) {
        const runtime = cluster.runtimeOf(name)
        if (runtime) f(runtime.registryFaults)
      }
    }
    all((faults) => faults.set(repository, error))
    this.active.set(`registry ${image}`, () => all((faults) => faults.delete(repository)))
  }

  private crash(fault: Extract<FaultCommand, { kind: 'crash' }>): void {
    for (const node of this.cluster.machineNames) {
      const worker = this.cluster.kubeletOf(node)?.worker(fault.namespace, fault.pod)
      for (const c of worker?.record.containers ?? []) {
        if (fault.container && c.spec.name !== fault.container) continue
        if (!c.current?.running) continue
        const code = fault.code ?? 137
        c.current.finish(code, code === 137 ? 'OOMKilled' : code === 0 ? 'Completed' : 'Error')
      }
    }
  }
}

function describe(fault: FaultCommand): string {
  switch (fault.kind) {
    case 'power-off':
      return `power lost on ${fault.node}`
    case 'power-on':
      return `power back on ${fault.node}`
    case 'cut':
      return `link cut between ${fault.from} and ${fault.to}`
    case 'mend':
      return `link mended between ${fault.from} and ${fault.to}`
    case 'delay':
      return `${fault.ms} ms more between ${fault.from} and ${fault.to}`
    case 'registry':
      return `registry fails for ${fault.image}`
    case 'registry-heal':
      return `registry works again for ${fault.image}`
    case 'crash':
      return `container of ${fault.namespace}/${fault.pod} killed`
    case 'heal-all':
      return 'everything healed'
  }
}
