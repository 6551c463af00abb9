/** The editor's JSON schema, made in the page from the same facts that the API server validates with. */
import type { CustomKind } from './custom.ts'
import { type Fact, facts, roots } from './facts.ts'

type JsonSchema = Record<string, unknown>
type Descriptions = Readonly<Record<string, Readonly<Record<string, string>>>>

const TEXT_OR_NUMBER = { oneOf: [{ type: 'string' }, { type: 'number' }] }

/** One schema for any manifest: the kind and version choose the definition. */
export function manifestSchema(
  descriptions: Descriptions,
  custom: readonly CustomKind[] = [],
): JsonSchema {
  const definitions: Record<string, JsonSchema> = {}
  for (const [name, fact] of Object.entries(facts)) {
    definitions[name] = definition(name, fact, descriptions)
  }
  const customRoots = custom.map(({ apiVersion, kind, schema }) => {
    const name = `${apiVersion}/${kind}`.replaceAll('/', '.')
    definitions[name] = schema
    return { name, apiVersion, kind }
  })
  const all = [...roots, ...customRoots]
  return {
    $id: 'kubarium:manifest',
    definitions,
    type: 'object',
    required: ['apiVersion', 'kind'],
    properties: {
      apiVersion: {
        type: 'string',
        description: 'Group and version of the kind, e.g. v1 or apps/v1',
        enum: [...new Set(all.map((r) => r.apiVersion))],
      },
      kind: {
        type: 'string',
        description: 'What this object is',
        enum: [...new Set(all.map((r) => r.kind))],
      },
    },
    allOf: all.map((r) => ({
      if: {
        properties: { apiVersion: { const: r.apiVersion }, kind: { const: r.kind } },
        required: ['apiVersion', 'kind'],
      },
      // biome-ignore lint/suspicious/noThenProperty: JSON Schema's own word
      then: { $ref: `#/definitions/${r.name}` },
    })),
  }
}

function definition(name: string, fact: Fact, descriptions: Descriptions): JsonSchema {
  const out = convert(fact)
  const about = descriptions[name]
  if (about?.['']) out.description = about['']
  if (fact.properties) {
    out.properties = Object.fromEntries(
      Object.entries(fact.properties).map(([field, f]) => {
        const schema = convert(f)
        const text = about?.[field]
        // A $ref would hide its neighbours, so the text and the reference go side by side.
        return [
          field,
          text
            ? schema.$ref
              ? { description: text, allOf: [schema] }
              : { ...schema, description: text }
            : schema,
        ]
      }),
    )
    if (!fact.preserveUnknownFields) out.additionalProperties = false
  }
  return out
}

function convert(f: Fact): JsonSchema {
  if (f.ref === 'Quantity' || f.ref === 'IntOrString' || f.intOrString) return { ...TEXT_OR_NUMBER }
  if (f.ref) return { $ref: `#/definitions/${f.ref}` }
  const out: JsonSchema = {}
  if (f.type) out.type = f.type
  if (f.enum) out.enum = f.enum
  if (f.required) out.required = f.required
  if (f.items) out.items = convert(f.items)
  if (f.additionalProperties) out.additionalProperties = convert(f.additionalProperties)
  return out
}
