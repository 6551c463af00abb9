/**
 * Reads manifests: YAML 1.1 (unquoted `y`, `on` are booleans) or JSON, many documents, Lists flattened.
 * Bounded in size, and aliases may not multiply; the words of errors are go-yaml's as far as they can be told.
 * @source staging/src/k8s.io/apimachinery/pkg/util/yaml/decoder.go, github.com/go-yaml/yaml v2
 */
import { parseAllDocuments, type YAMLParseError } from 'yaml'
import { CliError } from './errors.ts'

/** Bytes that one request may have; larger documents are refused. */
const DOCUMENT_MAX = 3 * 1024 * 1024
const ALIASES_MAX = 1000

/** A decoded document, not yet known to be an object of any kind. */
export type Document = Record<string, unknown>

/** Which YAML is read: kubectl's own files are 1.1, kustomize's are 1.2, where `y` and `on` are texts. */
export type YamlVersion = '1.1' | '1.2'

/** All documents of a text; empty ones are dropped. @throws CliError `error parsing FILE: ...` */
export function parseManifest(text: string, source: string): Document[] {
  if (text.length > DOCUMENT_MAX)
    throw new CliError(`error parsing ${source}: the document is larger than ${DOCUMENT_MAX} bytes`)
  const values = text.trimStart().startsWith('{')
    ? parseJsonStream(text, source)
    : parseYamlDocuments(text, source)
  const out: Document[] = []
  for (const v of values) {
    if (v === null || v === undefined) continue
    if (typeof v !== 'object' || Array.isArray(v)) {
      const kind = Array.isArray(v) ? 'array' : typeof v === 'boolean' ? 'bool' : typeof v
      const text = `cannot unmarshal ${kind} into Go value of type map[string]interface {}`
      throw new CliError(
        `error validating "${source}": error validating data: json: ${text}; ${HINT}`,
      )
    }
    out.push(v as Document)
  }
  return out
}

/** What validation errors end with. */
export const HINT =
  'if you choose to ignore these errors, turn validation off with --validate=false'

/** One YAML value as kubectl reads it. @throws CliError with go-yaml's words */
export function parseYaml(text: string, version: YamlVersion = '1.1'): unknown {
  return parseYamlAll(text, version)[0]
}

function parseYamlDocuments(text: string, source: string): unknown[] {
  try {
    return parseYamlAll(text)
  } catch (error) {
    if (!(error instanceof CliError)) throw error
    const what = `error converting YAML to JSON: ${error.message}`
    throw new CliError(`error parsing ${source}: ${what}`)
  }
}

const NOT_JSON = new Set(['timestamp', 'binary', 'omap', 'pairs', 'set', 'intTime', 'floatTime'])

/** All YAML values of a text. @throws CliError with go-yaml's words */
export function parseYamlAll(text: string, version: YamlVersion = '1.1'): unknown[] {
  const docs = parseAllDocuments(text, {
    version,
    merge: true,
    uniqueKeys: false,
    prettyErrors: true,
    logLevel: 'silent',
    customTags: (tags) =>
      tags.filter((t) => {
        if (typeof t === 'string') return !NOT_JSON.has(t)
        const name = t.tag.split(':').at(-1) ?? ''
        return !NOT_JSON.has(name) && !('format' in t && t.format === 'TIME')
      }),
  })
  if (!Array.isArray(docs)) return []
  return docs.map((doc) => {
    const error = doc.errors[0]
    if (error) throw new CliError(`yaml: ${goYamlWords(error, text, doc.errors)}`)
    try {
      return plain(doc.toJS({ maxAliasCount: ALIASES_MAX }))
    } catch (failure) {
      if (!(failure instanceof Error)) throw failure
      if (/alias/i.test(failure.message)) {
        const anchor = /: (\S+)$/.exec(failure.message)?.[1]
        if (/Unresolved/.test(failure.message))
          throw new CliError(`yaml: unknown anchor '${anchor}' referenced`)
        throw new CliError('yaml: document contains excessive aliasing')
      }
      throw failure
    }
  })
}

/** Values that JSON has no word for become what go-yaml makes of them. */
function plain(v: unknown): unknown {
  if (typeof v === 'bigint') return Number(v)
  if (Array.isArray(v)) return v.map(plain)
  if (v instanceof Map) {
    const o: Record<string, unknown> = {}
    for (const [k, x] of v) o[String(k)] = plain(x)
    return o
  }
  if (typeof v === 'object' && v !== null) {
    const o: Record<string, unknown> = {}
    for (const [k, x] of Object.entries(v)) o[k] = plain(x)
    return o
  }
  return v
}

function goYamlWords(error: YAMLParseError, text: string, all: readonly YAMLParseError[]): string {
  // A key over several lines is noticed where it ends: at its colon.
  const whole = all.find((e) => e.code === 'MULTILINE_IMPLICIT_KEY' && e.pos[0] === error.pos[0])
  const line =
    whole?.linePos?.[1]?.line ??
    error.linePos?.[0].line ??
    text.slice(0, error.pos[0]).split('\n').length
  // libyaml counts scanner lines from one and parser lines from zero.
  const scanner = (words: string) => (line > 1 ? `line ${line}: ${words}` : words)
  const parser = (words: string) => (line > 1 ? `line ${line - 1}: ${words}` : words)
  switch (error.code) {
    case 'TAB_AS_INDENT':
      return scanner('found character that cannot start any token')
    case 'BLOCK_AS_IMPLICIT_KEY':
    case 'MULTILINE_IMPLICIT_KEY':
      return scanner('mapping values are not allowed in this context')
    case 'BAD_ALIAS':
      return parser('did not find expected alphabetic or numeric character')
    case 'DUPLICATE_KEY':
      return parser('key already set in map')
    case 'MISSING_CHAR':
      if (/implicit/i.test(error.message)) return scanner("could not find expected ':'")
      if (/quote/i.test(error.message)) return scanner('found unexpected end of stream')
      if (/flow (map|collection)|\}/i.test(error.message))
        return parser("did not find expected ',' or '}'")
      return parser("did not find expected ',' or ']'")
    case 'BAD_INDENT':
      if (/flow/i.test(error.message)) return parser("did not find expected ',' or '}'")
      return parser('did not find expected key')
    case 'BAD_COLLECTION_TYPE':
    case 'UNEXPECTED_TOKEN':
      return parser('did not find expected key')
    default:
      return parser('did not find expected node content')
  }
}

/** JSON values one after the other, as Go's decoder reads a stream. */
function parseJsonStream(text: string, source: string): unknown[] {
  const out: unknown[] = []
  let rest = text.trim()
  while (rest !== '') {
    const end = valueEnd(rest)
    try {
      out.push(JSON.parse(rest.slice(0, end)))
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
      throw new CliError(`error parsing ${source}: ${goJsonError(rest)}`)
    }
    rest = rest.slice(end).trim()
    if (rest.startsWith('---')) rest = rest.slice(3).trim()
  }
  return out
}

function valueEnd(s: string): number {
  let depth = 0
  let quoted = false
  for (let i = 0; i < s.length; i++) {
    const c = s[i]
    if (quoted) {
      if (c === '\\') i++
      else if (c === '"') quoted = false
    } else if (c === '"') quoted = true
    else if (c === '{' || c === '[') depth++
    else if (c === '}' || c === ']') {
      depth--
      if (depth <= 0) return i + 1
    }
  }
  return s.length
}

/** Why a text is not JSON, in the words of Go's decoder. */
export function goJsonError(text: string): string {
  const s = text
  let i = 0
  const ws = () => {
    while (i < s.length && ' \t\r\n'.includes(s[i] as string)) i++
  }
  const bad = (where: string): string => {
    const c = s[i]
    if (c === undefined) return 'unexpected end of JSON input'
    return `invalid character ${quoteChar(c)} ${where}`
  }
  const value = (): string | undefined => {
    ws()
    const c = s[i]
    if (c === '{') return object()
    if (c === '[') return array()
    if (c === '"') return string()
    const m = /^(true|false|null|-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?)/.exec(s.slice(i))
    if (!m) return bad('looking for beginning of value')
    i += m[0].length
    return undefined
  }
  const string = (): string | undefined => {
    for (i++; i < s.length; i++) {
      if (s[i] === '\\') i++
      else if (s[i] === '"') {
        i++
        return undefined
      } else if ((s[i] as string) < ' ') return bad('in string literal')
    }
    return 'unexpected end of JSON input'
  }
  const object = (): string | undefined => {
    i++
    ws()
    if (s[i] === '}') {
      i++
      return undefined
    }
    for (;;) {
      ws()
      if (s[i] !== '"') return bad('looking for beginning of object key string')
      const e = string()
      if (e) return e
      ws()
      if (s[i] !== ':') return bad('after object key')
      i++
      const v = value()
      if (v) return v
      ws()
      if (s[i] === '}') {
        i++
        return undefined
      }
      if (s[i] !== ',') return bad('after object key:value pair')
      i++
    }
  }
  const array = (): string | undefined => {
    i++
    ws()
    if (s[i] === ']') {
      i++
      return undefined
    }
    for (;;) {
      const v = value()
      if (v) return v
      ws()
      if (s[i] === ']') {
        i++
        return undefined
      }
      if (s[i] !== ',') return bad('after array element')
      i++
    }
  }
  const e = value()
  if (e) return e
  ws()
  return i < s.length ? bad('after top-level value') : 'unexpected end of JSON input'
}

function quoteChar(c: string): string {
  if (c === "'") return "'\\''"
  if (c === '"') return "'\"'"
  if (c === '\n') return "'\\n'"
  return `'${c}'`
}
