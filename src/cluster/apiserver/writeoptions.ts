/**
 * What a write may be asked for, checked before anything is looked up.
 * @source apimachinery/pkg/apis/meta/v1/validation/validation.go
 */
import { invalidValue, notSupported, tooLong } from '../api/meta/field.ts'
import { type FieldError, invalid } from '../api/meta/status.ts'
import type { Call } from './call.ts'
import { param } from './requestinfo.ts'

const OPTIONS: Readonly<Record<string, string>> = {
  create: 'CreateOptions',
  update: 'UpdateOptions',
  patch: 'PatchOptions',
}

/** @throws ApiError Invalid when a write's options are none that there are */
export function checkOptions(c: Call): void {
  const kind = OPTIONS[c.info.verb]
  if (!kind) return
  const { query } = c.request
  const errors = checkManager(param(query, 'fieldManager') ?? '')
  errors.push(...checkDryRun(query.get('dryRun')))
  const asked = param(query, 'fieldValidation')
  const known = ['Ignore', 'Strict', 'Warn']
  if (asked && !known.includes(asked)) errors.push(notSupported('fieldValidation', asked, known))
  if (errors.length > 0) throw invalid({ group: 'meta.k8s.io', kind }, '', errors)
}

const MANAGER_MAX = 128

/** @source apimachinery/pkg/apis/meta/v1/validation/validation.go ValidateFieldManager */
function checkManager(name: string): FieldError[] {
  const out = name.length > MANAGER_MAX ? [tooLong('fieldManager', MANAGER_MAX)] : []
  ;[...name].forEach((ch, i) => {
    const code = ch.codePointAt(0) as number
    if (!/\p{C}/u.test(ch)) return
    const text = `invalid character U+${code.toString(16).toUpperCase().padStart(4, '0')} (at position ${i})`
    out.push(invalidValue('fieldManager', name, text))
  })
  return out
}

/** Errors of what a dry run is to be of. */
export function checkDryRun(stages: readonly string[] | undefined): FieldError[] {
  if (stages?.every((s) => s === 'All') ?? true) return []
  return [notSupported('dryRun', stages, ['All'])]
}
