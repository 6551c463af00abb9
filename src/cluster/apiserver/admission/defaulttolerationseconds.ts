/**
 * DefaultTolerationSeconds: five minutes on a node that is not ready or unreachable.
 * @source plugin/pkg/admission/defaulttolerationseconds/admission.go
 */
import type { Pod } from '../../api/generated/types.ts'
import type { AdmissionPlugin } from './chain.ts'

const SECONDS = 300
const KEYS = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']

/** The plugin. */
export const defaultTolerationSeconds: AdmissionPlugin = {
  name: 'DefaultTolerationSeconds',
  wants: (s, operation, sub) =>
    s.gr.group === '' && s.gr.resource === 'pods' && sub === '' && operation !== 'DELETE',
  *admit(a) {
    const { spec } = a.object as unknown as Pod
    if (!spec) return
    const have = spec.tolerations ?? []
    const missing = KEYS.filter(
      (key) =>
        !have.some((t) => (t.key === key || !t.key) && (t.effect === 'NoExecute' || !t.effect)),
    )
    if (missing.length === 0) return
    const added = missing.map((key) => ({
      key,
      operator: 'Exists' as const,
      effect: 'NoExecute' as const,
      tolerationSeconds: SECONDS,
    }))
    spec.tolerations = [...have, ...added]
  },
}
