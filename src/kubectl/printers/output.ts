/**
 * The `-o` formats that every command shares: json, yaml, name, jsonpath, go-template.
 * @source staging/src/k8s.io/cli-runtime/pkg/genericclioptions/print_flags.go
 */
import type { AnyObject } from '../../cluster/api/object.ts'
import { CliError, messageOf } from '../errors.ts'
import type { Flag } from '../flags.ts'
import { parseGoTemplate, renderGoTemplate } from '../gotemplate.ts'
import type { Invocation } from '../invocation.ts'
import { findResults, parseJsonPath, renderJsonPath } from '../jsonpath.ts'
import {
  type CustomColumn,
  customCells,
  parseCustomColumns,
  parseCustomColumnsFile,
} from './customcolumns.ts'
import { goJsonIndent, sortedKeys } from './gojson.ts'
import { layOut, TABLE } from './tabwriter.ts'
import { typedJson } from './typedjson.ts'
import { toYaml } from './yaml.ts'

/** Prints objects one after the other. */
export interface Printer {
  print(object: AnyObject): void
  /** Writes what is held back (columns). */
  flush(): void
}

/** Flags of the formats. */
export const outputFlags: readonly Flag[] = [
  {
    name: 'output',
    short: 'o',
    kind: 'string',
    usage:
      'Output format. One of: (json, yaml, name, go-template, go-template-file, template, templatefile, jsonpath, jsonpath-as-json, jsonpath-file).',
  },
  { name: 'template', kind: 'string', usage: 'Template string or path to template file to use.' },
  {
    name: 'allow-missing-template-keys',
    kind: 'bool',
    default: 'true',
    usage: 'If true, missing fields and keys in templates are not errors.',
  },
  {
    name: 'show-managed-fields',
    kind: 'bool',
    default: 'false',
    usage: 'If true, keep the managedFields when printing objects in JSON or YAML format.',
  },
]

const BASIC =
  'go-template,go-template-file,json,jsonpath,jsonpath-as-json,jsonpath-file,name,template,templatefile,yaml'
const WITH_COLUMNS = `custom-columns,custom-columns-file,${BASIC.replace('yaml', 'wide,yaml')}`

/** How to print. */
export interface PrinterOptions {
  /** `created`: what the name printer says when no format is given. */
  readonly operation?: string
  /** `kubectl get`: custom columns are formats too. */
  readonly columns?: boolean
  /** kubectl holds the object as a struct: JSON in the order of its fields. */
  readonly typed?: boolean
}

/** The printer for the flags given. @throws CliError for unknown formats and broken templates */
export function printerFor(k: Invocation, options: PrinterOptions): Printer {
  const output = k.flags.string('output')
  const template = k.flags.changed('template') ? k.flags.string('template') : ''
  if (output === '' && template === '') return namePrinter(k, options.operation ?? '')
  const eq = output.indexOf('=')
  const format = output === '' ? 'go-template' : eq < 0 ? output : output.slice(0, eq)
  const value = template || (eq < 0 ? '' : output.slice(eq + 1))
  switch (format) {
    case 'json':
      if (eq < 0) return jsonPrinter(k, options.typed ?? false)
      break
    case 'yaml':
      if (eq < 0) return yamlPrinter(k)
      break
    case 'name':
      if (eq < 0) return namePrinter(k, '')
      break
    case 'jsonpath':
    case 'jsonpath-as-json':
    case 'jsonpath-file':
      return jsonPathPrinter(k, format, value)
    case 'go-template':
    case 'template':
    case 'go-template-file':
    case 'templatefile':
      return templatePrinter(k, format, value)
    case 'custom-columns':
    case 'custom-columns-file':
      if (options.columns) return columnsPrinter(k, columnsOf(k, format, value))
  }
  const allowed = options.columns ? WITH_COLUMNS : BASIC
  throw new CliError(
    `unable to match a printer suitable for the output format "${output}", allowed formats are: ${allowed}`,
  )
}

/** Items of a List, or the object itself. */
export function itemsOf(object: AnyObject): AnyObject[] {
  return Array.isArray(object.items) && object.kind.endsWith('List')
    ? (object.items as AnyObject[])
    : [object]
}

/** Without metadata.managedFields, also in the items of a List. */
export function withoutManagedFields(object: AnyObject): AnyObject {
  if (Array.isArray(object.items)) {
    return { ...object, items: (object.items as AnyObject[]).map(withoutManagedFields) }
  }
  if (!object.metadata?.managedFields) return object
  const { managedFields: _, ...metadata } = object.metadata
  return { ...object, metadata } as AnyObject
}

function flushNothing(): void {}

function namePrinter(k: Invocation, operation: string): Printer {
  const suffix = operation ? ` ${operation}` : ''
  return {
    print(object) {
      for (const o of itemsOf(object)) k.out(`${nameOf(o)}${suffix}\n`)
    },
    flush: flushNothing,
  }
}

/** `deployment.apps/web`. */
export function nameOf(o: AnyObject): string {
  const slash = o.apiVersion?.indexOf('/') ?? -1
  const group = slash > 0 ? `.${o.apiVersion.slice(0, slash)}` : ''
  const kind = (o.kind ?? '').toLowerCase() || '<unknown>'
  return `${kind}${group}/${o.metadata?.name ?? ''}`
}

function jsonPrinter(k: Invocation, typed: boolean): Printer {
  const keep = k.flags.bool('show-managed-fields')
  return {
    print(o) {
      const shown = keep ? o : withoutManagedFields(o)
      k.out(`${typed ? typedJson(shown) : goJsonIndent(shown)}\n`)
    },
    flush: flushNothing,
  }
}

function yamlPrinter(k: Invocation): Printer {
  const keep = k.flags.bool('show-managed-fields')
  let count = 0
  return {
    print(o) {
      if (count++ > 0) k.out('---\n')
      k.out(toYaml(keep ? o : withoutManagedFields(o)))
    },
    flush: flushNothing,
  }
}

function templateText(k: Invocation, format: string, value: string): string {
  if (value === '') throw new CliError('template format specified but no template given')
  if (!format.endsWith('file')) return value
  const text = k.file(value)
  if (text !== undefined) return text
  const what = `open ${value}: no such file or directory`
  throw new CliError(`error reading --template ${value}, ${what}`)
}

function jsonPathPrinter(k: Invocation, format: string, value: string): Printer {
  const text = templateText(k, format, value)
  const path = attempt(`error parsing jsonpath ${text}`, () =>
    parseJsonPath(text, k.flags.bool('allow-missing-template-keys')),
  )
  return {
    print(o) {
      try {
        if (format === 'jsonpath-as-json') k.out(`${goJsonIndent(findResults(path, o).flat())}\n`)
        else k.out(renderJsonPath(path, o))
      } catch (error) {
        if (!(error instanceof CliError)) throw error
        throw new CliError(
          `error executing jsonpath ${JSON.stringify(text)}: ${explained(error, text, o)}`,
        )
      }
    },
    flush: flushNothing,
  }
}

function explained(error: CliError, text: string, o: unknown): string {
  return [
    `Error executing template: ${error.message}. Printing more information for debugging the template:`,
    '\ttemplate was:',
    `\t\t${text}`,
    '\tobject given to jsonpath engine was:',
    `\t\t${goSyntax(o)}`,
    '',
    '',
  ].join('\n')
}

/** A value as Go's `%#v` writes it. */
function goSyntax(v: unknown): string {
  if (v === null || v === undefined) return 'interface {}(nil)'
  if (typeof v === 'string') return JSON.stringify(v)
  if (Array.isArray(v)) return `[]interface {}{${v.map(goSyntax).join(', ')}}`
  if (typeof v !== 'object') return String(v)
  const o = v as Record<string, unknown>
  const parts = sortedKeys(o).map((key) => `${JSON.stringify(key)}:${goSyntax(o[key])}`)
  return `map[string]interface {}{${parts.join(', ')}}`
}

function templatePrinter(k: Invocation, format: string, value: string): Printer {
  const text = templateText(k, format, value)
  const template = attempt(`error parsing template ${text}`, () => parseGoTemplate(text))
  return {
    print(o) {
      k.out(
        attempt(
          `error executing template ${JSON.stringify(text)}`,
          () => renderGoTemplate(template, o),
          ': ',
        ),
      )
    },
    flush: flushNothing,
  }
}

function attempt<T>(context: string, body: () => T, separator = ', '): T {
  try {
    return body()
  } catch (error) {
    if (!(error instanceof CliError)) throw error
    throw new CliError(`${context}${separator}${messageOf(error)}`)
  }
}

function columnsOf(k: Invocation, format: string, value: string): CustomColumn[] {
  if (format === 'custom-columns') return parseCustomColumns(value)
  if (value === '')
    throw new CliError('custom-columns format specified but no custom columns given')
  const text = k.file(value)
  if (text === undefined)
    throw new CliError(
      `error reading template ${value}, open ${value}: no such file or directory\n`,
    )
  return parseCustomColumnsFile(text)
}

function columnsPrinter(k: Invocation, columns: readonly CustomColumn[]): Printer {
  let lines: string[] = []
  const remembered: number[] = []
  let header = !k.flags.bool('no-headers')
  const take = (o: AnyObject) => {
    if (header) lines.push(columns.map((c) => c.header).join('\t'))
    header = false
    for (const item of itemsOf(o)) lines.push(customCells(columns, item).join('\t'))
  }
  return {
    print: take,
    flush() {
      if (lines.length === 0) return
      k.out(layOut(`${lines.join('\n')}\n`, TABLE, remembered))
      lines = []
    },
  }
}
