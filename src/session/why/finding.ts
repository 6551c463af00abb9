/** What an investigation finds: a sentence about an object, the rule behind it, what could change it, and its cause. */
import type { About, Act, Said, WhyRule } from '../../protocol/protocol.ts'

/** How an object fares: as wanted, on its way, or in trouble. */
export type State = 'ok' | 'waiting' | 'bad'

/** A change worth trying: a terminal line or an act at the machines, and how much it changes (fewer is smaller). */
export interface Candidate {
  /** Empty for an act. */
  readonly command: string
  readonly act?: Act
  readonly why: Said
  /** 1: one field of one object; 2: several; 3: an object made; 4: an object made anew; 6 and more: something given up. */
  readonly cost: number
}

/** One sentence of an answer. `id` and `values` are a message of the page; `because` leads to the root. */
export interface Finding extends Said {
  readonly about: About
  readonly state: State
  readonly rule?: WhyRule
  /** Path of the field that decides, as in `kubectl explain`. */
  readonly field?: string
  readonly fixes?: readonly Candidate[]
  /** Why no change to an object may help: what is wrong is not in an object. */
  readonly beyond?: Said
  readonly because?: Finding
}

/** What a finding says besides its id and object. */
export interface Rest extends Partial<Omit<Finding, 'id' | 'about' | 'values' | 'state'>> {
  readonly values?: Said['values']
}

/** Makes a finding in trouble. */
export function bad(id: string, about: About, rest: Rest = {}): Finding {
  return finding('bad', id, about, rest)
}

/** Makes a finding that time may mend. */
export function waiting(id: string, about: About, rest: Rest = {}): Finding {
  return finding('waiting', id, about, rest)
}

/** Makes a finding of something that is as wanted. */
export function ok(id: string, about: About, rest: Rest = {}): Finding {
  return finding('ok', id, about, rest)
}

function finding(state: State, id: string, about: About, rest: Rest): Finding {
  return { ...rest, id, about, state, values: { name: about.name, ...rest.values } }
}

/** The sentences from the surface to the root. */
export function chainOf(f: Finding): Finding[] {
  const chain: Finding[] = []
  for (let x: Finding | undefined = f; x && !chain.includes(x); x = x.because) chain.push(x)
  return chain
}

/** An act at the machines as something to try. */
export function acting(act: Act, why: Said, cost = 1): Candidate {
  return { command: '', act, why, cost }
}

/** A message with its values. */
export function said(id: string, values: Said['values'] = {}): Said {
  return { id, values }
}

export { distance, nearest } from '../../cluster/api/meta/spelling.ts'
