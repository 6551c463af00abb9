/**
 * Structural facts of API types (from the generated schemas, or compiled from a CRD): used for decoding, pruning,
 * unknown-field errors, strategic merge, server-side apply, OpenAPI, explain and the editor.
 */
import raw from './generated/schemas.json' with { type: 'json' }

/** One type or field. `ref` names another generated type. */
export interface Schema {
  readonly id?: string
  readonly ref?: string
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean'
  readonly format?: string
  readonly enum?: readonly string[]
  readonly required?: readonly string[]
  readonly default?: unknown
  readonly nullable?: boolean
  readonly items?: Schema
  readonly additionalProperties?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly oneOf?: readonly Schema[]
  readonly anyOf?: readonly Schema[]
  readonly listType?: 'atomic' | 'set' | 'map'
  readonly listMapKeys?: readonly string[]
  readonly mapType?: 'atomic' | 'granular'
  readonly patchStrategy?: string
  readonly patchMergeKey?: string
  readonly preserveUnknownFields?: boolean
  readonly embeddedResource?: boolean
  readonly intOrString?: boolean
  readonly description?: string
  readonly gvk?: readonly { group: string; kind: string; version: string }[]
}

/** All generated types by name. */
export const schemas = raw as unknown as Readonly<Record<string, Schema>>

/** The type a field or item refers to, or itself. */
export function resolve(schema: Schema): Schema {
  if (!schema.ref) return schema
  return schemas[schema.ref] ?? schema
}

/** The schema of a generated type. @throws Error when there is none */
export function schemaNamed(name: string): Schema {
  const s = schemas[name]
  if (!s) throw new Error(`no generated schema ${name}`)
  return s
}

const byKind = new Map<string, Schema>()
for (const s of Object.values(schemas)) {
  if (s.gvk?.length === 1 && s.properties?.kind) {
    const g = s.gvk[0]
    if (g) byKind.set(`${g.group}/${g.version}/${g.kind}`, s)
  }
}

/** The schema of a built-in kind. */
export function schemaOf(group: string, version: string, kind: string): Schema | undefined {
  return byKind.get(`${group}/${version}/${kind}`)
}

type Descriptions = Readonly<Record<string, Readonly<Record<string, string>>>>

let descriptions: Descriptions = {}

/** The host brings the descriptions of types and fields; without them explain and OpenAPI are silent. */
export function provideDescriptions(all: Descriptions): void {
  descriptions = all
}

/** The description of a type, or of one of its fields. */
export function describeType(type: string, field = ''): string {
  return descriptions[type]?.[field] ?? ''
}
