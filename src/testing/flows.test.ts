/**
 * Who writes what in which order, for one act of a user, beside what a real control plane's audit log says. Compared:
 * each component's own sequence of writes (status updates and Events by kind, since their number depends on races), and
 * the order in which the steps first appear wherever the recording leaves no doubt. Milliseconds are not compared.
 */
import '../session/tools.ts'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Session } from '../session/session.ts'

const ROOT = '../shared/flows'

interface Write {
  readonly at: number
  readonly who: string
  /** `create pods`, with the name masked behind it. */
  readonly what: string
}

/** Recorded one after the other on one cluster, so that each finds what the one before it left. */
const IN_A_ROW: readonly string[] = [
  '01-create-deployment',
  '02-scale-up',
  '03-rolling-update',
  '04-expose',
  '05-scale-down',
  '06-delete-pod',
  '07-delete-deployment',
  '08-job',
  '09-static-volume',
  '10-statefulset',
  '11-daemonset',
  '12-drain',
  '13-namespace-delete',
  '14-unschedulable',
]
/** Time given to each beyond the recording's last line. @unit virtual ms */
const WATCH_MS = 600
/** The person's pace between two requests of one command. @unit ms one way */
const KUBECTL_MS = 10
/** Steps that depend on who was quicker, or on what the flow before had left unfinished. */
const ASTRAY: Readonly<Record<string, RegExp>> = {
  '13-namespace-delete':
    /^generic-garbage-collector: delete replicasets|^deployment-controller: create replicasets/,
  '14-unschedulable':
    /^(namespace-controller|deployment-controller|root-ca-cert-publisher|serviceaccount-controller)/,
}
/** The namespace controller's walk over a Go map, in no order of its own. */
const WALK = 'deletecollection'
/** Flows in which repeats, and whose pods go first, depend on where the pods had been placed or on who was quicker. */
const PLACED = new Set(['12-drain', '13-namespace-delete'])
/** What was tidied up between two recordings. */
const TIDY: Readonly<Record<string, string>> = { '12-drain': 'kubectl delete daemonset agent' }
const NODE_LOST = '15-node-lost'

/** Steps that say nothing about the flow: identities fetched once, heartbeats. */
const ASIDE = /serviceaccounts\/token|leases|localsubject|selfsubject/

function recorded(text: string): Write[] {
  const writes: Write[] = []
  for (const l of text.split('\n')) {
    const m = /^\+\s*(\d+) ms {2}(.{28}) {2}(\S+)\s+(\S+)(.*)$/.exec(l)
    if (!m || / -> 409/.test(l) || ASIDE.test(l)) continue
    writes.push({
      at: Number(m[1]),
      who: (m[2] as string).trim().replace(' (stand-in)', ''),
      what: `${m[3]} ${m[4]}`,
    })
  }
  return writes
}

/** The recording's names of our components. */
const ACTORS: Readonly<Record<string, string>> = {
  'node-lifecycle-controller': 'node-controller',
  'taint-eviction-controller': 'node-controller',
  'endpointslice-controller': 'endpointslice-controller',
  'endpoint-controller': 'endpoint-controller',
}

function writesSince(s: Session, from: number, began: number): Write[] {
  const writes: Write[] = []
  for (const r of s.cluster.world.trace.since(from)) {
    if (r.verb !== 'request' || ASIDE.test(r.text) || Number(r.detail?.code) === 409) continue
    const who = r.owner.split('/').at(-1) ?? ''
    writes.push({ at: r.at - began, who: ACTORS[who] ?? who, what: r.text })
  }
  return writes
}

/** Does something and returns what was written until `watch` ms later. */
function observe(s: Session, watch: number, act: () => void): Write[] {
  const from = s.cluster.world.trace.size + 1
  const began = s.now
  act()
  s.runUntil(s.now + watch)
  return writesSince(s, from, began)
}

function start(): Session {
  const s = new Session({ nodes: 3, bare: true, hollow: true, latencyMs: 1 })
  const { wires } = s.cluster.world
  const base = wires.base
  wires.base = (from, to) => (from === 'kubectl' || to === 'kubectl' ? KUBECTL_MS : base(from, to))
  s.runUntil(20_000)
  return s
}

function run(s: Session, line: string): void {
  let done = false
  s.kubectl(line, { stdout() {}, stderr() {} }, () => {
    done = true
  })
  s.flush()
  const until = s.now + 60_000
  while (!done && s.now < until) s.runUntil(s.now + 10)
}

/** The `$ ` lines of a flow, with their here-documents. */
function commandsOf(text: string): string[] {
  const commands: string[] = []
  const lines = text.split('\n')
  for (let i = 0; i < lines.length; i++) {
    const l = lines[i] as string
    if (!l.startsWith('$ ')) continue
    let command = l.slice(2)
    const end = /<<-?\s*'?"?(\w+)/.exec(l)?.[1]
    if (end)
      do command += `\n${lines[++i]}`
      while (lines[i]?.trim() !== end && i < lines.length - 1)
    commands.push(command)
  }
  return commands
}

/** Each component's own writes in order, without status updates and Events; updates in a row count as one. */
function sequences(writes: readonly Write[], name: string): Record<string, string[]> {
  const out: Record<string, string[]> = {}
  for (const w of writes) {
    out[w.who] ??= []
    const own = out[w.who] as string[]
    if (
      /status|events/.test(w.what) ||
      (own.at(-1) === w.what && (w.what.startsWith('update') || PLACED.has(name)))
    )
      continue
    own.push(w.what)
  }
  out['namespace-controller']?.sort()
  return Object.fromEntries(
    Object.entries(out)
      .filter(([, list]) => list.length > 0)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  )
}

/** Kinds of writes that a component makes at all. */
function kinds(writes: readonly Write[]): string[] {
  return [...new Set(writes.map((w) => `${w.who}: ${w.what}`))].sort()
}

/** Pairs of steps that come first in an order that the recording leaves no doubt about. */
const DOUBT_MS = 8

function firsts(writes: readonly Write[]): Map<string, number> {
  const first = new Map<string, number>()
  writes.forEach((w, i) => {
    const key = `${w.who}: ${w.what}`
    if (!first.has(key)) first.set(key, i)
  })
  return first
}

/** The database of the node-lost drill: three pods in order behind a headless Service. */
const DB = `apiVersion: v1
kind: Service
metadata: {name: db}
spec: {clusterIP: None, selector: {app: db}, ports: [{port: 5432}]}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  serviceName: db
  replicas: 3
  selector: {matchLabels: {app: db}}
  template: {metadata: {labels: {app: db}}, spec: {containers: [{name: c, image: "postgres:17"}]}}
`

const there = existsSync(ROOT)
if (!there) console.warn('SKIPPED: recorded flows are not on this machine (../shared/flows)')

function compare(recording: readonly Write[], all: readonly Write[], name = ''): void {
  const keep = (w: Write) => !ASTRAY[name]?.test(`${w.who}: ${w.what}`)
  const real = recording.filter(keep)
  const ours = all.filter(keep)
  expect(kinds(ours)).toEqual(kinds(real))
  expect(sequences(ours, name)).toEqual(sequences(real, name))
  const order = firsts(ours)
  const at = (list: readonly Write[], key: string) =>
    list.find((w) => `${w.who}: ${w.what}` === key)?.at ?? 0
  const steps = [...firsts(real).keys()]
  const wrong: string[] = []
  for (const [i, a] of steps.entries()) {
    for (const b of steps.slice(i + 1)) {
      // How fast kubectl sends the next document of a file is the person's pace, not the cluster's.
      if (PLACED.has(name) && a.startsWith('kubelet: delete')) continue
      if (a.includes(WALK) && b.includes(WALK)) continue
      if (b.startsWith('kubectl') || at(real, b) - at(real, a) < DOUBT_MS) continue
      if ((order.get(a) ?? 0) > (order.get(b) ?? 0)) wrong.push(`${a} before ${b}`)
    }
  }
  expect(wrong).toEqual([])
}

const played = new Map<string, Write[]>()
if (there) {
  const s = start()
  for (const name of IN_A_ROW) {
    const text = readFileSync(join(ROOT, `${name}.txt`), 'utf8')
    const tidy = TIDY[name]
    if (tidy) {
      run(s, tidy)
      s.runUntil(s.now + 10_000)
    }
    const began = s.now
    const last = recorded(text).at(-1)?.at ?? 0
    const writes = observe(s, 0, () => {
      for (const c of commandsOf(text)) run(s, c)
      s.runUntil(Math.max(s.now, began + last + WATCH_MS))
    })
    played.set(name, writes)
    // The recording of 14 began while the namespace of 13 was still going away.
    if (name !== '13-namespace-delete') s.runUntil(s.now + 8000)
  }
}

for (const name of IN_A_ROW) {
  test.skipIf(!there)(
    `flow ${name}: the same components write the same things in the same order`,
    () => {
      compare(
        recorded(readFileSync(join(ROOT, `${name}.txt`), 'utf8')),
        played.get(name) ?? [],
        name,
      )
    },
  )
}

test.skipIf(!there)(
  `flow ${NODE_LOST}: silence, Unknown, taints, tolerations, eviction, successors`,
  () => {
    const s = start()
    run(s, 'kubectl create deployment app --image=nginx --replicas=6')
    run(s, `kubectl create -f - <<'EOF'\n${DB}EOF`)
    s.runUntil(s.now + 15_000)
    const ours = observe(s, 400_000, () => s.fault({ kind: 'power-off', node: 'node-3' }))
    compare(recorded(readFileSync(join(ROOT, `${NODE_LOST}.txt`), 'utf8')), ours)
  },
)
