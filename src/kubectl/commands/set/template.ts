/** What the `kubectl set` commands share: finding pod templates in objects, and patching what changed in them. */
import type { Container, PodSpec } from '../../../cluster/api/generated/types.ts'
import type { AnyObject } from '../../../cluster/api/object.ts'
import { schemaOf } from '../../../cluster/api/schema.ts'
import type { Task } from '../../../cluster/sim/task.ts'
import { CliError, isExpected, messageOf, throwAll } from '../../errors.ts'
import type { Flag } from '../../flags.ts'
import type { Invocation } from '../../invocation.ts'
import { isEmpty, type JsonMap } from '../../patch/json.ts'
import { strategicTwoWay } from '../../patch/threeway.ts'
import { outputFlags } from '../../printers/output.ts'
import {
  fetchInfos,
  fileFlags,
  hasFiles,
  type Info,
  nothingNamed,
  readFiles,
} from '../../resource.ts'
import {
  dryRunFlag,
  fieldManagerFlag,
  operationPrinter,
  patchObject,
  recorded,
} from '../../writes.ts'

/** Flags of all set commands. */
export const setFlags: readonly Flag[] = [
  ...outputFlags,
  ...fileFlags,
  dryRunFlag,
  fieldManagerFlag('kubectl-set'),
  { name: 'all', kind: 'bool', default: 'false', usage: 'Select all resources of the types.' },
  { name: 'local', kind: 'bool', default: 'false', usage: 'Work on the file, not on the server.' },
  { name: 'selector', short: 'l', kind: 'string', usage: 'Selector (label query) to filter on.' },
]

const NOT_LOCAL = `you must specify resources by --filename when --local is set.
Example resource specifications include:
   '-f rsrc.yaml'
   '--filename=rsrc.json'`

/** The objects to change. @throws CliError */
export function* setTargets(k: Invocation, args: readonly string[]): Task<Info[]> {
  if (k.flags.bool('local')) {
    if (!hasFiles(k)) throw new CliError(NOT_LOCAL)
    return yield* readFiles(k)
  }
  if (args.length === 0 && !hasFiles(k)) throw nothingNamed()
  const errors: unknown[] = []
  const s = { args, selector: k.flags.string('selector'), all: k.flags.bool('all') }
  const infos = yield* fetchInfos(k, s, errors)
  throwAll(errors)
  return infos
}

/** Splits `deploy/web a=b c=d` into resources and pairs. @param removals `KEY-` counts as a pair */
export function splitPairs(
  args: readonly string[],
  removals: boolean,
): { resources: string[]; pairs: string[] } {
  const isPair = (a: string) => a.includes('=') || (removals && a.endsWith('-') && a.length > 1)
  const at = args.findIndex(isPair)
  if (at < 0) return { resources: [...args], pairs: [] }
  return { resources: args.slice(0, at), pairs: args.slice(at) }
}

/** The pod spec inside an object; undefined when it has none. */
export function podSpecOf(o: AnyObject): PodSpec | undefined {
  const spec = o.spec as
    | { template?: { spec?: PodSpec }; jobTemplate?: { spec?: { template?: { spec?: PodSpec } } } }
    | undefined
  if (o.kind === 'Pod') return o.spec as PodSpec | undefined
  return spec?.template?.spec ?? spec?.jobTemplate?.spec?.template?.spec
}

/** The object with another pod spec inside. */
export function withPodSpec(o: AnyObject, pod: PodSpec): AnyObject {
  if (o.kind === 'Pod') return { ...o, spec: pod }
  const spec = o.spec as Record<string, unknown>
  if (o.kind === 'CronJob') {
    const jobTemplate = spec.jobTemplate as { spec: { template: object } }
    const template = { ...jobTemplate.spec.template, spec: pod }
    return {
      ...o,
      spec: { ...spec, jobTemplate: { ...jobTemplate, spec: { ...jobTemplate.spec, template } } },
    }
  }
  return { ...o, spec: { ...spec, template: { ...(spec.template as object), spec: pod } } }
}

/** Containers whose name matches a pattern of `*`. */
export function matching(name: string, pattern: string): boolean {
  const source = pattern
    .split('*')
    .map((p) => p.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
    .join('.*')
  return new RegExp(`^${source}$`).test(name)
}

/** A pod spec with its containers changed. @param init also the init containers */
export function mapContainers(
  pod: PodSpec,
  init: boolean,
  change: (c: Container) => Container,
): PodSpec {
  return {
    ...pod,
    containers: pod.containers.map(change),
    ...(init && pod.initContainers ? { initContainers: pod.initContainers.map(change) } : {}),
  }
}

/** Sends what changed and prints it; objects that did not change are passed over in silence. */
export function* saveChanges(
  k: Invocation,
  changes: readonly { info: Info; after: AnyObject }[],
  operation: string,
  failure: string,
): Task<void> {
  const errors: unknown[] = []
  for (const { info, after } of changes) {
    const { group, version, kind } = info.mapping
    const schema = schemaOf(group, version, kind)
    if (!schema) throw new CliError(`cannot patch a ${kind}: no schema`)
    const marked = recorded(k, after)
    const patch = strategicTwoWay(info.object as JsonMap, marked as JsonMap, schema)
    if (isEmpty(patch)) continue
    try {
      const local = k.dryRun() === 'client' || k.flags.bool('local')
      const object = local ? marked : yield* patchObject(k, info, 'strategic', patch)
      const printer = operationPrinter(k, operation)
      printer.print(object)
      printer.flush()
    } catch (error) {
      if (!isExpected(error)) throw error
      errors.push(new CliError(`${failure}${messageOf(error)}`))
    }
  }
  throwAll(errors)
}
