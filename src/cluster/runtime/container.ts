/**
 * One container instance: finds its main program, runs it as a task, takes signals, ends. What runc and the kernel say
 * when something cannot be started is said here too.
 */
import type { Network, Source } from '../network/network.ts'
import type { Millis } from '../sim/clock.ts'
import type { Random } from '../sim/random.ts'
import { spawn, type Task, type TaskHandle, Signal as Wake } from '../sim/task.ts'
import type { World } from '../sim/world.ts'
import { emptyVolume, Filesystem, normalize, type Volume } from './filesystem.ts'
import type { Command, ImageBehaviour } from './image.ts'
import { LogBuffer } from './logs.ts'
import {
  Exit,
  type Output,
  Process,
  SIGNAL_EXIT,
  type Signal,
  type Surroundings,
} from './process.ts'
import { Shell } from './shell/shell.ts'
import { fileTools } from './tools/files.ts'
import { curlTool, netTools } from './tools/net.ts'
import { systemTools } from './tools/system.ts'

const BUSYBOX: Readonly<Record<string, Command>> = { ...fileTools, ...systemTools, ...netTools }
const FULL: Readonly<Record<string, Command>> = { ...BUSYBOX, ...curlTool }
const SHELLS = new Set(['sh', 'bash', 'ash', 'dash'])
const WRAPPERS = new Set(['docker-entrypoint.sh', 'docker-php-entrypoint'])

/** One mount of a container. */
export interface ContainerMount {
  readonly path: string
  readonly volume: Volume
  readonly readOnly: boolean
  readonly subPath: string
}

/** What the kubelet asks for. */
export interface ContainerConfig {
  readonly name: string
  readonly attempt: number
  readonly imageName: string
  readonly image: ImageBehaviour
  readonly command: readonly string[] | undefined
  readonly args: readonly string[] | undefined
  readonly env: ReadonlyMap<string, string>
  readonly workingDir: string | undefined
  readonly mounts: readonly ContainerMount[]
  /** @unit bytes; 0 is none */
  readonly memoryLimit: number
  readonly readOnlyRoot: boolean
  readonly interactive: boolean
  readonly hostname: string
  readonly source: Source
  readonly terminationMessagePath: string
}

/** How a container ended. */
export interface ContainerExit {
  readonly code: number
  readonly reason: 'Completed' | 'Error' | 'OOMKilled' | 'StartError'
  readonly message: string
  readonly at: Millis
}

/** Why a container could not be created at all. */
export class CreateFailure extends Error {
  override name = 'CreateFailure'
}

/** One container instance. */
export class Container {
  readonly log: LogBuffer
  startedAt: Millis | undefined
  exit: ContainerExit | undefined
  readonly fs: Filesystem
  private main: Process | undefined
  private task: TaskHandle | undefined
  private readonly children = new Set<TaskHandle>()
  private readonly ended = new Wake()
  private readonly around: Surroundings
  private readonly argv: readonly string[]
  private traps = new Map<Signal, () => void>()

  constructor(
    private readonly world: World,
    network: Network,
    readonly id: string,
    readonly config: ContainerConfig,
    owner: string,
    random: Random,
  ) {
    const { image } = config
    const entrypoint = config.command?.length ? config.command : image.entrypoint
    const args = config.args?.length ? config.args : config.command?.length ? [] : image.cmd
    this.argv = [...entrypoint, ...args]
    if (this.argv.length === 0) throw new CreateFailure('no command specified')
    this.log = new LogBuffer(() => world.clock.unixMs)
    this.fs = new Filesystem(rootOf(image, config), config.readOnlyRoot)
    for (const m of config.mounts) this.fs.mount(m.path, m.volume, m)
    this.around = {
      world,
      network,
      owner,
      image,
      imageName: config.imageName,
      hostname: config.hostname,
      source: config.source,
      fs: this.fs,
      random,
      memoryLimit: config.memoryLimit,
      opened: new Set(),
      startedAt: 0,
      memoryChanged: () => this.onUse?.(),
      outOfMemory: () => this.finish(137, 'OOMKilled'),
      signalMain: (signal) => this.signal(signal),
      onShellTrap: (signal, shell, action) => {
        this.traps.set(signal, () => {
          this.spawnChild('trap', function* () {
            yield* shell.run(action)
          })
        })
      },
    }
  }

  get running(): boolean {
    return this.startedAt !== undefined && this.exit === undefined
  }

  /** CPU and memory in use now. */
  get usage(): { cpuMillis: number; memoryBytes: number } {
    if (!this.running || !this.main) return { cpuMillis: 0, memoryBytes: 0 }
    const cpuMillis = this.main.meter?.() ?? this.main.cpuMillis
    return { cpuMillis, memoryBytes: this.main.memoryBytes || 1_500_000 }
  }

  /** Starts the main process; a program that does not exist ends it with runc's words. */
  start(): void {
    this.startedAt = this.world.clock.now
    this.around.startedAt = this.startedAt
    const program = this.program(this.argv)
    if (!program) {
      const name = this.argv[0] as string
      const why = name.includes('/')
        ? `exec: "${name}": stat ${name}: no such file or directory`
        : `exec: "${name}": executable file not found in $PATH`
      return this.finish(128, 'StartError', startFailure(why))
    }
    const output: Output = { stdout: (t) => this.log.write(t), stderr: (t) => this.log.write(t) }
    const env = this.environment()
    const cwd = this.config.workingDir ?? this.config.image.workingDir ?? '/'
    const main = new Process(this.around, program.argv, output, { env, cwd })
    this.main = main
    main.use(1_500_000, 0)
    if (this.exit) return
    const self = this
    this.task = spawn(this.world, this.around.owner, `run ${program.argv[0]}`, function* () {
      const code = yield* runToEnd(program.command, main, program.argv)
      self.finish(code, code === 0 ? 'Completed' : 'Error')
    })
  }

  /** Waits for the end. */
  *wait(): Task<ContainerExit> {
    while (!this.exit) yield* this.ended.wait()
    return this.exit
  }

  /** Sends a signal to the main process; PID 1 without a handler ignores all but SIGKILL. */
  signal(signal: Signal): void {
    if (!this.running) return
    if (signal === 'SIGKILL') return this.finish(SIGNAL_EXIT.SIGKILL, 'Error')
    const trap = this.traps.get(signal)
    if (trap) return trap()
    for (const f of this.around.handlers?.get(signal) ?? []) f()
  }

  /** Whether anything would happen on that signal. */
  handles(signal: Signal): boolean {
    return this.traps.has(signal) || (this.around.handlers?.has(signal) ?? false)
  }

  /** Ends it at once (a fault, a crash of the machine). */
  finish(code: number, reason: ContainerExit['reason'], message = ''): void {
    if (this.exit) return
    this.task?.cancel()
    for (const c of this.children) c.cancel()
    this.children.clear()
    const endpoint = this.around.network.at(this.config.source.ip)
    for (const port of this.around.opened) endpoint?.ports.delete(port)
    const path = this.config.terminationMessagePath
    const said = path && this.fs.isFile(path) ? this.fs.read(path).slice(0, 4096) : ''
    this.exit = { code, reason, message: said || message, at: this.world.clock.now }
    this.log.close()
    this.ended.notify()
    this.onExit?.()
  }

  /** Called once when it ends. */
  onExit: (() => void) | undefined

  /** Sets another memory limit while it runs. @param bytes 0 is none */
  limitMemory(bytes: number): void {
    this.around.memoryLimit = bytes
  }

  /** Called when its use of memory has changed. */
  onUse: (() => void) | undefined;

  /** Runs a command beside the main process. @returns its exit code; 126 or 127 as runc says */
  *run(argv: readonly string[], output: Output, stdin = ''): Task<number> {
    const program = this.program(argv)
    if (!program) throw new ExecFailure(execFailure(argv[0] ?? ''))
    const process = new Process(this.around, program.argv, output, {
      env: this.environment(),
      cwd: this.config.workingDir ?? this.config.image.workingDir ?? '/',
      stdin,
    })
    return yield* runToEnd(program.command, process, program.argv)
  }

  /** An interactive shell for exec and attach, fed line by line. */
  shell(output: Output): Shell {
    const process = new Process(this.around, ['sh'], output, {
      env: this.environment(),
      cwd: this.config.workingDir ?? '/',
    })
    return new Shell(process, (n) => this.lookup(n), 'sh', [])
  }

  get hasShell(): boolean {
    return this.config.image.shell !== 'none'
  }

  /** Starts a task that ends with the container. */
  spawnChild(label: string, body: () => Task<unknown>): TaskHandle {
    const handle = spawn(this.world, this.around.owner, label, body)
    this.children.add(handle)
    return handle
  }

  private environment(): Map<string, string> {
    const env = new Map([
      ['PATH', '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
      ['HOSTNAME', this.config.hostname],
      ...Object.entries(this.config.image.env ?? {}),
      ...this.config.env,
    ])
    if (!env.has('HOME')) env.set('HOME', '/root')
    return env
  }

  private lookup(name: string): Command | undefined {
    const base = name.slice(name.lastIndexOf('/') + 1)
    const { image } = this.config
    const own =
      image.programs && Object.hasOwn(image.programs, base) ? image.programs[base] : undefined
    if (own) return own
    if (image.shell === 'none') return undefined
    if (SHELLS.has(base)) {
      return base === 'bash' && image.shell === 'busybox'
        ? undefined
        : (p, argv) => this.runShell(p, argv)
    }
    const tools = image.shell === 'full' ? FULL : BUSYBOX
    return Object.hasOwn(tools, base) ? tools[base] : undefined
  }

  private program(
    argv: readonly string[],
  ): { command: Command; argv: readonly string[] } | undefined {
    const name = argv[0] ?? ''
    const base = name.slice(name.lastIndexOf('/') + 1)
    if (WRAPPERS.has(base) && argv[1] && !argv[1].startsWith('-')) {
      const inner = this.lookup(argv[1])
      if (inner) return { command: inner, argv: argv.slice(1) }
    }
    if (base === 'tini' || base === 'dumb-init') {
      const rest = argv.slice(1).filter((a, i) => i > 0 || a !== '--')
      return this.program(rest)
    }
    const command = this.lookup(name)
    if (command) return { command, argv }
    const path = normalize(name, this.config.workingDir ?? '/')
    if (name.includes('/') && this.fs.isFile(path) && this.hasShell) {
      return { command: (p, a) => this.runShell(p, ['sh', ...a]), argv }
    }
    return undefined
  }

  private *runShell(p: Process, argv: readonly string[]): Task<number> {
    const rest = [...argv.slice(1)]
    let errexit = false
    let script: string | undefined
    let xtrace = false
    while (rest[0]?.startsWith('-') && rest[0] !== '--') {
      const flags = rest.shift() as string
      if (flags.includes('e')) errexit = true
      if (flags.includes('x')) xtrace = true
      if (flags.startsWith('--')) continue
      if (flags.includes('c')) {
        script = rest.shift()
        if (script === undefined) {
          p.err(`${argv[0]}: -c requires an argument\n`)
          return 2
        }
      }
    }
    let name = argv[0] ?? 'sh'
    if (script === undefined && rest[0] !== undefined) {
      const path = normalize(rest[0], p.cwd)
      if (!this.fs.isFile(path)) {
        p.err(`${name}: can't open '${rest[0]}': No such file or directory\n`)
        return 2
      }
      name = rest.shift() as string
      script = this.fs.read(path)
    } else if (script !== undefined && rest[0] !== undefined) name = rest.shift() as string
    if (script === undefined) {
      if (this.config.interactive && p === this.main) return yield* p.serveForever()
      script = p.stdin
    }
    const shell = new Shell(p, (n) => this.lookup(n), name, rest)
    shell.errexit = errexit
    shell.xtrace = xtrace
    return yield* shell.run(script)
  }
}

/** Exec of a program that is not there, with runc's words. */
export class ExecFailure extends Error {
  override name = 'ExecFailure'
}

function* runToEnd(command: Command, p: Process, argv: readonly string[]): Task<number> {
  try {
    return yield* command(p, argv)
  } catch (e) {
    if (e instanceof Exit) return e.code
    throw e
  }
}

function startFailure(why: string): string {
  return `failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: ${why}`
}

function execFailure(name: string): string {
  const why = name.includes('/')
    ? `exec: "${name}": stat ${name}: no such file or directory`
    : `exec: "${name}": executable file not found in $PATH`
  return `OCI runtime exec failed: exec failed: unable to start container process: ${why}`
}

function rootOf(image: ImageBehaviour, config: ContainerConfig): Volume {
  const root = emptyVolume(image.files ?? {})
  for (const d of [
    '/tmp',
    '/var/log',
    '/etc',
    '/root',
    '/proc',
    '/dev',
    '/run',
    '/usr/share',
    '/opt',
    '/home',
    '/data',
    '/mnt',
    '/var/lib',
    '/bin',
    '/srv',
  ])
    root.directories.add(d)
  root.files.set('/etc/hostname', `${config.hostname}\n`)
  root.files.set(
    '/etc/hosts',
    `# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n${config.source.ip}\t${config.hostname}\n`,
  )
  root.files.set(
    '/etc/resolv.conf',
    `search ${config.source.namespace}.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:5\n`,
  )
  root.files.set('/etc/os-release', `NAME="${image.repositories[0] ?? ''}"\n`)
  return root
}
