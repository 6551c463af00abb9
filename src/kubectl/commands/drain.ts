/** `kubectl cordon`, `uncordon` and `drain`. @source staging/src/k8s.io/kubectl/pkg/cmd/drain/drain.go, pkg/drain */
import type { Node, Pod } from '../../cluster/api/generated/types.ts'
import type { AnyObject } from '../../cluster/api/object.ts'
import type { Task } from '../../cluster/sim/task.ts'
import type { Command } from '../command.ts'
import { deleteObject, waitGone } from '../deletion.ts'
import { pathOf } from '../discovery.ts'
import { CliError, isExpected, isReason, ManyErrors, messageOf, throwAll } from '../errors.ts'
import type { Flag } from '../flags.ts'
import type { Invocation } from '../invocation.ts'
import { about, fetchInfos, getObject, type Info, listObjects, type Target } from '../resource.ts'
import { dryRunFlag, dryRunSuffix, patchObject } from '../writes.ts'

const selectorFlag: Flag = {
  name: 'selector',
  short: 'l',
  kind: 'string',
  usage: 'Selector (label query) to filter on.',
}

function cordonCommand(name: 'cordon' | 'uncordon', short: string): Command {
  return {
    name,
    use: `${name} NODE [options]`,
    short,
    examples: `kubectl ${name} node-1`,
    flags: [dryRunFlag, selectorFlag],
    *run(k) {
      for (const info of yield* nodesOf(k)) yield* setUnschedulable(k, info, name === 'cordon')
      return undefined
    },
  }
}

/** Marks a node unschedulable. */
export const cordon: Command = cordonCommand('cordon', 'Mark node as unschedulable')
/** Marks a node schedulable. */
export const uncordon: Command = cordonCommand('uncordon', 'Mark node as schedulable')

function* nodesOf(k: Invocation): Task<Info[]> {
  const selector = k.flags.string('selector')
  if (k.args.length === 0 && !selector) throw k.usage(`USAGE: ${k.path.split(' ')[1]} NODE [flags]`)
  if (k.args.length > 0 && selector)
    throw k.usage('cannot specify both a node name and a --selector option')
  const errors: unknown[] = []
  const args = k.args.flatMap((a) => (a.includes('/') ? [a] : [`node/${a}`]))
  const s = selector ? { args: ['nodes'], selector } : { args }
  const infos = yield* fetchInfos(k, s, errors)
  throwAll(errors)
  return infos
}

function* setUnschedulable(k: Invocation, info: Info, wanted: boolean): Task<void> {
  const node = info.object as unknown as Node
  const word = wanted ? 'cordoned' : 'uncordoned'
  if ((node.spec?.unschedulable === true) === wanted) {
    k.out(`node/${info.name} already ${word}${dryRunSuffix(k)}\n`)
    return
  }
  if (k.dryRun() !== 'client') {
    const patch = { spec: { unschedulable: wanted ? true : null } }
    yield* patchObject(k, info, 'strategic', patch)
  }
  k.out(`node/${info.name} ${word}${dryRunSuffix(k)}\n`)
}

/** Evicts a node's pods. */
export const drain: Command = {
  name: 'drain',
  use: 'drain NODE [options]',
  short: 'Drain node in preparation for maintenance',
  examples:
    '# Drain a node, leaving DaemonSet pods alone\nkubectl drain node-1 --ignore-daemonsets',
  flags: [
    dryRunFlag,
    selectorFlag,
    {
      name: 'chunk-size',
      kind: 'int',
      default: '500',
      usage: 'Return large lists in chunks rather than all at once.',
    },
    {
      name: 'delete-emptydir-data',
      kind: 'bool',
      default: 'false',
      usage: 'Continue even if there are pods using emptyDir (local data that will be deleted).',
    },
    {
      name: 'disable-eviction',
      kind: 'bool',
      default: 'false',
      usage: 'Delete pods in place of evicting them.',
    },
    {
      name: 'force',
      kind: 'bool',
      default: 'false',
      usage: 'Continue even if there are pods that do not declare a controller.',
    },
    {
      name: 'grace-period',
      kind: 'int',
      default: '-1',
      usage: 'Seconds given to each pod to terminate gracefully.',
    },
    {
      name: 'ignore-daemonsets',
      kind: 'bool',
      default: 'false',
      usage: 'Ignore DaemonSet-managed pods.',
    },
    { name: 'pod-selector', kind: 'string', usage: 'Label selector to filter pods on the node' },
    {
      name: 'skip-wait-for-delete-timeout',
      kind: 'int',
      default: '0',
      usage: 'Skip waiting for pods whose deletion is older than this many seconds.',
    },
    {
      name: 'timeout',
      kind: 'duration',
      usage: 'How long to wait before giving up, zero means infinite',
    },
  ],
  *run(k) {
    const infos = yield* nodesOf(k)
    for (const info of infos) yield* setUnschedulable(k, info, true)
    const pending: string[] = []
    const failures: unknown[] = []
    for (const info of infos) {
      try {
        yield* drainNode(k, info)
        k.out(`node/${info.name} drained${dryRunSuffix(k)}\n`)
      } catch (error) {
        if (!isExpected(error)) throw error
        k.err(
          `error: unable to drain node "${info.name}" due to error: ${messageOf(error)}, continuing command...\n`,
        )
        failures.push(error)
        pending.push(info.name)
      }
    }
    if (pending.length > 0)
      k.err(`There are pending nodes to be drained:\n${pending.map((n) => ` ${n}\n`).join('')}`)
    throwAll(failures)
    return undefined
  },
}

interface Verdict {
  readonly keep?: boolean
  readonly fatal?: string
  readonly warning?: string
}

const DAEMONSETS = {
  fatal: 'cannot delete DaemonSet-managed Pods (use --ignore-daemonsets to ignore)',
  warning: 'ignoring DaemonSet-managed Pods',
}
const LOCAL = {
  fatal: 'cannot delete Pods with local storage (use --delete-emptydir-data to override)',
  warning: 'deleting Pods with local storage',
}
const UNMANAGED = {
  fatal: 'cannot delete Pods that declare no controller (use --force to override)',
  warning: 'deleting Pods that declare no controller',
}

function* drainNode(k: Invocation, info: Info): Task<void> {
  const mapping = yield* k.mapping('pods')
  const fieldSelector = `spec.nodeName=${info.name}`
  const selector = k.flags.string('pod-selector')
  const everywhere: Target = { mapping, namespace: '' }
  const pods = (yield* listObjects(k, everywhere, { fieldSelector, selector })) as unknown as Pod[]
  const errors = new Map<string, string[]>()
  const warnings = new Map<string, string[]>()
  const evictable: Pod[] = []
  const note = (m: Map<string, string[]>, text: string, p: Pod) => {
    m.set(text, [...(m.get(text) ?? []), `${p.metadata.namespace}/${p.metadata.name}`])
  }
  for (const p of pods) {
    const verdict = yield* judge(k, p)
    if (verdict.fatal) note(errors, verdict.fatal, p)
    else if (verdict.warning) note(warnings, verdict.warning, p)
    if (!verdict.fatal && !verdict.keep) evictable.push(p)
  }
  const texts = (m: Map<string, string[]>) => [...m].sort().map(([t, l]) => `${t}: ${l.join(', ')}`)
  if (errors.size > 0) throw new ManyErrors(texts(errors).map((t) => new CliError(t)))
  if (warnings.size > 0) k.err(`Warning: ${texts(warnings).join('; ')}\n`)
  yield* evictAll(k, everywhere, evictable)
}

function* judge(k: Invocation, p: Pod): Task<Verdict> {
  const f = k.flags
  if (p.metadata.annotations?.['kubernetes.io/config.mirror']) return { keep: true }
  const finished = p.status?.phase === 'Succeeded' || p.status?.phase === 'Failed'
  const owner = p.metadata.ownerReferences?.find((r) => r.controller)
  if (owner?.kind === 'DaemonSet' && !finished) {
    const mapping = yield* k.mapping('daemonsets.apps')
    try {
      yield* getObject(k, { mapping, namespace: p.metadata.namespace ?? '', name: owner.name })
    } catch (error) {
      if (!isReason(error, 'NotFound')) throw error
      return f.bool('force') ? { warning: messageOf(error) } : { fatal: messageOf(error) }
    }
    if (!f.bool('ignore-daemonsets')) return { fatal: DAEMONSETS.fatal }
    return { keep: true, warning: DAEMONSETS.warning }
  }
  if (finished) return {}
  const local = p.spec?.volumes?.some((v) => v.emptyDir) ?? false
  if (local && !f.bool('delete-emptydir-data')) return { fatal: LOCAL.fatal }
  if (!owner) return f.bool('force') ? { warning: UNMANAGED.warning } : { fatal: UNMANAGED.fatal }
  return local ? { warning: LOCAL.warning } : {}
}

/** A refused eviction is tried again after this long. @unit ms */
const RETRY_MS = 5000

function* evictAll(k: Invocation, everywhere: Target, pods: readonly Pod[]): Task<void> {
  if (k.dryRun() === 'client') {
    for (const p of pods)
      k.out(`evicting pod ${p.metadata.namespace}/${p.metadata.name} (dry run)\n`)
    return
  }
  const timeout = k.flags.duration('timeout')
  const deadline = timeout > 0 ? k.deps.world.clock.now + timeout : undefined
  let waiting = [...pods]
  const gone: Pod[] = []
  // Every pod is tried in each round, as upstream tries them side by side.
  while (waiting.length > 0) {
    const refused: Pod[] = []
    for (const p of waiting) {
      const verb = k.flags.bool('disable-eviction') ? 'deleting' : 'evicting'
      k.out(`${verb} pod ${p.metadata.namespace}/${p.metadata.name}\n`)
      if (yield* evict(k, everywhere, p)) gone.push(p)
      else refused.push(p)
    }
    waiting = refused
    if (waiting.length === 0) break
    if (deadline !== undefined && k.deps.world.clock.now + RETRY_MS > deadline)
      throw timedOut(waiting[0] as Pod)
    yield* k.sleep(RETRY_MS)
  }
  for (const p of gone) {
    const { name = '', namespace = '', uid } = p.metadata
    const target = { mapping: everywhere.mapping, namespace, name }
    if (!(yield* waitGone(k, target, uid, deadline))) throw timedOut(p)
    k.out(`pod/${name} ${k.flags.bool('disable-eviction') ? 'deleted' : 'evicted'}\n`)
  }
}

function timedOut(p: Pod): CliError {
  return new CliError(
    `error when evicting pods/"${p.metadata.name}" -n "${p.metadata.namespace}": global timeout reached`,
  )
}

/** @returns false when a budget refuses it now */
function* evict(k: Invocation, everywhere: Target, p: Pod): Task<boolean> {
  const { name = '', namespace = '' } = p.metadata
  const { mapping } = everywhere
  const grace = k.flags.int('grace-period')
  const target = { mapping, namespace, name }
  try {
    if (k.flags.bool('disable-eviction')) {
      yield* deleteObject(k, target, {
        propagation: 'Background',
        ...(grace >= 0 ? { grace } : {}),
      })
      return true
    }
    yield* k.client.object('POST', pathOf(mapping, namespace, name, 'eviction'), {
      body: {
        apiVersion: 'policy/v1',
        kind: 'Eviction',
        metadata: { name, namespace },
        ...(grace >= 0 ? { deleteOptions: { gracePeriodSeconds: grace } } : {}),
      } as unknown as AnyObject,
      about: about(mapping, name),
    })
    return true
  } catch (error) {
    if (isReason(error, 'NotFound')) return true
    const again = isReason(error, 'TooManyRequests')
    if (!again) {
      if (!isExpected(error)) throw error
      throw new CliError(
        `error when evicting pods/"${name}" -n "${namespace}": ${messageOf(error)}`,
      )
    }
    k.err(
      `error when evicting pods/"${name}" -n "${namespace}" (will retry after 5s): ${messageOf(error)}\n`,
    )
    return false
  }
}
