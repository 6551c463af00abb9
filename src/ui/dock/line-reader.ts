/** A line editor on a terminal: cursor, history, completion, here-documents, Ctrl-C. */
import type { Terminal as Xterm } from '@xterm/xterm'

const PROMPT = '\x1b[90mlearner@kubarium:~$\x1b[0m '
const MORE = '\x1b[90m>\x1b[0m '
const HISTORY_MAX = 500
const KEY = 'kubarium.history'

/** What the reader needs of its host. */
export interface LineHost {
  run(
    line: string,
    output: (stream: 'stdout' | 'stderr', text: string) => void,
    started: (run: number) => void,
  ): Promise<number>
  interrupt(run: number): void
  complete(line: string, cursor: number): Promise<string[]>
}

/** Reads and runs lines. */
export class LineReader {
  private line = ''
  private cursor = 0
  private pending = ''
  private history: string[] = load()
  private at = this.history.length
  private running: number | undefined
  private busy = false
  private turn: Promise<void> = Promise.resolve()

  constructor(
    private readonly xterm: Xterm,
    private readonly host: LineHost,
  ) {
    xterm.onData((data) => {
      // A key waits for what the one before it started (a completion), but Ctrl-C stops a command at once.
      if (this.busy) void this.data(data)
      else this.turn = this.turn.then(() => this.data(data))
    })
  }

  greet(lines: readonly string[]): void {
    for (const l of lines) this.xterm.writeln(`\x1b[90m${l}\x1b[0m`)
    this.prompt()
  }

  /** Writes what a job in the background says, above the line that is being typed. */
  aside(stream: 'stdout' | 'stderr', text: string): void {
    const shown = stream === 'stderr' ? `\x1b[33m${text}\x1b[0m` : text
    if (this.busy) this.xterm.write(shown)
    else {
      this.xterm.write(`\r\x1b[K${shown}`)
      this.redraw()
    }
  }

  /** Types a line and runs it. @returns false when another one is still running */
  type(line: string): boolean {
    if (this.busy) return false
    this.line = line
    this.cursor = line.length
    this.redraw()
    void this.enter()
    return true
  }

  private prompt(): void {
    this.xterm.write(this.pending ? MORE : PROMPT)
  }

  private async data(data: string): Promise<void> {
    if (this.busy) {
      if (data === '\x03' && this.running !== undefined) this.host.interrupt(this.running)
      return
    }
    switch (data) {
      case '\r':
        return this.enter()
      case '\x7f':
        return this.edit(Math.max(0, this.cursor - 1), this.cursor, '')
      case '\x1b[3~':
        return this.edit(this.cursor, this.cursor + 1, '')
      case '\x1b[D':
        return this.move(this.cursor - 1)
      case '\x1b[C':
        return this.move(this.cursor + 1)
      case '\x01':
      case '\x1b[H':
        return this.move(0)
      case '\x05':
      case '\x1b[F':
        return this.move(this.line.length)
      case '\x15':
        return this.edit(0, this.cursor, '')
      case '\x0b':
        return this.edit(this.cursor, this.line.length, '')
      case '\x17':
        return this.edit(
          this.line.slice(0, this.cursor).replace(/\S+\s*$/, '').length,
          this.cursor,
          '',
        )
      case '\x0c':
        this.xterm.clear()
        return
      case '\x03':
        this.xterm.write('^C\r\n')
        this.pending = ''
        this.line = ''
        this.cursor = 0
        return this.prompt()
      case '\x1b[A':
        return this.recall(-1)
      case '\x1b[B':
        return this.recall(1)
      case '\t':
        return this.complete()
    }
    if (data.startsWith('\x1b')) return
    // A paste may hold several lines: each but the last is entered.
    const parts = data.replace(/\r\n?/g, '\n').split('\n')
    for (const [i, part] of parts.entries()) {
      this.edit(this.cursor, this.cursor, part)
      if (i < parts.length - 1) await this.enter()
    }
  }

  private edit(from: number, to: number, text: string): void {
    this.line = this.line.slice(0, from) + text + this.line.slice(to)
    this.cursor = from + text.length
    this.redraw()
  }

  private move(to: number): void {
    this.cursor = Math.max(0, Math.min(this.line.length, to))
    this.redraw()
  }

  private redraw(): void {
    const prompt = this.pending ? MORE : PROMPT
    const back = this.line.length - this.cursor
    this.xterm.write(`\r\x1b[K${prompt}${this.line}${back > 0 ? `\x1b[${back}D` : ''}`)
  }

  private recall(step: number): void {
    this.at = Math.max(0, Math.min(this.history.length, this.at + step))
    this.line = this.history[this.at] ?? ''
    this.cursor = this.line.length
    this.redraw()
  }

  private async complete(): Promise<void> {
    const found = await this.host.complete(this.line, this.cursor)
    const head = this.line.slice(0, this.cursor)
    const word = /\S*$/.exec(head)?.[0] ?? ''
    const common = prefix(found)
    if (common.length > word.length || found.length === 1) {
      const tail = found.length === 1 && !common.endsWith('=') && !common.endsWith('/') ? ' ' : ''
      this.edit(this.cursor - word.length, this.cursor, common + tail)
    } else if (found.length > 1) {
      this.xterm.write(`\r\n${found.slice(0, 80).join('  ')}\r\n`)
      this.redraw()
    }
  }

  private async enter(): Promise<void> {
    this.xterm.write('\r\n')
    const text = this.pending + this.line
    this.line = ''
    this.cursor = 0
    const here = /<<-?\s*'?"?(\w+)'?"?/.exec(text)
    if ((here && !new RegExp(`\\n${here[1]}\\s*$`).test(text)) || /\\$/.test(text)) {
      this.pending = `${text}\n`
      return this.prompt()
    }
    this.pending = ''
    const line = text.trim()
    if (line === 'clear') this.xterm.clear()
    else if (line) {
      this.remember(line)
      await this.execute(line)
    }
    this.prompt()
  }

  private async execute(line: string): Promise<void> {
    this.busy = true
    try {
      await this.host.run(
        line,
        (stream, text) => this.xterm.write(stream === 'stderr' ? `\x1b[33m${text}\x1b[0m` : text),
        (run) => {
          this.running = run
        },
      )
    } catch (e) {
      this.xterm.writeln(`\x1b[31m${String(e)}\x1b[0m`)
    }
    this.busy = false
    this.running = undefined
  }

  private remember(line: string): void {
    if (this.history.at(-1) !== line) this.history.push(line)
    this.history = this.history.slice(-HISTORY_MAX)
    this.at = this.history.length
    try {
      localStorage.setItem(KEY, JSON.stringify(this.history))
    } catch {
      // Without storage the history lives as long as the page.
      return
    }
  }
}

function load(): string[] {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? '[]') as unknown
    return Array.isArray(kept) ? kept.filter((x): x is string => typeof x === 'string') : []
  } catch {
    // A damaged history is no history.
    return []
  }
}

function prefix(words: readonly string[]): string {
  let common = words[0] ?? ''
  for (const w of words) while (!w.startsWith(common)) common = common.slice(0, -1)
  return common
}
