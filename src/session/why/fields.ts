/** Why one field has its value: which write gave it, and on whose behalf. */
import type { AnyObject } from '../../cluster/api/object.ts'
import type { CauseId } from '../../cluster/sim/clock.ts'
import type { About } from '../../protocol/protocol.ts'
import { bad, type Finding, ok } from './finding.ts'
import type { Look } from './look.ts'
import { rules } from './rules.ts'

/** What was found about a field, and the record of the write that gave it its value. */
export interface FieldFinding {
  readonly finding: Finding
  readonly cause?: CauseId
}

/** @param path as `spec.replicas` or `spec.containers[0].image` */
export function fieldFinding(look: Look, about: About, path: string): FieldFinding {
  const versions = look.versions(about).filter((e) => e.type === 'put')
  const last = versions.at(-1)
  const read = (o: unknown) => JSON.stringify(valueAt(o, path))
  const now = read(last?.kv.value)
  if (!last || now === undefined)
    return {
      finding: bad('why.field.none', about, { values: { field: path }, rule: rules.fields }),
    }
  let i = versions.length - 1
  while (i > 0 && read(versions[i - 1]?.kv.value) === now) i--
  const write = versions[i]
  const before = i > 0 ? read(versions[i - 1]?.kv.value) : undefined
  const request = look
    .chain(write?.cause ?? 0)
    .reverse()
    .find((r) => r.verb === 'request')
  const manager = managerOf(write?.kv.value as AnyObject, path)
  const values = {
    field: path,
    value: now.slice(0, 120),
    before: before?.slice(0, 120) ?? '-',
    manager: manager ?? String(request?.detail?.manager ?? '-'),
    by: String(request?.detail?.user ?? '-'),
    owner: request?.owner ?? '-',
  }
  const id =
    !manager && i === 0
      ? 'why.field.default'
      : before === undefined
        ? 'why.field.set'
        : 'why.field.changed'
  const finding = ok(id, about, { values, rule: rules.fields, field: path })
  return write ? { finding, cause: write.cause } : { finding }
}

function steps(path: string): string[] {
  return path.split(/[.[\]]+/).filter(Boolean)
}

function valueAt(o: unknown, path: string): unknown {
  return steps(path).reduce<unknown>(
    (at, key) =>
      typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[key] : undefined,
    o,
  )
}

/** Who manages a field, from managedFields; undefined for what the API server filled in. */
function managerOf(o: AnyObject | undefined, path: string): string | undefined {
  const names = steps(path).filter((s) => !/^\d+$/.test(s))
  for (const entry of o?.metadata.managedFields ?? []) {
    let at: unknown = entry.fieldsV1
    let found = true
    for (const name of names) {
      at = step(at, name)
      if (at === undefined) {
        found = false
        break
      }
    }
    if (found) return entry.manager
  }
  return undefined
}

/** Down one name of a field set, through the items of a list where there are some. */
function step(at: unknown, name: string): unknown {
  if (typeof at !== 'object' || at === null) return undefined
  const set = at as Record<string, unknown>
  if (`f:${name}` in set) return set[`f:${name}`]
  for (const key of Object.keys(set)) {
    if (!key.startsWith('k:')) continue
    const inner = step(set[key], name)
    if (inner !== undefined) return inner
  }
  return undefined
}
