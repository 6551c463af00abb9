/**
 * JSON of objects that kubectl holds as Go structs (what its generators make): fields stand in the order of the structs,
 * which the numbers of their protobuf encoding tell, and not by name.
 * @source staging/src/k8s.io/api (order of fields), staging/src/k8s.io/cli-runtime/pkg/printers/json.go
 */
import numbers from '../../cluster/api/generated/protobuf.json' with { type: 'json' }
import { isObject, type JsonObject } from '../../cluster/api/meta/json.ts'
import type { AnyObject } from '../../cluster/api/object.ts'
import { type Schema, schemaOf, schemas } from '../../cluster/api/schema.ts'
import { goJsonIndent, sortedKeys } from './gojson.ts'

const byNumber = numbers as unknown as Readonly<Record<string, Readonly<Record<string, string>>>>

/** Fields that were added later but stand before others: field -> the one that it follows; '' is the front. */
const AFTER: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Container: {
    envFrom: 'ports',
    env: 'envFrom',
    resizePolicy: 'resources',
    restartPolicy: 'resizePolicy',
    volumeDevices: 'volumeMounts',
    startupProbe: 'readinessProbe',
  },
  HTTPIngressPath: { pathType: 'path' },
  IngressSpec: { ingressClassName: '' },
  PodSpec: {
    initContainers: 'volumes',
    containers: 'initContainers',
    ephemeralContainers: 'containers',
  },
}

const orders = new Map<string, readonly string[]>()

/** The fields of a type in the order of its struct. */
function orderOf(type: string): readonly string[] {
  const known = orders.get(type)
  if (known) return known
  const fields = Object.entries(byNumber[type] ?? {})
    .sort(([a], [b]) => Number(a) - Number(b))
    .flatMap(([, name]) => (name.startsWith('@') ? orderOf(name) : [name]))
  for (const [field, before] of Object.entries(AFTER[type] ?? {})) {
    if (!fields.includes(field)) continue
    fields.splice(fields.indexOf(field), 1)
    fields.splice(fields.indexOf(before) + 1, 0, field)
  }
  orders.set(type, fields)
  return fields
}

/** A copy whose keys are in the order of the structs. */
function ordered(value: unknown, schema: Schema | undefined, type: string | undefined): unknown {
  if (Array.isArray(value)) return value.map((v) => ordered(v, ...inner(schema?.items)))
  if (!isObject(value)) return value
  const properties = schema?.properties
  if (!properties || !type) {
    const next = inner(schema?.additionalProperties)
    return Object.fromEntries(sortedKeys(value).map((k) => [k, ordered(value[k], ...next)]))
  }
  const order = schema.gvk ? ['kind', 'apiVersion', ...orderOf(type)] : orderOf(type)
  const place = (k: string) => (order.includes(k) ? order.indexOf(k) : order.length)
  const out: JsonObject = {}
  for (const k of sortedKeys(value).sort((a, b) => place(a) - place(b)))
    out[k] = ordered(value[k], ...inner(properties[k]))
  return out
}

function inner(schema: Schema | undefined): [Schema | undefined, string | undefined] {
  if (!schema?.ref) return [schema, undefined]
  return [schemas[schema.ref], schema.ref]
}

const names = new Map<Schema, string>(Object.entries(schemas).map(([name, s]) => [s, name]))

/** The object as Go prints the struct, with four spaces of indent. */
export function typedJson(object: AnyObject): string {
  const [a = '', b] = object.apiVersion.split('/')
  const schema = schemaOf(b === undefined ? '' : a, b ?? a, object.kind)
  return goJsonIndent(ordered(object, schema, schema && names.get(schema)), '    ', true)
}
