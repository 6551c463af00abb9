/**
 * Gives each node its range of pod addresses.
 * @source pkg/controller/nodeipam/ipam/range_allocator.go
 */
import type { Node } from '../../api/generated/types.ts'
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

/** The node IPAM controller; works only where the manager allocates ranges. */
export const nodeipam = defineController({
  name: 'node-ipam-controller',
  account: 'node-controller',
  start(c) {
    if (c.flags.allocateNodeCidrs) startAllocator(c)
  },
})

/** The `index`-th subnet of a cluster's range, e.g. `10.244.3.0/24`. IPv4. */
export function subnet(cluster: string, mask: number, index: number): string | undefined {
  const m = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(cluster)
  if (!m) return undefined
  const length = Number(m[5])
  if (mask < length || mask > 32 || index >= powerOfTwo(mask - length)) return undefined
  const base = [1, 2, 3, 4].reduce((n, i) => n * 256 + Number(m[i]), 0)
  const address = base + index * powerOfTwo(32 - mask)
  const part = (shift: number) => Math.floor(address / shift) % 256
  return `${part(16_777_216)}.${part(65_536)}.${part(256)}.${part(1)}/${mask}`
}

function startAllocator(c: ControllerContext): void {
  const nodes = c.informers.for('Node')
  const used = new Map<string, string>()
  let nextIndex = 0
  const queue = startLoop({
    context: c,
    kind: 'Node',
    label: 'allocate range',
    workers: 1,
    reconcile,
  })
  const look = (n: Node) => {
    if (n.spec?.podCIDR) used.set(n.spec.podCIDR, n.metadata.name ?? '')
    else queue.add(n.metadata.name ?? '')
  }
  nodes.on({
    added: look,
    updated: (_old, n) => look(n),
    deleted: (n) => {
      if (n.spec?.podCIDR) used.delete(n.spec.podCIDR)
    },
  })

  function* reconcile(name: string): Task<void> {
    const node = nodes.get('', name)
    if (!node || node.spec?.podCIDR) return
    const cidr = free()
    if (!cidr) {
      const about = targetOf('Node', node)
      const text = `Node ${name} status is now: CIDRNotAvailable`
      c.recorder('cidrAllocator').event(about, 'Normal', 'CIDRNotAvailable', text)
      return
    }
    used.set(cidr, name)
    decide(c, refTo('Node', node), `pod range ${cidr}`, { cidr })
    const spec = { podCIDR: cidr, podCIDRs: [cidr] }
    yield* c.client.patch('Node', callKey(node), 'strategic', { spec })
  }

  function free(): string | undefined {
    const { clusterCidr, nodeCidrMaskSize } = c.flags
    for (let tries = 0; tries < 65_536; tries++) {
      const cidr = subnet(clusterCidr, nodeCidrMaskSize, nextIndex++)
      if (!cidr) {
        if (nextIndex <= 1) return undefined
        nextIndex = 0
        continue
      }
      if (!used.has(cidr)) return cidr
    }
    return undefined
  }
}

function powerOfTwo(n: number): number {
  let p = 1
  for (let i = 0; i < n; i++) p *= 2
  return p
}
