/** `-o custom-columns=NAME:.metadata.name,...`. @source staging/src/k8s.io/kubectl/pkg/cmd/get/customcolumn.go */
import { CliError } from '../errors.ts'
import { type JsonPath, parseJsonPath, relaxedJsonPath, selectAll } from '../jsonpath.ts'
import { goPrint } from './gojson.ts'

/** One column: its header and what it shows. */
export interface CustomColumn {
  readonly header: string
  readonly path: JsonPath
}

/** Parses the spec of the option. @throws CliError */
export function parseCustomColumns(spec: string): CustomColumn[] {
  if (spec === '') throw new CliError('custom-columns format specified but no custom columns given')
  return spec.split(',').map((part) => {
    const colon = part.indexOf(':')
    if (colon < 0)
      throw new CliError(
        `unexpected custom-columns spec: ${part}, expected <header>:<json-path-expr>`,
      )
    return column(part.slice(0, colon), part.slice(colon + 1))
  })
}

/** Parses a columns file: headers on the first line, paths on the second. @throws CliError */
export function parseCustomColumnsFile(text: string): CustomColumn[] {
  const [headers, paths] = text.split('\n').map((l) => l.trim().split(/\s+/))
  if (!headers?.[0])
    throw new CliError(
      'invalid template, missing header line. Expected format is one line of space separated headers, one line of space separated column specs.',
    )
  if (!paths?.[0])
    throw new CliError(
      'invalid template, missing spec line. Expected format is one line of space separated headers, one line of space separated column specs.',
    )
  if (headers.length !== paths.length)
    throw new CliError(
      `number of headers (${headers.length}) and field specifications (${paths.length}) don't match`,
    )
  return headers.map((h, i) => column(h, paths[i] as string))
}

function column(header: string, expression: string): CustomColumn {
  return { header, path: parseJsonPath(relaxedJsonPath(expression)) }
}

/** The cells of one object. */
export function customCells(columns: readonly CustomColumn[], object: unknown): string[] {
  return columns.map((c) => {
    const values = selectAll(c.path, object)
    return values.length === 0 ? '<none>' : values.map(goPrint).join(',')
  })
}
