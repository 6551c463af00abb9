/** Why and what-if in words, for scripts: what the inspector shows, in the page's language. */
import type { Act, Said, WhyFix } from '../../protocol/protocol.ts'
import { durationText } from '../components/time.ts'
import { type MessageId, words } from '../i18n/words.ts'
import { preferences } from '../store/preferences.ts'
import { bridge } from './bridge.ts'
import { findFixes, whatIf } from './lab.ts'

const SITE = 'https://kubernetes.io'

/** What `kubarium.why` answers. */
export interface Explanation {
  readonly verdict: string
  readonly state: 'ok' | 'waiting' | 'bad'
  /** What is behind it, the root first; the last is the verdict. */
  readonly steps: readonly string[]
  readonly rule?: { readonly name: string; readonly url: string }
  /** What was tried on copies, what works first. `after`: virtual ms until it was well. */
  readonly fixes: readonly {
    /** Only proposed: the cluster has other clients, so no copy can be made. */
    readonly untried?: true
    /** Empty for an act, which `kubarium.fault` or `addNode` carries out. */
    readonly command: string
    readonly act?: Act
    readonly why: string
    readonly works: boolean
    readonly after?: number
    readonly refused?: string
  }[]
  /** Why no change may help. */
  readonly beyond?: string
}

/** What `kubarium.whatIf` answers. */
export interface Prospect {
  readonly lines: readonly string[]
  /** Exit code and output of the command on the copy. */
  readonly code: number
  readonly output: string
  /** How far the copy ran. @unit virtual ms */
  readonly ran: number
}

/** Explains an object, or one field of it; tries what could mend it when it is in trouble. */
export async function explain(target: string, field?: string): Promise<Explanation> {
  const about = await bridge.named(target)
  const answer = await bridge.why(about, field ? { field } : {})
  const said = [answer.verdict, ...answer.causes]
  const rule = [answer.rule, ...answer.causes.map((c) => c.rule)].findLast((r) => r !== undefined)
  const tried =
    answer.fixable && !field
      ? await new Promise<readonly WhyFix[]>((resolve, reject) => {
          findFixes(about, (t) => {
            if ('failed' in t) reject(new Error(t.failed))
            else if (t.left === 0) resolve(t.fixes)
          })
        })
      : []
  return {
    verdict: inWords(answer.verdict),
    state: answer.state,
    steps: said.reverse().map(inWords),
    ...(answer.beyond ? { beyond: inWords(answer.beyond) } : {}),
    ...(rule ? { rule: { name: rule.name, url: SITE + rule.path } } : {}),
    fixes: [...tried]
      .sort((a, b) => Number(b.works) - Number(a.works))
      .map(({ command, act, why, works, after, refused, untried }) => ({
        command,
        ...(untried ? { untried } : {}),
        ...(act ? { act } : {}),
        why: inWords(why),
        works,
        ...(after === undefined ? {} : { after }),
        ...(refused === undefined ? {} : { refused }),
      })),
  }
}

/** Gives a command to a copy and tells what would differ. */
export function foresee(line: string): Promise<Prospect> {
  return new Promise((resolve, reject) => {
    whatIf(line, (a) => {
      if ('failed' in a) reject(new Error(a.failed))
      else resolve({ lines: a.lines.map(inWords), code: a.code, output: a.output, ran: a.ran })
    })
  })
}

/** What is in trouble now: the object, and its verdict. */
export async function listTroubles(): Promise<readonly { about: string; verdict: string }[]> {
  const list = await bridge.troubles()
  return list.map(({ about, verdict }) => ({
    about: [about.kind.toLowerCase(), about.namespace, about.name].filter(Boolean).join('/'),
    verdict: inWords(verdict),
  }))
}

function inWords({ id, values }: Said): string {
  const { time } = values
  const said = typeof time === 'number' ? { ...values, time: durationText(time) } : values
  return words(preferences.getState().language, id as MessageId, said)
}
