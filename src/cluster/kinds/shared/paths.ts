/**
 * Field errors of paths in volumes and mounts.
 * @source pkg/apis/core/validation/validation.go validateLocalDescendingPath, ValidateLocalNonReservedPath
 */
import { invalidValue } from '../../api/meta/field.ts'
import type { FieldError } from '../../api/meta/status.ts'

/** Errors of a path that climbs. */
export function noBacksteps(value: string, path: string): FieldError[] {
  if (!value.split('/').includes('..')) return []
  return [invalidValue(path, value, "must not contain '..'")]
}

/** Errors of a path that must stay below where it starts. */
export function descendingPath(value: string, path: string): FieldError[] {
  const absolute = value.startsWith('/')
  return [
    ...(absolute ? [invalidValue(path, value, 'must be a relative path')] : []),
    ...noBacksteps(value, path),
  ]
}

/** As {@link descendingPath}, and no name that the kubelet keeps for itself. */
export function nonReservedPath(value: string, path: string): FieldError[] {
  const reserved = value.startsWith('..') && value !== '..' && !value.startsWith('../')
  return [
    ...descendingPath(value, path),
    ...(reserved ? [invalidValue(path, value, "must not start with '..'")] : []),
  ]
}
