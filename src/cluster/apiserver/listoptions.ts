/**
 * What a list or watch may be asked for, checked before anything is looked up.
 * @source apimachinery/pkg/apis/meta/internalversion/validation/validation.go, apimachinery/pkg/runtime/conversion.go
 */
import { forbiddenField, notSupported } from '../api/meta/field.ts'
import { badRequest, type FieldError, invalid } from '../api/meta/status.ts'
import type { Query } from '../api/transport.ts'
import { param } from './requestinfo.ts'

const NUMBERS = ['limit', 'timeoutSeconds']
const INTEGER = /^[+-]?\d+$/

/** @throws ApiError BadRequest, Invalid */
export function checkListOptions(query: Query, watch: boolean): void {
  for (const name of NUMBERS) {
    const text = param(query, name)
    if (text === undefined || text === '' || INTEGER.test(text)) continue
    throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`)
  }
  const errors = watch ? watchErrors(query) : listErrors(query)
  if (errors.length > 0) {
    throw invalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', errors)
  }
}

const MATCH = 'resourceVersionMatch'

function listErrors(query: Query): FieldError[] {
  const out: FieldError[] = []
  const match = param(query, MATCH)
  const refuse = (text: string) => out.push(forbiddenField(MATCH, text))
  const version = param(query, 'resourceVersion')
  if (match) {
    if (!version) refuse('resourceVersionMatch is forbidden unless resourceVersion is provided')
    if (param(query, 'continue')) {
      refuse('resourceVersionMatch is forbidden when continue is provided')
    }
    if (match !== 'Exact' && match !== 'NotOlderThan') {
      out.push(notSupported(MATCH, match, ['Exact', 'NotOlderThan', '']))
    }
    if (match === 'Exact' && version === '0') {
      refuse('resourceVersionMatch "exact" is forbidden for resourceVersion "0"')
    }
  }
  if (param(query, 'sendInitialEvents') !== undefined) {
    out.push(forbiddenField('sendInitialEvents', 'sendInitialEvents is forbidden for list'))
  }
  return out
}

function watchErrors(query: Query): FieldError[] {
  const match = param(query, MATCH)
  if (param(query, 'sendInitialEvents') !== undefined) {
    if (match === 'NotOlderThan') return []
    const text = 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'
    return [forbiddenField(MATCH, text)]
  }
  if (!match) return []
  const text = 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided'
  return [forbiddenField(MATCH, text)]
}
