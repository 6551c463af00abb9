/**
 * Plays recorded transcripts of real kubectl through this one against the cluster in this process, and keeps score.
 * The commands are bash lines, so bash runs them: `kubectl` and `sleep` in its PATH are small scripts that ask this
 * process over a socket. The transcripts are not part of the project; without them the tests are skipped, loudly.
 *
 *   TRANSCRIPTS=api-get,api-describe npx vitest run src/kubectl/transcripts.test.ts
 *   TRANSCRIPTS=all SHOW=1 ...       prints each command whose output differs
 */
import './every.ts'
import { type ChildProcess, spawn as spawnProcess, spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readDescriptions } from '../../scripts/descriptions-plugin.ts'
import { provideDescriptions } from '../cluster/api/schema.ts'
import type { ApiRequest, UserInfo } from '../cluster/api/transport.ts'
import { Cluster, DEFAULT_CONFIG } from '../cluster/cluster.ts'
import { spawn } from '../cluster/sim/task.ts'
import { type KubectlCache, runKubectl } from './kubectl.ts'

const SHARED = process.env.TRANSCRIPTS_DIR ?? path.resolve(import.meta.dirname, '../../../shared')
const TRANSCRIPTS = path.join(SHARED, 'transcripts')
const wanted = process.env.TRANSCRIPTS
const present = existsSync(TRANSCRIPTS)
/** Virtual time that a command of the recording took, about. @unit ms */
const COMMAND_MS = 60
const COMMAND_TIMEOUT_MS = 90_000
/** The share of commands that must print what Kubernetes prints. */
const PASSING = Number(process.env.PASSING ?? 0.5)

if (!present || !wanted)
  process.stderr.write(
    `transcripts: SKIPPED (${present ? 'set TRANSCRIPTS=all or a list of names' : `no ${TRANSCRIPTS}`})\n`,
  )

interface Block {
  readonly mark: string
  readonly command: string
  readonly output: string
}

function parse(text: string): Block[] {
  const blocks: { mark: string; command: string; lines: string[] }[] = []
  const lines = text.split('\n')
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] as string
    if (/^[$!] /.test(line)) {
      const block = { mark: line[0] as string, command: line.slice(2), lines: [] }
      blocks.push(block)
      const end = /<<-?\s*'?"?(\w+)'?"?/.exec(line)?.[1]
      while (end && i < lines.length - 1) {
        block.command += `\n${lines[++i]}`
        if (lines[i]?.trim() === end) break
      }
    } else blocks.at(-1)?.lines.push(line)
  }
  return blocks.map((b) => ({
    mark: b.mark,
    command: b.command,
    output: b.lines.join('\n').replace(/\n+$/, ''),
  }))
}

/** The recorder's own masks, so that both sides are compared as it compares them. */
function loadMasks(): [RegExp, string][] {
  const source = readFileSync(path.join(SHARED, 'tools/transcript.mjs'), 'utf8')
  const body = /const MASKS = (\[[\s\S]*?\n\])/.exec(source)?.[1]
  if (!body) throw new Error('the recorder has no MASKS')
  return new Function(`return ${body}`)() as [RegExp, string][]
}

const ADMIN: UserInfo = {
  name: 'kubernetes-admin',
  groups: ['system:masters', 'system:authenticated'],
}

class Playground {
  readonly cluster = new Cluster({ ...DEFAULT_CONFIG, bare: true, hollow: true })
  readonly cache: KubectlCache = {}
  readonly dir = mkdtempSync(path.join(tmpdir(), 'kubectl-'))
  kubeconfig = new Map<string, string>()
  private server: Server | undefined

  constructor() {
    this.cluster.world.clock.run({ until: 15_000 })
  }

  async start(): Promise<void> {
    const bin = path.join(this.dir, 'bin')
    mkdirSync(bin)
    const socket = path.join(this.dir, 'sock')
    const script = (name: string, text: string) => {
      writeFileSync(path.join(bin, name), `#!/bin/bash\n${text}`)
      chmodSync(path.join(bin, name), 0o755)
    }
    script(
      'kubectl',
      `t=$(mktemp -d); printf '%s\\0' "$@" > $t/args; printf '%s' "$KUBE_EDITOR" > $t/editor
printf '%s' "$KUBECTL_EXTERNAL_DIFF" > $t/diff
for a in "$@"; do [ "$a" = - ] && cat > $t/stdin; done
curl -s --unix-socket ${socket} "http://x/run?t=$t&cwd=$PWD"
cat $t/err >&2 2>/dev/null; code=$(cat $t/code); rm -rf $t; exit $code\n`,
    )
    script('sleep', `curl -s --unix-socket ${socket} "http://x/sleep?s=$1"\n`)
    this.server = createServer((request, response) => response.end(this.answer(request)))
    await new Promise<void>((resolve) => this.server?.listen(socket, resolve))
  }

  private answer(request: IncomingMessage): string {
    const url = new URL(request.url ?? '', 'http://x')
    const { clock } = this.cluster.world
    if (url.pathname === '/sleep') {
      clock.run({ until: clock.now + Number.parseFloat(url.searchParams.get('s') ?? '0') * 1000 })
      return ''
    }
    return this.run(url.searchParams.get('t') as string, url.searchParams.get('cwd') as string)
  }

  private run(t: string, cwd: string): string {
    const read = (name: string) => readFileSync(path.join(t, name), 'utf8')
    const argv = read('args').split('\0').slice(0, -1)
    const stdin = existsSync(path.join(t, 'stdin')) ? read('stdin') : undefined
    const files = new Map([...filesBelow(cwd), ...this.kubeconfig])
    const { world, api } = this.cluster
    let out = ''
    let err = ''
    let code: number | undefined
    const deps = {
      world,
      cache: this.cache,
      *request(r: Omit<ApiRequest, 'cause'>) {
        return yield* api.handle({ ...r, user: ADMIN, cause: world.trace.current })
      },
    }
    const io = {
      files,
      ...(stdin === undefined ? {} : { stdin }),
      stdout: (s: string) => {
        out += s
      },
      stderr: (s: string) => {
        err += s
      },
      env: new Map([
        ['KUBECTL_EXTERNAL_DIFF', read('diff')],
        ['KUBE_EDITOR', read('editor')],
      ]),
      *edit(text: string) {
        const file = path.join(t, 'edited.yaml')
        writeFileSync(file, text)
        const r = spawnSync('bash', ['-c', `${read('editor')} ${file}`], { encoding: 'utf8' })
        out += r.stdout
        return r.status === 0 ? readFileSync(file, 'utf8') : undefined
      },
    }
    spawn(world, 'kubectl', argv.join(' '), function* () {
      code = yield* runKubectl(deps, argv, io)
    })
    const limit = world.clock.now + COMMAND_TIMEOUT_MS
    world.clock.run({ until: world.clock.now })
    while (code === undefined && world.clock.now < limit)
      world.clock.run({ until: Math.min(world.clock.nextDue() ?? limit, limit) })
    world.clock.run({ until: world.clock.now + COMMAND_MS })
    const config = files.get('.kube/config')
    if (config) this.kubeconfig = new Map([['.kube/config', config]])
    writeFileSync(path.join(t, 'err'), err)
    writeFileSync(path.join(t, 'code'), String(code ?? 124))
    return out
  }

  stop(): void {
    this.server?.close()
    rmSync(this.dir, { recursive: true })
  }

  async bash(command: string, cwd: string, namespace: string): Promise<string> {
    const env = {
      ...process.env,
      HOME: cwd,
      NS: namespace,
      PATH: `${this.dir}/bin:${process.env.PATH}`,
    }
    const child: ChildProcess = spawnProcess('bash', ['-c', command], { cwd, env })
    const texts = ['', '']
    child.stdout?.on('data', (d) => {
      texts[0] += d
    })
    child.stderr?.on('data', (d) => {
      texts[1] += d
    })
    child.stdin?.end()
    const code = await new Promise<number>((done) => child.on('close', (c) => done(c ?? 124)))
    return texts
      .map((s) => s.replace(/\n+$/, ''))
      .filter(Boolean)
      .concat(code ? [`[exit ${code}]`] : [])
      .join('\n')
  }
}

function filesBelow(dir: string, prefix = ''): [string, string][] {
  return readdirSync(dir).flatMap((name): [string, string][] => {
    const full = path.join(dir, name)
    if (statSync(full).isDirectory()) return filesBelow(full, `${prefix}${name}/`)
    return [[prefix + name, readFileSync(full, 'utf8')]]
  })
}

function chosen(): string[] {
  if (!present || !wanted) return []
  const all = ['api', 'work', 'infra'].flatMap((d) =>
    readdirSync(path.join(TRANSCRIPTS, d)).map((f) => path.join(TRANSCRIPTS, d, f)),
  )
  if (wanted === 'all') return all
  return all.filter((f) => wanted.split(',').some((w) => f.includes(w)))
}

describe.runIf(present && Boolean(wanted))('transcripts', () => {
  let playground: Playground
  let masks: [RegExp, string][] = []
  const mask = (s: string) => masks.reduce((t, [re, to]) => t.replace(re, to), s).trim()
  let good = 0
  let total = 0

  beforeAll(async () => {
    provideDescriptions(readDescriptions(process.cwd()))
    masks = loadMasks()
    playground = new Playground()
    await playground.start()
  })

  afterAll(() => {
    playground.stop()
    process.stderr.write(`transcripts: ${good} of ${total} commands print what Kubernetes prints\n`)
  })

  for (const file of chosen()) {
    const name = path.basename(file, '.txt')
    it(name, { timeout: 120_000 }, async () => {
      const namespace = name.toLowerCase()
      const cwd = mkdtempSync(path.join(tmpdir(), 'transcript-'))
      const run = (command: string) => playground.bash(command, cwd, namespace)
      await run(
        `kubectl create namespace ${namespace}; kubectl config set-context --current --namespace=${namespace}; sleep 1`,
      )
      let mine = 0
      let count = 0
      for (const b of parse(readFileSync(file, 'utf8'))) {
        const output = await run(b.command)
        if (b.mark !== '$') continue
        count++
        if (mask(output) === mask(b.output)) mine++
        else if (process.env.SHOW)
          process.stderr.write(
            `--- ${name}\n$ ${b.command}\nwant:\n${mask(b.output)}\ngot:\n${mask(output)}\n\n`,
          )
      }
      await run(`kubectl delete namespace ${namespace} --wait=false`)
      rmSync(cwd, { recursive: true })
      good += mine
      total += count
      process.stderr.write(`${name}: ${mine} of ${count}\n`)
      expect(mine / count).toBeGreaterThanOrEqual(PASSING)
    })
  }
})
