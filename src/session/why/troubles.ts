/** What is in trouble at an instant, and what was refused: where somebody who looks for a fault begins. */
import type { About, Trouble } from '../../protocol/protocol.ts'
import { diagnose, diagnosed } from './diagnose.ts'
import { chainOf, type Finding } from './finding.ts'
import { aboutOf, keyOf, type Look } from './look.ts'

/** Beyond so many objects only machines and workloads are asked: the list has to come at once. */
const CROWD = 3000
const FEW: ReadonlySet<string> = new Set(['Node', 'Deployment', 'StatefulSet', 'DaemonSet'])
const LISTED_MAX = 200
/** Trace records looked through for a refusal. */
const LOOK_BACK = 20_000
/** What others stand on comes first. */
const ORDER: readonly string[] = [
  'Node',
  'Namespace',
  'PersistentVolumeClaim',
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'ReplicaSet',
  'Job',
  'CronJob',
  'Pod',
]
const KINDS = [...ORDER, ...diagnosed.filter((k) => !ORDER.includes(k))]

/** Everything in trouble; what has the same root stands together, the root first. */
export function troubles(look: Look): Trouble[] {
  const crowd = look.list('Pod').length > CROWD
  const found: { finding: Finding; root: string; depth: number }[] = []
  for (const kind of KINDS) {
    if (crowd && !FEW.has(kind)) continue
    for (const o of look.list(kind as 'Pod')) {
      // Pods and the like are their controller's matter, which says what is wrong with them.
      if (o.metadata.ownerReferences?.some((r) => r.controller)) continue
      const finding = diagnose(look, o)
      if (finding.state !== 'bad') continue
      const chain = chainOf(finding)
      const root = keyOf((chain.at(-1) ?? finding).about)
      found.push({ finding: { ...finding, about: aboutOf(o) }, root, depth: chain.length })
    }
  }
  const first = new Map<string, number>()
  for (const [i, f] of found.entries()) if (!first.has(f.root)) first.set(f.root, i)
  const place = (f: { root: string }) => first.get(f.root) ?? 0
  found.sort((a, b) => place(a) - place(b) || a.depth - b.depth)
  return found.slice(0, LISTED_MAX).map(({ finding }) => troubleOf(finding))
}

function troubleOf(finding: Finding): Trouble {
  const { about, id, values } = finding
  const root = chainOf(finding).at(-1) ?? finding
  return {
    about,
    verdict: { id, values },
    ...(root === finding ? {} : { root: { id: root.id, values: root.values } }),
  }
}

/** What the newest request was about that this terminal line made and the API server refused. */
export function refusedBy(look: Look, line: string): About | undefined {
  let found: About | undefined
  let looked = 0
  look.backwards((r) => {
    const code = Number(r.detail?.code)
    if (
      r.verb === 'request' &&
      r.owner === 'kubectl' &&
      r.about?.name &&
      code >= 400 &&
      code !== 404
    ) {
      const typed = look.chain(r.id).findLast((x) => x.verb === 'command')?.text
      const { kind, namespace = '', name } = r.about
      if (typed?.trim() === line.trim()) found = { kind, namespace, name }
    }
    return !found && ++looked < LOOK_BACK
  })
  return found
}
