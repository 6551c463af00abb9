/**
 * A CustomResourceDefinition compiled to what every kind is: a ResourceDefinition for each served version.
 * @source staging/src/k8s.io/apiextensions-apiserver/pkg/apiserver/customresource_handler.go
 */
import type { Column, ResourceDefinition } from '../../api/definition.ts'
import type {
  CustomResourceDefinition,
  CustomResourceDefinitionVersion,
} from '../../api/generated/types.ts'
import { age } from '../../api/meta/duration.ts'
import { isObject } from '../../api/meta/json.ts'
import type { FieldError } from '../../api/meta/status.ts'
import type { AnyObject } from '../../api/object.ts'
import type { ResourceInfo } from '../../api/resources.ts'
import type { Schema } from '../../api/schema.ts'
import { setDecoder } from '../decode.ts'
import { jsonPath } from './jsonpath.ts'
import { allCelErrors, hasRules } from './rules.ts'
import { convert, decodeCustom, fillDefaults, propertiesOf, type RawSchema } from './structural.ts'
import { listErrors, validateValue } from './validate.ts'

const VERBS = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch']

/** One version, ready to be served. */
export interface CompiledVersion {
  readonly definition: ResourceDefinition
  readonly info: ResourceInfo
  readonly deprecated?: string
}

/** An object of one version as another shows it: pruned, and with that version's defaults. */
export function shownAs(crd: CustomResourceDefinition, version: string, o: AnyObject): AnyObject {
  const raw = crd.spec?.versions.find((v) => v.name === version)?.schema?.openAPIV3Schema
  const pruned = decodeCustom((raw ?? { type: 'object' }) as RawSchema, o) as AnyObject
  const apiVersion = `${crd.spec?.group}/${version}`
  const out = { ...pruned, apiVersion }
  defaultsOf(out, (raw ?? {}) as RawSchema)
  return { ...out, metadata: o.metadata }
}

/** Compiles the served versions of a CRD. */
export function compileCrd(crd: CustomResourceDefinition): CompiledVersion[] {
  return crd.spec?.versions.filter((v) => v.served).map((v) => compileVersion(crd, v)) ?? []
}

function compileVersion(
  crd: CustomResourceDefinition,
  v: CustomResourceDefinitionVersion,
): CompiledVersion {
  const { group, names, scope } = crd.spec as NonNullable<CustomResourceDefinition['spec']>
  const raw = (v.schema?.openAPIV3Schema ?? { type: 'object' }) as RawSchema
  const definition = definitionOf(crd, v, raw)
  const subresources: NonNullable<ResourceInfo['subresources']>[number][] = []
  if (v.subresources?.scale) {
    subresources.push({
      name: 'scale',
      verbs: ['get', 'patch', 'update'],
      kind: 'Scale',
      group: 'autoscaling',
      version: 'v1',
    })
  }
  if (v.subresources?.status)
    subresources.push({ name: 'status', verbs: ['get', 'patch', 'update'] })
  const info: ResourceInfo = {
    group,
    version: v.name,
    kind: names.kind,
    plural: names.plural,
    singular: definition.singular,
    namespaced: scope === 'Namespaced',
    verbs: VERBS,
    subresources,
  }
  const instead = crd.spec?.versions.find((x) => x.served && !x.deprecated && x.name !== v.name)
  const usual = `${group}/${v.name} ${names.kind} is deprecated`
  const warning = instead ? `${usual}; use ${group}/${instead.name} ${names.kind}` : usual
  return {
    definition,
    info,
    ...(v.deprecated ? { deprecated: v.deprecationWarning ?? warning } : {}),
  }
}

function definitionOf(
  crd: CustomResourceDefinition,
  v: CustomResourceDefinitionVersion,
  raw: RawSchema,
): ResourceDefinition {
  const { group, names, scope } = crd.spec as NonNullable<CustomResourceDefinition['spec']>
  const schema: Schema = {
    ...convert(raw, true),
    gvk: [{ group, version: v.name, kind: names.kind }],
  }
  setDecoder(schema, (value, notes) => decodeCustom(raw, value, notes))
  const hasStatus = v.subresources?.status !== undefined
  const scale = v.subresources?.scale
  return {
    group,
    version: v.name,
    kind: names.kind,
    plural: names.plural,
    singular: names.singular ?? names.kind.toLowerCase(),
    shortNames: names.shortNames ?? [],
    categories: names.categories ?? [],
    namespaced: scope === 'Namespaced',
    verbs: VERBS,
    schema,
    defaults: (o) => defaultsOf(o, raw),
    validate: (o, old) => validateRoot(o, raw, old),
    validateStatus: (o, old) => validateRoot(o, raw, old),
    subresources: {
      ...(hasStatus ? { status: true } : {}),
      ...(scale ? { scale } : {}),
    },
    columns: columnsOf(v),
    fields: fieldsOf(v),
    strategy: { generation: true },
  }
}

function defaultsOf(o: AnyObject, raw: RawSchema): void {
  const { metadata, kind, apiVersion, ...rest } = o
  fillDefaults(rest, raw)
  Object.assign(o, rest, { metadata, kind, apiVersion })
}

function validateRoot(o: AnyObject, raw: RawSchema, old: AnyObject | undefined): FieldError[] {
  const { metadata: _m, ...rest } = propertiesOf(raw)
  const schema = { ...raw, properties: rest }
  const out = [
    ...validateValue(o, schema, '', old && { value: old }),
    ...(old ? [] : listErrors(o, schema, '')),
  ]
  if (!hasRules(schema)) return out
  if (out.some((e) => BLOCKING.has(e.type))) return [...out, UNCHECKED]
  return [...out, ...allCelErrors(o, schema, '', old)]
}

/** Errors after which rules could not be trusted to make sense of the value. */
const BLOCKING: ReadonlySet<string> = new Set([
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
])

const UNCHECKED: FieldError = {
  type: 'FieldValueInvalid',
  field: '<nil>',
  body: 'Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
}

function columnsOf(v: CustomResourceDefinitionVersion): Column<AnyObject>[] {
  const name: Column<AnyObject> = {
    name: 'Name',
    format: 'name',
    description: 'Name must be unique within a namespace.',
    value: (o) => o.metadata.name ?? '',
  }
  const list = v.additionalPrinterColumns ?? []
  if (list.length === 0) {
    const value = (o: AnyObject, now: number) => age(o.metadata.creationTimestamp, now)
    return [name, { name: 'Age', type: 'date', value }]
  }
  return [name, ...list.map(columnOf)]
}

type RawColumn = NonNullable<CustomResourceDefinitionVersion['additionalPrinterColumns']>[number]

function columnOf(c: RawColumn): Column<AnyObject> {
  return {
    name: c.name,
    type: c.type as NonNullable<Column<AnyObject>['type']>,
    ...(c.format ? { format: c.format } : {}),
    priority: c.priority ?? 0,
    description: c.description ?? '',
    value: (o, now) => cell(jsonPath(o, c.jsonPath), c.type, now),
  }
}

function cell(
  found: readonly unknown[],
  type: string,
  nowMs: number,
): string | number | boolean | null {
  if (found.length === 0) return null
  const v = found[0]
  switch (type) {
    case 'date':
      return age(String(v), nowMs)
    case 'integer':
    case 'number':
      return typeof v === 'number' ? v : null
    case 'boolean':
      return typeof v === 'boolean' ? v : null
    default:
      return found
        .map((x) => (isObject(x) || Array.isArray(x) ? JSON.stringify(x) : String(x)))
        .join(',')
  }
}

function fieldsOf(v: CustomResourceDefinitionVersion): Record<string, (o: AnyObject) => string> {
  const out: Record<string, (o: AnyObject) => string> = {}
  for (const f of v.selectableFields ?? []) {
    out[f.jsonPath.replace(/^\./, '')] = (o) => String(jsonPath(o, f.jsonPath)[0] ?? '')
  }
  return out
}
