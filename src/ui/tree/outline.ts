/**
 * The cluster as an outline: everything the map shows, as words, for those who read or hear it. Branches are made only
 * when they are opened, so that its cost is what is open and not what there is.
 */
import type { ClaimCard, NodeCard, PodCard, VolumeCard } from '../../protocol/cards.ts'
import type { Translate } from '../i18n/i18n.ts'
import {
  type AnyCard,
  cards,
  type ServiceCard,
  type SliceCard,
  type WorkloadCard,
} from '../store/world.ts'

/** One line of the outline. */
export interface Line {
  /** Stable as long as the thing is there. */
  readonly id: string
  readonly text: string
  /** State, in words; read after the text. */
  readonly state: string
  readonly card?: AnyCard
  /** Undefined: nothing can be below it. */
  readonly below?: () => Line[]
  readonly count?: number
}

/** A line as it stands in the open part of the outline. */
export interface OpenLine extends Line {
  readonly level: number
  readonly position: number
  readonly siblings: number
  readonly open: boolean | undefined
  readonly parent: string | undefined
}

/** The branches at the top. */
export function outline(t: Translate): Line[] {
  const nodes = [...cards.of<NodeCard>('Node')]
  const pending = [...(cards.podsByNode.get('')?.values() ?? [])]
  return [
    group('nodes', t('tree.nodes'), nodes.length, () => nodes.map((n) => nodeLine(t, n))),
    group('pending', t('tree.pending'), pending.length, () => pending.map((p) => podLine(t, p))),
    workloads(t),
    services(t),
    storage(t),
    ...custom(),
  ]
}

/** One branch for each kind that a CustomResourceDefinition made. */
function custom(): Line[] {
  return cards.customKinds().map(({ kind, apiVersion, objects }) =>
    group(`custom/${kind}`, `${kind} (${apiVersion})`, objects.length, () =>
      objects.map((card) => ({
        id: card.uid,
        text: card.namespace ? `${card.namespace}/${card.name}` : card.name,
        state: '',
        card,
      })),
    ),
  )
}

/** What is open of it, in reading order. */
export function openLines(top: readonly Line[], open: ReadonlySet<string>): OpenLine[] {
  const out: OpenLine[] = []
  const walk = (lines: readonly Line[], level: number, parent: string | undefined) => {
    lines.forEach((line, i) => {
      const isOpen = line.below ? open.has(line.id) : undefined
      out.push({
        ...line,
        level,
        parent,
        position: i + 1,
        siblings: lines.length,
        open: isOpen,
      })
      if (isOpen && line.below) walk(line.below(), level + 1, line.id)
    })
  }
  walk(top, 1, undefined)
  return out
}

function group(id: string, text: string, count: number, below: () => Line[]): Line {
  return { id, text, state: String(count), count, below }
}

function nodeLine(t: Translate, n: NodeCard): Line {
  const pods = [...(cards.podsByNode.get(n.name)?.values() ?? [])]
  const ready =
    n.ready === 'True' ? 'node.ready' : n.ready === 'False' ? 'node.notready' : 'node.unknown'
  const state = [
    t(ready),
    ...(n.cordoned ? [t('node.cordoned')] : []),
    t('tree.pods', { n: pods.length }),
  ]
  return {
    id: n.uid,
    text: n.name,
    state: state.join(t('list.states')),
    card: n,
    below: () => pods.map((p) => podLine(t, p)),
  }
}

function podLine(t: Translate, p: PodCard): Line {
  const state = [
    p.status,
    t('tree.ready', { a: p.ready, b: p.containers }),
    ...(p.restarts > 0 ? [t('tree.restarts', { n: p.restarts })] : []),
    ...(p.deleting === undefined ? [] : [t('tree.terminating')]),
  ]
  return {
    id: p.uid,
    text: `${p.namespace}/${p.name}`,
    state: state.join(t('list.states')),
    card: p,
  }
}

function workloads(t: Translate): Line {
  const roots = (
    ['Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob', 'ReplicaSet'] as const
  )
    .flatMap((kind) => [...cards.of<WorkloadCard>(kind)])
    .filter((w) => !w.owner)
  return group('workloads', t('tree.workloads'), roots.length, () =>
    roots.map((w) => ownerLine(t, w)),
  )
}

function ownerLine(t: Translate, w: WorkloadCard): Line {
  const below = () => {
    const sets = (['ReplicaSet', 'Job'] as const)
      .flatMap((kind) => [...cards.of<WorkloadCard>(kind)])
      .filter((s) => s.owner?.uid === w.uid && (s.desired > 0 || s.current > 0))
    const pods = [...cards.of<PodCard>('Pod')].filter((p) => p.owner?.uid === w.uid)
    return [...sets.map((s) => ownerLine(t, s)), ...pods.map((p) => podLine(t, p))]
  }
  const state = w.kind === 'CronJob' ? '' : t('tree.ready', { a: w.ready, b: w.desired })
  return { id: w.uid, text: `${w.kind} ${w.namespace}/${w.name}`, state, card: w, below }
}

function services(t: Translate): Line {
  const all = [...cards.of<ServiceCard>('Service')]
  return group('services', t('tree.services'), all.length, () =>
    all.map((s) => {
      const ends = [...cards.of<SliceCard>('EndpointSlice')]
        .filter((x) => x.service === s.name && x.namespace === s.namespace)
        .flatMap((x) => x.endpoints)
      const ready = ends.filter((e) => e.ready).length
      const ports = s.ports
        .map((p) => `${p.port}${p.nodePort ? `:${p.nodePort}` : ''}`)
        .join(t('list.names'))
      return {
        id: s.uid,
        text: `${s.namespace}/${s.name}`,
        state: `${s.type} ${s.clusterIP} ${ports}${t('list.states')}${t('tree.endpoints', { a: ready, b: ends.length })}`,
        card: s,
        below: () =>
          ends.map((e) => ({
            id: `${s.uid}/${e.ip}`,
            text: e.ip,
            state: [e.pod, e.node, e.ready ? '' : t('tree.notready')]
              .filter(Boolean)
              .join(t('list.states')),
          })),
      }
    }),
  )
}

function storage(t: Translate): Line {
  const claims = [...cards.of<ClaimCard>('PersistentVolumeClaim')]
  const volumes = [...cards.of<VolumeCard>('PersistentVolume')]
  return group('storage', t('tree.storage'), claims.length + volumes.length, () => [
    ...claims.map((c) => ({
      id: c.uid,
      text: `PersistentVolumeClaim ${c.namespace}/${c.name}`,
      state: [c.phase, c.asked, c.volume].filter(Boolean).join(t('list.states')),
      card: c,
    })),
    ...volumes.map((v) => ({
      id: v.uid,
      text: `PersistentVolume ${v.name}`,
      state: [v.phase, v.capacity, v.claim].filter(Boolean).join(t('list.states')),
      card: v,
    })),
  ])
}
