/** Why a Pod is as it is. */
import type { ContainerStatus, Pod } from '../../cluster/api/generated/types.ts'
import { missing } from './config.ts'
import { containerFinding, initDrop, undo } from './containers.ts'
import { bad, type Finding, ok, said, waiting } from './finding.ts'
import { aboutOf, type Look } from './look.ts'
import { isSilent, nodeFinding } from './nodes.ts'
import { evictedFinding } from './pressure.ts'
import { resizeFinding } from './resizing.ts'
import { rules } from './rules.ts'
import { pending } from './scheduling.ts'

/** Mounting may take this long before it is a trouble. @unit ms */
const MOUNT_PATIENCE_MS = 3000

/** How a Pod fares. */
export function podFinding(look: Look, pod: Pod): Finding {
  const about = aboutOf(pod)
  const phase = pod.status?.phase
  if (phase === 'Succeeded')
    return ok('why.pod.completed', about, { rule: rules.phase, field: 'spec.restartPolicy' })
  if (phase === 'Failed') return failed(look, pod)
  if (!pod.spec?.nodeName) return pending(look, pod)
  const node = look.get('Node', '', pod.spec.nodeName)
  if (node && isSilent(node)) {
    return bad('why.pod.silent', about, {
      values: { node: pod.spec.nodeName },
      rule: rules.heartbeats,
      because: nodeFinding(look, node),
    })
  }
  return initial(look, pod) ?? running(look, pod)
}

function failed(look: Look, pod: Pod): Finding {
  const about = aboutOf(pod)
  const { reason = '', message = '' } = pod.status ?? {}
  const values = { message, reason, node: pod.spec?.nodeName ?? '' }
  if (reason === 'Evicted') return evictedFinding(look, pod)
  if (reason === 'DeadlineExceeded') {
    const seconds = pod.spec?.activeDeadlineSeconds ?? 0
    return bad('why.pod.deadline', about, {
      values: { ...values, seconds },
      rule: rules.deadline,
      field: 'spec.activeDeadlineSeconds',
    })
  }
  const because = parts(look, pod).reduce<Finding | undefined>(
    (found, part) => found ?? containerFinding(part),
    undefined,
  )
  if (because) return { ...because, state: 'bad' }
  return bad('why.pod.failed', about, {
    values: { ...values, status: reason || 'Failed' },
    rule: rules.phase,
    fixes: undo(look, pod),
  })
}

function parts(look: Look, pod: Pod) {
  const of = (list: readonly ContainerStatus[] | undefined, name: string) =>
    list?.find((s) => s.name === name)
  return [
    ...(pod.spec?.initContainers ?? []).map((spec) => ({
      look,
      pod,
      spec,
      status: of(pod.status?.initContainerStatuses, spec.name),
      init: true,
    })),
    ...(pod.spec?.containers ?? []).map((spec) => ({
      look,
      pod,
      spec,
      status: of(pod.status?.containerStatuses, spec.name),
      init: false,
    })),
  ]
}

/** An init container that has not ended well holds the others back. */
function initial(look: Look, pod: Pod): Finding | undefined {
  const about = aboutOf(pod)
  const all = parts(look, pod).filter((p) => p.init)
  for (const [i, part] of all.entries()) {
    const { status, spec } = part
    if (spec.restartPolicy === 'Always') continue
    if (status?.state?.terminated?.exitCode === 0) continue
    if (
      !status ||
      pod.status?.conditions?.some((c) => c.type === 'Initialized' && c.status === 'True')
    )
      return undefined
    const mount = unmounted(look, pod)
    if (mount) return mount
    const values = { container: spec.name, n: i + 1, all: all.length }
    const because = containerFinding(part)
    if (because) return bad('why.pod.init', about, { values, rule: rules.init, because })
    const command = [...(spec.command ?? []), ...(spec.args ?? [])].join(' ')
    const since = look.at(status.state?.running?.startedAt)
    if (since === undefined)
      return waiting('why.pod.creating', about, {
        values: { status: 'PodInitializing', node: pod.spec?.nodeName ?? '' },
      })
    const seconds = Math.round((look.now - since) / 1000)
    const rest = {
      values: { ...values, command, seconds },
      rule: rules.init,
      field: 'spec.initContainers',
      ...awaited(look, pod, spec.name, command),
    }
    return seconds > 20
      ? bad('why.pod.init.running', about, rest)
      : waiting('why.pod.init.running', about, rest)
  }
  return undefined
}

/** A Service that the init container's script waits for by name, and that is not there. */
function awaited(look: Look, pod: Pod, container: string, command: string): Partial<Finding> {
  const namespace = pod.metadata.namespace ?? ''
  const drop = initDrop(look, pod, container)
  const host =
    /(?:nslookup|wget[^;|]*?(?:http:\/\/)?|nc(?: -\w+)*|curl[^;|]*?(?:http:\/\/)?) ([a-z][\w-]*)/.exec(
      command,
    )?.[1]
  if (!host || look.get('Service', namespace, host)) return { fixes: [drop] }
  const create = `kubectl create service clusterip ${host}${namespace === 'default' ? '' : ` -n ${namespace}`} --tcp=80:80`
  return {
    because: bad(
      'why.service.missing',
      { kind: 'Service', namespace, name: host },
      { rule: rules.dns },
    ),
    fixes: [
      { command: create, why: said('why.fix.create', { kind: 'Service', what: host }), cost: 3 },
      drop,
    ],
  }
}

/** A volume that cannot be mounted. */
function unmounted(look: Look, pod: Pod): Finding | undefined {
  const about = aboutOf(pod)
  const started = look.at(pod.status?.startTime) ?? look.now
  if (look.now - started < MOUNT_PATIENCE_MS) return undefined
  const mount = look.events(about).find((e) => /^Failed(Mount|AttachVolume)$/.test(e.reason ?? ''))
  if (!mount) return undefined
  const message = mount.message ?? ''
  const because = missing(look, pod, message)
  const volume = /volume "([^"]+)"/.exec(message)?.[1] ?? ''
  return bad('why.pod.mount', about, {
    values: { message, volume, node: pod.spec?.nodeName ?? '' },
    rule: rules.config,
    field: 'spec.volumes',
    ...(because ? { because } : {}),
  })
}

function running(look: Look, pod: Pod): Finding {
  const about = aboutOf(pod)
  const own = parts(look, pod).filter((p) => !p.init || p.spec.restartPolicy === 'Always')
  let soft: Finding | undefined
  for (const part of own) {
    const found = containerFinding(part)
    if (found?.state === 'bad') return found
    soft ??= found
  }
  const creating = own.find((p) => p.status?.state?.waiting || !p.status?.state)
  const node = pod.spec?.nodeName ?? ''
  if (creating) {
    const mount = unmounted(look, pod)
    if (mount) return mount
    const status = creating.status?.state?.waiting?.reason ?? 'ContainerCreating'
    return waiting('why.pod.creating', about, { values: { status, node }, rule: rules.phase })
  }
  const resize = resizeFinding(pod)
  if (resize) return resize
  if (soft) return soft
  const gate = pod.spec?.readinessGates?.find(
    (g) => pod.status?.conditions?.find((c) => c.type === g.conditionType)?.status !== 'True',
  )
  if (gate) {
    const values = { gate: gate.conditionType }
    return bad('why.pod.gate', about, {
      values,
      rule: rules.readiness,
      field: 'spec.readinessGates',
    })
  }
  const ready = pod.status?.conditions?.find((c) => c.type === 'Ready')
  if (ready?.status !== 'True') return waiting('why.pod.settling', about, { rule: rules.phase })
  return placed(look, pod, node)
}

function placed(look: Look, pod: Pod, node: string): Finding {
  const about = aboutOf(pod)
  const decision = look
    .records(about)
    .find((r) => r.verb === 'decide' && r.detail && 'chosen' in r.detail)
  const nodes =
    (decision?.detail?.nodes as { node: string; total?: number; filteredBy?: string }[]) ?? []
  if (nodes.length === 0) return ok('why.pod.running', about, { values: { node } })
  const passed = nodes.filter((n) => !n.filteredBy)
  const score = passed.find((n) => n.node === node)?.total ?? 0
  const values = { node, passed: passed.length, all: nodes.length, score }
  return ok('why.pod.placed', about, { values, rule: rules.scheduler })
}
