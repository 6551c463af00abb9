/** What the generators of `kubectl create` share: a name, an object built from flags, a request, a word. */
import {
  canonicalQuantity,
  isQuantity,
  QUANTITY_SYNTAX,
} from '../../../cluster/api/meta/quantity.ts'
import type { AnyObject } from '../../../cluster/api/object.ts'
import type { Task } from '../../../cluster/sim/task.ts'
import type { Command } from '../../command.ts'
import { CliError, messageOf, StatusError } from '../../errors.ts'
import type { Flag } from '../../flags.ts'
import type { Invocation } from '../../invocation.ts'
import { outputFlags } from '../../printers/output.ts'
import {
  createObject,
  dryRunFlag,
  fieldManagerFlag,
  operationPrinter,
  saveConfigFlag,
  validateFlag,
  withSavedConfig,
} from '../../writes.ts'

/** Plain JSON under construction. */
export type Json = Record<string, unknown>

/** One generator. */
export interface Generator {
  readonly name: string
  readonly aliases?: readonly string[]
  /** The usage line after the name of the command. */
  readonly use: string
  readonly short: string
  readonly examples: string
  readonly flags?: readonly Flag[]
  readonly required?: readonly string[]
  /** What a failing request is called: `failed to create configmap: `; absent: the server's words alone. */
  readonly failure?: (k: Invocation) => string
  /** Builds the object; checks come first. @throws CliError */
  build(k: Invocation, name: string): Json | Task<Json>
}

/** Turns a generator into a command. */
export function generatorCommand(g: Generator): Command {
  return {
    name: g.name,
    ...(g.aliases ? { aliases: g.aliases } : {}),
    use: `${g.name} ${g.use}`,
    short: g.short,
    examples: g.examples,
    flags: [
      ...outputFlags,
      dryRunFlag,
      fieldManagerFlag('kubectl-create'),
      saveConfigFlag,
      validateFlag,
      ...(g.flags ?? []),
    ],
    *run(k) {
      requireFlags(k, g.required ?? [])
      const name = nameArgument(k)
      const built = g.build(k, name)
      const object = isTask(built) ? yield* built : built
      yield* createBuilt(k, object as unknown as AnyObject, g.failure?.(k))
      return undefined
    },
  }
}

function isTask(v: Json | Task<Json>): v is Task<Json> {
  return typeof (v as Task<Json>).next === 'function'
}

/** Sends and prints a generated object. @param failure what a failing request is called */
export function* createBuilt(k: Invocation, built: AnyObject, failure?: string): Task<void> {
  const m = yield* k.mappingOfKind(built.apiVersion, built.kind)
  if (!m) throw new CliError(`no matches for kind "${built.kind}" in version "${built.apiVersion}"`)
  const namespaced = m.namespaced && (k.explicitNamespace || built.metadata.namespace !== undefined)
  const placed = namespaced
    ? { ...built, metadata: { ...built.metadata, namespace: k.namespace } }
    : built
  const object = withSavedConfig(k, placed)
  const printer = operationPrinter(k, 'created', true)
  if (k.dryRun() === 'client') printer.print(object)
  else printer.print(yield* send(k, object))
  printer.flush()

  function* send(k: Invocation, object: AnyObject): Task<AnyObject> {
    const mapping = m as NonNullable<typeof m>
    const namespace = mapping.namespaced ? k.namespace : ''
    const { name = '' } = object.metadata
    try {
      return yield* createObject(k, { mapping, namespace, name, object, source: '' })
    } catch (error) {
      if (failure === undefined || !(error instanceof StatusError)) throw error
      throw new CliError(`${failure}${messageOf(error)}`)
    }
  }
}

/** The one NAME of the command. @throws CliError */
export function nameArgument(k: Invocation): string {
  const given = k.flags.dash ?? k.args.length
  if (given !== 1) throw k.usage(`exactly one NAME is required, got ${given}`)
  return k.args[0] as string
}

/** Arguments after `--`. */
export function commandArguments(k: Invocation): string[] {
  return k.flags.dash === undefined ? k.args.slice(1) : k.args.slice(k.flags.dash)
}

/** @throws CliError naming the flags that must be given */
export function requireFlags(k: Invocation, names: readonly string[]): void {
  const missing = names.filter((n) => !k.flags.changed(n))
  if (missing.length > 0)
    throw new CliError(`required flag(s) ${missing.map((n) => `"${n}"`).join(', ')} not set`)
}

/** The metadata of a generated object. */
export function metadataOf(name: string, labels?: Readonly<Record<string, string>>): Json {
  return { creationTimestamp: null, ...(labels ? { labels } : {}), name }
}

/** `a=1,b=2` as a map. @throws CliError */
export function parsePairs(text: string, what = 'label spec'): Record<string, string> {
  const out: Record<string, string> = {}
  for (const pair of text.split(',')) {
    if (pair === '') continue
    const eq = pair.indexOf('=')
    if (eq < 1) throw new CliError(`unexpected ${what}: ${pair}`)
    out[pair.slice(0, eq)] = pair.slice(eq + 1)
  }
  return out
}

/** `cpu=1,memory=1Gi` as a resource list. @throws CliError */
export function parseResources(text: string): Record<string, string> {
  const out: Record<string, string> = {}
  for (const statement of text.split(',')) {
    const parts = statement.split('=')
    if (parts.length !== 2)
      throw new CliError(`Invalid argument syntax ${statement}, expected <resource>=<value>`)
    const [name, quantity] = parts as [string, string]
    if (!isQuantity(quantity)) throw new CliError(QUANTITY_SYNTAX)
    out[name] = canonicalQuantity(quantity)
  }
  return out
}
