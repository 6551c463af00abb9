/** Our `kubectl kustomize` beside the real one, folder by folder. */
import { spawnSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { CliError } from '../kubectl/errors.ts'
import { buildKustomization } from '../kubectl/kustomize/build.ts'
import { toYaml } from '../kubectl/printers/yaml.ts'

const CASES = join(import.meta.dirname, 'kustomize.cases')
const dir = mkdtempSync(join(tmpdir(), 'kubarium-kustomize-'))

afterAll(() => rmSync(dir, { recursive: true, force: true }))

/** A case: `# file: NAME` before each file, `# build: FOLDER` at the top. */
function parse(text: string): { folder: string; files: Map<string, string> } {
  const files = new Map<string, string>()
  const parts = text.split(/^# file: (.*)\n/m)
  for (let i = 1; i < parts.length; i += 2) files.set(parts[i] as string, parts[i + 1] as string)
  return { folder: /^# build: (.*)$/m.exec(parts[0] as string)?.[1] ?? '.', files }
}

function ours(files: ReadonlyMap<string, string>, folder: string): string {
  let warnings = ''
  try {
    const objects = buildKustomization(files, folder, (w) => {
      warnings += w
    })
    return warnings + objects.map(toYaml).join('---\n')
  } catch (error) {
    if (!(error instanceof CliError)) throw error
    return `${warnings}error: ${error.message}\n`
  }
}

/** What we say, as the kubectl on this machine says it: before kustomize 5.6 a conflict did not name the behaviour. */
function spoken(text: string): string {
  const { stdout = '' } = spawnSync('kubectl', ['version', '--client'], { encoding: 'utf8' })
  const minor = Number(/Kustomize Version: v5\.(\d+)/.exec(stdout)?.[1] ?? 99)
  return minor < 6 ? text.replace(/can not use behavior: '\w+', /, '') : text
}

/** Where a generator lies in memory, and how Go prints an identity, is nobody's concern. */
function masked(text: string): string {
  return text
    .replace(/ &\{0x\w+ <nil>\}/, '')
    .replace(
      /resid\.ResId\{Gvk:resid\.Gvk\{Group:"", Version:"v1", Kind:"(\w+)",.*?\}, Name:"(\w+)", Namespace:""\}/,
      '$1.v1.[noGrp]/$2.[noNs]',
    )
}

function unquoted(text: string): string {
  return text.startsWith('"') ? JSON.parse(text) : text.slice(2, -3).replace(/^\t/gm, '')
}

function real(name: string, files: ReadonlyMap<string, string>, folder: string): string {
  const root = join(dir, name)
  for (const [file, text] of files) {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), text)
  }
  const r = spawnSync('kubectl', ['kustomize', folder], { cwd: root, encoding: 'utf8' })
  const log = /^E\d{4} .*err=(".*"|<\n[\s\S]*\n >)\n$/m.exec(r.stderr)
  const warnings = log ? r.stderr.slice(0, log.index) : r.stderr
  const error = log ? `error: ${unquoted(log[1] as string)}\n` : ''
  return masked(warnings + r.stdout + error).replaceAll(root, '/root')
}

for (const file of readdirSync(CASES).sort()) {
  if (!statSync(join(CASES, file)).isFile()) continue
  const { folder, files } = parse(readFileSync(join(CASES, file), 'utf8'))
  test(`kustomize ${file}`, ({ skip }) => {
    if (spawnSync('kubectl', ['version', '--client']).error) {
      skip('kubectl is not on the PATH: nothing to compare with')
      return
    }
    expect(spoken(ours(files, folder))).toBe(real(file, files, folder))
  })
}
