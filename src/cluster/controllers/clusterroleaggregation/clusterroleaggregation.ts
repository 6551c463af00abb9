/**
 * Fills ClusterRoles that are made of others with the rules of those.
 * @source pkg/controller/clusterroleaggregation/clusterroleaggregation_controller.go
 */
import type { ClusterRole, PolicyRule } from '../../api/generated/types.ts'
import { deepEqual } from '../../api/meta/json.ts'
import { selects } from '../../api/meta/labels.ts'
import type { Task } from '../../sim/task.ts'
import { type ControllerContext, defineController, startLoop } from '../framework.ts'

/** The aggregation controller. */
export const clusterroleaggregation = defineController({
  name: 'clusterrole-aggregation-controller',
  start,
})

function start(c: ControllerContext): void {
  const roles = c.informers.for('ClusterRole')
  const queue = startLoop({ context: c, kind: 'ClusterRole', reconcile })
  const all = () => {
    for (const r of roles.list()) if (r.aggregationRule) queue.add(r.metadata.name ?? '')
  }
  roles.on({ added: all, updated: all, deleted: all })

  function* reconcile(name: string): Task<void> {
    const role = roles.get('', name)
    if (!role?.aggregationRule) return
    const rules = aggregate(role, [...roles.list()])
    if (deepEqual(role.rules ?? [], rules)) return
    yield* c.client.update('ClusterRole', { ...role, rules })
  }
}

/** The rules of all roles that one of the selectors takes in, each once, by name of role. */
export function aggregate(role: ClusterRole, roles: readonly ClusterRole[]): PolicyRule[] {
  const out: PolicyRule[] = []
  const name = (r: ClusterRole) => r.metadata.name ?? ''
  for (const selector of role.aggregationRule?.clusterRoleSelectors ?? []) {
    const chosen = roles
      .filter((r) => name(r) !== name(role) && selects(selector, r.metadata.labels))
      .sort((a, b) => (name(a) < name(b) ? -1 : 1))
    for (const r of chosen) {
      for (const rule of r.rules ?? []) if (!out.some((x) => deepEqual(x, rule))) out.push(rule)
    }
  }
  return out
}
