/**
 * Command-line flags as spf13/pflag reads them: `--x=y`, `--x y`, `-xy`, `-x y`, grouped booleans, repeats, `--`.
 * @source github.com/spf13/pflag flag.go
 */
import { parseGoDuration } from '../cluster/api/meta/duration.ts'
import { CliError } from './errors.ts'

/** What a flag's value is; `strings` splits at commas, `array` does not. */
export type FlagKind = 'bool' | 'string' | 'int' | 'duration' | 'strings' | 'array'

/** One flag of a command. */
export interface Flag {
  readonly name: string
  readonly short?: string
  readonly kind: FlagKind
  /** As the help text and `get` show it; empty values otherwise. */
  readonly default?: string
  /** The value of a bare `--flag` of a kind that is not bool. */
  readonly bare?: string
  readonly usage: string
  readonly hidden?: boolean
  /** Printed when the flag is used; such flags are not in the help text. */
  readonly deprecated?: string
}

/** Parsed flags and what is left of the line. */
export class Flags {
  private readonly values = new Map<string, string[]>()
  readonly args: string[] = []
  /** How many arguments came before `--`; undefined without one. */
  dash: number | undefined

  constructor(private readonly known: ReadonlyMap<string, Flag>) {}

  set(name: string, value: string): void {
    const list = this.values.get(name)
    if (list) list.push(value)
    else this.values.set(name, [value])
  }

  /** Every flag given, as `--name=value` in order. */
  given(): string[] {
    return [...this.values].flatMap(([name, list]) => list.map((v) => `--${name}=${v}`))
  }

  /** What is to be said about the flags given. */
  warnings(): string[] {
    return [...this.values.keys()].flatMap((name) => {
      const why = this.known.get(name)?.deprecated
      return why ? [`Flag --${name} has been deprecated, ${why}`] : []
    })
  }

  changed(name: string): boolean {
    return this.values.has(name)
  }

  string(name: string): string {
    return this.values.get(name)?.at(-1) ?? this.known.get(name)?.default ?? ''
  }

  bool(name: string): boolean {
    const v = this.string(name)
    return v !== '' && TRUE.has(v)
  }

  int(name: string): number {
    const v = this.string(name)
    return v === '' ? 0 : Number(v)
  }

  /** @unit milliseconds */
  duration(name: string): number {
    const v = this.string(name)
    return v === '' ? 0 : (parseDuration(v) ?? 0)
  }

  /** Every value given, in order; `strings` flags are split at commas. */
  strings(name: string): string[] {
    const given = this.values.get(name)
    const split = this.known.get(name)?.kind === 'strings'
    if (!given) {
      const d = this.known.get(name)?.default
      return d ? d.split(',') : []
    }
    return split ? given.flatMap(splitCsv) : [...given]
  }
}

const TRUE = new Set(['1', 't', 'T', 'true', 'TRUE', 'True'])
const FALSE = new Set(['0', 'f', 'F', 'false', 'FALSE', 'False'])

function splitCsv(value: string): string[] {
  if (value === '') return []
  const out: string[] = []
  let field = ''
  let quoted = false
  for (const c of value) {
    if (c === '"') quoted = !quoted
    else if (c === ',' && !quoted) {
      out.push(field)
      field = ''
    } else field += c
  }
  out.push(field)
  return out
}

/** A Go duration (`1h30m`, `10s`, `0`) in milliseconds; undefined when it is not one. */
export function parseDuration(text: string): number | undefined {
  const found = parseGoDuration(text)
  return typeof found === 'number' ? found : undefined
}

/**
 * Reads a command's flags.
 * @param path the command as typed, for the hint: `kubectl get`
 * @throws CliError in pflag's words
 */
export function parseFlags(argv: readonly string[], flags: readonly Flag[], path: string): Flags {
  const byName = new Map(flags.map((f) => [f.name, f]))
  const byShort = new Map(flags.filter((f) => f.short).map((f) => [f.short as string, f]))
  const result = new Flags(byName)
  const fail = (message: string): never => {
    throw new CliError(`${message}\nSee '${path} --help' for usage.`)
  }
  for (let i = 0; i < argv.length; i++) {
    const a = argv[i] as string
    if (a === '--') {
      result.dash = result.args.length
      result.args.push(...argv.slice(i + 1))
      break
    }
    if (a.startsWith('--')) {
      const eq = a.indexOf('=')
      const name = eq < 0 ? a.slice(2) : a.slice(2, eq)
      if (name === '' || name.startsWith('-') || name.startsWith('=')) fail(`bad flag syntax: ${a}`)
      const flag = byName.get(name)
      if (!flag) return fail(`unknown flag: --${name}`)
      if (eq >= 0) setFlag(result, flag, a.slice(eq + 1), fail)
      else if (flag.kind === 'bool') setFlag(result, flag, 'true', fail)
      else if (flag.bare !== undefined) setFlag(result, flag, flag.bare, fail)
      else if (i + 1 < argv.length) setFlag(result, flag, argv[++i] as string, fail)
      else fail(`flag needs an argument: --${name}`)
    } else if (a.startsWith('-') && a.length > 1) {
      i = parseShort(a, i, argv, byShort, result, fail)
    } else result.args.push(a)
  }
  return result
}

function parseShort(
  a: string,
  at: number,
  argv: readonly string[],
  byShort: ReadonlyMap<string, Flag>,
  result: Flags,
  fail: (m: string) => never,
): number {
  for (let rest = a.slice(1); rest !== ''; ) {
    const c = rest[0] as string
    const flag = byShort.get(c)
    if (!flag) return fail(`unknown shorthand flag: '${c}' in -${rest}`)
    if (rest[1] === '=') {
      setFlag(result, flag, rest.slice(2), fail)
      return at
    }
    if (flag.kind === 'bool') {
      setFlag(result, flag, 'true', fail)
      rest = rest.slice(1)
    } else if (flag.bare !== undefined) {
      setFlag(result, flag, flag.bare, fail)
      rest = rest.slice(1)
    } else if (rest.length > 1) {
      setFlag(result, flag, rest.slice(1), fail)
      return at
    } else if (at + 1 < argv.length) {
      setFlag(result, flag, argv[at + 1] as string, fail)
      return at + 1
    } else return fail(`flag needs an argument: '${c}' in -${rest}`)
  }
  return at
}

function setFlag(result: Flags, flag: Flag, value: string, fail: (m: string) => never): void {
  const problem = invalid(flag.kind, value)
  if (problem) {
    const shown = flag.short ? `-${flag.short}, --${flag.name}` : `--${flag.name}`
    fail(`invalid argument "${value}" for "${shown}" flag: ${problem}`)
  }
  result.set(flag.name, flag.kind === 'int' ? String(Number(value)) : value)
}

function invalid(kind: FlagKind, value: string): string | undefined {
  if (kind === 'bool' && !TRUE.has(value) && !FALSE.has(value))
    return `strconv.ParseBool: parsing "${value}": invalid syntax`
  if (kind === 'int' && !/^[+-]?(\d+|0x[0-9a-fA-F]+)$/.test(value))
    return `strconv.ParseInt: parsing "${value}": invalid syntax`
  if (kind === 'duration' && parseDuration(value) === undefined) {
    if (/^[+-]?[\d.]+$/.test(value)) return `time: missing unit in duration "${value}"`
    return `time: invalid duration "${value}"`
  }
  return undefined
}

/** Flags that every command has. @source staging/src/k8s.io/cli-runtime/pkg/genericclioptions/config_flags.go */
export const globalFlags: readonly Flag[] = [
  text('as', 'Username to impersonate for the operation.'),
  { name: 'as-group', kind: 'array', usage: 'Group to impersonate; may be repeated.' },
  text('as-uid', 'UID to impersonate for the operation.'),
  text('cache-dir', 'Default cache directory', '/root/.kube/cache'),
  text('certificate-authority', 'Path to a cert file for the certificate authority'),
  text('client-certificate', 'Path to a client certificate file for TLS'),
  text('client-key', 'Path to a client key file for TLS'),
  text('cluster', 'The name of the kubeconfig cluster to use'),
  text('context', 'The name of the kubeconfig context to use'),
  { name: 'disable-compression', kind: 'bool', usage: 'Opt out of response compression.' },
  {
    name: 'insecure-skip-tls-verify',
    kind: 'bool',
    usage: "If true, the server's certificate is not checked.",
  },
  text('kubeconfig', 'Path to the kubeconfig file to use for CLI requests.'),
  { name: 'match-server-version', kind: 'bool', usage: 'Require server version to match.' },
  {
    name: 'namespace',
    short: 'n',
    kind: 'string',
    usage: 'If present, the namespace scope for this CLI request',
  },
  text('password', 'Password for basic authentication to the API server'),
  text('request-timeout', 'How long to wait for a single server request.', '0'),
  { name: 'server', short: 's', kind: 'string', usage: 'Address and port of the API server' },
  text('tls-server-name', 'Server name to use for certificate validation.'),
  text('token', 'Bearer token for authentication to the API server'),
  text('user', 'The name of the kubeconfig user to use'),
  text('username', 'Username for basic authentication to the API server'),
  { name: 'v', short: 'v', kind: 'string', default: '0', usage: 'log level verbosity' },
  {
    name: 'warnings-as-errors',
    kind: 'bool',
    usage: 'Treat warnings received from the server as errors and exit with code 1',
  },
]

function text(name: string, usage: string, fallback?: string): Flag {
  return { name, kind: 'string', usage, ...(fallback === undefined ? {} : { default: fallback }) }
}
