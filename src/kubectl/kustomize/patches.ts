/**
 * Patches of a kustomization: strategic merge and JSON 6902, inline or in files, for named or selected targets.
 * @source https://kubectl.docs.kubernetes.io/references/kustomize/builtins/#_patchtransformer_
 */
import { cloneJson, isObject, type JsonObject } from '../../cluster/api/meta/json.ts'
import { JsonPatchError, type JsonPatchOperation, jsonPatch } from '../../cluster/api/patch/json.ts'
import { schemaOf } from '../../cluster/api/schema.ts'
import { CliError } from '../errors.ts'
import { parseYaml, parseYamlAll } from '../manifest.ts'
import type { Folder } from './folder.ts'
import type { Kustomization, PatchEntry } from './kustomization.ts'
import { merged } from './merge.ts'
import {
  type Id,
  idOf,
  idsOf,
  idText,
  metadataOf,
  type Resource,
  remember,
  sameId,
  select,
} from './resource.ts'

/** Carries out all patches, in the order of kustomize: merges of old, `patches`, JSON patches of old. @throws CliError */
export function applyPatches(all: Resource[], k: Kustomization, folder: Folder): void {
  for (const text of k.patchesStrategicMerge) {
    const inline = !folder.isFile(text) && /[\n{]/.test(text)
    for (const patch of documents(inline ? text : folder.read(text))) mergeById(all, patch, {})
  }
  for (const entry of k.patches) applyEntry(all, entry, folder)
}

/** The JSON patches of `patchesJson6902`, which come after names and labels. @throws CliError */
export function applyJsonPatches(all: Resource[], k: Kustomization, folder: Folder): void {
  for (const entry of k.patchesJson6902) applyEntry(all, entry, folder)
}

function applyEntry(all: Resource[], entry: PatchEntry, folder: Folder): void {
  if (!entry.path && !entry.patch) throw new CliError('must specify one of patch and path in\n{}')
  if (entry.path && entry.patch) throw new CliError("patch and path can't be set at the same time")
  const text = entry.patch ?? folder.read(entry.path as string)
  const operations = operationsIn(text)
  const { target } = entry
  if (operations) {
    if (!target)
      throw new CliError(`must specify a target for JSON patch [path: "${entry.path ?? ''}"]`)
    for (const r of select(all, target)) change(r, jsonPatched(r, operations), entry)
    return
  }
  for (const patch of documents(text)) {
    if (!target) mergeById(all, patch, entry)
    else for (const r of select(all, target)) mergeInto(all, r, patch, entry)
  }
}

function operationsIn(text: string): JsonPatchOperation[] | undefined {
  const value = /^\s*---\s*$/m.test(text.trim().replace(/^---/, ''))
    ? undefined
    : parseYaml(text, '1.2')
  return Array.isArray(value) ? (value as JsonPatchOperation[]) : undefined
}

function documents(text: string): JsonObject[] {
  return parseYamlAll(text, '1.2').filter(isObject)
}

function mergeById(all: Resource[], patch: JsonObject, entry: PatchEntry): void {
  const id = idOf(patch)
  if (!id.kind || !id.name)
    throw new CliError(
      `unable to parse SM or JSON patch from [patch: ${JSON.stringify(JSON.stringify(patch))}]`,
    )
  const found = all.filter((r) => idsOf(r).some((x) => sameId(x, id)))
  const [r] = found
  if (!r) throw noMatch(id)
  if (found.length > 1)
    throw new CliError(
      `multiple matches for Id ${idText(id)}; failed to find unique target for patch ${idText(id)}`,
    )
  mergeInto(all, r, patch, entry)
}

function noMatch(id: Id): CliError {
  const text = idText(id)
  return new CliError(
    `no resource matches strategic merge patch "${text}": no matches for Id ${text}; failed to find unique target for patch ${text}`,
  )
}

function mergeInto(all: Resource[], r: Resource, patch: JsonObject, entry: PatchEntry): void {
  if (patch.$patch === 'delete') {
    all.splice(all.indexOf(r), 1)
    return
  }
  const id = idOf(r.object)
  const schema = schemaOf(id.group, id.version, id.kind)
  change(r, merged(cloneJson(r.object), cloneJson(patch), schema), entry)
}

function jsonPatched(r: Resource, operations: readonly JsonPatchOperation[]): JsonObject {
  try {
    const out = jsonPatch(cloneJson(r.object), operations)
    return isObject(out) ? out : r.object
  } catch (error) {
    if (!(error instanceof JsonPatchError)) throw error
    throw new CliError(error.message)
  }
}

/** A patched object keeps its name and kind unless the patch may change them. */
function change(r: Resource, object: JsonObject, entry: PatchEntry): void {
  const before = idOf(r.object)
  const now = metadataOf(object)
  if (!entry.options?.allowKindChange) object.kind = r.object.kind
  if (!entry.options?.allowNameChange) now.name = before.name
  else if (now.name !== before.name) remember(r)
  r.object = object
}
