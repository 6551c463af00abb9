/**
 * Why something is as it is: the verdict with what is behind it, in sentences with their rules; what happened, out of
 * the trace; and what is being waited for.
 */
import type { KubeObject } from '../../cluster/api/object.ts'
import type { Cluster } from '../../cluster/cluster.ts'
import type { TraceRecord } from '../../cluster/sim/trace.ts'
import type { About, WaitCard, WhyAnswer, WhyCause, WhyStep } from '../../protocol/protocol.ts'
import { absentFinding, refusedFinding } from './absent.ts'
import { diagnose } from './diagnose.ts'
import { fieldFinding } from './fields.ts'
import { type Candidate, chainOf, type Finding } from './finding.ts'
import { Look, type Moment } from './look.ts'

const STEPS_MAX = 14

/** Answers for one object, or one field of it (`spec.replicas`); of now, or of a moment of the past. */
export function why(cluster: Cluster, about: About, field?: string, moment?: Moment): WhyAnswer {
  const look = new Look(cluster, moment)
  if (field) {
    const { finding, cause } = fieldFinding(look, about, field)
    const steps = look
      .chain(cause ?? 0)
      .filter(isTelling)
      .map(stepOf)
    return answer(about, finding, steps.slice(-STEPS_MAX), [])
  }
  return answer(about, investigate(look, about), stepsOf(look, about), waitsFor(look, about))
}

/** Why the newest request about an object was refused; how the object fares when none was. */
export function whyRefused(cluster: Cluster, about: About, moment?: Moment): WhyAnswer {
  const look = new Look(cluster, moment)
  const finding = refusedFinding(look, about) ?? investigate(look, about)
  return answer(about, finding, stepsOf(look, about), [])
}

/** How an object fares; also for one that does not exist. */
export function investigate(look: Look, about: About): Finding {
  const o: KubeObject | undefined = look.any(about)
  return o ? diagnose(look, o) : absentFinding(look, about)
}

/** All that could be tried, of the root first; each line once. */
export function candidatesOf(f: Finding): Candidate[] {
  const seen = new Set<string>()
  return chainOf(f)
    .reverse()
    .flatMap((x) => x.fixes ?? [])
    .filter((c) => {
      const key = c.command || JSON.stringify(c.act)
      return !seen.has(key) && seen.add(key)
    })
}

function answer(
  about: About,
  finding: Finding,
  steps: readonly WhyStep[],
  next: readonly WaitCard[],
): WhyAnswer {
  const chain = chainOf(finding)
  const [first, ...causes] = chain.map(causeOf)
  const beyond = chain.findLast((f) => f.beyond)?.beyond
  const { id, values, state, rule, field } = first as WhyCause
  return {
    question: `${about.kind} ${about.name}`,
    verdict: { id, values },
    state,
    ...(rule ? { rule } : {}),
    ...(field ? { field } : {}),
    causes,
    steps,
    next,
    fixable: state !== 'ok' && candidatesOf(finding).length > 0,
    ...(beyond && state !== 'ok' ? { beyond } : {}),
  }
}

function causeOf(f: Finding): WhyCause {
  const { id, values, about, state, rule, field } = f
  return { id, values, about, state, ...(rule ? { rule } : {}), ...(field ? { field } : {}) }
}

function stepsOf(look: Look, about: About): WhyStep[] {
  const records = look.records(about)
  const key = keyRecord(records)
  const chain = key ? look.chain(key.id) : []
  const causes = leading(chain.filter(isTelling))
  const room = Math.max(2, STEPS_MAX - causes.length)
  const own = records
    .filter((r) => !chain.includes(r) && isTelling(r) && !/\/status$/.test(r.text))
    .slice(0, room)
  return [...causes, ...own].sort((a, b) => a.at - b.at || a.id - b.id).map(stepOf)
}

/** A long chain from the last thing that a person did on; what controllers did on the way only where they decided. */
function leading(chain: readonly TraceRecord[]): readonly TraceRecord[] {
  if (chain.length <= STEPS_MAX) return chain
  const from = chain.findLastIndex((r) => r.verb === 'command' || r.verb === 'fault')
  const told = chain
    .slice(Math.max(0, from))
    .filter((r) => r.verb !== 'reconcile' && !/\/status$/.test(r.text))
  return told.length <= STEPS_MAX ? told : [...told.slice(0, 2), ...told.slice(2 - STEPS_MAX)]
}

/** The record whose causes explain most: a fault, a decision, a refusal, a creation, else the newest write. */
function keyRecord(records: readonly TraceRecord[]): TraceRecord | undefined {
  return (
    records.find((r) => r.verb === 'fault') ??
    records.find((r) => r.verb === 'decide') ??
    records.find((r) => Number(r.detail?.code) >= 400 && r.verb === 'request') ??
    records.find((r) => r.verb === 'request' && /^create/.test(r.text)) ??
    records[0]
  )
}

const TELLING = [
  'command',
  'request',
  'decide',
  'fault',
  'exit',
  'start',
  'probe',
  'message',
  'reconcile',
]

function isTelling(r: TraceRecord): boolean {
  return TELLING.includes(r.verb)
}

function stepOf(r: TraceRecord): WhyStep {
  return {
    at: r.at,
    owner: r.owner,
    verb: r.verb,
    text: r.text,
    ...(r.about ? { about: r.about } : {}),
    ...(r.detail ? { detail: r.detail } : {}),
  }
}

function waitsFor(look: Look, about: About): WaitCard[] {
  // What waited then has happened since, or not: the clock keeps no past.
  if (look.moment) return []
  return look.cluster.world.clock
    .upcoming(400)
    .filter((u) => u.label.includes(about.name) || u.owner.startsWith(`${about.name}/`))
    .slice(0, 4)
    .map((u) => ({ at: u.due, owner: u.owner, label: u.label }))
}
