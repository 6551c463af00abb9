/**
 * The machine that the terminal runs on, outside the cluster: the programs beside kubectl that reach into it, as a
 * laptop on the same network would, and the ports that kubectl listens on there.
 */
import type { Cluster } from '../cluster/cluster.ts'
import type { NetworkFailure, Walk } from '../cluster/network/http.ts'
import type { Source, Target } from '../cluster/network/network.ts'
import { emptyVolume, Filesystem } from '../cluster/runtime/filesystem.ts'
import type { ImageBehaviour } from '../cluster/runtime/image.ts'
import { Exit, Process, type Surroundings } from '../cluster/runtime/process.ts'
import { curlTool, netTools } from '../cluster/runtime/tools/net.ts'
import type { Millis } from '../cluster/sim/clock.ts'
import { Deferred, sleep, spawn, type Task } from '../cluster/sim/task.ts'
import type { JobIo, KubectlIo, LocalServer, Program } from '../kubectl/invocation.ts'

const HERE = /^(localhost|127(\.\d+){3}|\[?::1\]?)$/
const HOME = '/root'
const IP = /^\d+(\.\d+){3}$/
/** Until a connection is given up. @unit virtual ms */
const CONNECT_MS = 130_000
/** A round trip to oneself. @unit virtual ms */
const LOOPBACK_MS = 1

/** What a laptop has. */
const LAPTOP: ImageBehaviour = {
  repositories: [],
  bytes: 0,
  entrypoint: [],
  cmd: [],
  shell: 'full',
}

/** The first port that is given to who asks for any. */
const FREE_PORTS = 32_768

/** What kubectl prints and asks of whoever runs it. */
export interface SessionIo extends KubectlIo {
  /** Shows an editor with a text; `Machine.edited` tells what came of it. */
  editing?(text: string): void
}

interface Job {
  readonly text: string
  cancel(): void
}

type Undo = (undo: () => void) => void

/** One machine. */
export class Machine {
  private readonly jobs = new Map<number, Job>()
  private readonly editors = new Map<number, Deferred<string | undefined>>()
  private readonly listening = new Map<number, LocalServer>()
  private readonly programs: ReadonlyMap<string, Program>

  /**
   * @param files the home folder
   * @param owner of the tasks of its programs
   * @param source where its packets come from, now
   */
  constructor(
    readonly cluster: Cluster,
    readonly files: Map<string, string>,
    readonly owner: string,
    readonly source: () => Source,
  ) {
    this.programs = programsOf(this)
  }

  /** Ports that commands listen on, as `kubectl port-forward` does. */
  get ports(): number[] {
    return [...this.listening.keys()]
  }

  /** Who listens on a port. */
  listener(port: number): LocalServer | undefined {
    return this.listening.get(port)
  }

  /** What was written in the editor of a line under way; undefined: the editor failed. */
  edited(run: number, text: string | undefined): void {
    const written = this.editors.get(run)
    this.editors.delete(run)
    written?.resolve(text)
  }

  /** What a line may use of the machine. @param undo hears what is to be undone when the line ends */
  ioOf(run: number, io: SessionIo, undo: Undo): KubectlIo {
    const { editing } = io
    return {
      ...io,
      files: this.files,
      programs: this.programs,
      onCancel: undo,
      listen: (port, server) => this.listen(port, server, undo),
      ...(editing ? { edit: (text: string) => this.edit(run, text, editing) } : {}),
      background: (text, start) => this.background(text, start, io),
      jobs: () => new Map([...this.jobs].map(([n, job]) => [n, job.text])),
      endJob: (n) => {
        this.jobs.get(n)?.cancel()
        return this.jobs.delete(n)
      },
    }
  }

  /** What the page's own look may use: it leaves nothing behind. */
  asideOf(io: SessionIo): KubectlIo {
    return { ...io, files: this.files }
  }

  private *edit(run: number, text: string, show: (text: string) => void): Task<string | undefined> {
    const written = new Deferred<string | undefined>()
    this.editors.set(run, written)
    show(text)
    return yield* written.wait()
  }

  private listen(wanted: number, server: LocalServer, undo: Undo): number | undefined {
    let port = wanted
    if (wanted === 0) for (port = FREE_PORTS; this.listening.has(port); ) port++
    if (this.listening.has(port)) return undefined
    this.listening.set(port, server)
    undo(() => this.listening.delete(port))
    return port
  }

  /** Starts what goes on beside the terminal; its words come when they come. */
  private background(text: string, run: (io: JobIo) => Task<number>, io: SessionIo): number {
    let n = 1
    while (this.jobs.has(n)) n++
    const undone: (() => void)[] = []
    const undo: Undo = (u) => undone.push(u)
    const end = (word: string) => {
      for (const u of undone) u()
      io.stderr(`[${n}]+  ${word.padEnd(22)}  ${text}\n`)
    }
    const own: JobIo = {
      stdout: io.stdout,
      stderr: io.stderr,
      onCancel: undo,
      listen: (port, server) => this.listen(port, server, undo),
    }
    const self = this
    const task = spawn(this.cluster.world, this.owner, `$ ${text} &`, function* () {
      const code = yield* run(own)
      self.jobs.delete(n)
      end(code === 0 ? 'Done' : `Exit ${code}`)
    })
    const cancel = () => {
      task.cancel()
      end('Terminated')
    }
    this.jobs.set(n, { text, cancel })
    return n
  }
}

/** The programs, by name. */
function programsOf(machine: Machine): ReadonlyMap<string, Program> {
  const { curl } = curlTool
  const { wget, nc, ping } = netTools
  const all = { curl, wget, nc, ping }
  return new Map(
    Object.entries(all).flatMap(([name, command]) =>
      command ? [[name, (argv, out) => run(machine, command, argv, out)] as [string, Program]] : [],
    ),
  )
}

function* run(
  machine: Machine,
  command: (p: Process, argv: readonly string[]) => Task<number>,
  argv: readonly string[],
  out: Parameters<Program>[1],
): Task<number> {
  const home = emptyVolume(
    Object.fromEntries([...machine.files].map(([name, text]) => [`${HOME}/${name}`, text])),
  )
  const { world, network } = machine.cluster
  const around: Surroundings = {
    world,
    network,
    owner: machine.owner,
    image: LAPTOP,
    imageName: '',
    hostname: 'kubarium',
    source: machine.source(),
    fs: new Filesystem(home),
    random: world.random.split('laptop'),
    memoryLimit: 0,
    opened: new Set(),
    memoryChanged() {},
    outOfMemory() {},
    signalMain() {},
    startedAt: world.clock.now,
  }
  home.directories.add(HOME)
  const options = { env: new Map<string, string>(), cwd: HOME, stdin: out.stdin ?? '' }
  const process = new OnLaptop(around, argv, out, options, machine)
  try {
    return yield* command(process, argv)
  } catch (error) {
    if (error instanceof Exit) return error.code
    throw error
  } finally {
    for (const [path, text] of home.files)
      if (path.startsWith(`${HOME}/`)) machine.files.set(path.slice(HOME.length + 1), text)
  }
}

/**
 * A process of the machine. Its own ports answer without the network; nodes, load balancers and names that the world
 * knows are reached, addresses of Pods and Services are not: no route leads there from outside.
 */
class OnLaptop extends Process {
  constructor(
    around: Surroundings,
    args: readonly string[],
    out: ConstructorParameters<typeof Process>[2],
    options: ConstructorParameters<typeof Process>[3],
    private readonly machine: Machine,
  ) {
    super(around, args, out, options)
  }

  override *request(target: Target, timeoutMs?: Millis): Task<Walk> {
    const { world, owner, network } = this.around
    if (!HERE.test(target.host)) {
      if (!IP.test(target.host) && network.outside(target.host).length === 0)
        return failed('could-not-resolve')
      const endpoint = network.at(target.host)
      const inside = endpoint?.pod || (!endpoint && network.balancer(target.host) === undefined)
      if (!IP.test(target.host) || !inside) return yield* super.request(target, timeoutMs)
      yield* sleep(world, owner, timeoutMs ?? CONNECT_MS)
      return failed('timeout')
    }
    yield* sleep(world, owner, LOOPBACK_MS)
    const server = this.machine.listener(target.port)
    const answer = server
      ? yield* server({
          method: (target.method ?? 'GET') as 'GET',
          path: target.path ?? '/',
          headers: target.headers ?? {},
          ...(target.body === undefined ? {} : { body: target.body }),
        })
      : undefined
    if (!answer) return failed(server ? 'reset' : 'refused')
    return { id: 0, hops: [], result: { ok: true, response: answer } }
  }
}

function failed(why: NetworkFailure): Walk {
  return { id: 0, hops: [], result: { ok: false, why } }
}
