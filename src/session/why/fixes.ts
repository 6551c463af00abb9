/**
 * The smallest change that mends a trouble, found by trying: each candidate of the verdict is carried out on a copy of
 * the cluster, which then runs ahead; it works when the trouble goes, stays away, and nothing that was well broke.
 */
import type { PodStatus } from '../../cluster/api/generated/types.ts'
import type { AnyObject } from '../../cluster/api/object.ts'
import type { Cluster } from '../../cluster/cluster.ts'
import type { About, WhyFix } from '../../protocol/protocol.ts'
import type { Recording } from '../recording.ts'
import type { Session } from '../session.ts'
import { refusedFinding } from './absent.ts'
import { actOn, broken, copyOf, health, lookAt, runOn } from './copy.ts'
import { headOf } from './edits.ts'
import type { Candidate, Finding } from './finding.ts'
import { aboutOf, keyOf, Look } from './look.ts'
import { candidatesOf, investigate } from './why.ts'

/** Candidates tried at most. */
const TRIES_MAX = 7
/** Enough of them when so many work. */
const WORKING_MAX = 2
/** How long a change may take to work, and how long it must hold. @unit virtual ms */
const PATIENCE_MS = 300_000
const HOLD_MS = 90_000
const PACE_MS = 500

/** What has to be well: the object asked about, or what took its place. */
interface Goal {
  readonly about: About
  readonly head: About
  /** It was being deleted: it is well when it is gone. */
  readonly leaving: boolean
  /** It ended for good and its owner made another: it need not be well. */
  readonly replaced: boolean
  /** It was refused: it is well when the command passes. */
  readonly absent: boolean
}

/**
 * Tries one candidate after the other, the smallest first; yields each as it was found.
 * @param planned is told first how many there are to try
 */
export function* tryFixes(
  recording: Recording,
  now: number,
  about: About,
  refused = false,
  planned: (n: number) => void = () => {},
): Generator<WhyFix> {
  const base = copyOf(recording, now)
  const look = lookAt(base)
  const finding = asked(look, about, refused)
  const candidates = candidatesOf(finding)
    .sort((a, b) => a.cost - b.cost)
    .slice(0, TRIES_MAX)
  planned(candidates.length)
  if (candidates.length === 0) return
  const goal = goalOf(look, about)
  const before = health(look)
  const idle = new Idle(recording, now, before)
  let working = 0
  for (const [i, candidate] of candidates.entries()) {
    // The first candidate may use the copy that was looked at: looking has changed nothing.
    const copy = i === 0 ? base : copyOf(recording, now)
    const fix = tried(copy, candidate, goal, before, idle)
    yield fix
    if (fix.works && ++working >= WORKING_MAX) return
  }
}

/** What would be tried, where no copy can be made. */
export function proposeFixes(cluster: Cluster, about: About, refused = false): WhyFix[] {
  return candidatesOf(asked(new Look(cluster), about, refused))
    .sort((a, b) => a.cost - b.cost)
    .slice(0, TRIES_MAX)
    .map(({ command, act, why }) => ({
      command,
      ...(act ? { act } : {}),
      why,
      works: false,
      broke: [],
      untried: true,
    }))
}

function asked(look: Look, about: About, refused: boolean): Finding {
  return (refused ? refusedFinding(look, about) : undefined) ?? investigate(look, about)
}

/** What works first; among those the order of trying, which is by size. */
export function ranked(fixes: readonly WhyFix[]): WhyFix[] {
  return [...fixes].sort((a, b) => Number(b.works) - Number(a.works))
}

function goalOf(look: Look, about: About): Goal {
  const o = look.any(about)
  return {
    about,
    head: o ? aboutOf(headOf(look, o)) : about,
    leaving: o?.metadata.deletionTimestamp !== undefined,
    absent: o === undefined,
    replaced: isReplaced(o),
  }
}

/** A pod that was evicted stays as it is; what its owner made in its place has to be well. */
function isReplaced(o: AnyObject | undefined): boolean {
  const status = o?.status as PodStatus | undefined
  const owned = o?.metadata.ownerReferences?.some((r) => r.controller) ?? false
  return o?.kind === 'Pod' && owned && status?.phase === 'Failed' && status.reason === 'Evicted'
}

/** The same cluster when nothing is changed: what breaks there, too, is no change's fault. */
class Idle {
  private copy: Session | undefined

  constructor(
    private readonly recording: Recording,
    private readonly began: number,
    private readonly before: ReturnType<typeof health>,
  ) {}

  brokenBy(now: number): ReadonlySet<string> {
    if (!this.copy || this.copy.now > now) this.copy = copyOf(this.recording, this.began)
    this.copy.runUntil(now)
    return new Set(broken(this.before, health(lookAt(this.copy)), new Set()).map(keyOf))
  }
}

function tried(
  copy: Session,
  candidate: Candidate,
  goal: Goal,
  before: ReturnType<typeof health>,
  idle: Idle,
): WhyFix {
  const { command, act, why } = candidate
  const change = { command, why, ...(act ? { act } : {}) }
  const began = copy.now
  const { code, output } = act ? actOn(copy, act) : runOn(copy, command)
  if (code !== 0) {
    const refused = output.trim().split('\n').at(-1) ?? ''
    return { ...change, works: false, broke: [], refused }
  }
  let since: number | undefined
  while (copy.now - began < PATIENCE_MS || since !== undefined) {
    if (isWell(lookAt(copy), goal)) {
      since ??= copy.now
      if (copy.now - since >= HOLD_MS) break
    } else {
      since = undefined
      if (copy.now - began >= PATIENCE_MS) break
    }
    copy.runUntil(copy.now + PACE_MS)
  }
  if (since === undefined) return { ...change, works: false, broke: [] }
  const except = new Set([keyOf(goal.about), keyOf(goal.head)])
  let broke = broken(before, health(lookAt(copy)), except)
  if (broke.length > 0) {
    const anyway = idle.brokenBy(copy.now)
    broke = broke.filter((a) => !anyway.has(keyOf(a)))
  }
  return { ...change, works: broke.length === 0, after: since - began, broke }
}

function isWell(look: Look, goal: Goal): boolean {
  const o = look.any(goal.about)
  if (goal.leaving) return o === undefined
  if (o && !goal.replaced && investigate(look, goal.about).state !== 'ok') return false
  const head = look.any(goal.head)
  if (!head) return goal.absent
  return investigate(look, goal.head).state === 'ok'
}
