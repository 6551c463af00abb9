/**
 * Tells kubelets, by an annotation, how long they may keep Secrets and ConfigMaps: longer in larger clusters.
 * @source pkg/controller/ttl/ttl_controller.go
 */
import type { Node } from '../../api/generated/types.ts'
import type { Task } from '../../sim/task.ts'
import { type ControllerContext, callKey, defineController, startLoop } from '../framework.ts'

const ANNOTATION = 'node.alpha.kubernetes.io/ttl'
/** Up to so many nodes, so many seconds. */
const STEPS: readonly [number, number][] = [
  [100, 0],
  [500, 15],
  [1000, 30],
  [2000, 60],
  [Number.POSITIVE_INFINITY, 300],
]

/** The TTL controller. */
export const ttl = defineController({ name: 'ttl-controller', start })

function start(c: ControllerContext): void {
  const nodes = c.informers.for('Node')
  const queue = startLoop({ context: c, kind: 'Node', label: 'ttl', reconcile })
  const look = (n: Node) => {
    if (n.metadata.annotations?.[ANNOTATION] !== wanted()) queue.add(n.metadata.name ?? '')
  }
  nodes.on({ added: look, updated: (_old, n) => look(n) })

  function wanted(): string {
    const step = STEPS.find(([limit]) => nodes.size <= limit)
    return String(step?.[1] ?? 0)
  }

  function* reconcile(name: string): Task<void> {
    const node = nodes.get('', name)
    const value = wanted()
    if (!node || node.metadata.annotations?.[ANNOTATION] === value) return
    const metadata = { annotations: { [ANNOTATION]: value } }
    yield* c.client.patch('Node', callKey(node), 'strategic', { metadata })
  }
}
