#!/usr/bin/env node
/**
 * The commands of the house, on a machine that has only Node: installs what is missing, finds (or gets) a browser,
 * builds, runs. Uses nothing but Node itself, because it runs before anything is installed.
 *
 *   start   install, build, serve the page   check   types, lint, unit tests   test    everything
 *   dev     the page with hot reload
 *   serve   the Node host (real kubectl) bench   measurements
 */
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { accessSync, constants, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { platform } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
process.chdir(root)
const windows = platform() === 'win32'
const say = (...words) => console.log('[kubarium]', ...words)
const SPARTICUZ = '@sparticuz/chromium@153.0.0'

function run(command, args, options = {}) {
  return spawnSync(command, args, { stdio: 'inherit', shell: windows, ...options })
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19)) return
  console.error(`Node ${process.version} is too old: 20.19 or 22.12 and newer are needed`)
  process.exit(1)
}

/** Installs dependencies when the lock file or the platform changed since last time. */
function install() {
  const key = createHash('sha256')
    .update(readFileSync('package-lock.json'))
    .update(`${process.versions.modules} ${platform()} ${process.arch}`)
    .digest('hex')
  const stamp = 'node_modules/.kubarium'
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === key) return
  say('installing dependencies')
  const npm = process.env.npm_execpath
  const args = ['ci', '--no-audit', '--no-fund']
  const done = npm?.endsWith('.js') ? run(process.execPath, [npm, ...args]) : run('npm', args)
  if (done.status !== 0) process.exit(done.status ?? 1)
  writeFileSync(stamp, key)
}

const tool = (name) => {
  const own = { tsc: 'typescript/bin/tsc', vite: 'vite/bin/vite.js', vitest: 'vitest/vitest.mjs', playwright: '@playwright/test/cli.js', biome: '@biomejs/biome/bin/biome' }[name]
  return join(root, 'node_modules', own)
}

/** Runs a tool of node_modules; a failure is remembered, not fatal, so that a run shows all that is wrong. */
function step(title, name, args, env = {}) {
  say(title)
  const began = Date.now()
  const done = spawnSync(process.execPath, [tool(name), ...args], { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8', env: { ...process.env, FORCE_COLOR: '0', NO_COLOR: '1', ...env }, maxBuffer: 1 << 28 })
  const output = `${done.stdout}${done.stderr}`
  if (done.status !== 0 || process.env.VERBOSE) console.log(output)
  else for (const line of output.match(/^.*SKIPPED.*$/gm) ?? []) console.log(line)
  say(`${title}: ${done.status === 0 ? 'ok' : 'FAILED'} (${((Date.now() - began) / 1000).toFixed(1)} s)`)
  return { ok: done.status === 0, output }
}

const count = (output, word) => [...output.matchAll(new RegExp(`(\\d+) ${word}`, 'g'))].reduce((n, m) => n + Number(m[1]), 0)

const PROJECTS = ['sim', 'worker', 'server', 'ui', 'e2e']

/** Types, lint, unit tests; the slow ones (`*.slow.test.ts`) only when all are wanted. @returns tests passed and failed; types and lint count as one each */
function check(all) {
  let passed = 0
  let failed = 0
  const add = (ok) => (ok ? passed++ : failed++)
  for (const p of PROJECTS) add(step(`types: ${p}`, 'tsc', ['-p', `tsconfig.${p}.json`]).ok)
  add(step('format and lint', 'biome', ['check', '--diagnostic-level=error', '.']).ok)
  const unit = step('unit tests', 'vitest', ['run', '--reporter=default', ...(all ? [] : ['--exclude', '**/*.slow.test.ts'])])
  const line = /Tests\s+([^\n]*)/.exec(unit.output)?.[1] ?? ''
  passed += count(line, 'passed')
  failed += count(line, 'failed') || (unit.ok ? 0 : 1)
  return { passed, failed }
}

function works(path, env = {}) {
  try {
    accessSync(path, constants.X_OK)
  } catch {
    return false
  }
  const asked = spawnSync(path, ['--version'], { timeout: 20_000, env: { ...process.env, ...env } })
  return asked.status === 0 && /chrom/i.test(String(asked.stdout))
}

/** Finds a Chromium, or gets one: the PATH, usual places, Playwright's own, the system's packages, an npm package. */
async function findChromium() {
  const hit = (path, env = {}) => (path && works(path, env) ? { path, env } : undefined)
  const onPath = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'microsoft-edge'].flatMap((n) => (process.env.PATH ?? '').split(delimiter).map((d) => join(d, n)))
  const usual = ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome', '/Applications/Chromium.app/Contents/MacOS/Chromium']
  for (const path of [process.env.CHROMIUM_PATH, ...onPath, ...usual]) {
    const found = hit(path)
    if (found) return found
  }
  for (const path of ['C:/Program Files/Google/Chrome/Application/chrome.exe', 'C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe']) {
    if (existsSync(path)) return { path, env: {} }
  }
  const require = createRequire(join(root, 'package.json'))
  const bundled = () => {
    try {
      return require('playwright-core').chromium.executablePath()
    } catch {
      return undefined
    }
  }
  if (hit(bundled())) return hit(bundled())
  say('no browser found: trying to install one')
  spawnSync(process.execPath, [join(dirname(require.resolve('playwright-core/package.json')), 'cli.js'), 'install', 'chromium'], { stdio: 'ignore', timeout: 180_000 })
  if (hit(bundled())) return hit(bundled())
  if (platform() === 'linux' && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    run('apt-get', ['update', '-qq'])
    run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } })
    if (hit('/usr/bin/chromium')) return hit('/usr/bin/chromium')
  }
  return platform() === 'linux' && process.arch === 'x64' ? await fromNpm(hit) : undefined
}

/** A whole headless Chromium that comes as an npm package. */
async function fromNpm(hit) {
  const dir = join(root, '.cache/chromium')
  const home = join(dir, 'node_modules/@sparticuz/chromium')
  mkdirSync(dir, { recursive: true })
  if (!existsSync(home)) {
    writeFileSync(join(dir, 'package.json'), '{"private":true,"type":"module"}')
    run('npm', ['i', '--prefix', dir, '--no-audit', '--no-fund', '--no-save', SPARTICUZ])
  }
  const libraries = join(dir, 'lib')
  if (!existsSync(libraries)) {
    const { brotliDecompressSync } = await import('node:zlib')
    spawnSync('tar', ['xf', '-', '-C', dir], { input: brotliDecompressSync(readFileSync(join(home, 'bin/al2023.tar.br'))) })
  }
  const main = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')).exports?.['.']?.import ?? 'build/index.js'
  const module = await import(pathToFileURL(join(home, typeof main === 'string' ? main : main.default)).href)
  const path = await module.default.executablePath()
  return hit(path, { LD_LIBRARY_PATH: [libraries, process.env.LD_LIBRARY_PATH].filter(Boolean).join(':') })
}

async function test() {
  const total = check(true)
  if (!step('build', 'vite', ['build', '--logLevel', 'warn']).ok) total.failed++
  if (!buildServer()) total.failed++
  const browser = await findChromium()
  if (!browser) {
    console.error('no Chromium could be found or installed: set CHROMIUM_PATH')
    total.failed++
  } else {
    const e2e = step('end-to-end tests', 'playwright', ['test'], { CHROMIUM_PATH: browser.path, ...browser.env })
    // The list at the end names what was skipped and what passed only the second time.
    const flaky = count(e2e.output, 'flaky')
    if (!process.env.VERBOSE && e2e.ok) console.log(flaky ? e2e.output : e2e.output.split('\n').filter((l) => /skipped/.test(l)).join('\n'))
    total.passed += count(e2e.output, 'passed') + flaky
    total.failed += count(e2e.output, 'failed') || (e2e.ok ? 0 : 1)
  }
  console.log(`${total.passed} passed, ${total.failed} failed`)
  return total.failed === 0 ? 0 : 1
}

function buildServer() {
  return step('build the Node host', 'vite', ['build', '--logLevel', 'error', '--ssr', 'src/server/main.ts', '--outDir', 'dist-server']).ok
}

/** The newest change below a folder. */
function newest(dir) {
  return Number(spawnSync(process.execPath, ['-e', `const f=require('fs'),p=require('path');let n=0;(function w(d){for(const e of f.readdirSync(d,{withFileTypes:true})){const q=p.join(d,e.name);e.isDirectory()?w(q):n=Math.max(n,f.statSync(q).mtimeMs)}})(${JSON.stringify(dir)});console.log(n)`], { encoding: 'utf8' }).stdout)
}

function forward(args) {
  const child = spawn(process.execPath, args, { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code) => process.exit(code ?? 0))
}

checkNode()
install()
const [command = 'start', ...rest] = process.argv.slice(2)
const wantsBrowser = !rest.includes('--no-open') && (process.env.DISPLAY || platform() !== 'linux')
const viteArgs = [...(wantsBrowser ? ['--open'] : []), ...rest.filter((a) => a !== '--no-open')]
if (command === 'start') {
  const built = 'dist/index.html'
  const stale = !existsSync(built) || statSync(built).mtimeMs < newest('src')
  if (stale && !step('building the page', 'vite', ['build', '--logLevel', 'warn']).ok) process.exit(1)
  forward([tool('vite'), 'preview', '--port', '5173', ...viteArgs])
} else if (command === 'dev') forward([tool('vite'), ...viteArgs])
else if (command === 'test') process.exit(await test())
else if (command === 'check') {
  const { passed, failed } = check(false)
  console.log(`${passed} passed, ${failed} failed`)
  process.exit(failed === 0 ? 0 : 1)
} else if (command === 'serve') {
  const built = 'dist-server/main.js'
  if ((!existsSync(built) || statSync(built).mtimeMs < newest('src')) && !buildServer()) process.exit(1)
  forward([built, ...rest])
} else if (command === 'bench') {
  if (!step('build the benches', 'vite', ['build', '--logLevel', 'error', '--ssr', 'bench/main.ts', '--outDir', 'dist-bench']).ok) process.exit(1)
  forward(['--expose-gc', 'dist-bench/main.js', ...rest])
} else {
  console.error(`unknown command ${command}`)
  process.exit(2)
}
