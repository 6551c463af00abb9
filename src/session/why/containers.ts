/** Why a container waits, ends, or is not ready. */
import type {
  Container,
  ContainerStatus,
  ObjectMeta,
  Pod,
  Probe,
} from '../../cluster/api/generated/types.ts'
import { formatQuantity, quantityValue } from '../../cluster/api/meta/quantity.ts'
import { callFinding } from './calls.ts'
import { configFinding } from './config.ts'
import { headOf, target, templateLine } from './edits.ts'
import { bad, type Candidate, type Finding, said, waiting } from './finding.ts'
import { imageFinding } from './images.ts'
import { aboutOf, type Look } from './look.ts'
import { rules } from './rules.ts'

/** A restart longer ago than this is history. @unit ms */
const RECENT_MS = 150_000

/** One container of a pod with what the kubelet says of it. */
export interface Part {
  readonly look: Look
  readonly pod: Pod
  readonly spec: Container
  readonly status: ContainerStatus | undefined
  readonly init: boolean
}

/** What is wrong with a container; undefined when nothing is. */
export function containerFinding(part: Part): Finding | undefined {
  const { status, pod } = part
  const w = status?.state?.waiting
  const reason = w?.reason ?? ''
  if (/Image/.test(reason)) return imageFinding(part, reason, w?.message ?? '')
  if (reason === 'CreateContainerConfigError' || reason === 'CreateContainerError')
    return configFinding(part, w?.message ?? '', reason)
  if (reason === 'RunContainerError') return ended(part, 127, 'StartError', w?.message ?? '')
  const t = status?.state?.terminated ?? (w ? status?.lastState?.terminated : undefined)
  const policy = pod.spec?.restartPolicy ?? 'Always'
  if (t && reason !== 'ContainerCreating' && reason !== 'PodInitializing') {
    if (t.exitCode === 0 && (part.init || policy !== 'Always')) return undefined
    return afterExit(part, t)
  }
  if (!status?.state?.running || (part.init && part.spec.restartPolicy !== 'Always'))
    return undefined
  const last = status.lastState?.terminated
  const ago = part.look.now - (part.look.at(last?.finishedAt) ?? Number.NEGATIVE_INFINITY)
  if (last && ago < RECENT_MS && last.exitCode !== 0 && status.restartCount > 0) {
    return afterExit(part, last)
  }
  return status.ready ? undefined : notReady(part)
}

type Terminated = NonNullable<NonNullable<ContainerStatus['state']>['terminated']>

function afterExit(part: Part, t: Terminated): Finding {
  if (t.reason === 'OOMKilled') return outOfMemory(part)
  const said = probeSaid(part, 'Liveness') ?? probeSaid(part, 'Startup')
  const recent = said && part.look.now - said.at < RECENT_MS
  if (recent && (t.exitCode === 137 || t.exitCode === 143 || t.exitCode === 0))
    return probeFinding(part, said.kind, said.text)
  return ended(part, t.exitCode, t.reason ?? 'Error', t.message ?? '')
}

function outOfMemory(part: Part): Finding {
  const { look, pod, spec } = part
  const limit = spec.resources?.limits?.memory ?? ''
  if (!limit) {
    const values = { container: spec.name, node: pod.spec?.nodeName ?? '' }
    return bad('why.container.oom.machine', aboutOf(pod), {
      values,
      rule: rules.nodeOom,
      field: 'spec.containers.resources',
      fixes: undo(look, pod),
      beyond: said('why.beyond.memory', values),
    })
  }
  const fixes: Candidate[] = [2, 4, 8].map((times, i) => {
    const value = formatQuantity(quantityValue(limit) * times, 'BinarySI')
    return {
      command: templateLine(look, pod, {
        containers: [{ name: spec.name, resources: { limits: { memory: value } } }],
      }),
      why: said('why.fix.memory', { container: spec.name, value }),
      cost: 1 + i / 4,
    }
  })
  return bad('why.container.oom', aboutOf(pod), {
    values: { container: spec.name, limit, restarts: part.status?.restartCount ?? 0 },
    rule: rules.oom,
    field: 'spec.containers.resources.limits.memory',
    fixes,
  })
}

function ended(part: Part, code: number, reason: string, message: string): Finding {
  const { look, pod, spec, status } = part
  const words = lastWords(part)
  const command = [...(spec.command ?? []), ...(spec.args ?? [])].join(' ')
  const values = {
    container: spec.name,
    code,
    reason,
    restarts: status?.restartCount ?? 0,
    command: command || spec.image || '',
    words: words.at(-1) ?? message,
  }
  const id = part.init
    ? 'why.container.init'
    : code === 0
      ? 'why.container.done'
      : code === 127 || reason === 'StartError'
        ? 'why.container.notfound'
        : 'why.container.exit'
  const fixes: Candidate[] = []
  const variable = /\b([A-Z][A-Z0-9_]*PASSWORD)\b/.exec(words.join('\n'))?.[1]
  if (variable) {
    fixes.push({
      command: templateLine(look, pod, {
        containers: [{ name: spec.name, env: [{ name: variable, value: 'change-me' }] }],
      }),
      why: said('why.fix.env', { variable, container: spec.name }),
      cost: 1,
    })
  }
  if (spec.command || spec.args) {
    const list = part.init ? 'initContainers' : 'containers'
    fixes.push({
      command: templateLine(look, pod, {
        [list]: [{ name: spec.name, command: null, args: null }],
      }),
      why: said('why.fix.command', { container: spec.name, image: spec.image ?? '' }),
      cost: 2,
    })
  }
  if (part.init) fixes.push(initDrop(look, pod, spec.name))
  fixes.push(...undo(look, pod))
  const because = code === 0 ? undefined : callFinding(look, pod, words.join('\n'), spec)
  return bad(id, aboutOf(pod), {
    values,
    ...(because ? { because } : {}),
    rule: part.init ? rules.init : rules.restart,
    field: `spec.${part.init ? 'initContainers' : 'containers'}.command`,
    fixes,
    beyond: said('why.beyond.program', { container: spec.name }),
  })
}

/** Goes without an init container: what it would have prepared is not there. */
export function initDrop(look: Look, pod: Pod, container: string): Candidate {
  return {
    command: templateLine(look, pod, { initContainers: [{ $patch: 'delete', name: container }] }),
    why: said('why.fix.init.drop', { container }),
    cost: 5,
  }
}

/** Back to the revision before, where there is one. */
export function undo(look: Look, pod: Pod): Candidate[] {
  const head = headOf(look, pod)
  if (head.kind !== 'Deployment') return []
  const before = look
    .list('ReplicaSet', pod.metadata.namespace ?? '')
    .filter((r) => ownedBy(r.metadata, head.metadata)).length
  if (before < 2) return []
  return [
    {
      command: `kubectl rollout undo ${target(head)}`,
      why: said('why.fix.undo'),
      cost: 2.5,
    },
  ]
}

function ownedBy(m: ObjectMeta, owner: ObjectMeta): boolean {
  return m.ownerReferences?.some((r) => r.uid === owner.uid) ?? false
}

/** The last lines that the container printed before it ended. */
function lastWords({ look, pod, spec }: Part): string[] {
  return look.printed(pod, spec.name).slice(-8)
}

type ProbeKind = 'Readiness' | 'Liveness' | 'Startup'

/** What a probe last answered, from its event. */
function probeSaid(
  part: Part,
  kind: ProbeKind,
): { kind: ProbeKind; text: string; at: number } | undefined {
  const path = `{${part.spec.name}}`
  const event = part.look
    .events(aboutOf(part.pod))
    .find(
      (e) =>
        e.reason === 'Unhealthy' &&
        e.message?.startsWith(`${kind} probe failed`) &&
        (e.involvedObject.fieldPath ?? path).endsWith(path),
    )
  if (!event) return undefined
  const text = (event.message ?? '').replace(`${kind} probe failed: `, '').trim()
  return { kind, text, at: part.look.eventAt(event) }
}

function notReady(part: Part): Finding {
  const { pod, spec, status } = part
  const startup = probeSaid(part, 'Startup')
  if (spec.startupProbe && status?.started === false) {
    if (startup) return probeFinding(part, 'Startup', startup.text)
    return waiting('why.probe.wait', aboutOf(pod), {
      values: { container: spec.name, kind: 'startup', probe: describe(spec.startupProbe) },
      rule: rules.probes,
    })
  }
  const answer = probeSaid(part, 'Readiness')
  if (answer) return probeFinding(part, 'Readiness', answer.text)
  return waiting('why.probe.wait', aboutOf(pod), {
    values: {
      container: spec.name,
      kind: 'readiness',
      probe: describe(spec.readinessProbe),
    },
    rule: rules.readiness,
  })
}

const FIELDS = {
  Readiness: 'readinessProbe',
  Liveness: 'livenessProbe',
  Startup: 'startupProbe',
} as const

/** What is said of a probe that asks over the network, and of one that runs a command. */
const QUESTIONS = {
  Readiness: 'why.probe.readiness',
  Liveness: 'why.probe.liveness',
  Startup: 'why.probe.startup',
} as const
const COMMANDS = {
  Readiness: 'why.probe.readiness.exec',
  Liveness: 'why.probe.liveness.exec',
  Startup: 'why.probe.startup.exec',
} as const

function probeFinding(part: Part, kind: ProbeKind, answer: string): Finding {
  const { look, pod, spec } = part
  const field = FIELDS[kind]
  const probe = spec[field]
  const listens = look.ports(pod)
  const port = probe?.httpGet?.port ?? probe?.tcpSocket?.port
  const number =
    typeof port === 'string' ? spec.ports?.find((p) => p.name === port)?.containerPort : port
  const change = (value: object | null) =>
    templateLine(look, pod, { containers: [{ name: spec.name, [field]: value }] })
  const fixes: Candidate[] = []
  const handler = probe?.httpGet ? 'httpGet' : 'tcpSocket'
  for (const p of listens.slice(0, 2)) {
    if (number === p || port === undefined) continue
    fixes.push({
      command: change({ [handler]: { port: p } }),
      why: said('why.fix.probe.port', { probe: field, port: p }),
      cost: 1,
    })
  }
  if (probe?.httpGet && (probe.httpGet.path ?? '/') !== '/') {
    fixes.push({
      command: change({ httpGet: { path: '/' } }),
      why: said('why.fix.probe.path', { probe: field, path: '/' }),
      cost: 1,
    })
  }
  if (kind !== 'Readiness') {
    const initialDelaySeconds = Math.max(60, 2 * (probe?.initialDelaySeconds ?? 0))
    fixes.push({
      command: change({ initialDelaySeconds }),
      why: said('why.fix.probe.delay', { probe: field, seconds: initialDelaySeconds }),
      cost: 2,
    })
  }
  fixes.push({
    command: change(null),
    why: said('why.fix.probe.drop', { probe: field }),
    cost: 5,
  })
  fixes.push(...undo(look, pod))
  const id = (probe?.exec ? COMMANDS : QUESTIONS)[kind]
  return bad(id, aboutOf(pod), {
    values: {
      container: spec.name,
      probe: describe(probe),
      answer: answer.trim() || '-',
      restarts: part.status?.restartCount ?? 0,
      listens: listens.join(', ') || '-',
    },
    rule: kind === 'Readiness' ? rules.readiness : rules.probes,
    field: `spec.containers.${field}`,
    fixes,
  })
}

/** `GET :80/healthz`, `TCP :5432`, `exec cat /tmp/healthy`. */
function describe(probe: Probe | undefined): string {
  if (probe?.httpGet) return `GET :${probe.httpGet.port}${probe.httpGet.path ?? '/'}`
  if (probe?.tcpSocket) return `TCP :${probe.tcpSocket.port}`
  if (probe?.grpc) return `gRPC :${probe.grpc.port}`
  return probe?.exec ? `exec ${probe.exec.command?.join(' ')}` : '-'
}
