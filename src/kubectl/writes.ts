/** What commands that change objects share: dry runs, field managers, validation, the last-applied annotation. */
import type { AnyObject } from '../cluster/api/object.ts'
import type { Task } from '../cluster/sim/task.ts'
import { PATCH } from './client.ts'
import { pathOf } from './discovery.ts'
import { CliError } from './errors.ts'
import type { Flag } from './flags.ts'
import type { Invocation } from './invocation.ts'
import { goJson } from './printers/gojson.ts'
import { type Printer, printerFor } from './printers/output.ts'
import { about, type Info, type Target } from './resource.ts'

/** Where `kubectl apply` keeps what it was last given. */
export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'

const CHANGE_CAUSE = 'kubernetes.io/change-cause'

/** `--dry-run`. */
export const dryRunFlag: Flag = {
  name: 'dry-run',
  kind: 'string',
  default: 'none',
  bare: 'unchanged',
  usage:
    'Must be "none", "server", or "client". If client, only print the object that would be sent; if server, send the request without persisting it.',
}

/** `--validate`. */
export const validateFlag: Flag = {
  name: 'validate',
  kind: 'string',
  default: 'strict',
  bare: 'strict',
  usage: 'Must be one of: strict (or true), warn, ignore (or false).',
}

/** `--save-config`. */
export const saveConfigFlag: Flag = {
  name: 'save-config',
  kind: 'bool',
  default: 'false',
  usage: 'If true, the configuration of the current object will be saved in its annotation.',
}

/** `--record`. */
export const recordFlag: Flag = {
  name: 'record',
  kind: 'bool',
  default: 'false',
  usage: 'Record current kubectl command in the resource annotation.',
  hidden: true,
  deprecated: '--record will be removed in the future',
}

/** The object with the command line in its annotation when `--record` was given. */
export function recorded(k: Invocation, object: AnyObject): AnyObject {
  return k.changeCause === undefined ? object : withAnnotation(object, CHANGE_CAUSE, k.changeCause)
}

/** Notes the command line on a live object when `--record` was given. @throws StatusError */
export function* recordPatch(k: Invocation, t: Target & { readonly name: string }): Task<void> {
  if (k.changeCause === undefined) return
  const annotations = { [CHANGE_CAUSE]: k.changeCause }
  yield* patchObject(k, t, 'merge', { metadata: { annotations } })
}

/** `--field-manager` with the command's own default. */
export function fieldManagerFlag(fallback: string): Flag {
  return {
    name: 'field-manager',
    kind: 'string',
    default: fallback,
    usage: 'Name of the manager used to track field ownership.',
  }
}

/** The server's fieldValidation for `--validate`. @throws CliError */
export function fieldValidation(k: Invocation): 'Strict' | 'Warn' | 'Ignore' {
  const v = k.flags.string('validate')
  switch (v) {
    case 'strict':
    case 'true':
    case '':
      return 'Strict'
    case 'warn':
      return 'Warn'
    case 'ignore':
    case 'false':
      return 'Ignore'
    default:
      throw new CliError(
        `invalid - validate option "${v}"; must be one of: strict (or true), warn, ignore (or false)`,
      )
  }
}

/** Query of a write request. */
export function writeQuery(k: Invocation): Record<string, string | undefined> {
  return {
    ...(k.dryRun() === 'server' ? { dryRun: 'All' } : {}),
    fieldManager: k.flags.string('field-manager') || undefined,
    fieldValidation:
      k.flags.changed('validate') || VALIDATING.test(k.path) ? fieldValidation(k) : undefined,
  }
}

const VALIDATING = /^kubectl (create|apply|replace|run|expose|autoscale|edit)\b/

/** The printer of a command that did `operation`, dry runs named. @throws CliError for unknown formats */
export function operationPrinter(k: Invocation, operation: string, typed = false): Printer {
  return printerFor(k, { operation: operation + dryRunSuffix(k), typed })
}

/** ` (dry run)`, ` (server dry run)` or nothing. */
export function dryRunSuffix(k: Invocation): string {
  switch (k.dryRun()) {
    case 'client':
      return ' (dry run)'
    case 'server':
      return ' (server dry run)'
    default:
      return ''
  }
}

/** Creates the object. @throws StatusError */
export function* createObject(k: Invocation, info: Info): Task<AnyObject> {
  const { resourceVersion: _, ...metadata } = info.object.metadata
  return yield* k.client.object('POST', pathOf(info.mapping, info.namespace), {
    query: writeQuery(k),
    body: { ...info.object, metadata },
    about: about(info.mapping),
  })
}

/** Patches the object, or a subresource of it. @throws StatusError */
export function* patchObject(
  k: Invocation,
  t: Target & { readonly name: string },
  type: keyof typeof PATCH,
  patch: unknown,
  options: { query?: Record<string, string | undefined>; sub?: string } = {},
): Task<AnyObject> {
  return yield* k.client.object('PATCH', pathOf(t.mapping, t.namespace, t.name, options.sub), {
    query: { ...writeQuery(k), ...options.query },
    headers: { 'content-type': PATCH[type] },
    body: typeof patch === 'string' ? patch : goJson(patch),
    about: about(t.mapping, t.name),
  })
}

/** The object with the annotation that says how it looks. */
export function withLastApplied(object: AnyObject): AnyObject {
  return withAnnotation(object, LAST_APPLIED, `${goJson(lastAppliedForm(object))}\n`)
}

/** The object as the annotation records it: with annotations, but without the annotation itself. */
export function lastAppliedForm(object: AnyObject): AnyObject {
  const annotations = { ...object.metadata?.annotations }
  delete annotations[LAST_APPLIED]
  return { ...object, metadata: { ...object.metadata, annotations } }
}

/** The object with one more annotation. */
export function withAnnotation(object: AnyObject, key: string, value: string): AnyObject {
  const annotations = { ...object.metadata?.annotations, [key]: value }
  return { ...object, metadata: { ...object.metadata, annotations } }
}

/** With the annotation when it is asked for (`--save-config`) or there already. */
export function withSavedConfig(k: Invocation, object: AnyObject): AnyObject {
  const there = object.metadata?.annotations?.[LAST_APPLIED] !== undefined
  return k.flags.bool('save-config') || there ? withLastApplied(object) : object
}
