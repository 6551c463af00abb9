/**
 * A POSIX shell that runs as a task on the virtual clock, over a kept parser. Streams line by line, sleeps in virtual
 * time, and is used alike for a container's main process and for exec. Pipelines run stage by stage: a stage starts
 * when the one before it has ended (said in docs/fidelity.md).
 */
import {
  type AndOr,
  type CommandNode as AnyCommand,
  type Case,
  type Command as CommandNode,
  type CompoundList,
  type For,
  type If,
  type Pipeline,
  parse,
  type Redirection,
  type Statement,
  type While,
} from 'unbash'
import { spawn, type Task, turn } from '../../sim/task.ts'
import { FileError, normalize } from '../filesystem.ts'
import type { Command } from '../image.ts'
import { Exit, type Output, Process } from '../process.ts'
import { builtins } from './builtins.ts'
import { ControlFlow } from './control.ts'
import { Expander, matches } from './expand.ts'

/** Steps a script may take without waiting before it is made to wait a millisecond: busy loops cost time. */
const BUSY_STEPS = 200
/** Loop turns and calls a script may make in all; a bound on our own memory and patience. */
const DEPTH_MAX = 200

/** Finds a program by name: the image's own, then the base tools. */
export type Lookup = (name: string) => Command | undefined

/** One shell: variables, functions, positional parameters. */
export class Shell {
  readonly variables: Map<string, string>
  readonly exported = new Set<string>()
  readonly functions = new Map<string, AnyCommand>()
  positional: readonly string[]
  status = 0
  errexit = false
  xtrace = false
  readonly traps = new Map<string, string>()
  private steps = 0
  private readonly expander: Expander

  constructor(
    readonly process: Process,
    readonly lookup: Lookup,
    readonly name: string,
    positional: readonly string[],
    private readonly depth = 0,
  ) {
    this.variables = new Map(process.env)
    for (const k of process.env.keys()) this.exported.add(k)
    this.positional = positional
    this.expander = new Expander(this)
    if (depth > DEPTH_MAX) throw new Exit(2)
  }

  /** Runs a script text. @returns its exit status */
  *run(text: string): Task<number> {
    const script = parse(text)
    const error = script.errors?.[0]
    if (error) {
      this.process.err(`${this.name}: syntax error: ${error.message}\n`)
      return 2
    }
    try {
      yield* this.statements(script.commands, this.process.output)
    } catch (e) {
      if (e instanceof Exit) this.status = e.code
      else if (e instanceof ControlFlow) this.status = e.control.code
      else throw e
    }
    const trap = this.traps.get('EXIT')
    if (trap) {
      this.traps.delete('EXIT')
      const kept = this.status
      yield* this.run(trap)
      this.status = kept
    }
    return this.status
  }

  *statements(list: readonly Statement[], output: Output): Task<void> {
    for (const s of list) {
      if (s.background) this.background(s, output)
      else yield* this.node(s.command as AnyCommand | Pipeline | AndOr, output)
    }
  }

  /** Runs a command substitution. @returns its output without trailing newlines */
  *capture(text: readonly Statement[]): Task<string> {
    let out = ''
    const sub = this.subshell()
    try {
      yield* sub.statements(text, {
        stdout: (t) => {
          out += t
        },
        stderr: (t) => this.process.err(t),
      })
    } catch (e) {
      if (!(e instanceof Exit)) throw e
      sub.status = e.code
    }
    this.status = sub.status
    return out.replace(/\n+$/, '')
  }

  private subshell(): Shell {
    const { process } = this
    const child = new Process(process.around, process.args, process.output, {
      env: new Map(process.env),
      cwd: process.cwd,
      stdin: process.stdin,
    })
    const sub = new Shell(child, this.lookup, this.name, this.positional, this.depth + 1)
    for (const [k, v] of this.variables) sub.variables.set(k, v)
    for (const [k, v] of this.functions) sub.functions.set(k, v)
    return sub
  }

  private background(s: Statement, output: Output): void {
    const sub = this.subshell()
    const { around } = this.process
    spawn(around.world, around.owner, 'background job', function* () {
      try {
        yield* sub.node(s.command as AnyCommand, output)
      } catch (e) {
        if (!(e instanceof Exit) && !(e instanceof ControlFlow)) throw e
      }
    })
    this.status = 0
  }

  private *node(node: AnyCommand | Pipeline | AndOr, output: Output): Task<void> {
    yield* this.breathe()
    switch (node.type) {
      case 'Pipeline':
        return yield* this.pipeline(node, output)
      case 'AndOr':
        return yield* this.andOr(node, output)
      case 'Command':
        return yield* this.simple(node, output)
      case 'Redirected':
        return yield* this.redirected(node.redirects, output, this.process.stdin, (o) =>
          this.node(node.command, o),
        )
      case 'If':
        return yield* this.branch(node, output)
      case 'While':
        return yield* this.loop(node, output)
      case 'For':
        return yield* this.forEach(node, output)
      case 'Case':
        return yield* this.choose(node, output)
      case 'BraceGroup':
        return yield* this.list(node.body, output)
      case 'Subshell': {
        const sub = this.subshell()
        try {
          yield* sub.list(node.body, output)
        } catch (e) {
          if (!(e instanceof Exit)) throw e
          sub.status = e.code
        }
        this.status = sub.status
        return
      }
      case 'Function':
        this.functions.set(node.name.value, node.body as AnyCommand)
        this.status = 0
        return
      default:
        this.process.err(`${this.name}: ${node.type}: not supported in the glass\n`)
        this.status = 2
    }
  }

  private *list(list: CompoundList, output: Output): Task<void> {
    yield* this.statements(list.commands, output)
  }

  private *pipeline(node: Pipeline, output: Output): Task<void> {
    const negated = node.prefixes.filter((p) => p.type === 'Negation').length % 2 === 1
    let stdin = this.process.stdin
    for (const [i, command] of node.commands.entries()) {
      const last = i === node.commands.length - 1
      let piped = ''
      const both = node.operators[i] === '|&'
      const to: Output = last
        ? output
        : {
            stdout: (t) => {
              piped += t
            },
            stderr: (t) => {
              if (both) piped += t
              else output.stderr(t)
            },
          }
      const stage = node.commands.length > 1 ? this.subshell() : this
      stage.process.stdin = stdin
      try {
        yield* stage.node(command, to)
      } catch (e) {
        if (stage === this || !(e instanceof Exit)) throw e
        stage.status = e.code
      }
      this.status = stage.status
      stdin = piped
    }
    if (negated) this.status = this.status === 0 ? 1 : 0
  }

  private *andOr(node: AndOr, output: Output): Task<void> {
    for (const [i, command] of node.commands.entries()) {
      const operator = node.operators[i - 1]
      if (operator === '&&' && this.status !== 0) continue
      if (operator === '||' && this.status === 0) continue
      const errexit = this.errexit
      if (i < node.commands.length - 1) this.errexit = false
      yield* this.node(command as AnyCommand, output)
      this.errexit = errexit
    }
  }

  private *condition(list: CompoundList, output: Output): Task<boolean> {
    const errexit = this.errexit
    this.errexit = false
    yield* this.list(list, output)
    this.errexit = errexit
    return this.status === 0
  }

  private *branch(node: If, output: Output): Task<void> {
    if (yield* this.condition(node.clause, output)) return yield* this.list(node.then, output)
    for (const e of node.elif) {
      if (yield* this.condition(e.clause, output)) return yield* this.list(e.then, output)
    }
    this.status = 0
    if (node.else) yield* this.list(node.else, output)
  }

  private *loop(node: While, output: Output): Task<void> {
    for (;;) {
      const holds = yield* this.condition(node.clause, output)
      if (holds === (node.kind === 'until')) break
      if (!(yield* this.turnOfLoop(node.body, output))) break
    }
    this.status = 0
  }

  private *forEach(node: For, output: Output): Task<void> {
    const words: string[] = []
    const inputs = node.wordlist
    if (!inputs) words.push(...this.positional)
    else for (const w of inputs) words.push(...(yield* this.expander.fields(w)))
    for (const word of words) {
      this.variables.set(node.name.value, word)
      if (!(yield* this.turnOfLoop(node.body, output))) break
    }
  }

  /** @returns false when the loop must end */
  private *turnOfLoop(body: CompoundList, output: Output): Task<boolean> {
    try {
      yield* this.list(body, output)
    } catch (e) {
      if (!(e instanceof ControlFlow) || e.control.kind === 'return') throw e
      if (e.control.levels > 1) {
        throw new ControlFlow({ ...e.control, levels: e.control.levels - 1 })
      }
      return e.control.kind === 'continue'
    }
    return true
  }

  private *choose(node: Case, output: Output): Task<void> {
    const subject = yield* this.expander.text(node.word)
    this.status = 0
    for (const item of node.items) {
      for (const pattern of item.pattern) {
        if (!matches(yield* this.expander.text(pattern), subject)) continue
        return yield* this.list(item.body, output)
      }
    }
  }

  private *simple(node: CommandNode, output: Output): Task<void> {
    const argv: string[] = []
    if (node.name) argv.push(...(yield* this.expander.fields(node.name)))
    for (const a of node.args) {
      if (a.type === 'Word') argv.push(...(yield* this.expander.fields(a)))
      else argv.push(yield* this.expander.assignment(a.text, a))
    }
    const assignments: [string, string][] = []
    for (const p of node.prefix) {
      if (p.type !== 'Assignment' || p.value.type === 'ArrayValue') continue
      const value = yield* this.expander.text(p.value)
      assignments.push([p.name, p.append ? (this.variables.get(p.name) ?? '') + value : value])
    }
    if (argv.length === 0) {
      for (const [k, v] of assignments) this.assign(k, v)
      this.status = 0
      if (node.redirects.length === 0) return
    }
    if (this.xtrace && argv.length > 0) output.stderr(`+ ${argv.join(' ')}\n`)
    yield* this.redirected(node.redirects, output, this.process.stdin, (o, stdin) =>
      this.invoke(argv, assignments, o, stdin),
    )
    if (this.errexit && this.status !== 0) throw new Exit(this.status)
  }

  /** Sets a variable (and the environment's copy when it is exported). */
  assign(name: string, value: string): void {
    this.variables.set(name, value)
    if (this.exported.has(name)) this.process.env.set(name, value)
  }

  private *invoke(
    argv: string[],
    assignments: readonly [string, string][],
    output: Output,
    stdin: string,
  ): Task<void> {
    const name = argv[0]
    if (name === undefined) return
    const fn = this.functions.get(name)
    if (fn) return yield* this.call(fn, argv, output)
    const builtin = builtins.get(name)
    if (builtin) {
      this.status = yield* builtin(this, argv, output)
      return
    }
    const program = this.program(name)
    if (!program) {
      const slash = name.includes('/')
      output.stderr(`${this.name}: ${name}: not found\n`)
      this.status = slash && this.process.fs.exists(name) ? 126 : 127
      return
    }
    const child = new Process(this.process.around, argv, output, {
      env: new Map([...this.process.env, ...assignments]),
      cwd: this.process.cwd,
      stdin,
    })
    try {
      this.status = yield* program(child, argv)
    } catch (e) {
      if (e instanceof Exit) this.status = e.code
      else throw e
    }
  }

  private program(name: string): Command | undefined {
    const found = this.lookup(name)
    if (found) return found
    const path = name.includes('/') ? normalize(name, this.process.cwd) : undefined
    if (!path || !this.process.fs.isFile(path)) return undefined
    const script = this.process.fs.read(path)
    const { lookup } = this
    return function* (p, argv) {
      return yield* new Shell(p, lookup, name, argv.slice(1)).run(script)
    }
  }

  private *call(fn: AnyCommand, argv: string[], output: Output): Task<void> {
    const kept = this.positional
    this.positional = argv.slice(1)
    try {
      yield* this.node(fn, output)
    } catch (e) {
      if (!(e instanceof ControlFlow) || e.control.kind !== 'return') throw e
      this.status = e.control.code
    } finally {
      this.positional = kept
    }
  }

  private *redirected(
    redirects: readonly Redirection[],
    output: Output,
    stdin: string,
    body: (output: Output, stdin: string) => Task<void>,
  ): Task<void> {
    let to: Output = output
    let input = stdin
    for (const r of redirects) {
      if (r.type === 'HereDoc') input = yield* this.expander.heredoc(r.body)
      else if (r.type === 'HereString')
        input = r.target ? `${yield* this.expander.text(r.target)}\n` : ''
      else {
        const target = r.target ? yield* this.expander.text(r.target) : ''
        try {
          if (r.operator === '<') input = this.process.fs.read(normalize(target, this.process.cwd))
          else to = this.redirect(r, target, to)
        } catch (e) {
          if (!(e instanceof FileError)) throw e
          output.stderr(
            `${this.name}: can't ${r.operator === '<' ? 'open' : 'create'} ${target}: ${e.message}\n`,
          )
          this.status = 1
          return
        }
      }
    }
    const kept = this.process.stdin
    this.process.stdin = input
    yield* body(to, input)
    this.process.stdin = kept
  }

  private redirect(
    r: Extract<Redirection, { type: 'Redirect' }>,
    target: string,
    from: Output,
  ): Output {
    const fd = r.descriptor?.type === 'FileDescriptor' ? r.descriptor.value : 1
    if (r.operator === '>&' && /^\d$/.test(target)) {
      const copy = target === '2' ? from.stderr : from.stdout
      return fd === 2
        ? { ...pick(from), stderr: copy.bind(from) }
        : { ...pick(from), stdout: copy.bind(from) }
    }
    const path = normalize(target, this.process.cwd)
    const sink = this.sink(path, r.operator === '>>' || r.operator === '&>>')
    if (r.operator.startsWith('&') || r.operator === '>&') return { stdout: sink, stderr: sink }
    return fd === 2 ? { ...pick(from), stderr: sink } : { ...pick(from), stdout: sink }
  }

  private sink(path: string, append: boolean): (text: string) => void {
    const { output, fs } = this.process
    if (path === '/dev/null') return () => {}
    if (path === '/dev/stdout' || path === '/proc/1/fd/1') return (t) => output.stdout(t)
    if (path === '/dev/stderr' || path === '/proc/1/fd/2') return (t) => output.stderr(t)
    if (!append || !fs.isFile(path)) fs.write(path, '', append)
    return (t) => fs.write(path, t, true)
  }

  /** Makes busy loops cost virtual time, so that `while true; do :; done` cannot stop the world. */
  private *breathe(): Task<void> {
    if (++this.steps % BUSY_STEPS !== 0) return
    const { around } = this.process
    yield* turn(around.world, around.owner, 'busy')
    yield* this.process.sleep(10)
  }
}

function pick(o: Output): Output {
  return { stdout: (t) => o.stdout(t), stderr: (t) => o.stderr(t) }
}
