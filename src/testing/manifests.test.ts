/**
 * Public manifests, unmodified, through the terminal's kubectl: what is printed, and what the cluster looks like 90 s
 * later. The golden file holds names and states only; each line was checked against what Kubernetes does.
 */
import '../session/tools.ts'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Session } from '../session/session.ts'
import { masked, STATES } from './masked.ts'

const ROOT = '../shared/manifests'

function walk(dir: string): string[] {
  return readdirSync(dir)
    .sort()
    .flatMap((name) => {
      const path = join(dir, name)
      if (statSync(path).isDirectory()) return walk(path)
      return name === 'LICENSE' ? [] : [path]
    })
}

function run(session: Session, line: string, stdin?: string): string {
  let out = ''
  let code = -1
  const io = {
    ...(stdin === undefined ? {} : { stdin }),
    stdout: (t: string) => {
      out += t
    },
    stderr: (t: string) => {
      out += t
    },
  }
  session.kubectl(line, io, (c) => {
    code = c
  })
  const until = session.now + 60_000
  session.flush()
  while (code < 0 && session.now < until) session.runUntil(session.now + 50)
  return out.trim() + (code === 0 ? '' : ` [exit ${code}]`)
}

function outcome(path: string): string {
  const session = new Session({ nodes: 3, keepRecords: 1000 })
  session.runUntil(25_000)
  const printed = run(session, 'kubectl apply -f -', readFileSync(path, 'utf8'))
  session.runUntil(session.now + 90_000)
  const states = masked(run(session, STATES))
  return [`== ${path.slice(ROOT.length + 1)}`, printed, /^No resources/.test(states) ? '' : states]
    .filter(Boolean)
    .join('\n')
}

const there = existsSync(ROOT)
if (!there) console.warn('SKIPPED: public manifests are not on this machine (../shared/manifests)')

test.skipIf(!there)(
  'every public manifest has the outcome a real cluster gives',
  { timeout: 240_000 },
  async () => {
    const outcomes = walk(ROOT).map(outcome).join('\n\n')
    await expect(`${outcomes}\n`).toMatchFileSnapshot('manifests.outcomes.txt')
  },
)
