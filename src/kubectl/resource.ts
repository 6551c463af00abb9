/**
 * From arguments and files to resources: `deploy/web`, `pods a b`, `svc,deploy`, `all`, `-f file`, `-l app=web`.
 * @source staging/src/k8s.io/cli-runtime/pkg/resource/builder.go, visitor.go
 */

import { matches } from '../cluster/api/meta/labels.ts'
import { parseSelector, SelectorError } from '../cluster/api/meta/selectorparser.ts'
import type { AnyObject } from '../cluster/api/object.ts'
import type { Task } from '../cluster/sim/task.ts'
import type { RequestOptions } from './client.ts'
import { groupResource, groupVersion, type Mapping, pathOf } from './discovery.ts'
import { CliError, isReason, PlainError, StatusError } from './errors.ts'
import type { Flag } from './flags.ts'
import type { Invocation } from './invocation.ts'
import { buildKustomization } from './kustomize/build.ts'
import { type Document, HINT, parseManifest } from './manifest.ts'
import { goQuote } from './printers/gojson.ts'

/** One object: where it is, and what is known of it. */
export interface Info {
  readonly mapping: Mapping
  readonly namespace: string
  readonly name: string
  /** From a file: what it says. Fetched: what the server says. */
  readonly object: AnyObject
  /** `STDIN`, a file name, or '' for arguments. */
  readonly source: string
}

/** An argument resolved: one named object, or a collection when there is no name. */
export interface Target {
  readonly mapping: Mapping
  readonly namespace: string
  readonly name?: string
}

/** How a command's arguments are to be read. */
export interface Selection {
  readonly args: readonly string[]
  readonly selector?: string
  readonly fieldSelector?: string
  readonly all?: boolean
  readonly allNamespaces?: boolean
  /** A type without names means all of it (get, describe); otherwise it is an error. */
  readonly emptySelects?: boolean
  readonly singleType?: boolean
}

/** Rows that one list request asks for. */
export const CHUNK = 500

const EXAMPLE = `Example resource specifications include:
   '-f rsrc.yaml'
   '--filename=rsrc.json'
   '<resource> <name>'
   '<resource>'`

/** Nothing was named. */
export function nothingNamed(): CliError {
  return new CliError(`You must provide one or more resources by argument or filename.\n${EXAMPLE}`)
}

/** Resolves arguments. @throws CliError in the words of kubectl's resource builder */
export function* resolveTargets(k: Invocation, s: Selection): Task<Target[]> {
  const selected = Boolean(s.selector || s.fieldSelector)
  if (s.all && selected)
    throw new CliError("setting 'all' parameter but found a non empty selector. ")
  const place = (m: Mapping) => (m.namespaced && !s.allNamespaces ? k.namespace : '')
  if (s.args.some((a) => a.includes('/'))) {
    const pairs = pairsOf(s.args)
    if (selected || s.all)
      throw new CliError(
        'selectors and the all flag cannot be used when passing resource/name arguments',
      )
    if (s.allNamespaces)
      throw new CliError('a resource cannot be retrieved by name across all namespaces')
    const out: Target[] = []
    for (const [type, name] of pairs) {
      const mapping = yield* k.mapping(type)
      out.push({ mapping, namespace: place(mapping), name })
    }
    return out
  }
  if (s.args.length === 0) {
    if (selected || s.all)
      throw new CliError('at least one resource must be specified to use a selector')
    return []
  }
  const mappings: Mapping[] = []
  for (const type of (s.args[0] as string).split(',')) {
    if (type === '' && !(s.args[0] as string).includes(',')) continue
    const category = (yield* k.discovery()).category(type)
    if (category.length > 0) mappings.push(...category)
    else mappings.push(yield* k.mapping(type))
  }
  const unique = mappings.filter((m, i) => mappings.indexOf(m) === i)
  if (s.singleType && unique.length > 1)
    throw new CliError('you may only specify a single resource type')
  const names = s.args.slice(1)
  if (names.length > 0) {
    // A category with a name is many; types that are listed each mean the name.
    if (unique.length > 1 && !(s.args[0] as string).includes(','))
      throw new CliError('you must specify only one resource')
    if (selected || s.all)
      throw new CliError('name cannot be provided when a selector is specified')
    if (s.allNamespaces)
      throw new CliError('a resource cannot be retrieved by name across all namespaces')
    return unique.flatMap((mapping) =>
      names.map((name) => ({ mapping, namespace: place(mapping), name })),
    )
  }
  if (!selected && !s.all && !s.emptySelects)
    throw new CliError('resource(s) were provided, but no name was specified')
  return unique.map((mapping) => ({ mapping, namespace: place(mapping) }))
}

function pairsOf(args: readonly string[]): [string, string][] {
  return args.map((a) => {
    const parts = a.split('/')
    if (parts.length === 1) {
      // Upstream says `get` whatever the command is.
      const form = `'kubectl get resource/<resource_name>'`
      const instead = `'kubectl get resource resource/<resource_name>'`
      throw new CliError(
        `there is no need to specify a resource type as a separate argument when passing arguments in resource/name form (e.g. ${form} instead of ${instead}`,
      )
    }
    if (parts.length !== 2)
      throw new CliError('arguments in resource/name form may not have more than one slash')
    const [type, name] = parts as [string, string]
    if (type === '' || name === '' || type.includes(','))
      throw new CliError('arguments in resource/name form must have a single resource and name')
    return [type, name]
  })
}

/** Words for a failing request about a resource. */
export function about(m: Mapping, name?: string): RequestOptions['about'] {
  return { resource: groupResource(m), ...(name ? { name } : {}) }
}

/**
 * Fetches one object. When it is not there because its namespace is not, that is what is said.
 * @throws StatusError
 * @source staging/src/k8s.io/cli-runtime/pkg/resource/visitor.go Info.Get
 */
export function* getObject(
  k: Invocation,
  t: Target & { name: string },
  sub?: string,
  options: RequestOptions = {},
): Task<AnyObject> {
  const { mapping, namespace, name } = t
  try {
    return yield* k.client.object('GET', pathOf(mapping, namespace, name, sub), {
      ...options,
      about: about(mapping, name),
    })
  } catch (error) {
    if (!isReason(error, 'NotFound') || !mapping.namespaced || namespace === 'default') throw error
    yield* namespaceExists(k, namespace)
    throw error
  }
}

/** @throws StatusError NotFound; who may not look does not learn more */
function* namespaceExists(k: Invocation, namespace: string | undefined): Task<void> {
  if (!namespace) return
  try {
    yield* k.client.object('GET', `/api/v1/namespaces/${namespace}`)
  } catch (error) {
    if (!(error instanceof StatusError) || isReason(error, 'NotFound')) throw error
  }
}

/** Lists a collection, page by page. @throws StatusError saying what was looked for */
export function* listObjects(
  k: Invocation,
  t: Target,
  s: Pick<Selection, 'selector' | 'fieldSelector'>,
): Task<AnyObject[]> {
  const items: AnyObject[] = []
  let next: string | undefined
  do {
    const page = yield* listPage(k, t, s, next)
    const found = (page as { items?: unknown[] }).items ?? []
    const kind = String(page.kind ?? '').replace(/List$/, '')
    for (const item of found as AnyObject[])
      items.push(item.kind ? item : { ...item, apiVersion: page.apiVersion, kind })
    next = (page.metadata as { continue?: string } | undefined)?.continue
  } while (next)
  return items
}

/** One page of a list, as objects or as a Table. @throws StatusError */
export function* listPage(
  k: Invocation,
  t: Target,
  s: Pick<Selection, 'selector' | 'fieldSelector'>,
  next: string | undefined,
  options: { accept?: string; includeObject?: string; limit?: number } = {},
): Task<AnyObject> {
  const limit = options.limit ?? CHUNK
  try {
    return yield* k.client.object('GET', pathOf(t.mapping, t.namespace), {
      query: {
        fieldSelector: s.fieldSelector || undefined,
        includeObject: options.includeObject,
        labelSelector: s.selector || undefined,
        limit: limit > 0 ? String(limit) : undefined,
        continue: next,
      },
      ...(options.accept ? { headers: { accept: options.accept } } : {}),
      about: about(t.mapping),
    })
  } catch (error) {
    if (!isReason(error, 'BadRequest', 'NotFound')) throw error
    const m = t.mapping
    const gvr = `"${m.group}/${m.version}, Resource=${m.plural}"`
    const chosen = `that match label selector "${s.selector ?? ''}", field selector "${s.fieldSelector ?? ''}"`
    const words =
      s.selector || s.fieldSelector ? `Unable to find ${gvr} ${chosen}` : `Unable to list ${gvr}`
    throw new StatusError({ ...error.status, message: `${words}: ${error.message}` })
  }
}

/** Flags of commands that read files. */
export const fileFlags: readonly Flag[] = [
  {
    name: 'filename',
    short: 'f',
    kind: 'strings',
    usage: 'Files or folders that hold the resources.',
  },
  {
    name: 'kustomize',
    short: 'k',
    kind: 'string',
    usage: 'A kustomization folder.',
  },
  {
    name: 'recursive',
    short: 'R',
    kind: 'bool',
    default: 'false',
    usage: 'Read folders below as well.',
  },
]

/** Whether files were given. */
export function hasFiles(k: Invocation): boolean {
  return k.flags.strings('filename').length > 0 || k.flags.string('kustomize') !== ''
}

/** How objects in files are to be read. */
export interface FileOptions {
  /** False: skip the check that apiVersion and kind are there. */
  readonly validate?: boolean
  /** Only objects with such labels; what `-l` says unless given. */
  readonly selector?: string
}

/** Everything that `-f` names, namespaces filled in. @throws CliError */
export function* readFiles(k: Invocation, options: FileOptions = {}): Task<Info[]> {
  const infos: Info[] = []
  const errors: CliError[] = []
  for (const [source, text] of sources(k)) {
    for (const doc of parseManifest(text, source).flatMap(flatten)) {
      const found = yield* infoOf(k, doc, source, options)
      if (found instanceof CliError) errors.push(found)
      else infos.push(found)
    }
  }
  const first = errors[0]
  if (first && infos.length === 0) throw joined(errors)
  const chosen = filtered(infos, options.selector ?? k.flags.string('selector'))
  if (first) pending.set(chosen, errors)
  return chosen
}

function filtered(infos: Info[], text: string): Info[] {
  if (text === '') return infos
  try {
    const selector = parseSelector(text)
    return infos.filter((i) => matches(selector, i.object.metadata.labels))
  } catch (error) {
    if (!(error instanceof SelectorError)) throw error
    throw new CliError(`the provided selector ${goQuote(text)} is not valid: ${error.message}`)
  }
}

/** Refuses resource arguments beside files. @throws CliError */
export function filesAlone(args: readonly string[]): void {
  const [types = '', ...names] = args
  if (types === '') return
  const pairs = types.includes('/') || (types.includes(',') && names.length > 0)
  throw new CliError(
    pairs
      ? 'resource/name arguments cannot be provided when a path is specified'
      : 'when paths, URLs, or stdin is provided as input, you may not specify resource arguments as well',
  )
}

/** Errors of documents beside good ones; commands report them after doing the rest. */
const pending = new WeakMap<readonly Info[], CliError[]>()

/** Failures of single documents that were read along with good ones. */
export function documentErrors(infos: readonly Info[]): CliError[] {
  return pending.get(infos) ?? []
}

function joined(errors: readonly CliError[]): CliError {
  if (errors.length === 1) return errors[0] as CliError
  return new CliError(`[${errors.map((e) => e.message).join(', ')}]`)
}

function sources(k: Invocation): [string, string][] {
  const folder = k.flags.string('kustomize')
  if (folder) {
    if (k.flags.strings('filename').length > 0)
      throw new CliError('only one of -f or -k can be specified')
    const objects = buildKustomization(k.io.files ?? new Map(), folder, (w) => k.err(w))
    return objects.map((o) => [folder, JSON.stringify(o)])
  }
  const out: [string, string][] = []
  const missing: string[] = []
  for (const path of k.flags.strings('filename')) {
    if (path === '-') {
      out.push(['STDIN', k.io.stdin ?? ''])
      continue
    }
    if (/^https?:\/\//.test(path))
      throw new CliError(`unable to read URL "${path}": this page makes no requests to other hosts`)
    const text = k.file(path)
    if (text !== undefined) {
      out.push([path, text])
      continue
    }
    const inside = k.folder(path, k.flags.bool('recursive'))
    if (!inside) {
      missing.push(`the path "${path}" does not exist`)
      continue
    }
    const manifests = inside.filter((f) => /\.(json|ya?ml)$/.test(f))
    if (manifests.length === 0)
      throw new CliError(
        `error reading [${path}]: recognized file extensions are [.json .yaml .yml]`,
      )
    for (const f of manifests) out.push([f, k.file(f) ?? ''])
  }
  if (missing.length === 1) throw new CliError(missing[0] as string)
  if (missing.length > 1) throw new PlainError(`${missing.join('\n')}\n`)
  return out
}

function flatten(doc: Document): Document[] {
  const isList = typeof doc.kind === 'string' && doc.kind.endsWith('List')
  if (isList && Array.isArray(doc.items)) return (doc.items as Document[]).flatMap(flatten)
  return [doc]
}

function* infoOf(
  k: Invocation,
  doc: Document,
  source: string,
  options: FileOptions,
): Task<Info | CliError> {
  const apiVersion = typeof doc.apiVersion === 'string' ? doc.apiVersion : ''
  const kind = typeof doc.kind === 'string' ? doc.kind : ''
  const missing = [...(apiVersion ? [] : ['apiVersion not set']), ...(kind ? [] : ['kind not set'])]
  if (missing.length > 0 && (options.validate ?? true)) {
    const what = missing.length > 1 ? `[${missing.join(', ')}]` : missing[0]
    throw new CliError(`error validating "${source}": error validating data: ${what}; ${HINT}`)
  }
  if (!kind)
    throw new CliError(
      `unable to decode "${source}": Object 'Kind' is missing in '${JSON.stringify(doc)}'`,
    )
  const metadata = (doc.metadata ?? {}) as AnyObject['metadata']
  const mapping = yield* k.mappingOfKind(apiVersion, kind)
  const name = metadata.name ?? ''
  if (!mapping) {
    const where = `for name: "${name}" namespace: "${metadata.namespace ?? ''}" from "${source}"`
    return new CliError(
      `resource mapping not found ${where}: no matches for kind "${kind}" in version "${apiVersion}"\nensure CRDs are installed first`,
    )
  }
  let namespace = ''
  let object = { ...doc, metadata } as unknown as AnyObject
  if (mapping.namespaced) {
    namespace = metadata.namespace || k.namespace
    if (k.explicitNamespace && metadata.namespace && metadata.namespace !== k.namespace)
      throw new CliError(
        `the namespace from the provided object "${metadata.namespace}" does not match the namespace "${k.namespace}". You must pass '--namespace=${metadata.namespace}' to perform this operation.`,
      )
    object = { ...object, metadata: { ...metadata, namespace } }
  }
  return { mapping, namespace, name, object, source }
}

/**
 * The objects that files or arguments name, fetched.
 * @throws CliError when nothing is named; StatusError of each fetch that failed is collected in `errors`
 */
export function* fetchInfos(k: Invocation, s: Selection, errors: unknown[]): Task<Info[]> {
  const infos: Info[] = []
  if (hasFiles(k)) {
    filesAlone(s.args)
    for (const f of yield* readFiles(k, { selector: s.selector ?? '' })) {
      try {
        infos.push({ ...f, object: yield* getObject(k, f) })
      } catch (error) {
        if (!(error instanceof StatusError)) throw error
        errors.push(error)
      }
    }
    return infos
  }
  const targets = yield* resolveTargets(k, s)
  if (targets.length === 0) throw nothingNamed()
  for (const t of targets) {
    try {
      for (const i of yield* fetchTarget(k, t, s)) infos.push(i)
    } catch (error) {
      if (!(error instanceof StatusError)) throw error
      errors.push(error)
    }
  }
  return infos
}

/** The objects of one target. @throws StatusError */
export function* fetchTarget(k: Invocation, t: Target, s: Selection): Task<Info[]> {
  if (t.name !== undefined) {
    const named = { ...t, name: t.name }
    return [infoFrom(t.mapping, yield* getObject(k, named))]
  }
  return (yield* listObjects(k, t, s)).map((o) => infoFrom(t.mapping, o))
}

/** An Info of a live object. */
export function infoFrom(mapping: Mapping, object: AnyObject): Info {
  const { namespace = '', name = '' } = object.metadata
  return { mapping, namespace, name, object, source: '' }
}

/** True when the object is of that group and kind. */
export function isKind(m: Mapping, group: string, kind: string): boolean {
  return m.group === group && m.kind === kind
}

/** The apiVersion of a mapping. */
export function apiVersionOf(m: Mapping): string {
  return groupVersion(m)
}
