/** A process inside a container: what an image's behaviour and the shell may see and do, and nothing else. */

import type { Walk } from '../network/http.ts'
import type { Listener, Network, Source, Target } from '../network/network.ts'
import type { Millis } from '../sim/clock.ts'
import type { Random } from '../sim/random.ts'
import { sleep, type Task, Signal as Wake } from '../sim/task.ts'
import type { World } from '../sim/world.ts'
import type { Filesystem } from './filesystem.ts'
import type { ImageBehaviour } from './image.ts'

/** The signals that reach a container. */
export type Signal =
  | 'SIGTERM'
  | 'SIGKILL'
  | 'SIGHUP'
  | 'SIGINT'
  | 'SIGQUIT'
  | 'SIGUSR1'
  | 'SIGWINCH'

/** Exit status of a process ended by a signal. */
export const SIGNAL_EXIT: Readonly<Record<Signal, number>> = {
  SIGTERM: 143,
  SIGKILL: 137,
  SIGHUP: 129,
  SIGINT: 130,
  SIGQUIT: 131,
  SIGUSR1: 138,
  SIGWINCH: 156,
}

/** Where a process runs. */
export interface Surroundings {
  readonly world: World
  readonly network: Network
  /** Trace owner and task owner, `node-1/containerd/<id>`. */
  readonly owner: string
  readonly image: ImageBehaviour
  /** `repository:tag` as the manifest wrote it. */
  readonly imageName: string
  readonly hostname: string
  readonly source: Source
  readonly fs: Filesystem
  readonly random: Random
  /** Memory limit; 0 is none. @unit bytes */
  memoryLimit: number
  /** Ports this container opened, closed when it ends. */
  readonly opened: Set<number>
  /** Called when memory use has changed. */
  memoryChanged(): void
  /** Called when memory use passes the limit. */
  outOfMemory(): void
  /** Sends a signal to the container's main process. */
  signalMain(signal: Signal): void
  /** A shell's trap: runs `action` in that shell when the main process gets the signal. */
  onShellTrap?: (signal: Signal, shell: { run(text: string): Task<number> }, action: string) => void
  /** Handlers of all processes in the container, by signal. */
  handlers?: Map<Signal, (() => void)[]>
  /** When the container started. */
  startedAt: Millis
}

/** Where output goes. */
export interface Output {
  stdout(text: string): void
  stderr(text: string): void
}

/** Ends a process from inside, as exit(2). */
export class Exit extends Error {
  override name = 'Exit'
  constructor(readonly code: number) {
    super(`exit ${code}`)
  }
}

/** One process. Children (shell pipelines, exec) share the surroundings. */
export class Process {
  readonly env: Map<string, string>
  cwd: string
  memoryBytes = 0
  cpuMillis = 0
  /** Reads CPU use that changes by itself. @unit thousandths of a core */
  meter: (() => number) | undefined
  private readonly woken = new Wake()
  private pendingExit: number | undefined

  constructor(
    readonly around: Surroundings,
    readonly args: readonly string[],
    readonly output: Output,
    options: { env: Map<string, string>; cwd?: string; stdin?: string },
  ) {
    this.env = options.env
    this.cwd = options.cwd ?? '/'
    this.stdin = options.stdin ?? ''
  }

  /** All of standard input. */
  stdin: string

  get fs(): Filesystem {
    return this.around.fs
  }

  get now(): Millis {
    return this.around.world.clock.now
  }

  /** Waits; a handled signal does not cut it short. */
  *sleep(ms: Millis): Task<void> {
    yield* sleep(this.around.world, this.around.owner, Math.max(0, Math.trunc(ms)), {
      label: 'sleep',
      background: ms >= 1000,
    })
  }

  /** Waits until `exit` is called by a signal handler; for servers. @returns the exit code */
  *serveForever(): Task<number> {
    while (this.pendingExit === undefined) yield* this.woken.wait()
    return this.pendingExit
  }

  /** Ends `serveForever`. */
  exit(code: number): void {
    this.pendingExit = code
    this.woken.notify()
  }

  /** Installs a handler; a container without one ignores SIGTERM, as PID 1 does. */
  on(signal: Signal, handler: () => void): void {
    this.around.handlers ??= new Map()
    const known = this.around.handlers.get(signal) ?? []
    this.around.handlers.set(signal, [...known, handler])
  }

  /** Opens a port on the pod's address. @returns false when it is taken */
  listen(port: number, listener: Listener): boolean {
    const endpoint = this.around.network.at(this.around.source.ip)
    if (!endpoint || endpoint.ports.has(port)) return false
    endpoint.ports.set(port, listener)
    this.around.opened.add(port)
    return true
  }

  /** Sends an HTTP request from this pod. */
  *request(target: Target, timeoutMs?: Millis): Task<Walk> {
    return yield* this.around.network.request(this.around.source, target, timeoutMs)
  }

  /** Sets memory in use; past the limit the kernel kills the container. */
  use(memoryBytes: number, cpuMillis: number): void {
    this.memoryBytes = memoryBytes
    this.cpuMillis = cpuMillis
    const { memoryLimit } = this.around
    if (memoryLimit > 0 && memoryBytes > memoryLimit) this.around.outOfMemory()
    else this.around.memoryChanged()
  }

  out(text: string): void {
    this.output.stdout(text)
  }

  err(text: string): void {
    this.output.stderr(text)
  }
}
