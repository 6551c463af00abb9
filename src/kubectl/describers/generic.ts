/** Describes any object by its fields; custom resources and kinds without a describer of their own. @source staging/src/k8s.io/kubectl/pkg/describe/describe.go genericDescriber */
import type { AnyObject } from '../../cluster/api/object.ts'
import type { Task } from '../../cluster/sim/task.ts'
import { isMap, type JsonMap } from '../patch/json.ts'
import { compareStrings, goPrint } from '../printers/gojson.ts'
import { type DescribeContext, head } from './describer.ts'
import { describeEvents } from './events.ts'
import type { PrefixWriter } from './writer.ts'

const SKIPPED = new Set([
  '.metadata.managedFields',
  '.metadata.name',
  '.metadata.namespace',
  '.metadata.labels',
  '.metadata.annotations',
])

/** Any object. */
export function* describeGeneric(c: DescribeContext, o: AnyObject): Task<void> {
  head(c, o)
  content(c.w, 0, o as JsonMap, '')
  yield* describeEvents(c, o)
}

function content(w: PrefixWriter, level: number, o: JsonMap, path: string): void {
  for (const key of Object.keys(o).sort(compareStrings)) {
    const v = o[key]
    const at = `${path}.${key}`
    if (v === undefined || SKIPPED.has(at)) continue
    if (isMap(v)) {
      w.write(level, `${labelFor(key)}:\n`)
      content(w, level + 1, v, at)
    } else if (Array.isArray(v)) {
      w.write(level, `${labelFor(key)}:\n`)
      for (const item of v) {
        if (isMap(item)) content(w, level + 1, item, at)
        else w.write(level + 1, `${goPrint(item)}\n`)
      }
    } else w.write(level, `${labelFor(key)}:\t${goPrint(v)}\n`)
  }
}

const ACRONYMS = new Set(['API', 'URL', 'UID', 'OSB', 'GUID'])

/** `creationTimestamp` becomes `Creation Timestamp`; keys with other characters stay. */
export function labelFor(field: string): string {
  if (!/^[\p{L}-]*$/u.test(field)) return field
  return camelParts(field)
    .filter((p) => p !== '_')
    .map((p) => (ACRONYMS.has(p.toUpperCase()) ? p.toUpperCase() : title(p)))
    .join(' ')
}

function title(part: string): string {
  return part === '' ? part : (part[0] as string).toUpperCase() + part.slice(1)
}

/** Runs of upper and lower case; the last capital of a run belongs to what follows. */
function camelParts(field: string): string[] {
  const runs = field.match(/\p{Lu}+|\p{Ll}+|[^\p{Lu}\p{Ll}]+/gu) ?? []
  for (let i = 0; i + 1 < runs.length; i++) {
    const run = runs[i] as string
    const next = runs[i + 1] as string
    if (!/^\p{Lu}/u.test(run) || !/^\p{Ll}/u.test(next)) continue
    runs[i] = run.slice(0, -1)
    runs[i + 1] = (run.at(-1) as string) + next
  }
  return runs.filter((r) => r !== '')
}
