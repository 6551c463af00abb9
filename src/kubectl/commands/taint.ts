/** `kubectl taint`. @source staging/src/k8s.io/kubectl/pkg/cmd/taint */
import type { Taint } from '../../cluster/api/generated/types.ts'
import { labelValue, qualifiedName } from '../../cluster/api/meta/validation.ts'
import type { Command } from '../command.ts'
import { CliError, throwAll } from '../errors.ts'
import { outputFlags, printerFor } from '../printers/output.ts'
import { fetchInfos, type Info } from '../resource.ts'
import { dryRunFlag, fieldManagerFlag, patchObject, validateFlag } from '../writes.ts'

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute']

/** Changes taints of nodes. */
export const taint: Command = {
  name: 'taint',
  use: 'taint NODE NAME KEY_1=VAL_1:TAINT_EFFECT_1 ... KEY_N=VAL_N:TAINT_EFFECT_N [options]',
  short: 'Update the taints on one or more nodes',
  examples:
    '# Keep pods away from a node, and let them come back\nkubectl taint nodes foo dedicated=special-user:NoSchedule\nkubectl taint nodes foo dedicated:NoSchedule-',
  flags: [
    ...outputFlags,
    dryRunFlag,
    validateFlag,
    fieldManagerFlag('kubectl-taint'),
    { name: 'all', kind: 'bool', default: 'false', usage: 'Select all nodes in the cluster' },
    { name: 'overwrite', kind: 'bool', default: 'false', usage: 'Allow taints to be overwritten.' },
    { name: 'selector', short: 'l', kind: 'string', usage: 'Selector (label query) to filter on.' },
  ],
  *run(k) {
    const isSpec = (a: string) => a.includes('=') || a.includes(':') || a.endsWith('-')
    const at = k.args.findIndex((a, i) => i > 0 && isSpec(a))
    const resources = at < 0 ? k.args : k.args.slice(0, at)
    const specs = at < 0 ? [] : k.args.slice(at)
    if (resources.length === 0)
      throw new CliError('one or more resources must be specified as <resource> <name>')
    if (specs.length === 0) throw new CliError('at least one taint update is required')
    let changes: Changes
    try {
      changes = parse(specs)
    } catch (error) {
      if (!(error instanceof CliError)) throw error
      throw k.usage(error.message)
    }
    const mapping = yield* k.mapping(resources[0]?.split('/')[0] as string)
    if (mapping.kind !== 'Node')
      throw new CliError(`invalid resource type ${resources[0]}, only node(s) is supported`)
    const errors: unknown[] = []
    const s = { args: resources, selector: k.flags.string('selector'), all: k.flags.bool('all') }
    const infos = yield* fetchInfos(k, s, errors)
    throwAll(errors)
    for (const info of infos) {
      const { taints, operation } = changed(info, changes, k.flags.bool('overwrite'))
      const spec = { ...(info.object.spec as object), taints }
      const patch = { spec: { taints: taints.length > 0 ? taints : null } }
      const object =
        k.dryRun() === 'client'
          ? { ...info.object, spec }
          : yield* patchObject(k, info, 'merge', patch)
      // Upstream loses the words about a dry run here.
      const printer = printerFor(k, { operation })
      printer.print(object)
      printer.flush()
    }
    return undefined
  },
}

interface Changes {
  readonly add: readonly Taint[]
  readonly remove: readonly { key: string; effect: string }[]
}

function parse(specs: readonly string[]): Changes {
  const add: Taint[] = []
  const remove: { key: string; effect: string }[] = []
  for (const spec of specs) {
    if (spec.endsWith('-')) {
      const t = parseOne(spec.slice(0, -1), spec)
      remove.push({ key: t.key, effect: t.effect })
      continue
    }
    const t = parseOne(spec, spec)
    if (!t.effect) throw new CliError(`invalid taint spec: ${spec}`)
    if (add.some((a) => a.key === t.key && a.effect === t.effect))
      throw new CliError(
        `duplicated taints with the same key and effect: {${t.key} ${t.value ?? ''} ${t.effect} <nil>}`,
      )
    add.push(t)
  }
  return { add, remove }
}

function parseOne(text: string, spec: string): Taint {
  const parts = text.split(':')
  if (parts.length > 2) throw new CliError(`invalid taint spec: ${spec}`)
  const [first, effect = ''] = parts as [string, string?]
  let key = first
  let value: string | undefined
  if (parts.length === 2) {
    if (!EFFECTS.includes(effect))
      throw new CliError(`invalid taint effect: ${effect}, unsupported taint effect`)
    const pair = first.split('=')
    if (pair.length > 2) throw new CliError(`invalid taint spec: ${spec}`)
    key = pair[0] as string
    value = pair[1]
    const problems = value ? labelValue(value) : []
    if (problems.length > 0)
      throw new CliError(`invalid taint spec: ${spec}, ${problems.join('; ')}`)
  }
  const problems = qualifiedName(key)
  if (problems.length > 0) throw new CliError(`invalid taint spec: ${spec}, ${problems.join('; ')}`)
  return { key, ...(value ? { value } : {}), effect: effect as Taint['effect'] }
}

function same(a: { key: string; effect: string }, b: { key: string; effect: string }): boolean {
  return a.key === b.key && a.effect === b.effect
}

function changed(
  info: Info,
  changes: Changes,
  overwrite: boolean,
): { taints: Taint[]; operation: string } {
  const old = (info.object.spec as { taints?: Taint[] } | undefined)?.taints ?? []
  const clashes = changes.add.filter((a) => old.some((o) => same(a, o)))
  if (!overwrite && clashes.length > 0) {
    const keys = clashes.map((t) => t.key).join(',')
    throw new CliError(
      `node ${info.name} already has ${keys} taint(s) with same effect(s) and --overwrite is false`,
    )
  }
  let taints = [...changes.add, ...old.filter((o) => !changes.add.some((a) => same(a, o)))]
  const added = taints.length !== old.length
  for (const r of changes.remove) {
    const matches = (t: Taint) => t.key === r.key && (r.effect === '' || t.effect === r.effect)
    if (!taints.some(matches))
      throw new CliError(`taint "${r.key}${r.effect ? `:${r.effect}` : ''}" not found`)
    taints = taints.filter((t) => !matches(t))
  }
  const deleted = changes.remove.length > 0
  const operation = (added && deleted) || overwrite ? 'modified' : added ? 'tainted' : 'untainted'
  return { taints, operation }
}
