/**
 * Labels and annotations of embedded metadata.
 * @source staging/src/k8s.io/apimachinery/pkg/api/validation/objectmeta.go
 */
import type { LabelSelector } from '../../api/generated/types.ts'
import { forbiddenField, invalidValue, required, tooLong } from '../../api/meta/field.ts'
import type { FieldError } from '../../api/meta/status.ts'
import { byteLength, labelValue, qualifiedName } from '../../api/meta/validation.ts'

const ANNOTATIONS_MAX = 256 * 1024

/** Field errors of a label map. */
export function validateLabels(
  labels: Record<string, string> | undefined,
  path: string,
): FieldError[] {
  if (!labels) return []
  const out: FieldError[] = []
  for (const [k, v] of Object.entries(labels)) {
    for (const t of qualifiedName(k)) out.push(invalidValue(path, k, t))
    for (const t of labelValue(v)) out.push(invalidValue(path, v, t))
  }
  return out
}

/** Field errors of an annotation map. */
export function validateAnnotations(
  a: Record<string, string> | undefined,
  path: string,
): FieldError[] {
  if (!a) return []
  const out: FieldError[] = []
  let total = 0
  for (const [k, v] of Object.entries(a)) {
    for (const t of qualifiedName(k.toLowerCase())) out.push(invalidValue(path, k, t))
    total += byteLength(k) + byteLength(v)
  }
  if (total > ANNOTATIONS_MAX) out.push(tooLong(path, ANNOTATIONS_MAX))
  return out
}

/** Field errors of a label selector. */
export function validateSelector(s: LabelSelector | undefined, path: string): FieldError[] {
  if (!s) return []
  const out: FieldError[] = []
  out.push(...validateLabels(s.matchLabels, `${path}.matchLabels`))
  s.matchExpressions?.forEach((e, i) => {
    const at = `${path}.matchExpressions[${i}]`
    const operator = e.operator as string
    if (operator === 'In' || operator === 'NotIn') {
      if ((e.values?.length ?? 0) === 0) {
        out.push(required(`${at}.values`, "must be specified when `operator` is 'In' or 'NotIn'"))
      }
    } else if (operator === 'Exists' || operator === 'DoesNotExist') {
      if ((e.values?.length ?? 0) > 0) {
        const text = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
        out.push(forbiddenField(`${at}.values`, text))
      }
    } else {
      out.push(invalidValue(`${at}.operator`, operator, 'not a valid selector operator'))
    }
    for (const t of qualifiedName(e.key)) out.push(invalidValue(`${at}.key`, e.key, t))
    e.values?.forEach((v, j) => {
      for (const t of labelValue(v)) out.push(invalidValue(`${at}.values[${j}]`, v, t))
    })
  })
  return out
}
