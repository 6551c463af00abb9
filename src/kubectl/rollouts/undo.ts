/** Going back to an earlier revision. @source staging/src/k8s.io/kubectl/pkg/polymorphichelpers/rollback.go */
import type { Deployment, PodTemplateSpec } from '../../cluster/api/generated/types.ts'
import type { Task } from '../../cluster/sim/task.ts'
import { CliError } from '../errors.ts'
import type { Invocation } from '../invocation.ts'
import { applyMergePatch, equal } from '../patch/json.ts'
import type { Info } from '../resource.ts'
import { LAST_APPLIED, patchObject } from '../writes.ts'
import { type Revisioned, revisionsOf } from './history.ts'

const HASH = 'pod-template-hash'
const KEPT = new Set([
  LAST_APPLIED,
  'deployment.kubernetes.io/revision',
  'deployment.kubernetes.io/revision-history',
  'deployment.kubernetes.io/desired-replicas',
  'deployment.kubernetes.io/max-replicas',
  'deprecated.deployment.rollback.to',
])

/** Rolls back, and says so. @param to 0 for the one before @throws CliError */
export function* rollBack(k: Invocation, info: Info, to: number): Task<string> {
  if (to < 0) throw new CliError(`unable to find specified revision ${to} in history`)
  const revisions = yield* revisionsOf(k, info)
  if (info.mapping.kind === 'Deployment') return yield* deployment(k, info, revisions, to)
  return yield* controlled(k, info, revisions, to)
}

function skipped(revision: number): string {
  return `skipped rollback (current template already matches revision ${revision})`
}

function* deployment(
  k: Invocation,
  info: Info,
  revisions: readonly Revisioned[],
  to: number,
): Task<string> {
  const d = info.object as unknown as Deployment
  const target = to > 0 ? revisions.find((r) => r.revision === to) : revisions.at(-2)
  if (!target) {
    if (to > 0) throw new CliError(`unable to find specified revision ${to} in history`)
    throw new CliError(`no rollout history found for deployment "${info.name}"`)
  }
  if (k.dryRun() === 'client') return 'rolled back'
  if (d.spec?.paused)
    throw new CliError(
      `you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again`,
    )
  const template = withoutHash(target.template)
  if (equal(template, withoutHash(d.spec?.template))) return skipped(target.revision)
  const annotations: Record<string, string> = {}
  for (const [key, v] of Object.entries(d.metadata.annotations ?? {}))
    if (KEPT.has(key)) annotations[key] = v
  for (const [key, v] of Object.entries(target.object.metadata.annotations ?? {}))
    if (!KEPT.has(key)) annotations[key] = v
  yield* patchObject(k, info, 'json', [
    { op: 'replace', path: '/spec/template', value: template },
    { op: 'replace', path: '/metadata/annotations', value: annotations },
  ])
  return 'rolled back'
}

function withoutHash(template: PodTemplateSpec | undefined): PodTemplateSpec {
  if (!template) throw new CliError('no pod template')
  const labels = { ...template.metadata?.labels }
  delete labels[HASH]
  return { ...template, metadata: { ...template.metadata, labels } }
}

function* controlled(
  k: Invocation,
  info: Info,
  revisions: readonly Revisioned[],
  to: number,
): Task<string> {
  if (to === 0 && revisions.length <= 1) throw new CliError('no last revision to roll back to')
  const target = to === 0 ? revisions.at(-2) : revisions.find((r) => r.revision === to)
  if (!target) throw new CliError(`unable to find specified revision ${to} in history`)
  if (k.dryRun() === 'client') return 'rolled back'
  const data = target.object.data
  const { $patch: _, ...template } = ((data as { spec?: { template?: object } })?.spec?.template ??
    {}) as Record<string, unknown>
  const now = (info.object.spec as { template?: object }).template
  if (equal(applyMergePatch(undefined, template), now)) return skipped(target.revision)
  yield* patchObject(k, info, 'strategic', data)
  return 'rolled back'
}
