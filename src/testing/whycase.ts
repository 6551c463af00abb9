/** A scripted trouble: what is typed and broken, what is asked, what the answer and the fix must be. */
import '../session/tools.ts'
import { expect } from 'vitest'
import type { ClusterConfig } from '../cluster/cluster.ts'
import type { About, Act, FaultCommand, Said, WhyAnswer, WhyFix } from '../protocol/protocol.ts'
import { Session } from '../session/session.ts'
import { ranked, tryFixes } from '../session/why/fixes.ts'
import { why } from '../session/why/why.ts'

/** One trouble. */
export interface WhyCase {
  readonly cluster?: Partial<ClusterConfig>
  /** Terminal lines (a manifest is a line with a here-document), or faults, one after the other. */
  readonly steps: readonly (string | FaultCommand | number)[]
  /** Virtual milliseconds after the last step. */
  readonly wait?: number
  /** `kind/name` or `kind/namespace/name`; a name ending in `*` is the first that begins so. */
  readonly about: string
  /** Ids from the verdict to the root. */
  readonly chain: readonly string[]
  /** Values that the root must have. */
  readonly says?: Readonly<Record<string, string | number | RegExp>>
  /** The smallest fix that works: a command, or an act. Every trouble has one, or says why not. */
  readonly fix?: RegExp | Act
  /** Why no change works: the id of the sentence. */
  readonly beyond?: string
}

/** What a case gave. */
export interface Given {
  readonly session: Session
  readonly about: About
  readonly answer: WhyAnswer
  readonly fixes: readonly WhyFix[]
}

/** A manifest as a line. */
export function apply(manifest: string): string {
  return `kubectl apply -f - <<'EOF'\n${manifest}\nEOF`
}

/** Plays the trouble. @returns the session just before the question */
export function play(c: WhyCase): Session {
  const session = new Session({ nodes: 2, ...c.cluster })
  session.runUntil(20_000)
  for (const step of c.steps) {
    if (typeof step === 'number') session.runUntil(session.now + step)
    else if (typeof step === 'string') type(session, step)
    else session.fault(step)
  }
  session.runUntil(session.now + (c.wait ?? 30_000))
  return session
}

function type(session: Session, line: string): void {
  let ended = false
  session.kubectl(line, { stdout() {}, stderr() {} }, () => {
    ended = true
  })
  const until = session.now + 20_000
  session.flush()
  while (!ended && session.now < until) session.runUntil(session.now + 50)
}

function named(session: Session, text: string): About {
  const parts = text.split('/')
  const [kind = '', namespace = '', name = ''] =
    parts.length === 3
      ? parts
      : [parts[0], CLUSTER_WIDE.has(parts[0] ?? '') ? '' : 'default', parts[1]]
  if (!name.endsWith('*')) return { kind, namespace, name }
  const { kvs } = session.cluster.store.history({ key: '/registry/', end: '/registry0' })
  for (const kv of kvs) {
    const o = kv.value as { kind?: string; metadata?: { name?: string; namespace?: string } }
    const m = o?.metadata
    if (o?.kind === kind && m?.namespace === namespace && m.name?.startsWith(name.slice(0, -1)))
      return { kind, namespace, name: m.name }
  }
  throw new Error(`${text} is there`)
}

const CLUSTER_WIDE = new Set(['Node', 'Namespace', 'PersistentVolume'])

/** Plays, asks, tries; holds answer and fix to what the case says. */
export function hold(c: WhyCase): Given {
  const session = play(c)
  const about = named(session, c.about)
  const answer = why(session.cluster, about)
  const chain: readonly Said[] = [answer.verdict, ...answer.causes]
  expect(chain.map((x) => x.id)).toEqual(c.chain)
  const root = chain.at(-1)?.values ?? {}
  for (const [k, v] of Object.entries(c.says ?? {})) {
    if (v instanceof RegExp) expect(String(root[k])).toMatch(v)
    else expect(root[k]).toBe(v)
  }
  if (!c.fix && !c.beyond) {
    expect(answer.state, `${c.about}: a trouble without a tried fix`).not.toBe('bad')
    expect(answer.fixable).toBe(false)
    return { session, about, answer, fixes: [] }
  }
  const fixes = ranked([...tryFixes(session.recording(), session.now, about)])
  const [best] = fixes
  if (c.beyond) {
    expect(best?.works ?? false).toBe(false)
    expect(answer.beyond?.id).toBe(c.beyond)
  } else {
    expect(best, `${about.name}: nothing was tried`).toBeDefined()
    expect(best).toMatchObject({ works: true })
    if (c.fix instanceof RegExp) expect(best?.command).toMatch(c.fix)
    else expect(best?.act).toEqual(c.fix)
  }
  return { session, about, answer, fixes }
}
