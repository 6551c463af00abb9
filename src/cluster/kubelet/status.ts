/**
 * Pod status from what the kubelet knows: phase, conditions, container statuses. Pure.
 * @source pkg/kubelet/kubelet_pods.go getPhase, pkg/kubelet/status/generate.go
 */
import type {
  ContainerState,
  ContainerStatus,
  PodCondition,
  PodStatus,
} from '../api/generated/types.ts'
import { formatTime } from '../api/meta/time.ts'
import type { Container } from '../runtime/container.ts'
import { type ContainerRecord, type PodRecord, restarts } from './podrecord.ts'
import { qosClassOf } from './qos.ts'

/** What the status needs of the node. */
export interface NodeFacts {
  readonly ip: string
  /** Unix milliseconds that virtual zero stands for. */
  readonly epochMs: number
  readonly nowMs: number
}

/** The status to report. */
export function podStatus(record: PodRecord, node: NodeFacts): PodStatus {
  const { pod } = record
  const phase = phaseOf(record)
  const old = pod.status
  const statuses = record.containers.map((c) => [c, containerStatus(record, c, node)] as const)
  const of = (kinds: ContainerRecord['kind'][]) =>
    statuses.filter(([c]) => kinds.includes(c.kind)).map(([, s]) => s)
  const inits = of(['init', 'sidecar'])
  const apps = of(['app']).sort((a, b) => (a.name < b.name ? -1 : 1))
  const ephemeral = of(['ephemeral'])
  const message = record.evicted?.message ?? (phase === 'Failed' ? old?.message : undefined)
  const reason = record.evicted?.reason ?? (phase === 'Failed' ? old?.reason : undefined)
  const ip = record.sandbox?.ip ?? old?.podIP
  return {
    ...(pod.metadata.generation ? { observedGeneration: pod.metadata.generation } : {}),
    phase,
    conditions: conditions(record, phase, node),
    ...(message ? { message } : {}),
    ...(reason ? { reason } : {}),
    hostIP: node.ip,
    hostIPs: [{ ip: node.ip }],
    ...(ip ? { podIP: ip, podIPs: [{ ip }] } : {}),
    startTime: record.startTime,
    ...(inits.length ? { initContainerStatuses: inits } : {}),
    containerStatuses: apps,
    ...(ephemeral.length ? { ephemeralContainerStatuses: ephemeral } : {}),
    qosClass: old?.qosClass ?? qosClassOf(pod),
  }
}

/** Pending, Running, Succeeded or Failed. */
export function phaseOf(record: PodRecord): NonNullable<PodStatus['phase']> {
  if (record.evicted) return 'Failed'
  const inits = record.containers.filter((c) => c.kind === 'init')
  const apps = record.containers.filter((c) => c.kind === 'app')
  const failedInit = inits.some(
    (c) => c.current?.exit && c.current.exit.code !== 0 && !restarts(record, c),
  )
  if (failedInit) return 'Failed'
  if (!record.initialized && inits.length > 0) return 'Pending'
  const running = apps.filter((c) => c.current?.running).length
  const waiting = apps.filter(
    (c) => !c.current || (c.current.startedAt === undefined && !c.current.exit),
  ).length
  const ended = apps.filter((c) => c.current?.exit)
  if (waiting > 0 && !ended.length && !running) return 'Pending'
  if (waiting > 0)
    return record.finished ? 'Failed' : running || ended.length ? 'Running' : 'Pending'
  if (running > 0) return 'Running'
  if (ended.length === apps.length) {
    if (!record.stopping && ended.some((c) => restarts(record, c))) return 'Running'
    return ended.every((c) => c.current?.exit?.code === 0) ? 'Succeeded' : 'Failed'
  }
  return 'Pending'
}

function conditions(record: PodRecord, phase: string, node: NodeFacts): PodCondition[] {
  const apps = record.containers.filter((c) => c.kind === 'app')
  const readiness = record.containers.filter((c) => c.kind === 'app' || c.kind === 'sidecar')
  const unready = readiness.filter((c) => !(c.ready && c.current?.running)).map((c) => c.spec.name)
  const unstarted = record.containers
    .filter((c) => c.kind === 'init' || c.kind === 'sidecar')
    .filter((c) => (c.kind === 'init' ? c.current?.exit?.code !== 0 : !c.started))
    .map((c) => c.spec.name)
  const done = phase === 'Succeeded'
  const failed = phase === 'Failed'
  const { pending, progress } = record.resize
  const out: PodCondition[] = [
    ...(pending ? [pending] : []),
    ...(progress ? [progress] : []),
    make('PodReadyToStartContainers', record.sandbox !== undefined && !(done || failed)),
    done
      ? make('Initialized', true, 'PodCompleted')
      : unstarted.length === 0 || record.initialized
        ? make('Initialized', true)
        : make(
            'Initialized',
            false,
            'ContainersNotInitialized',
            `containers with incomplete status: [${unstarted.join(' ')}]`,
          ),
  ]
  const list = `containers with unready status: [${unready.join(' ')}]`
  const gates = (record.pod.spec?.readinessGates ?? []).filter(
    (g) =>
      !record.pod.status?.conditions?.some(
        (c) => c.type === g.conditionType && c.status === 'True',
      ),
  )
  if (done || failed) {
    const reason = done ? 'PodCompleted' : 'PodFailed'
    out.push(make('Ready', false, reason), make('ContainersReady', false, reason))
  } else if (apps.length > 0 && unready.length === 0) {
    const gated = gates.map(
      (g) => `corresponding condition of pod readiness gate "${g.conditionType}" does not exist.`,
    )
    out.push(
      gated.length
        ? make('Ready', false, 'ReadinessGatesNotReady', gated.join(', '))
        : make('Ready', true),
      make('ContainersReady', true),
    )
  } else {
    out.push(
      make('Ready', false, 'ContainersNotReady', list),
      make('ContainersReady', false, 'ContainersNotReady', list),
    )
  }
  const scheduled = record.pod.status?.conditions?.find((c) => c.type === 'PodScheduled')
  out.push(scheduled ?? make('PodScheduled', true))
  if (record.evicted?.condition) out.push(record.evicted.condition)
  const own = new Set(out.map((c) => c.type))
  const foreign = (record.pod.status?.conditions ?? []).filter(
    (c) => !own.has(c.type) && !RESIZING.has(c.type),
  )
  const observed = record.pod.metadata.generation
  return [...out.map((c) => stamp(record, c, node, observed)), ...foreign]
}

/** Conditions that are gone when they are no longer true. */
const RESIZING: ReadonlySet<string> = new Set(['PodResizePending', 'PodResizeInProgress'])

function make(type: string, yes: boolean, reason?: string, message?: string): PodCondition {
  return {
    type,
    status: yes ? 'True' : 'False',
    ...(reason ? { reason } : {}),
    ...(message ? { message } : {}),
  }
}

function stamp(
  record: PodRecord,
  c: PodCondition,
  node: NodeFacts,
  observed?: number,
): PodCondition {
  const seen = record.transitions.get(c.type)
  const before = record.pod.status?.conditions?.find((x) => x.type === c.type)
  let at = c.lastTransitionTime
  if (!at) {
    if (seen?.status === c.status) at = seen.at
    else if (!seen && before?.status === c.status) at = before.lastTransitionTime
    at ??= formatTime(node.nowMs)
  }
  record.transitions.set(c.type, { status: c.status, at })
  const about = RESIZING.has(c.type) ? c.observedGeneration : observed
  return {
    lastProbeTime: null as unknown as string,
    lastTransitionTime: at,
    ...(c.message ? { message: c.message } : {}),
    ...(about ? { observedGeneration: about } : {}),
    ...(c.reason ? { reason: c.reason } : {}),
    status: c.status,
    type: c.type,
  }
}

function containerStatus(record: PodRecord, c: ContainerRecord, node: NodeFacts): ContainerStatus {
  const { current, previous, spec } = c
  const waits = !current || (current.exit !== undefined && isWaiting(record, c))
  const state: ContainerState = waits
    ? {
        waiting: {
          reason: c.waiting.reason,
          ...(c.waiting.message ? { message: c.waiting.message } : {}),
        },
      }
    : stateOf(current, node)
  const last = waits ? current : previous
  const id = current?.id ?? previous?.id
  const running = current?.running ?? false
  const mounts = (spec.volumeMounts ?? []).map((m) => ({
    mountPath: m.mountPath,
    name: m.name,
    ...(m.readOnly ? { readOnly: true, recursiveReadOnly: 'Disabled' } : {}),
  }))
  return {
    ...(spec.resources?.requests && running ? { allocatedResources: spec.resources.requests } : {}),
    ...(id ? { containerID: `containerd://${id}` } : {}),
    image: c.image?.reference.canonical ?? spec.image ?? '',
    imageID: c.image?.id ?? '',
    lastState: last?.exit ? stateOf(last, node) : {},
    name: spec.name,
    ready: c.kind === 'init' ? current?.exit?.code === 0 : running && c.ready,
    ...(running ? { resources: c.actuated ?? spec.resources ?? {} } : {}),
    restartCount: c.restarts,
    started: running && c.started,
    state,
    ...(running
      ? { user: { linux: { gid: 0, supplementalGroups: [0], uid: c.image?.behaviour.user ?? 0 } } }
      : {}),
    ...(mounts.length ? { volumeMounts: mounts } : {}),
  }
}

/** An ended container shows as waiting once its backoff was noticed; until then as terminated. */
function isWaiting(record: PodRecord, c: ContainerRecord): boolean {
  return !record.stopping && restarts(record, c) && c.backoffNoted
}

function stateOf(container: Container, node: NodeFacts): ContainerState {
  const { exit } = container
  const startedAt = formatTime(node.epochMs + (container.startedAt ?? 0))
  if (!exit) return { running: { startedAt } }
  return {
    terminated: {
      containerID: `containerd://${container.id}`,
      exitCode: exit.code,
      finishedAt: formatTime(node.epochMs + exit.at),
      ...(exit.message ? { message: exit.message } : {}),
      reason: exit.reason,
      startedAt,
    },
  }
}
