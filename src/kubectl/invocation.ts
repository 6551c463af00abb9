/** One run of one command: its flags, where it prints, the API it talks to, the clock it waits on. */
import type { ApiResponse, Method } from '../cluster/api/transport.ts'
import { UPSTREAM } from '../cluster/api/version.ts'
import { sleep, type Task } from '../cluster/sim/task.ts'
import type { World } from '../cluster/sim/world.ts'
import { Client, type KubectlRequest } from './client.ts'
import { type Discovery, discover, type Mapping, noSuchType } from './discovery.ts'
import { CliError, usageError } from './errors.ts'
import type { Flags } from './flags.ts'
import { klogLine } from './klog.ts'
import { currentContext, type Kubeconfig, readKubeconfig, serverOf } from './kubeconfig.ts'

/** What kubectl needs of its surroundings. */
export interface KubectlDeps {
  request(r: KubectlRequest): Task<ApiResponse>
  readonly world: World
  /** Owner of the timers that the command sets. */
  readonly owner?: string
  /** Kept between commands: what discovery said, as `~/.kube/cache` does. */
  readonly cache?: KubectlCache
}

/** What survives from one command to the next. */
export interface KubectlCache {
  discovery?: { readonly at: number; readonly value: Discovery }
}

/** What someone on this machine asks of a port that a command listens on. */
export interface LocalRequest {
  readonly method: Method
  /** With its query. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** What it answers. */
export interface LocalResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Answers one connection; undefined closes it without a word. */
export type LocalServer = (request: LocalRequest) => Task<LocalResponse | undefined>

/** A program of the machine beside kubectl. @param argv its name first. @returns the exit code */
export type Program = (
  argv: readonly string[],
  out: Pick<KubectlIo, 'stdin' | 'stdout' | 'stderr'>,
) => Task<number>

/** What a job in the background has of its own. */
export type JobIo = Pick<KubectlIo, 'stdout' | 'stderr' | 'listen' | 'onCancel'>

/** Where a command reads and prints. */
export interface KubectlIo {
  readonly stdin?: string
  /** The home folder: path without a leading slash -> content. */
  readonly files?: Map<string, string>
  stdout(text: string): void
  stderr(text: string): void
  readonly columns?: number
  /** Opens an editor on a text; undefined when the editor failed. */
  edit?(text: string): Task<string | undefined>
  readonly env?: ReadonlyMap<string, string>
  /** What is typed while an exec or attach with stdin runs; undefined ends it. Without it `stdin` is sent. */
  input?(take: (data: string | undefined) => void): void
  /** Listens on a local port (0: any free one) until the command ends. @returns the port; undefined when it is taken */
  listen?(port: number, server: LocalServer): number | undefined
  /** Programs beside kubectl that a line may name. */
  readonly programs?: ReadonlyMap<string, Program>
  /** Starts a job in the background (`... &`). @returns its number */
  background?(text: string, run: (io: JobIo) => Task<number>): number
  /** Jobs that run in the background, by number. */
  jobs?(): ReadonlyMap<number, string>
  /** Ends a job. @returns false when there is none of that number */
  endJob?(job: number): boolean
  /** Registers what must be undone when the command is cancelled (open streams). */
  onCancel?(undo: () => void): void
}

/** How long discovery is believed. @unit milliseconds */
const DISCOVERY_TTL = 6 * 3_600_000
const HOME = '/root/'

/** A command being run. */
export class Invocation {
  readonly client: Client
  readonly config: Kubeconfig
  readonly namespace: string
  /** True when `--namespace` was given. */
  readonly explicitNamespace: boolean
  /** The command line, when `--record` asks to keep it. */
  readonly changeCause?: string

  constructor(
    readonly deps: KubectlDeps,
    readonly io: KubectlIo,
    readonly flags: Flags,
    /** `kubectl create deployment`. */
    readonly path: string,
  ) {
    if (flags.bool('record')) this.changeCause = [path, ...flags.args, ...flags.given()].join(' ')
    this.config = readKubeconfig(io.files)
    const contextName = flags.string('context')
    if (contextName && !this.config.contexts.some((c) => c.name === contextName))
      throw new CliError(`context "${contextName}" does not exist`)
    const context = currentContext(this.config, contextName)
    this.explicitNamespace = flags.changed('namespace')
    this.namespace = flags.string('namespace') || context.namespace || 'default'
    const as = {
      user: flags.string('as'),
      uid: flags.string('as-uid'),
      groups: flags.strings('as-group'),
    }
    if (!as.user && (as.uid || as.groups.length > 0))
      throw new CliError('requesting uid, groups or user-extra without impersonating a user')
    this.client = new Client(
      (r) => deps.request(r),
      `kubectl/${UPSTREAM.version} (linux/amd64) kubernetes/virtual`,
      as.user ? as : undefined,
      (text) => this.err(`Warning: ${text}\n`),
      flags.string('token'),
      flags.string('server') || serverOf(this.config, context),
      (method, path, response) => this.logResponse(method, path, response),
    )
  }

  get args(): readonly string[] {
    return this.flags.args
  }

  out(text: string): void {
    this.io.stdout(text)
  }

  err(text: string): void {
    this.io.stderr(text)
  }

  /** Unix milliseconds of now. */
  get now(): number {
    return this.deps.world.clock.unixMs
  }

  get owner(): string {
    return this.deps.owner ?? 'kubectl'
  }

  *sleep(ms: number): Task<void> {
    yield* sleep(this.deps.world, this.owner, ms, { label: this.path })
  }

  /** What `-v=6` and more shows of a request. */
  private logResponse(method: string, path: string, response: ApiResponse): void {
    const level = Number(this.flags.string('v'))
    if (!(level >= 6)) return
    const status = `verb="${method}" url="${path}" status="${response.status}"`
    const log = (where: string, said: string) => this.err(klogLine('I', this.now, where, said))
    log('round_trippers.go:632', `"Response" ${status} milliseconds=0`)
    if (level < 8 || response.body === undefined) return
    const { body } = response
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    log('request.go:1351', `"Response Body" body=<\n\t${text}\n >`)
  }

  /** What the server serves. @param fresh true: do not believe the cache */
  *discovery(fresh = false): Task<Discovery> {
    const cache = this.deps.cache
    const known = cache?.discovery
    const now = this.deps.world.clock.now
    if (known && !fresh && now - known.at < DISCOVERY_TTL) return known.value
    const value = yield* discover(this.client)
    if (cache) cache.discovery = { at: now, value }
    return value
  }

  /** The resource that an argument names; a miss makes discovery be read again. @throws CliError */
  *mapping(argument: string): Task<Mapping> {
    const found = yield* this.lookup((d) => d.find(argument))
    if (!found) throw noSuchType(argument)
    return found
  }

  /** The resource of a kind; a miss makes discovery be read again. */
  *mappingOfKind(apiVersion: string, kind: string): Task<Mapping | undefined> {
    return yield* this.lookup((d) => d.byKind(apiVersion, kind))
  }

  private *lookup(find: (d: Discovery) => Mapping | undefined): Task<Mapping | undefined> {
    const cached = this.deps.cache?.discovery !== undefined
    const found = find(yield* this.discovery())
    if (found || !cached) return found
    return find(yield* this.discovery(true))
  }

  /** A failure that ends with where help is. */
  usage(message: string): CliError {
    return usageError(this.path, message)
  }

  /** The content of a file of the home folder; undefined without one. */
  file(path: string): string | undefined {
    return this.io.files?.get(normalize(path))
  }

  /** Files directly in a folder (all below it with `deep`), sorted; undefined when it is no folder. */
  folder(path: string, deep = false): string[] | undefined {
    const base = normalize(path)
    const prefix = base === '' ? '' : `${base}/`
    const inside = [...(this.io.files?.keys() ?? [])].filter((f) => f.startsWith(prefix)).sort()
    if (inside.length === 0) return undefined
    return deep ? inside : inside.filter((f) => !f.slice(prefix.length).includes('/'))
  }

  /** `''`, `client` or `server`. @throws CliError */
  dryRun(): '' | 'client' | 'server' {
    const v = this.flags.string('dry-run')
    switch (v) {
      case '':
      case 'none':
        return ''
      case 'client':
      case 'server':
        return v
      case 'unchanged':
        this.err('Warning: --dry-run is deprecated and can be replaced with --dry-run=client.\n')
        return 'client'
      default:
        throw new CliError(`Invalid dry-run value (${v}). Must be "none", "server", or "client".`)
    }
  }
}

/** A path in the home folder without `./`, `~/` and the folder's own name. */
export function normalize(path: string): string {
  let p = path
  if (p.startsWith('~/')) p = p.slice(2)
  else if (p.startsWith(HOME)) p = p.slice(HOME.length)
  const out: string[] = []
  for (const part of p.split('/')) {
    if (part === '' || part === '.') continue
    if (part === '..') out.pop()
    else out.push(part)
  }
  return out.join('/')
}
