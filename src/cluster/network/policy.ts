/**
 * NetworkPolicy: whether a connection may pass. A pod that no policy selects for a direction is open in it; one that
 * any selects is closed but for what the rules of all of them allow together.
 * @source https://kubernetes.io/docs/concepts/services-networking/network-policies/
 */
import type {
  IPBlock,
  NetworkPolicy,
  NetworkPolicyPeer,
  NetworkPolicyPort,
} from '../api/generated/types.ts'
import { type Labels, selects } from '../api/meta/labels.ts'

/** What carries the connection. */
export type Protocol = 'TCP' | 'UDP' | 'SCTP'

/** A pod as policies see it. Pods on the node's own network are none: no policy applies to them. */
export interface PolicyPod {
  readonly namespace: string
  readonly name: string
  readonly labels: Labels
  readonly namespaceLabels: Labels
  readonly ports: readonly {
    readonly name?: string
    readonly containerPort: number
    readonly protocol?: string
  }[]
}

/** One end of a connection. */
export interface PolicyEnd {
  readonly ip: string
  readonly pod?: PolicyPod
}

/** An attempt to connect, after the Service's address has become a pod's. */
export interface Connection {
  readonly from: PolicyEnd
  readonly to: PolicyEnd
  readonly port: number
  readonly protocol: Protocol
}

/** The policies of a namespace. */
export type PoliciesOf = (namespace: string) => Iterable<NetworkPolicy>

/** Why a connection is dropped, naming the policies that isolate the pod; undefined when it may pass. */
export function refusal(policiesOf: PoliciesOf, c: Connection): string | undefined {
  // A pod always reaches itself.
  if (c.from.ip === c.to.ip && c.from.ip !== '') return undefined
  return (
    dropped('Egress', policiesOf, c.from.pod, c.to, c) ??
    dropped('Ingress', policiesOf, c.to.pod, c.from, c)
  )
}

type Direction = 'Ingress' | 'Egress'

function dropped(
  direction: Direction,
  policiesOf: PoliciesOf,
  pod: PolicyPod | undefined,
  other: PolicyEnd,
  c: Connection,
): string | undefined {
  if (!pod) return undefined
  const isolating = [...policiesOf(pod.namespace)].filter((p) => isolates(p, direction, pod))
  if (isolating.length === 0) return undefined
  if (isolating.some((p) => allows(p, direction, other, c))) return undefined
  const names = isolating.map((p) => `${p.metadata.namespace}/${p.metadata.name}`).sort()
  const word = names.length === 1 ? 'NetworkPolicy' : 'NetworkPolicies'
  const who = `${pod.namespace}/${pod.name}`
  const what = `${c.protocol} ${c.port}`
  const where =
    direction === 'Egress' ? `egress from ${who} to ${what}` : `ingress to ${who} ${what}`
  return `${word} ${names.join(', ')}: ${where} dropped`
}

/** True when the policy closes the pod in that direction. */
export function isolates(p: NetworkPolicy, direction: Direction, pod: PolicyPod): boolean {
  const { spec } = p
  const types = spec?.policyTypes ?? (spec?.egress ? ['Ingress', 'Egress'] : ['Ingress'])
  return types.includes(direction) && selects(spec?.podSelector ?? {}, pod.labels)
}

function allows(p: NetworkPolicy, direction: Direction, other: PolicyEnd, c: Connection): boolean {
  const namespace = p.metadata.namespace ?? ''
  const rules =
    direction === 'Ingress'
      ? (p.spec?.ingress ?? []).map((r) => ({ peers: r.from, ports: r.ports }))
      : (p.spec?.egress ?? []).map((r) => ({ peers: r.to, ports: r.ports }))
  return rules.some(({ peers, ports }) => {
    const peerFits = !peers?.length || peers.some((peer) => isPeer(peer, namespace, other))
    return peerFits && (!ports?.length || ports.some((port) => isPort(port, c)))
  })
}

function isPeer(peer: NetworkPolicyPeer, namespace: string, end: PolicyEnd): boolean {
  if (peer.ipBlock) return inBlock(peer.ipBlock, end.ip)
  const { pod } = end
  if (!pod) return false
  const inside = peer.namespaceSelector
    ? selects(peer.namespaceSelector, pod.namespaceLabels)
    : pod.namespace === namespace
  return inside && (!peer.podSelector || selects(peer.podSelector, pod.labels))
}

function isPort(p: NetworkPolicyPort, c: Connection): boolean {
  if ((p.protocol ?? 'TCP') !== c.protocol) return false
  if (p.port === undefined) return true
  if (typeof p.port === 'number') return c.port >= p.port && c.port <= (p.endPort ?? p.port)
  return (c.to.pod?.ports ?? []).some(
    (x) => x.name === p.port && x.containerPort === c.port && (x.protocol ?? 'TCP') === c.protocol,
  )
}

function inBlock(block: IPBlock, ip: string): boolean {
  return inCidr(block.cidr, ip) && !(block.except ?? []).some((e) => inCidr(e, ip))
}

/** True when an IPv4 address lies in a range like `10.0.0.0/8`. */
export function inCidr(cidr: string, ip: string): boolean {
  const [base = '', length = '32'] = cidr.split('/')
  const a = addressNumber(base)
  const b = addressNumber(ip)
  if (a === undefined || b === undefined) return false
  const span = 2 ** (32 - Number(length))
  return Math.floor(a / span) === Math.floor(b / span)
}

function addressNumber(ip: string): number | undefined {
  const m = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(ip)
  return m?.slice(1).reduce((n, part) => n * 256 + Number(part), 0)
}
