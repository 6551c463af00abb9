/** The small tools that look at the machine, the clock and the processes. */
import { formatTime } from '../../api/meta/time.ts'
import type { Task } from '../../sim/task.ts'
import { FileError, normalize } from '../filesystem.ts'
import type { Command } from '../image.ts'
import { Exit, type Process, type Signal } from '../process.ts'

/** Tools over time, identity, processes and tests, by name. */
export const systemTools: Readonly<Record<string, Command>> = {
  true: constant(0),
  false: constant(1),
  sleep,
  usleep,
  date,
  hostname,
  env,
  printenv: env,
  id,
  whoami,
  uname,
  test,
  '[': test,
  ps,
  kill,
  killall: kill,
  pkill: kill,
  pidof,
  pgrep: pidof,
  df,
  free,
  nproc,
  which,
  yes,
  expr,
  timeout: constant(0),
  stress,
  dd,
  apt: installer,
  'apt-get': installer,
  apk: installer,
  yum: installer,
  pip: installer,
}

/** Package managers find what they are asked for: the tools are there already, only the time passes. */
function* installer(p: Process, argv: readonly string[]): Task<number> {
  yield* p.sleep(argv.includes('update') ? 2500 : 3500)
  return 0
}

function constant(code: number): Command {
  return function* () {
    return code
  }
}

function* sleep(p: Process, argv: readonly string[]): Task<number> {
  if (argv.length < 2) {
    p.err('sleep: missing operand\n')
    return 1
  }
  let ms = 0
  for (const a of argv.slice(1)) {
    if (a === 'infinity' || a === 'inf') for (;;) yield* p.sleep(86_400_000)
    const m = /^(\d+(?:\.\d+)?)([smhd]?)$/.exec(a)
    if (!m) {
      p.err(`sleep: invalid number '${a}'\n`)
      return 1
    }
    const unit = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }[m[2] || 's'] ?? 1000
    ms += Math.round(Number(m[1]) * unit)
  }
  yield* p.sleep(ms)
  return 0
}

function* usleep(p: Process, argv: readonly string[]): Task<number> {
  yield* p.sleep(Math.ceil(Number(argv[1] ?? 0) / 1000))
  return 0
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

function* date(p: Process, argv: readonly string[]): Task<number> {
  const ms = p.around.world.clock.unixMs
  const iso = formatTime(ms)
  const [day = '', time = ''] = iso.replace('Z', '').split('T')
  const [y = '', m = '', d = ''] = day.split('-')
  const weekday = DAYS[(Math.floor(ms / 86_400_000) + 4) % 7] as string
  const format = argv.find((a) => a.startsWith('+'))
  if (!format) {
    p.out(`${weekday} ${MONTHS[Number(m) - 1]} ${String(Number(d)).padStart(2)} ${time} UTC ${y}\n`)
    return 0
  }
  const fields: Record<string, string> = {
    Y: y,
    m,
    d,
    H: time.slice(0, 2),
    M: time.slice(3, 5),
    S: time.slice(6, 8),
    F: day,
    T: time,
    s: String(Math.floor(ms / 1000)),
    N: `${String(ms % 1000).padStart(3, '0')}000000`,
    a: weekday,
    b: MONTHS[Number(m) - 1] ?? '',
    Z: 'UTC',
    '%': '%',
  }
  p.out(`${format.slice(1).replace(/%([YmdHMSFTsNabZ%])/g, (_, f: string) => fields[f] ?? '')}\n`)
  return 0
}

function* hostname(p: Process, argv: readonly string[]): Task<number> {
  p.out(`${argv[1] === '-i' || argv[1] === '-I' ? p.around.source.ip : p.around.hostname}\n`)
  return 0
}

function* env(p: Process, argv: readonly string[]): Task<number> {
  if (argv[0] === 'printenv' && argv[1]) {
    const v = p.env.get(argv[1])
    if (v === undefined) return 1
    p.out(`${v}\n`)
    return 0
  }
  for (const [k, v] of p.env) p.out(`${k}=${v}\n`)
  return 0
}

function* id(p: Process, argv: readonly string[]): Task<number> {
  const uid = p.around.image.user ?? 0
  const name = uid === 0 ? '(root)' : ''
  p.out(
    argv[1] === '-u' ? `${uid}\n` : `uid=${uid}${name} gid=${uid}${name} groups=${uid}${name}\n`,
  )
  return 0
}

function* whoami(p: Process): Task<number> {
  p.out(p.around.image.user ? `whoami: unknown uid ${p.around.image.user}\n` : 'root\n')
  return 0
}

function* uname(p: Process, argv: readonly string[]): Task<number> {
  const { hostname: name } = p.around
  const all = `Linux ${name} 6.12.0-kubarium #1 SMP x86_64 GNU/Linux`
  const flag = argv[1] ?? '-s'
  p.out(
    `${{ '-a': all, '-n': name, '-r': '6.12.0-kubarium', '-m': 'x86_64', '-s': 'Linux' }[flag] ?? 'Linux'}\n`,
  )
  return 0
}

function* test(p: Process, argv: readonly string[]): Task<number> {
  const args = argv.slice(1)
  if (argv[0] === '[') {
    if (args.at(-1) !== ']') {
      p.err('[: missing ]\n')
      return 2
    }
    args.pop()
  }
  return judge(p, args) ? 0 : 1
}

function judge(p: Process, args: readonly string[]): boolean {
  const or = args.indexOf('-o')
  if (or > 0) return judge(p, args.slice(0, or)) || judge(p, args.slice(or + 1))
  const and = args.indexOf('-a')
  if (and > 0) return judge(p, args.slice(0, and)) && judge(p, args.slice(and + 1))
  if (args[0] === '!') return !judge(p, args.slice(1))
  if (args.length <= 1) return (args[0] ?? '') !== ''
  if (args.length === 2) {
    const path = normalize(args[1] as string, p.cwd)
    switch (args[0]) {
      case '-z':
        return args[1] === ''
      case '-n':
        return args[1] !== ''
      case '-f':
        return p.fs.isFile(path)
      case '-d':
        return p.fs.isDirectory(path)
      case '-s':
        return p.fs.isFile(path) && p.fs.read(path) !== ''
      case '-e':
      case '-r':
      case '-w':
      case '-x':
      case '-L':
        return p.fs.exists(path)
      default:
        return false
    }
  }
  const [a = '', op, b = ''] = args
  const numbers: Record<string, (x: number, y: number) => boolean> = {
    '-eq': (x, y) => x === y,
    '-ne': (x, y) => x !== y,
    '-lt': (x, y) => x < y,
    '-le': (x, y) => x <= y,
    '-gt': (x, y) => x > y,
    '-ge': (x, y) => x >= y,
  }
  if (op === '=' || op === '==') return a === b
  if (op === '!=') return a !== b
  return numbers[op ?? '']?.(Number(a), Number(b)) ?? false
}

function* ps(p: Process): Task<number> {
  p.out(
    `PID   USER     TIME  COMMAND\n    1 root      0:00 ${[...p.around.image.entrypoint, ...p.around.image.cmd].join(' ')}\n`,
  )
  return 0
}

function* kill(p: Process, argv: readonly string[]): Task<number> {
  const words = argv.slice(1)
  const flag = words[0]?.startsWith('-') ? (words.shift() as string).slice(1) : 'TERM'
  if (flag === '0') return p.around.opened.size > 0 || argv[0] === 'kill' ? 0 : 1
  const names: Record<string, Signal> = {
    '9': 'SIGKILL',
    '15': 'SIGTERM',
    '1': 'SIGHUP',
    '2': 'SIGINT',
    '3': 'SIGQUIT',
  }
  const signal = names[flag] ?? (`SIG${flag.replace(/^SIG/, '')}` as Signal)
  if (argv[0] === 'kill' && words[0] !== '1') {
    p.err(`kill: can't kill pid ${words[0] ?? ''}: No such process\n`)
    return 1
  }
  p.around.signalMain(signal)
  return 0
}

function* pidof(p: Process): Task<number> {
  p.out('1\n')
  return 0
}

function* df(p: Process): Task<number> {
  p.out('Filesystem           1K-blocks      Used Available Use% Mounted on\n')
  for (const m of ['/', ...p.fs.mounted()]) {
    p.out(`overlay              104857600  20971520  83886080  20% ${m}\n`)
  }
  return 0
}

function* free(p: Process): Task<number> {
  const total = Math.round((p.around.memoryLimit || 8 * 1024 ** 3) / 1024)
  const used = Math.round(p.memoryBytes / 1024)
  p.out(
    `              total        used        free\nMem:   ${String(total).padStart(12)} ${String(used).padStart(11)} ${String(total - used).padStart(11)}\n`,
  )
  return 0
}

function* nproc(p: Process): Task<number> {
  p.out('4\n')
  return 0
}

function* which(p: Process, argv: readonly string[]): Task<number> {
  const name = argv[1] ?? ''
  if (!(name in systemTools) && !p.around.image.programs?.[name]) return 1
  p.out(`/bin/${name}\n`)
  return 0
}

/** Endless output: keeps a core busy and writes a line a virtual second. */
function* yes(p: Process, argv: readonly string[]): Task<number> {
  p.use(p.memoryBytes, 1000)
  for (;;) {
    p.out(`${argv[1] ?? 'y'}\n`)
    yield* p.sleep(1000)
  }
}

function* expr(p: Process, argv: readonly string[]): Task<number> {
  const [a = '0', op, b = '0'] = argv.slice(1)
  const x = Number(a)
  const y = Number(b)
  const v =
    { '+': x + y, '-': x - y, '*': x * y, '/': Math.trunc(x / y), '%': x % y }[op ?? '+'] ?? x
  p.out(`${v}\n`)
  return v === 0 ? 1 : 0
}

/** `stress --cpu N --vm N --vm-bytes B --timeout S`: uses what it is told to use. */
function* stress(p: Process, argv: readonly string[]): Task<number> {
  const value = (names: string[]) => {
    const i = argv.findIndex((a) => names.includes(a))
    return i < 0 ? undefined : argv[i + 1]
  }
  const cpu = Number(value(['--cpu', '-c']) ?? 0)
  const vm = Number(value(['--vm', '-m']) ?? 0)
  const bytes = parseBytes(value(['--vm-bytes']) ?? '256M')
  const seconds = Number((value(['--timeout', '-t']) ?? '0').replace('s', ''))
  p.out(`stress: info: [1] dispatching hogs: ${cpu} cpu, 0 io, ${vm} vm, 0 hdd\n`)
  yield* p.sleep(500)
  p.use(vm * bytes, Math.max(50, (cpu + vm) * 1000))
  if (seconds > 0) {
    yield* p.sleep(seconds * 1000)
    p.out(`stress: info: [1] successful run completed in ${seconds}s\n`)
    return 0
  }
  for (;;) yield* p.sleep(60_000)
}

function parseBytes(text: string): number {
  const m = /^(\d+)([KMGB]?)/i.exec(text)
  const unit = { K: 1024, M: 1024 ** 2, G: 1024 ** 3, B: 1 }[(m?.[2] ?? 'B').toUpperCase()] ?? 1
  return Number(m?.[1] ?? 0) * unit
}

function* dd(p: Process, argv: readonly string[]): Task<number> {
  const target = argv.find((a) => a.startsWith('of='))?.slice(3)
  try {
    if (target) p.fs.write(normalize(target, p.cwd), '\0')
  } catch (e) {
    if (!(e instanceof FileError)) throw e
    p.err(`dd: can't open '${target}': ${e.message}\n`)
    throw new Exit(1)
  }
  return 0
}
