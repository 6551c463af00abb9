/**
 * Admission: plugins in upstream's order, each asked to change (admit) and then to judge (validate) a write.
 * @source staging/src/k8s.io/apiserver/pkg/admission/chain.go
 */
import type { AnyObject } from '../../api/object.ts'
import { nothing, type Task } from '../../sim/task.ts'
import type { Call, Served } from '../call.ts'
import type { Registry } from '../registry/registry.ts'
import { newReinvocation, type Reinvocation } from './reinvocation.ts'

/** What admission is asked about. */
export interface Attributes {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT'
  readonly served: Served
  readonly subresource: string
  readonly namespace: string
  readonly name: string
  /** The new object; plugins may change it in place during admit. Absent on delete. */
  readonly object?: AnyObject
  readonly old?: AnyObject
  readonly call: Call
  /** Set by the chain while plugins may change the object. */
  readonly reinvocation?: Reinvocation
}

/** One plugin; `for` tells which resources it wants to see, asked once per resource. */
export interface AdmissionPlugin {
  readonly name: string
  wants(served: Served, operation: Attributes['operation'], subresource: string): boolean
  /** Changes `object` in place. @throws ApiError to refuse */
  admit?(a: Attributes, r: Registry): Task<void>
  /** @throws ApiError to refuse */
  validate?(a: Attributes, r: Registry): Task<void>
}

interface Interested {
  readonly admit: readonly AdmissionPlugin[]
  readonly validate: readonly AdmissionPlugin[]
}

/** The chain; who is interested in what is worked out once per resource and operation. */
export class AdmissionChain {
  private readonly interested = new Map<string, Interested>()

  constructor(
    private readonly registry: Registry,
    private readonly plugins: readonly AdmissionPlugin[],
  ) {
    registry.onChange.push(() => this.interested.clear())
  }

  /** Lets plugins change the object; a second time when policies or webhooks changed what others had seen. */
  *admit(a: Attributes): Task<void> {
    const reinvocation = newReinvocation()
    const asked = { ...a, reinvocation }
    const plugins = this.of(a).admit
    for (const p of plugins) yield* p.admit?.(asked, this.registry) ?? nothing
    if (!reinvocation.wanted) return
    reinvocation.second = true
    for (const p of plugins) yield* p.admit?.(asked, this.registry) ?? nothing
  }

  /** Lets plugins judge the final object. */
  *validate(a: Attributes): Task<void> {
    for (const p of this.of(a).validate) yield* p.validate?.(a, this.registry) ?? nothing
  }

  private of(a: Attributes): Interested {
    const { group, resource } = a.served.gr
    const key = `${group}/${a.served.definition.version}/${resource}/${a.subresource}/${a.operation}`
    let found = this.interested.get(key)
    if (!found) {
      const all = this.plugins.filter((p) => p.wants(a.served, a.operation, a.subresource))
      found = { admit: all.filter((p) => p.admit), validate: all.filter((p) => p.validate) }
      this.interested.set(key, found)
    }
    return found
  }
}
