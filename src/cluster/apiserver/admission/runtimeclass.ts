/**
 * RuntimeClass: gives pods the overhead and placement of their class.
 * @source plugin/pkg/admission/runtimeclass/admission.go
 */
import type { Pod, RuntimeClass } from '../../api/generated/types.ts'
import { deepEqual } from '../../api/meta/json.ts'
import { compareQuantity } from '../../api/meta/quantity.ts'
import { forbidden } from '../../api/meta/status.ts'
import type { AdmissionPlugin, Attributes } from './chain.ts'

/** The plugin. */
export const runtimeClass: AdmissionPlugin = {
  name: 'RuntimeClass',
  wants: (s, operation, sub) =>
    s.gr.group === '' && s.gr.resource === 'pods' && operation === 'CREATE' && sub === '',
  *admit(a, r) {
    const spec = (a.object as unknown as Pod).spec
    if (!spec) return
    if (!spec.runtimeClassName) {
      if (!spec.overhead) return
      throw rejected(a, 'Pod Overhead set without corresponding RuntimeClass defined Overhead')
    }
    const classes = r.builtin('node.k8s.io', 'v1', 'runtimeclasses')
    yield* classes.cache.ready()
    const found = r.cached<RuntimeClass>(classes, '', spec.runtimeClassName)
    if (!found) throw rejected(a, `RuntimeClass "${spec.runtimeClassName}" not found`)
    setOverhead(a, spec, found)
    setScheduling(a, spec, found)
  },
}

function rejected(a: Attributes, why: string): Error {
  return forbidden(a.served.gr, a.name, `pod rejected: ${why}`)
}

function setOverhead(a: Attributes, spec: NonNullable<Pod['spec']>, c: RuntimeClass): void {
  const fixed = c.overhead?.podFixed
  if (!fixed) {
    if (spec.overhead)
      throw rejected(a, "Pod's Overhead doesn't match RuntimeClass's defined Overhead")
    return
  }
  const same =
    !spec.overhead ||
    (Object.keys(spec.overhead).length === Object.keys(fixed).length &&
      Object.entries(fixed).every(([k, q]) => compareQuantity(spec.overhead?.[k], q) === 0))
  if (!same) throw rejected(a, "Pod's Overhead doesn't match RuntimeClass's defined Overhead")
  spec.overhead = { ...fixed }
}

function setScheduling(a: Attributes, spec: NonNullable<Pod['spec']>, c: RuntimeClass): void {
  const { nodeSelector, tolerations } = c.scheduling ?? {}
  if (nodeSelector) {
    const merged = { ...spec.nodeSelector }
    for (const [k, v] of Object.entries(nodeSelector)) {
      const have = merged[k]
      if (have !== undefined && have !== v) {
        const text = `conflict: runtimeClass.scheduling.nodeSelector[${k}] = ${v}; pod.spec.nodeSelector[${k}] = ${have}`
        throw forbidden(a.served.gr, a.name, text)
      }
      merged[k] = v
    }
    spec.nodeSelector = merged
  }
  if (tolerations) {
    const have = spec.tolerations ?? []
    const more = tolerations.filter((t) => !have.some((h) => deepEqual(h, t)))
    spec.tolerations = [...have, ...more.map((t) => ({ ...t }))]
  }
}
