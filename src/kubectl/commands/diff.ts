/** `kubectl diff`. @source staging/src/k8s.io/kubectl/pkg/cmd/diff/diff.go */
import type { AnyObject } from '../../cluster/api/object.ts'
import type { Task } from '../../cluster/sim/task.ts'
import { patchFor } from '../applying.ts'
import type { Command } from '../command.ts'
import { groupVersion } from '../discovery.ts'
import { CliError, Exit, errorText, isExpected, isReason } from '../errors.ts'
import type { Invocation } from '../invocation.ts'
import { isEmpty } from '../patch/json.ts'
import { unifiedDiff } from '../patch/unified.ts'
import { withoutManagedFields } from '../printers/output.ts'
import { toYaml } from '../printers/yaml.ts'
import { fileFlags, getObject, hasFiles, type Info, readFiles } from '../resource.ts'
import { createObject, fieldManagerFlag, lastAppliedForm, patchObject } from '../writes.ts'

/** Shows what apply would change. Exit code 1: there are differences. */
export const diff: Command = {
  name: 'diff',
  use: 'diff -f FILENAME [options]',
  short: 'Diff the live version against a would-be applied version',
  examples: '# Diff the resources in pod.yaml\nkubectl diff -f pod.yaml',
  flags: [
    ...fileFlags,
    fieldManagerFlag('kubectl-client-side-apply'),
    {
      name: 'concurrency',
      kind: 'int',
      default: '1',
      usage: 'Number of objects to process in parallel.',
    },
    {
      name: 'force-conflicts',
      kind: 'bool',
      default: 'false',
      usage: 'If true, server-side apply will force the changes against conflicts.',
    },
    { name: 'selector', short: 'l', kind: 'string', usage: 'Selector (label query) to filter on.' },
    {
      name: 'server-side',
      kind: 'bool',
      default: 'false',
      usage: 'If true, apply runs in the server instead of the client.',
    },
    {
      name: 'show-managed-fields',
      kind: 'bool',
      default: 'false',
      usage: 'If true, include managed fields in the diff.',
    },
  ],
  *run(k) {
    try {
      return yield* diffAll(k)
    } catch (error) {
      if (!isExpected(error)) throw error
      k.err(errorText(error))
      throw new Exit(2)
    }
  },
}

function* diffAll(k: Invocation): Task<number> {
  if (!hasFiles(k)) throw new CliError('must specify one of -f and -k')
  if (k.args.length > 0) throw k.usage(`Unexpected args: [${k.args.join(' ')}]`)
  let different = false
  let out = ''
  for (const info of yield* readFiles(k)) {
    const live = yield* liveObject(k, info)
    const merged = yield* mergedObject(k, info, live)
    const [before, after] = masked(live, merged)
    const text = unifiedDiff(before ? yamlOf(k, before) : '', yamlOf(k, after))
    if (text === '') continue
    different = true
    const file = `${groupVersion(info.mapping).replace('/', '.')}.${info.mapping.kind}.${info.namespace}.${info.name}`
    const a = `/tmp/LIVE-1/${file}`
    const b = `/tmp/MERGED-1/${file}`
    out += `diff -u -N ${a} ${b}\n--- ${a}\n+++ ${b}\n${text}`
  }
  // Programs without a voice of their own may stand in for diff.
  const external = k.io.env?.get('KUBECTL_EXTERNAL_DIFF')
  if (external === 'true' || external === 'false') return external === 'true' ? 0 : 1
  k.out(out)
  return different ? 1 : 0
}

function* liveObject(k: Invocation, info: Info): Task<AnyObject | undefined> {
  try {
    return yield* getObject(k, info)
  } catch (error) {
    if (isReason(error, 'NotFound')) return undefined
    throw error
  }
}

function* mergedObject(k: Invocation, info: Info, live: AnyObject | undefined): Task<AnyObject> {
  const query = { dryRun: 'All' }
  if (k.flags.bool('server-side')) {
    if (!k.flags.changed('field-manager')) k.flags.set('field-manager', 'kubectl')
    const force = k.flags.bool('force-conflicts') ? 'true' : undefined
    return yield* patchObject(k, info, 'apply', info.object, { query: { ...query, force } })
  }
  if (!live) {
    k.flags.set('dry-run', 'server')
    return yield* createObject(k, info)
  }
  const { type, patch } = patchFor(info, live, lastAppliedForm(info.object))
  if (isEmpty(patch)) return live
  return yield* patchObject(k, info, type, patch, { query })
}

function yamlOf(k: Invocation, o: AnyObject): string {
  return toYaml(k.flags.bool('show-managed-fields') ? o : withoutManagedFields(o))
}

/** Values of Secrets are not shown, only whether they differ. */
function masked(
  live: AnyObject | undefined,
  merged: AnyObject,
): [AnyObject | undefined, AnyObject] {
  if (merged.kind !== 'Secret' || merged.apiVersion !== 'v1') return [live, merged]
  const from = (live?.data ?? {}) as Record<string, string>
  const to = (merged.data ?? {}) as Record<string, string>
  const hide = (mine: Record<string, string>, other: Record<string, string>, word: string) =>
    Object.fromEntries(
      Object.keys(mine).map((key) => [
        key,
        other[key] === undefined || other[key] === mine[key] ? '***' : `*** (${word})`,
      ]),
    )
  const before = live && { ...live, ...(live.data ? { data: hide(from, to, 'before') } : {}) }
  const after = { ...merged, ...(merged.data ? { data: hide(to, from, 'after') } : {}) }
  return [before as AnyObject | undefined, after as AnyObject]
}
