/**
 * What `pods/resize` may change.
 * @source pkg/apis/core/validation/validation.go ValidatePodResize
 */
import type { Container, Pod } from '../../api/generated/types.ts'
import { forbiddenField, invalidValue } from '../../api/meta/field.ts'
import { deepEqual } from '../../api/meta/json.ts'
import type { FieldError } from '../../api/meta/status.ts'
import { qosClass } from './qos.ts'
import { validateResources } from './resources.ts'

/** Field errors of a resize. */
export function validateResize(o: Pod, old: Pod): FieldError[] {
  const out: FieldError[] = []
  if (qosClass(o.spec) !== qosClass(old.spec)) {
    const text = 'Pod QOS Class may not change as a result of resizing'
    out.push(invalidValue('spec', old.status?.qosClass ?? qosClass(old.spec), text))
  }
  o.spec?.containers.forEach((c, i) => {
    const was = old.spec?.containers[i]
    if (was) out.push(...validateOne(c, was, `spec.containers[${i}].resources`))
  })
  if (!onlyCpuAndMemory(o, old))
    out.push(forbiddenField('spec', 'only cpu and memory resources are mutable'))
  return out
}

function validateOne(c: Container, was: Container, path: string): FieldError[] {
  const out = validateResources(c.resources, path)
  for (const part of ['limits', 'requests'] as const) {
    const before = Object.keys(was.resources?.[part] ?? {})
    const removed = before.some((k) => c.resources?.[part]?.[k] === undefined)
    if (removed) out.push(forbiddenField(`${path}.${part}`, `resource ${part} cannot be removed`))
  }
  return out
}

function onlyCpuAndMemory(o: Pod, old: Pod): boolean {
  const rest = (c: Container | undefined) => {
    const strip = (list: Record<string, string> | undefined) => {
      const { cpu: _c, memory: _m, ...other } = list ?? {}
      return other
    }
    return { limits: strip(c?.resources?.limits), requests: strip(c?.resources?.requests) }
  }
  return (o.spec?.containers ?? []).every((c, i) =>
    deepEqual(rest(c), rest(old.spec?.containers[i])),
  )
}
