/** CustomResourceDefinition. @source apiextensions-apiserver/pkg/apis/apiextensions/validation, registry/customresourcedefinition */
import type {
  CustomResourceDefinition as Crd,
  CustomResourceDefinitionSpec,
} from '../api/generated/types.ts'
import {
  duplicate,
  forbiddenField,
  invalidValue,
  notSupported,
  required,
  tooMany,
} from '../api/meta/field.ts'
import { deepEqual, type JsonObject } from '../api/meta/json.ts'
import type { FieldError } from '../api/meta/status.ts'
import { dns1035Label, dnsSubdomain } from '../api/meta/validation.ts'
import { own } from './own.ts'
import { nameColumn } from './shared/columns.ts'
import { validateCrdSchema } from './shared/crdschema.ts'

const FINALIZER = 'customresourcecleanup.apiextensions.k8s.io'

/** The kind. */
export const customresourcedefinition = own<Crd>(
  'apiextensions.k8s.io',
  'v1',
  'CustomResourceDefinition',
  {
    defaults(o) {
      const spec = o.spec as CustomResourceDefinitionSpec
      if (!spec.names) return
      spec.names.singular ||= spec.names.kind?.toLowerCase()
      spec.names.listKind ||= spec.names.kind ? `${spec.names.kind}List` : undefined
      spec.conversion ??= { strategy: 'None' }
    },
    validate: (o, old) => [...validate(o), ...(old ? validateUpdate(o, old) : [])],
    strategy: {
      prepareForCreate(o) {
        const storage = o.spec?.versions?.find((v) => v.storage)?.name
        o.status = {
          conditions: [],
          acceptedNames: { kind: '', plural: '' },
          storedVersions: storage ? [storage] : [],
        }
        const finalizers = o.metadata.finalizers ?? []
        if (!finalizers.includes(FINALIZER)) o.metadata.finalizers = [...finalizers, FINALIZER]
      },
    },
    columns: [
      nameColumn(),
      { name: 'Created At', type: 'date', value: (o) => o.metadata.creationTimestamp ?? '' },
    ],
  },
)

function validate(o: Crd): FieldError[] {
  const spec = o.spec as CustomResourceDefinitionSpec
  const out: FieldError[] = []
  const name = o.metadata.name ?? ''
  const expected = `${spec.names?.plural ?? ''}.${spec.group ?? ''}`
  if (name !== expected) {
    out.push(invalidValue('metadata.name', name, 'must be spec.names.plural+"."+spec.group'))
  }
  if (!spec.group) out.push(required('spec.group'))
  else {
    const texts = dnsSubdomain(spec.group)
    if (texts.length > 0) out.push(invalidValue('spec.group', spec.group, texts.join(',')))
    else if (spec.group.split('.').length < 2) {
      const text = 'should be a domain with at least one dot'
      out.push(invalidValue('spec.group', spec.group, text))
    }
  }
  if (!spec.scope) out.push(required('spec.scope'))
  else if (spec.scope !== 'Cluster' && spec.scope !== 'Namespaced') {
    out.push(notSupported('spec.scope', spec.scope, ['Cluster', 'Namespaced']))
  }
  return [
    ...out,
    ...validateVersions(spec),
    ...validateNames(spec),
    ...validateShared(spec),
    ...validateConversion(spec.conversion),
    ...validateApproval(o),
    ...(spec.preserveUnknownFields ? [invalidValue(PRESERVE, true, PRESERVE_TEXT)] : []),
  ]
}

const PRESERVE = 'spec.preserveUnknownFields'
const PRESERVE_TEXT =
  'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead'
const APPROVAL = 'api-approved.kubernetes.io'

/** Groups of the community are not for everybody. @source apiextensions-apiserver/pkg/apihelpers */
function validateApproval(o: Crd): FieldError[] {
  const group = o.spec?.group ?? ''
  if (!/(^|\.)(k8s|kubernetes)\.io$/.test(group)) return []
  const at = `metadata.annotations[${APPROVAL}]`
  const given = o.metadata.annotations?.[APPROVAL]
  const see = 'see https://github.com/kubernetes/enhancements/pull/1111'
  const must = `protected groups must have approval annotation "${APPROVAL}"`
  if (!given) return [required(at, `${must}, ${see}`)]
  if (given.startsWith('unapproved') || /^https?:\/\/[^/]+/.test(given)) return []
  const text = `${must} with either a URL or a reason starting with "unapproved", ${see}`
  return [invalidValue(at, given, text)]
}

type Conversion = NonNullable<CustomResourceDefinitionSpec['conversion']>

function validateConversion(c: Conversion | undefined): FieldError[] {
  if (!c) return []
  const at = 'spec.conversion'
  const strategy = c.strategy as string
  const out: FieldError[] = []
  if (!strategy) out.push(required(`${at}.strategy`))
  else if (strategy !== 'None' && strategy !== 'Webhook') {
    out.push(notSupported(`${at}.strategy`, strategy, ['None', 'Webhook']))
  }
  const client = c.webhook?.clientConfig
  const versions = c.webhook?.conversionReviewVersions ?? []
  // The internal type has the webhook's members beside the strategy.
  const path = `${at}.webhookClientConfig`
  if (strategy !== 'Webhook') {
    const text = 'should not be set when strategy is not set to Webhook'
    if (client) out.push(forbiddenField(path, text))
    if (versions.length > 0) out.push(forbiddenField(`${at}.conversionReviewVersions`, text))
    return out
  }
  if (!client) out.push(required(path, 'required when strategy is set to Webhook'))
  else if ((client.url === undefined) === (client.service === undefined)) {
    out.push(required(path, 'exactly one of url or service is required'))
  }
  if (versions.length === 0) out.push(required(`${at}.conversionReviewVersions`))
  return out
}

function validateVersions(spec: CustomResourceDefinitionSpec): FieldError[] {
  const out: FieldError[] = []
  const storage = (spec.versions ?? []).filter((v) => v.storage).length
  spec.versions?.forEach((v, i) => {
    const at = `spec.versions[${i}]`
    const texts = dns1035Label(v.name ?? '')
    if (texts.length > 0) out.push(invalidValue(`${at}.name`, v.name ?? '', texts.join(',')))
    out.push(...validateDeprecation(v, at), ...validateSelectable(v, at))
    const schema = v.schema?.openAPIV3Schema
    if (!schema) out.push(required(`${at}.schema.openAPIV3Schema`, 'schemas are required'))
    else if (!isShared(spec, 'schema')) out.push(...validateSchema(v, `${at}.schema`))
    if (!isShared(spec, 'subresources')) out.push(...validateScale(v, at))
    if (!isShared(spec, 'additionalPrinterColumns')) out.push(...validateColumns(v, at))
  })
  const names = spec.versions?.map((v) => v.name) ?? []
  const wrong = (text: string) => out.push(invalidValue('spec.versions', shownVersions(spec), text))
  if (new Set(names).size < names.length) wrong('must contain unique version names')
  if (storage !== 1) wrong('must have exactly one version marked as storage version')
  return out
}

/** The internal type: what all versions say alike stands elsewhere. */
function shownVersions(spec: CustomResourceDefinitionSpec): unknown {
  return (
    spec.versions?.map((v) => ({
      Name: v.name,
      Served: v.served,
      Storage: v.storage,
      Deprecated: v.deprecated ?? false,
      DeprecationWarning: v.deprecationWarning ?? null,
      Schema: isShared(spec, 'schema') ? null : (v.schema ?? null),
      Subresources: isShared(spec, 'subresources') ? null : (v.subresources ?? null),
      AdditionalPrinterColumns: isShared(spec, 'additionalPrinterColumns')
        ? null
        : (v.additionalPrinterColumns ?? null),
      SelectableFields: v.selectableFields ?? null,
    })) ?? null
  )
}

const WARNING_MAX = 256

function validateDeprecation(v: Version, at: string): FieldError[] {
  const text = v.deprecationWarning
  if (text === undefined) return []
  const wrong: string[] = []
  if (!v.deprecated) wrong.push('can only be set for deprecated versions')
  else if (text === '') wrong.push('must not be an empty string')
  else if (text.length > WARNING_MAX) wrong.push(`must be <= ${WARNING_MAX} characters`)
  return wrong.map((t) => invalidValue(`${at}.deprecationWarning`, text, t))
}

/**
 * True when all versions say the same: then the internal type has it once, for all of them, and errors name it there.
 * @source apiextensions/v1/conversion.go
 */
export function isShared(
  spec: CustomResourceDefinitionSpec,
  part: 'schema' | 'subresources' | 'additionalPrinterColumns',
): boolean {
  const versions = spec.versions ?? []
  return versions.every((v) => deepEqual(v[part], versions[0]?.[part]))
}

/** What is said once for all versions. */
function validateShared(spec: CustomResourceDefinitionSpec): FieldError[] {
  const v = spec.versions?.[0]
  if (!v) return []
  return [
    ...(isShared(spec, 'schema') ? validateSchema(v, 'spec.validation') : []),
    ...(isShared(spec, 'subresources') ? validateScale(v, 'spec') : []),
    ...(isShared(spec, 'additionalPrinterColumns') ? validateColumns(v, 'spec') : []),
  ]
}

function validateSchema(v: Version, at: string): FieldError[] {
  const schema = v.schema?.openAPIV3Schema as JsonObject | undefined
  return schema ? validateCrdSchema(schema, `${at}.openAPIV3Schema`) : []
}

type Version = CustomResourceDefinitionSpec['versions'][number]

const COLUMN_TYPES = ['boolean', 'date', 'integer', 'number', 'string']
const COLUMN_FORMATS = [
  'byte',
  'date',
  'date-time',
  'double',
  'float',
  'int32',
  'int64',
  'password',
]

function validateColumns(v: Version, at: string): FieldError[] {
  const out: FieldError[] = []
  v.additionalPrinterColumns?.forEach((c, i) => {
    const path = `${at}.additionalPrinterColumns[${i}]`
    if (!c.name) out.push(required(`${path}.name`))
    if (!c.type) out.push(required(`${path}.type`, `must be one of ${COLUMN_TYPES.join(',')}`))
    else if (!COLUMN_TYPES.includes(c.type)) {
      out.push(notSupported(`${path}.type`, c.type, COLUMN_TYPES))
    }
    if (c.format && !COLUMN_FORMATS.includes(c.format)) {
      out.push(notSupported(`${path}.format`, c.format, COLUMN_FORMATS))
    }
    if (!c.jsonPath) out.push(required(`${path}.JSONPath`))
    else out.push(...validatePath(c.jsonPath, `${path}.JSONPath`))
  })
  return out
}

function validateScale(v: Version, at: string): FieldError[] {
  const scale = v.subresources?.scale
  if (!scale) return []
  const out: FieldError[] = []
  const under = (field: 'specReplicasPath' | 'statusReplicasPath', root: string) => {
    const path = `${at}.subresources.scale.${field}`
    const text = scale[field]
    if (!text) out.push(required(path))
    else if (!text.startsWith('.')) out.push(...validatePath(text, path))
    else if (!text.startsWith(`${root}.`)) {
      out.push(invalidValue(path, text, `should be a json path under ${root}`))
    }
  }
  under('specReplicasPath', '.spec')
  under('statusReplicasPath', '.status')
  const label = scale.labelSelectorPath
  const path = `${at}.subresources.scale.labelSelectorPath`
  if (label && !label.startsWith('.')) out.push(...validatePath(label, path))
  else if (label && !/^\.(spec|status)\./.test(label)) {
    out.push(invalidValue(path, label, 'should be a json path under either .spec or .status'))
  }
  return out
}

const SELECTABLE_MAX = 8

/** @source apiextensions-apiserver/pkg/apis/apiextensions/validation ValidateCustomResourceSelectableFields */
function validateSelectable(v: Version, at: string): FieldError[] {
  const out: FieldError[] = []
  const seen = new Set<string>()
  v.selectableFields?.forEach(({ jsonPath }, i) => {
    const path = `${at}.selectableFields[${i}]`
    if (!jsonPath) {
      out.push(required(`${path}.jsonPath`))
      return
    }
    let s = v.schema?.openAPIV3Schema as JsonObject | undefined
    const names = jsonPath.split('.').slice(1)
    for (const name of names) {
      s = (s?.properties as Record<string, JsonObject> | undefined)?.[name]
    }
    const inMetadata = names[0] === 'metadata'
    if (!jsonPath.startsWith('.') || (!s && !inMetadata)) {
      const why = jsonPath.startsWith('.')
        ? 'does not refer to a valid field'
        : `expected [ or . but got: ${jsonPath}`
      out.push(invalidValue(`${path}.jsonPath`, jsonPath, `is an invalid path: ${why}`))
      return
    }
    if (inMetadata) out.push(invalidValue(path, jsonPath, 'must not point to fields in metadata'))
    if (!['string', 'boolean', 'integer'].includes(String(s?.type))) {
      const text =
        'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.'
      out.push(invalidValue(path, jsonPath, text))
    }
    if (seen.has(jsonPath)) out.push(duplicate(path, jsonPath))
    seen.add(jsonPath)
  })
  if (seen.size > SELECTABLE_MAX) {
    out.push(tooMany(`${at}.selectableFields`, seen.size, SELECTABLE_MAX))
  }
  return out
}

function validatePath(text: string, path: string): FieldError[] {
  if (text.startsWith('.')) return []
  return [invalidValue(path, text, 'must be a simple json path starting with .')]
}

function validateNames(spec: CustomResourceDefinitionSpec): FieldError[] {
  const out: FieldError[] = []
  const n = spec.names
  const fields = ['plural', 'singular', 'kind', 'listKind'] as const
  for (const f of fields) if (!n?.[f]) out.push(required(`spec.names.${f}`))
  for (const f of fields) {
    const value = n?.[f]
    const mixed = f === 'kind' || f === 'listKind'
    const texts = value ? dns1035Label(mixed ? value.toLowerCase() : value) : []
    if (texts.length === 0) continue
    const lead = mixed ? 'may have mixed case, but should otherwise match: ' : ''
    out.push(invalidValue(`spec.names.${f}`, value, lead + texts.join(',')))
  }
  const labels = (f: 'shortNames' | 'categories') => {
    n?.[f]?.forEach((x, i) => {
      const texts = dns1035Label(x)
      if (texts.length > 0) out.push(invalidValue(`spec.names.${f}[${i}]`, x, texts.join(',')))
    })
  }
  labels('shortNames')
  if (n?.kind && n.kind === n.listKind) {
    const text = 'kind and listKind may not be the same'
    out.push(invalidValue('spec.names.listKind', n.listKind, text))
  }
  labels('categories')
  return out
}

function validateUpdate(o: Crd, old: Crd): FieldError[] {
  const out: FieldError[] = []
  const fixed = (field: string, a: unknown, b: unknown) => {
    if (!deepEqual(a, b)) out.push(invalidValue(field, a ?? null, 'field is immutable'))
  }
  fixed('spec.group', o.spec?.group, old.spec?.group)
  fixed('spec.scope', o.spec?.scope, old.spec?.scope)
  fixed('spec.names.kind', o.spec?.names?.kind, old.spec?.names?.kind)
  fixed('spec.names.plural', o.spec?.names?.plural, old.spec?.names?.plural)
  const names = new Set((o.spec?.versions ?? []).map((v) => v.name))
  old.status?.storedVersions?.forEach((v, i) => {
    if (names.has(v)) return
    const text = `missing from spec.versions; ${v} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${v} and removes ${v} from status.storedVersions`
    out.push(invalidValue(`status.storedVersions[${i}]`, v, text))
  })
  return out
}
