/**
 * The file `kustomization.yaml`: its fields, what of them is out of date, what is not known.
 * @source https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/, api/types/kustomization.go of kustomize 5
 */
import { isObject, type JsonObject } from '../../cluster/api/meta/json.ts'
import { CliError } from '../errors.ts'
import { parseYaml } from '../manifest.ts'

/** Which resources something is meant for; texts are anchored regular expressions, empty ones match all. */
export interface Selector {
  readonly group?: string
  readonly version?: string
  readonly kind?: string
  readonly name?: string
  readonly namespace?: string
  readonly labelSelector?: string
  readonly annotationSelector?: string
}

/** A place in objects of a kind. */
export interface FieldSpec {
  readonly path: string
  readonly group?: string
  readonly version?: string
  readonly kind?: string
  /** Makes what is missing on the way. */
  readonly create?: boolean
}

/** What a generator gives its objects. */
export interface GeneratorOptions {
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly disableNameSuffixHash?: boolean
  readonly immutable?: boolean
}

/** A ConfigMap or Secret to be made. */
export interface Generator {
  readonly name?: string
  readonly namespace?: string
  readonly behavior?: string
  readonly literals?: readonly string[]
  readonly files?: readonly string[]
  readonly envs?: readonly string[]
  readonly env?: string
  readonly type?: string
  readonly options?: GeneratorOptions
}

/** Labels, and how far they go. */
export interface LabelEntry {
  readonly pairs?: Readonly<Record<string, string>>
  readonly includeSelectors?: boolean
  readonly includeTemplates?: boolean
  readonly fields?: readonly FieldSpec[]
}

/** A patch, inline or in a file. */
export interface PatchEntry {
  readonly path?: string
  readonly patch?: string
  readonly target?: Selector
  readonly options?: { readonly allowNameChange?: boolean; readonly allowKindChange?: boolean }
}

/** Part of a value. */
export interface FieldOptions {
  readonly delimiter?: string
  readonly index?: number
  readonly encoding?: string
  readonly create?: boolean
}

/** A value copied from one object into others. */
export interface Replacement {
  readonly path?: string
  readonly source?: Selector & { readonly fieldPath?: string; readonly options?: FieldOptions }
  readonly sourceValue?: string
  readonly targets?: readonly {
    readonly select?: Selector
    readonly reject?: readonly Selector[]
    readonly fieldPaths?: readonly string[]
    readonly options?: FieldOptions
  }[]
}

/** An image's new name, tag or digest. */
export interface ImageEntry {
  readonly name?: string
  readonly newName?: string
  readonly newTag?: string
  readonly tagSuffix?: string
  readonly digest?: string
}

/** All that a kustomization says, deprecated fields already moved to their successors. */
export interface Kustomization {
  readonly kind: string
  readonly resources: readonly string[]
  readonly components: readonly string[]
  readonly namePrefix: string
  readonly nameSuffix: string
  readonly namespace: string
  readonly commonLabels: Readonly<Record<string, string>>
  readonly commonAnnotations: Readonly<Record<string, string>>
  readonly labels: readonly LabelEntry[]
  readonly images: readonly ImageEntry[]
  readonly replicas: readonly { readonly name: string; readonly count: number }[]
  readonly configMapGenerator: readonly Generator[]
  readonly secretGenerator: readonly Generator[]
  readonly generatorOptions: GeneratorOptions
  readonly patches: readonly PatchEntry[]
  /** File names or inline documents. */
  readonly patchesStrategicMerge: readonly string[]
  readonly patchesJson6902: readonly PatchEntry[]
  readonly replacements: readonly Replacement[]
  readonly sortOptions?: {
    readonly order?: string
    readonly legacySortOptions?: {
      readonly orderFirst?: readonly string[]
      readonly orderLast?: readonly string[]
    }
  }
}

const KNOWN = new Set(
  `apiVersion kind metadata openapi namePrefix nameSuffix namespace commonLabels labels commonAnnotations
  patchesStrategicMerge patchesJson6902 patches images imageTags replacements replicas vars sortOptions resources
  components crds bases configMapGenerator secretGenerator helmGlobals helmCharts helmChartInflationGenerator
  generatorOptions configurations generators transformers validators buildMetadata`.split(/\s+/),
)

/** Fields that need programs or files which a page has not. */
const ELSEWHERE = [
  'helmCharts',
  'helmChartInflationGenerator',
  'generators',
  'transformers',
  'validators',
  'vars',
  'configurations',
  'crds',
  'openapi',
  'buildMetadata',
]

const SUCCESSORS: readonly (readonly [string, string])[] = [
  ['bases', 'resources'],
  ['commonLabels', 'labels'],
  ['imageTags', 'images'],
  ['patchesJson6902', 'patches'],
  ['patchesStrategicMerge', 'patches'],
]

/**
 * Reads a kustomization.
 * @param warn hears of fields that are out of date
 * @throws CliError in kustomize's words
 */
export function parseKustomization(
  text: string,
  root: string,
  warn: (text: string) => void,
): Kustomization {
  const raw = parseYaml(text, '1.2')
  if (raw === null || raw === undefined) throw new CliError('kustomization.yaml is empty')
  if (!isObject(raw))
    throw new CliError(
      'invalid Kustomization: json: cannot unmarshal string into Go value of type types.Kustomization',
    )
  for (const key of Object.keys(raw))
    if (!KNOWN.has(key)) throw new CliError(`invalid Kustomization: json: unknown field "${key}"`)
  for (const [old, now] of SUCCESSORS)
    if (raw[old] !== undefined)
      warn(
        `# Warning: '${old}' is deprecated. Please use '${now}' instead. Run 'kustomize edit fix' to update your Kustomization automatically.\n`,
      )
  checkShape(raw)
  const kind = typeof raw.kind === 'string' ? raw.kind : 'Kustomization'
  if (Object.keys(raw).every((key) => ['apiVersion', 'kind', 'metadata'].includes(key)))
    throw new CliError('kustomization.yaml is empty')
  enforce(raw, kind, root)
  for (const field of ELSEWHERE)
    if (raw[field] !== undefined)
      throw new CliError(`the field '${field}' of a kustomization is not available here`)
  const list = <T>(key: string): T[] => (raw[key] as T[] | undefined) ?? []
  return {
    kind,
    resources: [...list<string>('resources'), ...list<string>('bases')],
    components: list('components'),
    namePrefix: String(raw.namePrefix ?? ''),
    nameSuffix: String(raw.nameSuffix ?? ''),
    namespace: String(raw.namespace ?? ''),
    commonLabels: (raw.commonLabels as Record<string, string> | undefined) ?? {},
    commonAnnotations: (raw.commonAnnotations as Record<string, string> | undefined) ?? {},
    labels: list('labels'),
    images: [...list<ImageEntry>('images'), ...list<ImageEntry>('imageTags')],
    replicas: list('replicas'),
    configMapGenerator: list('configMapGenerator'),
    secretGenerator: list('secretGenerator'),
    generatorOptions: (raw.generatorOptions as GeneratorOptions | undefined) ?? {},
    patches: list('patches'),
    patchesStrategicMerge: list('patchesStrategicMerge'),
    patchesJson6902: list('patchesJson6902'),
    replacements: list('replacements'),
    ...(raw.sortOptions ? { sortOptions: raw.sortOptions } : {}),
  }
}

function enforce(raw: JsonObject, kind: string, root: string): void {
  const wrong: string[] = []
  if (kind !== 'Kustomization' && kind !== 'Component')
    wrong.push('kind should be Kustomization or Component')
  const version = `kustomize.config.k8s.io/${kind === 'Component' ? 'v1alpha1' : 'v1beta1'}`
  if (raw.apiVersion !== undefined && raw.apiVersion !== version)
    wrong.push(`apiVersion for ${kind} should be ${version}`)
  if (wrong.length > 0)
    throw new CliError(`Failed to read kustomization file under ${root}:\n${wrong.join('\n')}`)
}

const TEXTS = ['namePrefix', 'nameSuffix', 'namespace']
const TEXT_LISTS = ['resources', 'components', 'bases', 'patchesStrategicMerge']
const TEXT_MAPS = ['commonLabels', 'commonAnnotations']
const OBJECT_LISTS =
  `labels images imageTags replicas configMapGenerator secretGenerator patches patchesJson6902
  replacements`.split(/\s+/)

function checkShape(raw: JsonObject): void {
  for (const key of TEXTS)
    if (raw[key] != null) demand(typeof raw[key] === 'string', raw[key], key, 'string')
  for (const key of TEXT_MAPS) textMap(raw[key], key, '')
  for (const key of [...TEXT_LISTS, ...OBJECT_LISTS]) {
    const value = raw[key]
    if (value == null) continue
    demand(
      Array.isArray(value),
      value,
      key,
      TEXT_LISTS.includes(key) ? '[]string' : `[]types.${typeName(key)}`,
    )
    for (const item of value as unknown[]) {
      if (TEXT_LISTS.includes(key)) demand(typeof item === 'string', item, key, 'string')
      else demand(isObject(item), item, key, `types.${typeName(key)}`)
    }
  }
  for (const entry of (raw.labels as LabelEntry[] | undefined) ?? [])
    textMap(entry.pairs, 'labels.pairs', 'Label')
}

function textMap(value: unknown, key: string, type: string): void {
  if (value == null) return
  demand(isObject(value), value, key, 'map[string]string', type)
  for (const v of Object.values(value as JsonObject))
    if (v !== null) demand(typeof v === 'string', v, key, 'string', type)
}

function demand(
  right: boolean,
  value: unknown,
  key: string,
  wanted: string,
  type = 'Kustomization',
): void {
  if (right) return
  const is = Array.isArray(value)
    ? 'array'
    : typeof value === 'boolean'
      ? 'bool'
      : typeof value === 'object'
        ? 'object'
        : typeof value
  throw new CliError(
    `invalid Kustomization: json: cannot unmarshal ${is} into Go struct field ${type || 'Kustomization'}.${key} of type ${wanted}`,
  )
}

function typeName(key: string): string {
  const names: Readonly<Record<string, string>> = {
    labels: 'Label',
    images: 'Image',
    imageTags: 'Image',
    replicas: 'Replica',
    configMapGenerator: 'ConfigMapArgs',
    secretGenerator: 'SecretArgs',
    patches: 'Patch',
    patchesJson6902: 'Patch',
    replacements: 'ReplacementField',
  }
  return names[key] ?? 'Kustomization'
}
