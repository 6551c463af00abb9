/** `kubectl explain`. @source staging/src/k8s.io/kubectl/pkg/explain/v2/templates/plaintext.tmpl */
import type { CustomResourceDefinition } from '../../cluster/api/generated/types.ts'
import { describeType, resolve, type Schema, schemaOf, schemas } from '../../cluster/api/schema.ts'
import type { Task } from '../../cluster/sim/task.ts'
import type { Command } from '../command.ts'
import { groupVersion, type Mapping } from '../discovery.ts'
import { CliError, isReason } from '../errors.ts'
import type { Invocation } from '../invocation.ts'
import { compareStrings } from '../printers/gojson.ts'
import { getObject } from '../resource.ts'

/** Values of an enum that a field list shows. */
const ENUM_MAX = 4
const DEPTH_MAX = 40

/** Shows the fields of a kind. */
export const explain: Command = {
  name: 'explain',
  use: 'explain TYPE [--recursive=FALSE|TRUE] [--api-version=api-version-group] [-o|--output=plaintext|plaintext-openapiv2] [options]',
  short: 'Get documentation for a resource',
  examples:
    '# The fields of pods\nkubectl explain pods\n\n# One field\nkubectl explain pods.spec.containers',
  flags: [
    {
      name: 'api-version',
      kind: 'string',
      usage: 'Use given api-version (group/version) of the resource.',
    },
    {
      name: 'output',
      short: 'o',
      kind: 'string',
      default: 'plaintext',
      usage: 'Format in which to render the schema.',
    },
    {
      name: 'recursive',
      kind: 'bool',
      default: 'false',
      usage: 'Print the names of the fields of fields as well.',
    },
  ],
  *run(k) {
    const output = k.flags.string('output')
    if (!output.startsWith('plaintext')) throw new CliError(`unrecognized format: ${output}`)
    const [argument, ...more] = k.args
    if (!argument)
      throw new CliError(
        'You must specify the type of resource to explain. Use "kubectl api-resources" for a complete list of supported resources.',
      )
    if (more.length > 0) throw new CliError('We accept only this format: explain RESOURCE')
    const [type, ...fields] = argument.split('.') as [string, ...string[]]
    const { mapping, path } = yield* target(k, argument, type, fields)
    if (!mapping) {
      k.err(`the server doesn't have a resource type "${type}"\n`)
      return 1
    }
    const schema = yield* schemaFor(k, mapping)
    if (!schema)
      throw new CliError(
        `couldn't find resource for "${groupVersion(mapping)}, Kind=${mapping.kind}"`,
      )
    if (mapping.group) k.out(`GROUP:      ${mapping.group}\n`)
    k.out(`KIND:       ${mapping.kind}\nVERSION:    ${mapping.version}\n\n`)
    const found = follow(schema, path)
    if (!found) throw new CliError(`field "${path.at(-1)}" does not exist`)
    k.out(page(found, path.at(-1), k.flags.bool('recursive')))
    return undefined
  },
}

interface Target {
  readonly mapping: Mapping | undefined
  readonly path: readonly string[]
}

function* target(
  k: Invocation,
  argument: string,
  type: string,
  fields: readonly string[],
): Task<Target> {
  const discovery = yield* k.discovery()
  const wanted = k.flags.string('api-version')
  // `deployments.apps.spec` may name the group too: the longest match wins.
  const groups = discovery.resources.filter(
    (m) =>
      m.group &&
      (argument === `${m.plural}.${m.group}` || argument.startsWith(`${m.plural}.${m.group}.`)),
  )
  const byGroup = groups[0]
  let mapping = byGroup ?? discovery.find(type)
  const path = byGroup
    ? argument.slice(`${byGroup.plural}.${byGroup.group}`.length).split('.').filter(Boolean)
    : fields
  if (mapping && wanted) {
    const plural = mapping.plural
    mapping = discovery.resources.find((m) => m.plural === plural && groupVersion(m) === wanted)
    if (!mapping) throw new CliError(`couldn't find resource for "${wanted}, Resource=${plural}"`)
  }
  return { mapping, path }
}

/** The schema of a kind: ours for built-in kinds, the definition's for custom ones. */
function* schemaFor(k: Invocation, m: Mapping): Task<Schema | undefined> {
  const known = schemaOf(m.group, m.version, m.kind)
  if (known) return known
  const mapping = yield* k.mapping('customresourcedefinitions.apiextensions.k8s.io')
  try {
    const name = `${m.plural}.${m.group}`
    const crd = (yield* getObject(k, {
      mapping,
      namespace: '',
      name,
    })) as unknown as CustomResourceDefinition
    const version = crd.spec?.versions?.find((v) => v.name === m.version)
    const schema = version?.schema?.openAPIV3Schema as Schema | undefined
    if (!schema) return undefined
    return { ...schema, properties: { ...META, ...schema.properties } }
  } catch (error) {
    if (isReason(error, 'NotFound', 'Forbidden')) return undefined
    throw error
  }
}

const META: Readonly<Record<string, Schema>> = {
  apiVersion: { type: 'string' },
  kind: { type: 'string' },
  metadata: { ref: 'ObjectMeta' },
}

interface Found {
  /** The last field of the path as its parent states it; undefined for the kind itself. */
  readonly field: Schema | undefined
  readonly parent: Schema | undefined
  readonly at: Schema
}

function follow(schema: Schema, path: readonly string[]): Found | undefined {
  let at = inner(schema)
  let field: Schema | undefined
  let parent: Schema | undefined
  for (const name of path) {
    parent = at
    field = at.properties?.[name]
    if (!field) return undefined
    at = inner(field)
  }
  return { field, parent, at: field ? resolve(field) : at }
}

const names = new Map<Schema, string>(Object.entries(schemas).map(([name, s]) => [s, name]))

/** What is known of a field: its own words in a custom resource, upstream's in a built-in type. */
function fieldText(parent: Schema, name: string, field: Schema): string {
  return field.description ?? describeType(names.get(parent) ?? '', name)
}

/** What is known of the type behind a field, through lists and maps. */
function typeWords(schema: Schema): string {
  let s = schema
  for (let i = 0; i < DEPTH_MAX; i++) {
    if (s.ref) return describeType(s.ref)
    const next = s.items ?? s.additionalProperties
    if (!next) break
    s = next
  }
  const known = names.get(s)
  return known ? describeType(known) : s === schema ? (s.description ?? '') : ''
}

/** The schema that has fields: through references, lists and maps. */
function inner(schema: Schema): Schema {
  let s = resolve(schema)
  for (let i = 0; i < DEPTH_MAX && !s.properties; i++) {
    const next = s.items ?? s.additionalProperties
    if (!next) break
    s = resolve(next)
  }
  return s
}

function page({ field, parent, at }: Found, name: string | undefined, recursive: boolean): string {
  let out = ''
  if (field) {
    out += `FIELD: ${name} <${typeText(field)}>\n`
    const values = resolve(field).enum
    if (values) out += `ENUM:${values.map((v) => `\n    ${v === '' ? '""' : v}`).join('')}`
    out += '\n\n'
  }
  const own = field && parent ? fieldText(parent, name as string, field) : ''
  const texts = new Set([own, typeWords(field ?? at)].filter(Boolean))
  const description = [...texts].join('\n') || '<empty>'
  out += `DESCRIPTION:\n${wrapped(description, 76, 4)}    \n`
  const fields = fieldList(inner(at), 1, recursive, [])
  if (fields) out += `FIELDS:\n${fields}`
  return `${out}\n`
}

function fieldList(
  schema: Schema,
  level: number,
  recursive: boolean,
  seen: readonly Schema[],
): string {
  if (seen.includes(schema) || level > DEPTH_MAX) return ''
  let out = ''
  for (const name of Object.keys(schema.properties ?? {}).sort(compareStrings)) {
    const field = schema.properties?.[name] as Schema
    const indent = '  '.repeat(level)
    const required = schema.required?.includes(name)
    out += `${indent}${name}\t<${typeText(field)}>${required ? ' -required-' : ''}\n`
    const values = resolve(field).enum
    if (values) {
      const shown = values.slice(0, ENUM_MAX).map((v) => (v === '' ? '""' : v))
      out += `${indent}enum: ${shown.join(', ')}${values.length > ENUM_MAX ? ', ....' : ''}\n`
    }
    if (recursive) out += fieldList(inner(field), level + 1, true, [...seen, schema])
    else {
      const text = fieldText(schema, name, field) || typeWords(field) || '<no description>'
      out += `${wrapped(text, 78 - indent.length, indent.length + 2)}\n`
    }
  }
  return out
}

function wrapped(text: string, width: number, indent: number): string {
  const pad = ' '.repeat(indent)
  const lines: string[] = []
  for (const paragraph of text.split('\n')) {
    let line = ''
    for (const word of paragraph.split(' ')) {
      if (line !== '' && line.length + 1 + word.length > width) {
        lines.push(line)
        line = word
      } else line = line === '' ? word : `${line} ${word}`
    }
    lines.push(line)
  }
  return lines.map((l) => `${pad}${l.trimEnd()}\n`).join('')
}

function typeText(schema: Schema): string {
  if (schema.items) return `[]${typeText(schema.items)}`
  if (schema.additionalProperties) return `map[string]${typeText(schema.additionalProperties)}`
  if (schema.intOrString) return 'IntOrString'
  if (schema.ref) {
    const target = resolve(schema)
    if (target.type && target.type !== 'object') return target.type
    return (target.id ?? schema.ref).split('.').at(-1) as string
  }
  if (schema.type === 'object') return 'Object'
  return schema.type ?? 'Object'
}
