/** Describes nodes. @source staging/src/k8s.io/kubectl/pkg/describe/describe.go describeNode */
import type { Lease, Node, Pod, Taint } from '../../cluster/api/generated/types.ts'
import { podRequests } from '../../cluster/api/helpers/requests.ts'
import {
  canonicalQuantity,
  formatMilli,
  formatQuantity,
  milliValue,
  quantityValue,
} from '../../cluster/api/meta/quantity.ts'
import type { AnyObject } from '../../cluster/api/object.ts'
import type { Task } from '../../cluster/sim/task.ts'
import { isExpected, messageOf } from '../errors.ts'
import { compareStrings } from '../printers/gojson.ts'
import { getObject } from '../resource.ts'
import { type DescribeContext, related } from './describer.ts'
import { describeEvents } from './events.ts'
import { ago, longTime } from './writer.ts'

type Amounts = ReadonlyMap<string, number>

/** A node. */
export function* describeNode(c: DescribeContext, o: AnyObject): Task<void> {
  const { w } = c
  const node = o as unknown as Node
  const s = node.status ?? {}
  w.field(0, 'Name', node.metadata.name)
  w.field(0, 'Roles', rolesOf(node).join(',') || '<none>')
  w.labels('Labels', node.metadata.labels)
  w.annotations('Annotations', node.metadata.annotations)
  w.field(0, 'CreationTimestamp', longTime(node.metadata.creationTimestamp))
  w.list('Taints', taintsOf(node))
  w.field(0, 'Unschedulable', node.spec?.unschedulable === true)
  yield* lease(c, node)
  if (s.conditions?.length) {
    w.write(
      0,
      'Conditions:\n  Type\tStatus\tLastHeartbeatTime\tLastTransitionTime\tReason\tMessage\n',
    )
    w.write(1, '----\t------\t-----------------\t------------------\t------\t-------\n')
    for (const x of s.conditions)
      w.write(
        1,
        `${x.type} \t${x.status} \t${longTime(x.lastHeartbeatTime)} \t${longTime(x.lastTransitionTime)} \t${x.reason ?? ''} \t${x.message ?? ''}\n`,
      )
  }
  w.write(0, 'Addresses:\n')
  for (const a of s.addresses ?? []) w.field(1, a.type, a.address)
  resourceList(c, 'Capacity', s.capacity)
  resourceList(c, 'Allocatable', s.allocatable)
  systemInfo(c, node)
  const fieldSelector = `spec.nodeName=${node.metadata.name},status.phase!=Failed,status.phase!=Succeeded`
  const pods = yield* related<Pod>(c, 'pods', '', { fieldSelector })
  describePods(c, node, pods)
  yield* describeEvents(c, o, 'Node', [node.metadata.uid ?? '', node.metadata.name ?? ''])
}

function rolesOf(node: Node): string[] {
  const roles = new Set<string>()
  for (const [k, v] of Object.entries(node.metadata.labels ?? {})) {
    if (k.startsWith('node-role.kubernetes.io/')) roles.add(k.slice(24))
    else if (k === 'kubernetes.io/role' && v) roles.add(v)
  }
  roles.delete('')
  return [...roles].sort(compareStrings)
}

/** Taints as text, sorted by effect and key. */
function taintsOf(node: Node): string[] {
  const key = (t: Taint) => `${t.effect},${t.key}`
  return [...(node.spec?.taints ?? [])]
    .sort((a, b) => compareStrings(key(a), key(b)))
    .map((t) => `${t.key}${t.value ? `=${t.value}` : ''}${t.effect ? `:${t.effect}` : ''}`)
}

function* lease(c: DescribeContext, node: Node): Task<void> {
  const { w } = c
  const mapping = yield* c.k.mapping('leases.coordination.k8s.io')
  const name = node.metadata.name as string
  try {
    const target = { mapping, namespace: 'kube-node-lease', name }
    const found = (yield* getObject(c.k, target)) as unknown as Lease
    w.write(0, 'Lease:\n')
    w.field(1, 'HolderIdentity', found.spec?.holderIdentity ?? '<unset>')
    const acquired = found.spec?.acquireTime
    w.field(1, 'AcquireTime', acquired ? longTime(acquired) : '<unset>')
    const renewed = found.spec?.renewTime
    w.field(1, 'RenewTime', renewed ? longTime(renewed) : '<unset>')
  } catch (error) {
    if (!isExpected(error)) throw error
    w.field(0, 'Lease', `Failed to get lease: ${messageOf(error)}`)
  }
}

function resourceList(
  c: DescribeContext,
  title: string,
  list: Readonly<Record<string, string>> | undefined,
): void {
  const names = Object.keys(list ?? {}).sort(compareStrings)
  if (names.length === 0) return
  c.w.write(0, `${title}:\n`)
  for (const n of names) c.w.field(1, n, canonicalQuantity(list?.[n] as string))
}

function systemInfo(c: DescribeContext, node: Node): void {
  const { w } = c
  const i = node.status?.nodeInfo
  w.write(0, 'System Info:\n')
  w.field(1, 'Machine ID', i?.machineID)
  w.field(1, 'System UUID', i?.systemUUID)
  w.field(1, 'Boot ID', i?.bootID)
  w.field(1, 'Kernel Version', i?.kernelVersion)
  w.field(1, 'OS Image', i?.osImage)
  w.field(1, 'Operating System', i?.operatingSystem)
  w.field(1, 'Architecture', i?.architecture)
  w.field(1, 'Container Runtime Version', i?.containerRuntimeVersion)
  w.field(1, 'Kubelet Version', i?.kubeletVersion)
  w.field(1, 'Kube-Proxy Version', i?.kubeProxyVersion)
  if (node.spec?.podCIDR) w.field(0, 'PodCIDR', node.spec.podCIDR)
  if (node.spec?.podCIDRs?.length) w.field(0, 'PodCIDRs', node.spec.podCIDRs.join(','))
  if (node.spec?.providerID) w.field(0, 'ProviderID', node.spec.providerID)
}

function describePods(c: DescribeContext, node: Node, pods: readonly Pod[]): void {
  const { w } = c
  const s = node.status
  const has = Object.keys(s?.allocatable ?? {}).length > 0
  const allocatable = (has ? s?.allocatable : s?.capacity) ?? {}
  w.write(0, `Non-terminated Pods:\t(${pods.length} in total)\n`)
  w.write(1, 'Namespace\tName\t\tCPU Requests\tCPU Limits\tMemory Requests\tMemory Limits\tAge\n')
  w.write(1, '---------\t----\t\t------------\t----------\t---------------\t-------------\t---\n')
  const requests = new Map<string, number>()
  const limits = new Map<string, number>()
  for (const p of pods) {
    const r = podRequests(p)
    const l = podRequests(p, { limits: true })
    sum(requests, r)
    sum(limits, l)
    const cells = [
      share('cpu', r, allocatable),
      share('cpu', l, allocatable),
      share('memory', r, allocatable),
      share('memory', l, allocatable),
    ]
    const age = ago(p.metadata.creationTimestamp, c.now)
    w.write(1, `${p.metadata.namespace}\t${p.metadata.name}\t\t${cells.join('\t')}\t${age}\n`)
  }
  w.write(
    0,
    'Allocated resources:\n  (Total limits may be over 100 percent, i.e., overcommitted.)\n',
  )
  w.write(1, 'Resource\tRequests\tLimits\n')
  w.write(1, '--------\t--------\t------\n')
  const names = Object.keys(allocatable).sort(compareStrings)
  const huge = names.filter((n) => n.startsWith('hugepages-'))
  for (const n of ['cpu', 'memory', 'ephemeral-storage', ...huge])
    w.write(1, `${n}\t${share(n, requests, allocatable)}\t${share(n, limits, allocatable)}\n`)
  const standard = new Set(['cpu', 'memory', 'ephemeral-storage', 'storage', 'pods', ...huge])
  for (const n of names.filter((x) => !standard.has(x)))
    w.write(1, `${n}\t${amountText(n, requests)}\t${amountText(n, limits)}\n`)
}

function sum(total: Map<string, number>, more: Amounts): void {
  for (const [k, n] of more) total.set(k, (total.get(k) ?? 0) + n)
}

function amountText(name: string, amounts: Amounts): string {
  const n = amounts.get(name) ?? 0
  if (name === 'cpu') return formatMilli(n)
  const binary = name === 'memory' || name === 'ephemeral-storage' || name.startsWith('hugepages-')
  return formatQuantity(n, binary ? 'BinarySI' : 'DecimalSI')
}

/** `250m (16%)`. */
function share(
  name: string,
  amounts: Amounts,
  allocatable: Readonly<Record<string, string>>,
): string {
  const n = amounts.get(name) ?? 0
  const whole = name === 'cpu' ? milliValue(allocatable[name]) : quantityValue(allocatable[name])
  const percent = whole === 0 ? 0 : Math.trunc((n / whole) * 100)
  return `${amountText(name, amounts)} (${percent}%)`
}
