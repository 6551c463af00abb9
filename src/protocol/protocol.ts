/** Messages between the cluster's host (a Web Worker, or Node) and the page. Plain JSON data only. */
import type { TraceRecord } from '../cluster/sim/trace.ts'
import type { Card, PlainCard } from './cards.ts'

/** Raised when a message changes its meaning. */
export const PROTOCOL_VERSION = 1

/** A fault that a person injects, or its healing. */
export type FaultCommand =
  | { readonly kind: 'power-off' | 'power-on'; readonly node: string }
  | { readonly kind: 'cut' | 'mend'; readonly from: string; readonly to: string }
  | { readonly kind: 'delay'; readonly from: string; readonly to: string; readonly ms: number }
  | { readonly kind: 'registry'; readonly image: string; readonly error: string }
  | { readonly kind: 'registry-heal'; readonly image: string }
  | {
      readonly kind: 'crash'
      readonly pod: string
      readonly namespace: string
      readonly container?: string
      readonly code?: number
    }
  | { readonly kind: 'heal-all' }

/** What a person does to the machines rather than to an object: a fault, its healing, a machine that joins. */
export type Act = FaultCommand | { readonly kind: 'add-node' }

/** A request from the page to a Service or pod, walked hop by hop. */
export interface TrafficRequest {
  readonly from: string
  readonly host: string
  readonly port: number
  readonly method?: string
  readonly path?: string
  readonly namespace?: string
}

/** What answered on a local port. */
export interface LocalAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** What the page asks; `id` comes back in the answer. */
export type Ask =
  | {
      readonly type: 'start'
      readonly id: number
      readonly seed?: number
      readonly nodes?: number
      readonly scenario?: string
      /** A session to play again, as `recording` answered it, up to a virtual time (its last command unless given). */
      readonly recording?: unknown
      readonly until?: number
      /** The branches around it, as `tree` answered them. */
      readonly tree?: unknown
      /** The pace once it stands there; 1 unless given, 0 is paused. */
      readonly speed?: number
      /** The API that a host which only watches is to watch. */
      readonly api?: string
    }
  | {
      readonly type: 'kubectl'
      readonly id: number
      readonly line: string
      readonly stdin?: string
      readonly columns?: number
      /** The page's own look, not something that a person did: it is not logged. */
      readonly aside?: boolean
    }
  | { readonly type: 'interrupt'; readonly id: number; readonly run: number }
  /** What was written in the editor that a line opened; without a text the editor failed. */
  | { readonly type: 'edited'; readonly id: number; readonly run: number; readonly text?: string }
  | {
      readonly type: 'complete'
      readonly id: number
      readonly line: string
      readonly cursor: number
    }
  | {
      readonly type: 'http'
      readonly id: number
      readonly method: string
      readonly path: string
      readonly headers?: Record<string, string>
      readonly body?: string
    }
  | { readonly type: 'traffic'; readonly id: number; readonly request: TrafficRequest }
  /** Ports that commands of the terminal listen on: answered by their numbers. */
  | { readonly type: 'ports'; readonly id: number }
  /** A connection to a port that a command of the terminal listens on: answered by a `LocalAnswer`, or null. */
  | {
      readonly type: 'local'
      readonly id: number
      readonly port: number
      readonly request: { readonly method: 'GET'; readonly path: string }
    }
  | { readonly type: 'speed'; readonly id: number; readonly speed: number }
  | { readonly type: 'step'; readonly id: number; readonly by?: StepUnit }
  | { readonly type: 'advance'; readonly id: number; readonly ms: number }
  | { readonly type: 'settle'; readonly id: number; readonly maxMs?: number }
  | { readonly type: 'fault'; readonly id: number; readonly fault: FaultCommand }
  | { readonly type: 'add-node'; readonly id: number }
  | {
      readonly type: 'why'
      readonly id: number
      readonly about: About
      /** Asks for one field of it, as `spec.replicas`. */
      readonly field?: string
      /** Asks why the newest request about it was refused, whether the object is there or not. */
      readonly refused?: true
      /**
       * Also tries what could mend it, on copies. A worker is busy meanwhile: pages with a cluster of their own ask a
       * laboratory instead.
       */
      readonly fix?: true
    }
  /** Tries something on copies where the host has a laboratory: `tried` tells what was found until it is done. */
  | { readonly type: 'try'; readonly id: number; readonly question: LabQuestion }
  /** Wants no more of what a `try` finds. */
  | { readonly type: 'give-up'; readonly id: number; readonly run: number }
  /** What is in trouble: answered by `Trouble[]`. */
  | { readonly type: 'troubles'; readonly id: number }
  /** What the API server refused that terminal line: answered by an `About`, or null. */
  | { readonly type: 'refused'; readonly id: number; readonly line: string }
  /** The object that `kind/name` or `kind/namespace/name` means, in any words that kubectl takes: an `About`. */
  | { readonly type: 'name'; readonly id: number; readonly target: string }
  | { readonly type: 'digest'; readonly id: number }
  /** Shows the page a moment of the past: a virtual time, or that of a revision. */
  | { readonly type: 'look'; readonly id: number; readonly at?: number; readonly revision?: number }
  /** Shows the present again. */
  | { readonly type: 'live'; readonly id: number }
  | { readonly type: 'history'; readonly id: number }
  | { readonly type: 'bookmark'; readonly id: number; readonly at: number; readonly name: string }
  /** Goes on from the moment that is shown (or a given one), in a branch of its own. */
  | {
      readonly type: 'branch'
      readonly id: number
      readonly name?: string
      readonly at?: number
      /** Just before that command of the log, counted from 0: takes it back. */
      readonly before?: number
    }
  | { readonly type: 'branches'; readonly id: number }
  /** All branches and bookmarks, to be kept; null when there is only one and none. */
  | { readonly type: 'tree'; readonly id: number }
  | { readonly type: 'checkout'; readonly id: number; readonly branch: number }
  | {
      readonly type: 'prune'
      readonly id: number
      readonly branch: number
      /** A new name; without one the branch is forgotten. */
      readonly name?: string
    }
  | { readonly type: 'compare'; readonly id: number; readonly branch: number }
  /** Runs until something holds, see docs/scripting.md. */
  | {
      readonly type: 'until'
      readonly id: number
      readonly condition: string
      readonly maxMs?: number
    }
  /** Which of these conditions (as `until` takes them) hold now: answered by a boolean for each. */
  | { readonly type: 'check'; readonly id: number; readonly conditions: readonly string[] }
  | { readonly type: 'recording'; readonly id: number }
  /** All that a person made, as manifests: answered by `ExportedManifests`. */
  | { readonly type: 'export'; readonly id: number }
  /** What an import would make: answered by `ImportPlan`. */
  | {
      readonly type: 'plan-import'
      readonly id: number
      readonly text: string
      readonly keepSecrets: boolean
    }

/** How far one step goes: one step of the simulation, one write to etcd, one reconcile, one second. */
export type StepUnit = 'step' | 'event' | 'reconcile' | 'second'

/** One thing that a person did. */
export interface HistoryEntry {
  readonly at: number
  readonly kind: string
  readonly text: string
  /** It may have changed something: it can be taken back. */
  readonly acts: boolean
}

/** What was done so far, and the places that have a name. */
export interface HistoryAnswer {
  readonly now: number
  readonly revision: number
  readonly commands: readonly HistoryEntry[]
}

/** The tree of branches, and the places in time that have a name. */
export interface BranchesAnswer {
  readonly branches: readonly BranchCard[]
  readonly bookmarks: readonly { readonly at: number; readonly name: string }[]
}

/** One branch of the playground's tree. */
export interface BranchCard {
  readonly id: number
  readonly name: string
  readonly parent?: number
  /** Where it left its parent, and how far it got. */
  readonly from: number
  readonly tip: number
  readonly commands: number
  readonly current: boolean
}

/** How two branches differ where each of them is now. Times are virtual ms. */
export interface Comparison {
  readonly mine: string
  readonly other: string
  /** Where they parted. */
  readonly from: number
  readonly objects: readonly {
    readonly kind: string
    readonly namespace: string
    readonly name: string
    readonly how: 'only-here' | 'only-there' | 'changed'
    /** Paths of fields that differ, at most a few. */
    readonly fields: readonly string[]
  }[]
  /** When a workload was last complete after the parting, in each; undefined: never. */
  readonly timings: readonly {
    readonly kind: string
    readonly namespace: string
    readonly name: string
    readonly here?: number
    readonly there?: number
  }[]
}

/** Something the cluster waits for, with its arc. */
export interface WaitCard {
  readonly at: number
  readonly owner: string
  readonly label: string
}

/** What changed since the last frame; at most one per animation frame. */
export interface Frame {
  readonly type: 'frame'
  readonly now: number
  readonly epochMs: number
  /** 0 is paused. */
  readonly speed: number
  readonly revision: number
  readonly requestsPerSecond: number
  readonly steps: number
  /** Commands that were logged so far. */
  readonly commands: number
  /** Set while the past is shown; the virtual time that the cluster has come to. */
  readonly past?: { readonly present: number }
  /** Set while the host runs ahead to a moment asked for. */
  readonly target?: number
  /** Set when `put` is everything there is: whatever else the page knows is gone. */
  readonly full?: true
  /** Set on all but the last of several messages that make one frame. */
  readonly more?: true
  readonly put: readonly (Card | PlainCard)[]
  readonly gone: readonly string[]
  readonly records: readonly TraceRecord[]
  /** Records of the cluster that were left out of this frame because there were too many. */
  readonly skipped: number
  /** Left out when no machine changed since the last frame. */
  readonly machines?: Readonly<Record<string, 'on' | 'off'>>
  readonly faults: readonly string[]
}

/** One step of a why answer. */
export interface WhyStep {
  readonly at: number
  readonly owner: string
  readonly verb: string
  readonly text: string
  readonly about?: { readonly kind: string; readonly namespace?: string; readonly name: string }
  readonly detail?: Readonly<Record<string, unknown>>
}

/** Names an object; the namespace is '' for cluster-scoped kinds. */
export interface About {
  readonly kind: string
  readonly namespace: string
  readonly name: string
}

/** A message id and its values, for the page's language. */
export interface Said {
  readonly id: string
  readonly values: Readonly<Record<string, string | number>>
}

/** A rule of Kubernetes: the documentation's name for it, and where it stands on kubernetes.io. */
export interface WhyRule {
  readonly name: string
  readonly path: string
}

/** One link of the chain of causes in words. */
export interface WhyCause extends Said {
  readonly about: About
  /** As wanted, on its way, or in trouble. */
  readonly state: 'ok' | 'waiting' | 'bad'
  readonly rule?: WhyRule
  /** The field that decides, as `kubectl explain` names it. */
  readonly field?: string
}

/** A change that was tried on a copy of the cluster. */
export interface WhyFix {
  /** A terminal line (several, when it holds a here-document); empty for an act. */
  readonly command: string
  /** What is done at the machines instead of a command. */
  readonly act?: Act
  readonly why: Said
  /** The trouble is gone, stays gone, and nothing that was well broke. */
  readonly works: boolean
  /** Virtual milliseconds until it was well. */
  readonly after?: number
  /** What was well before and is not any more. */
  readonly broke: readonly About[]
  /** What kubectl said when it refused. */
  readonly refused?: string
  /** Only proposed: no copy can be made, because more happened than the log of a shared cluster keeps. */
  readonly untried?: true
}

/** Why something is as it is: what is seen, what led there (root last), what happened, what comes next. */
export interface WhyAnswer {
  readonly question: string
  readonly verdict: Said
  readonly state: WhyCause['state']
  readonly rule?: WhyRule
  readonly field?: string
  /** What is behind the verdict, one behind the other; the last is the root. */
  readonly causes: readonly WhyCause[]
  /** What happened, oldest first, from the trace. */
  readonly steps: readonly WhyStep[]
  readonly next: readonly WaitCard[]
  /** Something could be tried. */
  readonly fixable: boolean
  /** Why no change to an object mends it for sure, where that is so: said when nothing that was tried helps. */
  readonly beyond?: Said
  /** What was tried, smallest change that works first. */
  readonly fixes?: readonly WhyFix[]
}

/** An object in trouble: its verdict, and what is behind it in the end when that is something else. */
export interface Trouble {
  readonly about: About
  readonly verdict: Said
  readonly root?: Said
}

/** One difference that a command would make. */
export interface WhatIfLine extends Said {
  readonly about?: About
  readonly state: WhyCause['state']
}

/** What would happen, seen on a copy. */
export interface WhatIfAnswer {
  readonly command: string
  /** The command's exit code and words. */
  readonly code: number
  readonly output: string
  /** How far the copy ran on. @unit virtual ms */
  readonly ran: number
  readonly lines: readonly WhatIfLine[]
}

/** What can be tried on copies of the cluster: what mends an object, or what a terminal line would do. */
export type LabQuestion =
  | { readonly type: 'fix'; readonly about: About; readonly refused?: true }
  | { readonly type: 'what-if'; readonly command: string }

/** What a laboratory is asked. `recording` is the host's, unread. */
export type LabAsk = {
  readonly id: number
  readonly recording: unknown
  readonly now: number
} & LabQuestion

/** What the laboratory tells. */
export type LabTell =
  | {
      readonly type: 'fix'
      readonly id: number
      readonly fixes: readonly WhyFix[]
      readonly left: number
    }
  | { readonly type: 'what-if'; readonly id: number; readonly answer: WhatIfAnswer }
  | { readonly type: 'failed'; readonly id: number; readonly message: string }

/** Asks a worker whether it still answers; whatever it is doing for the page. */
export interface Ping {
  readonly type: 'ping'
}

/** What the host tells the page. */
export type Tell =
  | { readonly type: 'pong' }
  | Frame
  | { readonly type: 'ready'; readonly version: number }
  | {
      readonly type: 'output'
      readonly run: number
      readonly stream: 'stdout' | 'stderr'
      readonly text: string
    }
  /** What a `try` has found so far. */
  | { readonly type: 'tried'; readonly run: number; readonly found: LabTell }
  /** A line opens an editor on a text: answered by `edited`. */
  | { readonly type: 'edit'; readonly run: number; readonly text: string }
  | { readonly type: 'done'; readonly id: number; readonly value: unknown }
  | { readonly type: 'failed'; readonly id: number; readonly message: string }
  | { readonly type: 'crashed'; readonly message: string; readonly stack: string }
