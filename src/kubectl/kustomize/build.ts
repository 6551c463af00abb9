/**
 * Builds a kustomization: resources of files and folders, generated ones, components, then what is done to them all.
 * @source https://kubectl.docs.kubernetes.io/references/kustomize/, api/internal/target/kusttarget.go of kustomize 5
 */
import { isObject, type JsonObject } from '../../cluster/api/meta/json.ts'
import { CliError } from '../errors.ts'
import { parseYamlAll } from '../manifest.ts'
import { compareStrings } from '../printers/gojson.ts'
import { type Folder, openFolder } from './folder.ts'
import { addHashes, generate } from './generators.ts'
import { type Kustomization, parseKustomization } from './kustomization.ts'
import { applyJsonPatches, applyPatches } from './patches.ts'
import { fixReferences } from './references.ts'
import { replaceValues } from './replacements.ts'
import { append, idOf, metadataOf, type Resource, resourceOf } from './resource.ts'
import {
  addAffixes,
  addAnnotations,
  addLabels,
  setImages,
  setNamespace,
  setReplicas,
} from './transformers.ts'

/** How deep folders may lead into folders. */
const DEPTH_MAX = 40
const LOCAL = 'config.kubernetes.io/local-config'

/**
 * The objects that a kustomization folder stands for, in the order of kubectl.
 * @param files the home folder
 * @param warn hears of deprecated fields
 * @throws CliError in kustomize's words
 */
export function buildKustomization(
  files: ReadonlyMap<string, string>,
  path: string,
  warn: (text: string) => void,
): JsonObject[] {
  const folder = openFolder(files, path)
  const k = parseKustomization(folder.kustomization(), folder.root, warn)
  const all = accumulate(k, folder, [], warn, 0)
  addHashes(all)
  fixReferences(all)
  const kept = all.filter((r) => {
    const a = metadataOf(r.object).annotations as Record<string, string> | undefined
    return a?.[LOCAL] === undefined || a[LOCAL] === 'false'
  })
  return sorted(kept, k).map((r) => r.object)
}

function accumulate(
  k: Kustomization,
  folder: Folder,
  all: Resource[],
  warn: (text: string) => void,
  depth: number,
): Resource[] {
  if (depth > DEPTH_MAX) throw new CliError(`kustomizations nest deeper than ${DEPTH_MAX}`)
  for (const path of k.resources)
    prefixed('accumulating resources', () => addResource(all, path, folder, warn, depth))
  generate(all, k, folder)
  for (const path of k.components)
    prefixed('accumulating components', () => {
      const inner = prefixed('accumulateDirectory', () => folder.enter(path))
      const c = parseKustomization(inner.kustomization(), inner.root, warn)
      if (c.kind !== 'Component')
        throw new CliError(
          `accumulateDirectory: "expected kind 'Component' for path '${inner.root}' but got '${c.kind}'"`,
        )
      accumulate(c, inner, all, warn, depth + 1)
    })
  applyPatches(all, k, folder)
  setNamespace(all, k.namespace)
  addAffixes(all, k.namePrefix, k.nameSuffix)
  addLabels(all, k)
  addAnnotations(all, k.commonAnnotations)
  applyJsonPatches(all, k, folder)
  setReplicas(all, k.replicas)
  setImages(all, k.images)
  replaceValues(all, k, folder)
  return all
}

function addResource(
  all: Resource[],
  path: string,
  folder: Folder,
  warn: (text: string) => void,
  depth: number,
): void {
  if (folder.isFile(path)) return addFile(all, path, folder)
  const root = `${folder.root}/${path}`
  const target = folder.pathOf(path)
  const noFile = `evalsymlink failure on '${root}' : lstat ${root}: no such file or directory`
  const why = folder.isFolder(path) ? `'${target}' must resolve to a file` : noFile
  const where = `accumulation err='accumulating resources from '${path}': ${why}'`
  const inner = prefixed(where, () => folder.enter(path))
  const k = prefixed(`${where}: couldn't make target for path '${inner.root}'`, () =>
    parseKustomization(inner.kustomization(), inner.root, warn),
  )
  if (k.kind === 'Component')
    throw new CliError(`expected kind != 'Component' for path '${inner.root}'`)
  prefixed(`${where}: recursed accumulation of path '${inner.root}'`, () => {
    for (const r of accumulate(k, inner, [], warn, depth + 1)) append(all, r)
  })
}

function addFile(all: Resource[], path: string, folder: Folder): void {
  let reading = true
  try {
    const text = prefixed(`accumulating resources from '${path}'`, () => folder.read(path))
    const found = documents(text, path)
      .flatMap(flatten)
      .map((doc) => resourceOf(doc, path))
    reading = false
    prefixed(`merging resources from '${path}'`, () => {
      for (const r of found) append(all, r)
    })
  } catch (error) {
    if (!(error instanceof CliError) || (reading && /MalformedYAMLError/.test(error.message)))
      throw error
    // What is no file of resources is tried as a folder, which it is not either.
    const file = folder.pathOf(path)
    throw new CliError(
      `accumulation err='${error.message}': must build at directory: '${file}': file is not directory`,
    )
  }
}

function documents(text: string, path: string): JsonObject[] {
  try {
    return parseYamlAll(text, '1.2').filter(isObject)
  } catch (error) {
    if (!(error instanceof CliError)) throw error
    throw new CliError(
      `accumulating resources from '${path}': MalformedYAMLError: ${error.message} in File: ${path}`,
    )
  }
}

function prefixed<T>(prefix: string, run: () => T, joint = ': '): T {
  try {
    return run()
  } catch (error) {
    if (!(error instanceof CliError)) throw error
    throw new CliError(`${prefix}${joint}${error.message}`)
  }
}

function flatten(doc: JsonObject): JsonObject[] {
  const isList = typeof doc.kind === 'string' && doc.kind.endsWith('List')
  return isList && Array.isArray(doc.items) ? (doc.items as JsonObject[]).flatMap(flatten) : [doc]
}

const FIRST =
  `Namespace ResourceQuota StorageClass CustomResourceDefinition ServiceAccount PodSecurityPolicy Role ClusterRole
  RoleBinding ClusterRoleBinding ConfigMap Secret Endpoints Service LimitRange PriorityClass PersistentVolume
  PersistentVolumeClaim Deployment StatefulSet CronJob PodDisruptionBudget`.split(/\s+/)
const LAST = ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration']

/** kubectl sorts so that what others need comes first, unless the kustomization says `fifo`. */
function sorted(all: readonly Resource[], k: Kustomization): Resource[] {
  const order = k.sortOptions?.order ?? 'legacy'
  if (order === 'fifo') return [...all]
  if (order !== 'legacy')
    throw new CliError("the field 'sortOptions.order' must be one of [fifo, legacy]")
  const first = k.sortOptions?.legacySortOptions?.orderFirst ?? FIRST
  const last = k.sortOptions?.legacySortOptions?.orderLast ?? LAST
  const rank = (kind: string) => {
    const i = first.indexOf(kind)
    return i >= 0 ? i - first.length : last.indexOf(kind) + 1
  }
  const key = (r: Resource) => {
    const id = idOf(r.object)
    const kind = [id.group || '~G', id.version || '~V', id.kind].join('_')
    const space = id.namespace || '~X'
    return `${kind}|${space}|${id.name}`
  }
  return all
    .map((r) => ({ r, rank: rank(idOf(r.object).kind), key: key(r) }))
    .sort((a, b) => a.rank - b.rank || compareStrings(a.key, b.key))
    .map((x) => x.r)
}
