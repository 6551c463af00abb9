/** Secret. @source pkg/apis/core/validation/validation.go ValidateSecret, pkg/registry/core/secret/strategy.go */
import type { Secret } from '../api/generated/types.ts'
import { decodeBase64, encodeBase64 } from '../api/meta/base64.ts'
import { forbiddenField, invalidValue, required, tooLong } from '../api/meta/field.ts'
import { deepEqual, isObject } from '../api/meta/json.ts'
import { JsonSyntaxError, parseJson } from '../api/meta/jsontext.ts'
import type { FieldError } from '../api/meta/status.ts'
import { configMapKey } from '../api/meta/validation.ts'
import { own } from './own.ts'
import { ageColumn, column, nameColumn } from './shared/columns.ts'

const SIZE_MAX = 1024 * 1024

/** The kind. */
export const secret = own<Secret>('', 'v1', 'Secret', {
  defaults(o) {
    o.type ??= 'Opaque'
    if (!o.stringData) return
    const data = { ...o.data }
    for (const [k, v] of Object.entries(o.stringData)) data[k] = encodeBase64(v)
    o.data = data
    delete o.stringData
  },
  validate: (o, old) => [...(old ? immutable(o, old) : []), ...validate(o)],
  strategy: {
    prepareForUpdate(o, old) {
      o.type ||= old.type
    },
  },
  columns: [
    nameColumn(),
    column<Secret>('Type', (o) => o.type ?? ''),
    column<Secret>('Data', (o) => Object.keys(o.data ?? {}).length, { type: 'integer' }),
    ageColumn(),
  ],
  fields: { type: (o) => o.type ?? '' },
})

function validate(o: Secret): FieldError[] {
  const out: FieldError[] = []
  let size = 0
  for (const [k, v] of Object.entries(o.data ?? {})) {
    for (const t of configMapKey(k)) out.push(invalidValue(`data[${k}]`, k, t))
    size += Math.floor((v.length * 3) / 4)
  }
  if (size > SIZE_MAX) out.push(tooLong('data', SIZE_MAX))
  const need = (...keys: string[]) => {
    for (const k of keys) if (o.data?.[k] === undefined) out.push(required(`data[${k}]`))
  }
  switch (o.type) {
    case 'kubernetes.io/service-account-token':
      if (!o.metadata.annotations?.['kubernetes.io/service-account.name']) {
        out.push(required('metadata.annotations[kubernetes.io/service-account.name]'))
      }
      break
    case 'kubernetes.io/dockercfg':
      out.push(...validateJson(o, '.dockercfg'))
      break
    case 'kubernetes.io/dockerconfigjson':
      out.push(...validateJson(o, '.dockerconfigjson'))
      break
    case 'kubernetes.io/basic-auth':
      if (o.data?.username === undefined && o.data?.password === undefined)
        need('username', 'password')
      break
    case 'kubernetes.io/ssh-auth':
      if (!o.data?.['ssh-privatekey']) out.push(required('data[ssh-privatekey]'))
      break
    case 'kubernetes.io/tls':
      need('tls.crt', 'tls.key')
      break
  }
  return out
}

/** A member that must be a JSON object; what it holds is not shown. */
function validateJson(o: Secret, key: string): FieldError[] {
  const at = `data[${key}]`
  const text = o.data?.[key]
  if (text === undefined) return [required(at)]
  const bad = (message: string) => [invalidValue(at, '<secret contents redacted>', message)]
  try {
    const { value } = parseJson(decodeBase64(text) ?? '')
    if (isObject(value) || value === null) return []
    const type = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value
    return bad(`json: cannot unmarshal ${type} into Go value of type map[string]interface {}`)
  } catch (error) {
    if (error instanceof JsonSyntaxError) return bad(error.message)
    throw error
  }
}

function immutable(o: Secret, old: Secret): FieldError[] {
  const out: FieldError[] = []
  if (o.type !== old.type) out.push(invalidValue('type', o.type ?? '', 'field is immutable'))
  if (!old.immutable) return out
  const text = 'field is immutable when `immutable` is set'
  if (!o.immutable) out.push(forbiddenField('immutable', text))
  if (!deepEqual(o.data, old.data)) out.push(forbiddenField('data', text))
  return out
}
