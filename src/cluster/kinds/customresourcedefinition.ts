/** CustomResourceDefinition. @source apiextensions-apiserver/pkg/apis/apiextensions/validation, registry/customresourcedefinition */
import type {
  CustomResourceDefinition as Crd,
  CustomResourceDefinitionSpec,
} from '../api/generated/types.ts'
import { invalidValue, notSupported, required } from '../api/meta/field.ts'
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
    for (const t of dnsSubdomain(spec.group)) out.push(invalidValue('spec.group', spec.group, t))
    if (spec.group.split('.').length < 2) {
      const text = 'should be a domain with at least one dot'
      out.push(invalidValue('spec.group', spec.group, text))
    }
  }
  if (!spec.scope) out.push(required('spec.scope'))
  else if (spec.scope !== 'Cluster' && spec.scope !== 'Namespaced') {
    out.push(notSupported('spec.scope', spec.scope, ['Cluster', 'Namespaced']))
  }
  return [...out, ...validateVersions(spec), ...validateNames(spec), ...validateShared(spec)]
}

function validateVersions(spec: CustomResourceDefinitionSpec): FieldError[] {
  const out: FieldError[] = []
  const storage = (spec.versions ?? []).filter((v) => v.storage).length
  spec.versions?.forEach((v, i) => {
    const at = `spec.versions[${i}]`
    for (const t of dns1035Label(v.name)) out.push(invalidValue(`${at}.name`, v.name, t))
    const schema = v.schema?.openAPIV3Schema
    if (!schema) out.push(required(`${at}.schema.openAPIV3Schema`, 'schemas are required'))
    else if (!isShared(spec, 'schema')) out.push(...validateSchema(v, `${at}.schema`))
    if (!isShared(spec, 'subresources')) out.push(...validateScale(v, at))
    if (!isShared(spec, 'additionalPrinterColumns')) out.push(...validateColumns(v, at))
  })
  if (storage !== 1) {
    const text = 'must have exactly one version marked as storage version'
    out.push(invalidValue('spec.versions', spec.versions ?? null, text))
  }
  return out
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
    else if (!text.startsWith(`${root}.`)) {
      out.push(invalidValue(path, text, `should be a json path under ${root}`))
    }
  }
  under('specReplicasPath', '.spec')
  under('statusReplicasPath', '.status')
  return out
}

function validateNames(spec: CustomResourceDefinitionSpec): FieldError[] {
  const out: FieldError[] = []
  const n = spec.names
  const check = (field: string, value: string | undefined) => {
    if (!value) out.push(required(`spec.names.${field}`))
    else {
      for (const t of dns1035Label(value.toLowerCase()))
        out.push(invalidValue(`spec.names.${field}`, value, t))
    }
  }
  check('plural', n?.plural)
  check('singular', n?.singular)
  check('kind', n?.kind)
  check('listKind', n?.listKind)
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
