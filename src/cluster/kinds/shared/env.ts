/**
 * Field errors of a container's environment.
 * @source pkg/apis/core/validation/validation.go ValidateEnv, ValidateEnvFrom
 */
import type { EnvFromSource, EnvVar } from '../../api/generated/types.ts'
import { invalidValue, required } from '../../api/meta/field.ts'
import type { FieldError } from '../../api/meta/status.ts'
import { configMapKey, dnsLabel, dnsSubdomain } from '../../api/meta/validation.ts'
import { ENV_FIELDS, validateFieldRef, validateResourceFieldRef } from './fieldselectors.ts'
import { nonReservedPath } from './paths.ts'

const NAME_TEXT =
  "a valid environment variable name must consist only of printable ASCII characters other than '='"

function envName(name: string, at: string): FieldError[] {
  return /^[ -<>-~]+$/.test(name) ? [] : [invalidValue(at, name, NAME_TEXT)]
}

/** Field errors of variables. */
export function validateEnv(env: readonly EnvVar[] | undefined, path: string): FieldError[] {
  const out: FieldError[] = []
  env?.forEach((e, i) => {
    const at = `${path}[${i}]`
    out.push(...(e.name ? envName(e.name, `${at}.name`) : [required(`${at}.name`)]))
    if (e.valueFrom) out.push(...validateValueFrom(e, `${at}.valueFrom`))
  })
  return out
}

function validateValueFrom(e: EnvVar, at: string): FieldError[] {
  const out: FieldError[] = []
  const from = e.valueFrom ?? {}
  if (from.fieldRef) out.push(...validateFieldRef(from.fieldRef, ENV_FIELDS, `${at}.fieldRef`))
  if (from.resourceFieldRef) {
    out.push(...validateResourceFieldRef(from.resourceFieldRef, `${at}.resourceFieldRef`, false))
  }
  for (const ref of ['configMapKeyRef', 'secretKeyRef'] as const) {
    const r = from[ref]
    if (!r) continue
    for (const t of dnsSubdomain(r.name ?? ''))
      out.push(invalidValue(`${at}.${ref}.name`, r.name ?? '', t))
    if (!r.key) out.push(required(`${at}.${ref}.key`))
    else for (const t of configMapKey(r.key)) out.push(invalidValue(`${at}.${ref}.key`, r.key, t))
  }
  out.push(...validateFileRef(e, `${at}.fileKeyRef`))
  const sources = Object.keys(from).length
  if (sources === 0) {
    const text =
      'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`'
    out.push(invalidValue(at, '', text))
  } else if (e.value) {
    out.push(invalidValue(at, '', 'may not be specified when `value` is not empty'))
  } else if (sources > 1) {
    out.push(invalidValue(at, '', 'may not have more than one field specified at a time'))
  }
  return out
}

function validateFileRef(e: EnvVar, at: string): FieldError[] {
  const ref = e.valueFrom?.fileKeyRef
  if (!ref) return []
  const out = ref.key ? envName(ref.key, `${at}.key`) : [required(`${at}.key`)]
  if (!ref.volumeName) out.push(required(`${at}.volumeName`))
  else
    for (const t of dnsLabel(ref.volumeName))
      out.push(invalidValue(`${at}.volumeName`, ref.volumeName, t))
  if (!ref.path) out.push(required(`${at}.path`))
  return [...out, ...nonReservedPath(ref.path ?? '', `${at}.path`)]
}

/** Field errors of whole maps taken as variables. */
export function validateEnvFrom(
  list: readonly EnvFromSource[] | undefined,
  path: string,
): FieldError[] {
  const out: FieldError[] = []
  list?.forEach((e, i) => {
    const at = `${path}[${i}]`
    if (e.prefix) out.push(...envName(e.prefix, `${at}.prefix`))
    let sources = 0
    for (const ref of ['configMapRef', 'secretRef'] as const) {
      const r = e[ref]
      if (!r) continue
      sources++
      if (!r.name) out.push(required(`${at}.${ref}.name`))
      else
        for (const t of dnsSubdomain(r.name)) out.push(invalidValue(`${at}.${ref}.name`, r.name, t))
    }
    // The whole list is named here, not its item.
    if (sources === 0) {
      out.push(invalidValue(path, '', 'must specify one of: `configMapRef` or `secretRef`'))
    } else if (sources > 1) {
      out.push(invalidValue(path, '', 'may not have more than one field specified at a time'))
    }
  })
  return out
}
