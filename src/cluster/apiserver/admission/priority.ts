/**
 * Priority: turns a pod's class into its number.
 * @source plugin/pkg/admission/priority/admission.go
 */
import type { Pod, PriorityClass } from '../../api/generated/types.ts'
import { forbidden } from '../../api/meta/status.ts'
import type { Registry } from '../registry/registry.ts'
import type { AdmissionPlugin, Attributes } from './chain.ts'

const SYSTEM: Readonly<Record<string, number>> = {
  'system-cluster-critical': 2_000_000_000,
  'system-node-critical': 2_000_001_000,
}

/** The plugin. */
export const priority: AdmissionPlugin = {
  name: 'Priority',
  wants: (s, operation, sub) => {
    if (sub !== '') return false
    if (s.gr.resource === 'priorityclasses') return true
    return s.gr.group === '' && s.gr.resource === 'pods' && operation === 'CREATE'
  },
  *admit(a, r) {
    if (a.served.gr.resource !== 'pods') return
    const classes = r.builtin('scheduling.k8s.io', 'v1', 'priorityclasses')
    yield* classes.cache.ready()
    setPriority(a, r, a.object as unknown as Pod)
  },
  *validate(a, r) {
    if (a.served.gr.resource !== 'priorityclasses') return
    if (a.operation === 'DELETE' && SYSTEM[a.name] !== undefined) {
      const text = 'this is a system priority class and cannot be deleted'
      throw forbidden(a.served.gr, a.name, text)
    }
    const pc = a.object as unknown as PriorityClass | undefined
    if (a.operation === 'DELETE' || !pc?.globalDefault) return
    yield* a.served.cache.ready()
    const other = defaultClass(r)
    if (!other || other.metadata.name === pc.metadata.name) return
    const text = `PriorityClass ${other.metadata.name} is already marked as globalDefault`
    throw forbidden(a.served.gr, a.name, text)
  },
}

function defaultClass(r: Registry): PriorityClass | undefined {
  let found: PriorityClass | undefined
  for (const o of r.builtin('scheduling.k8s.io', 'v1', 'priorityclasses').cache.state.values()) {
    const pc = o as unknown as PriorityClass
    if (pc.globalDefault && (!found || (pc.value ?? 0) < (found.value ?? 0))) found = pc
  }
  return found
}

function setPriority(a: Attributes, r: Registry, pod: Pod): void {
  const spec = pod.spec as NonNullable<Pod['spec']>
  let pc: PriorityClass | undefined
  if (spec.priorityClassName) {
    const served = r.builtin('scheduling.k8s.io', 'v1', 'priorityclasses')
    pc = r.cached<PriorityClass>(served, '', spec.priorityClassName)
    if (!pc && SYSTEM[spec.priorityClassName] === undefined) {
      throw forbidden(
        a.served.gr,
        a.name,
        `no PriorityClass with name ${spec.priorityClassName} was found`,
      )
    }
  } else {
    pc = defaultClass(r)
    if (pc) spec.priorityClassName = pc.metadata.name
  }
  const value = pc?.value ?? SYSTEM[spec.priorityClassName ?? ''] ?? 0
  const policy = pc?.preemptionPolicy ?? 'PreemptLowerPriority'
  if (spec.priority !== undefined && spec.priority !== value) {
    const text = `the integer value of priority (${spec.priority}) must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`
    throw forbidden(a.served.gr, a.name, text)
  }
  if (spec.preemptionPolicy !== undefined && spec.preemptionPolicy !== policy) {
    const text = `the string value of PreemptionPolicy (${spec.preemptionPolicy}) must not be provided in pod spec; priority admission controller computed ${policy} from the given PriorityClass name`
    throw forbidden(a.served.gr, a.name, text)
  }
  spec.priority = value
  spec.preemptionPolicy = policy as 'Never' | 'PreemptLowerPriority'
}
