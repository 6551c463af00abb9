/** Kinds that CustomResourceDefinitions made, as the editor's JSON schema wants them. */

type Json = Record<string, unknown>

/** One kind and version. */
export interface CustomKind {
  readonly apiVersion: string
  readonly kind: string
  readonly schema: Json
}

/** The served versions of definitions, as `kubectl get crd -o json` lists them. */
export function customKinds(list: unknown): CustomKind[] {
  const { items = [] } = (list ?? {}) as { items?: readonly Json[] }
  return items.flatMap((crd) => {
    const spec = crd.spec as
      | { group: string; names: { kind: string }; versions?: readonly Json[] }
      | undefined
    return (spec?.versions ?? [])
      .filter((v) => v.served)
      .map((v) => {
        const { openAPIV3Schema = {} } = (v.schema ?? {}) as { openAPIV3Schema?: Json }
        const { properties, ...rest } = convert(openAPIV3Schema)
        const own = properties as Json | undefined
        return {
          apiVersion: `${spec?.group}/${v.name}`,
          kind: spec?.names.kind ?? '',
          schema: {
            ...rest,
            type: 'object',
            properties: {
              ...own,
              apiVersion: { type: 'string' },
              kind: { type: 'string' },
              metadata: { $ref: '#/definitions/ObjectMeta' },
            },
          },
        }
      })
  })
}

/** Structural schemas are JSON Schema but for their extensions; a field that would be pruned is marked. */
function convert(s: Json): Json {
  if (s['x-kubernetes-int-or-string']) {
    const { description } = s
    const oneOf = [{ type: 'string' }, { type: 'number' }]
    return { ...(description ? { description } : {}), oneOf }
  }
  const out: Json = {}
  for (const [key, value] of Object.entries(s)) {
    if (key.startsWith('x-') || key === 'nullable') continue
    if (key === 'properties') {
      const fields = Object.entries(value as Record<string, Json>)
      out.properties = Object.fromEntries(fields.map(([name, f]) => [name, convert(f)]))
    } else if (key === 'items') out.items = convert(value as Json)
    else if (key === 'additionalProperties' && typeof value === 'object')
      out.additionalProperties = convert(value as Json)
    else out[key] = value
  }
  const open = s['x-kubernetes-preserve-unknown-fields'] || s.additionalProperties !== undefined
  if (s.properties && !open) out.additionalProperties = false
  if (s.nullable && typeof s.type === 'string') out.type = [s.type, 'null']
  return out
}
