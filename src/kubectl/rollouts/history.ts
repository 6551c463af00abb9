/** Revisions of a workload: ReplicaSets of a Deployment, ControllerRevisions of the others. @source staging/src/k8s.io/kubectl/pkg/polymorphichelpers/history.go */
import type { PodTemplateSpec } from '../../cluster/api/generated/types.ts'
import { formatLabelSelector } from '../../cluster/api/meta/labels.ts'
import type { AnyObject } from '../../cluster/api/object.ts'
import type { Task } from '../../cluster/sim/task.ts'
import { describePodTemplate } from '../describers/podtemplate.ts'
import { PrefixWriter } from '../describers/writer.ts'
import { CliError } from '../errors.ts'
import type { Invocation } from '../invocation.ts'
import { DESCRIBE, layOut } from '../printers/tabwriter.ts'
import { type Info, listObjects } from '../resource.ts'

/** One revision. */
export interface Revisioned {
  readonly revision: number
  readonly cause: string
  readonly object: AnyObject
  readonly template: PodTemplateSpec | undefined
}

const REVISION = 'deployment.kubernetes.io/revision'
const CAUSE = 'kubernetes.io/change-cause'

/** The revisions that exist, oldest first. */
export function* revisionsOf(k: Invocation, info: Info): Task<Revisioned[]> {
  const type = info.mapping.kind === 'Deployment' ? 'replicasets.apps' : 'controllerrevisions.apps'
  const mapping = yield* k.mapping(type)
  const selector = selectorText(info.object)
  const all = yield* listObjects(k, { mapping, namespace: info.namespace }, { selector })
  const owned = all.filter((o) =>
    o.metadata.ownerReferences?.some((r) => r.controller && r.uid === info.object.metadata.uid),
  )
  return owned.map(revisioned).sort((a, b) => a.revision - b.revision)
}

function selectorText(o: AnyObject): string {
  const selector = (o.spec as { selector?: object } | undefined)?.selector
  const text = formatLabelSelector(selector)
  return text === '<none>' ? '' : text
}

function revisioned(object: AnyObject): Revisioned {
  const cause = object.metadata.annotations?.[CAUSE] ?? ''
  if (object.revision !== undefined) {
    const data = object.data as { spec?: { template?: PodTemplateSpec } } | undefined
    return { revision: Number(object.revision), cause, object, template: data?.spec?.template }
  }
  const revision = Number(object.metadata.annotations?.[REVISION] ?? 0)
  const template = (object.spec as { template?: PodTemplateSpec } | undefined)?.template
  return { revision, cause, object, template }
}

/** What `rollout history` prints after the name. @param revision 0 for the list @throws CliError */
export function historyText(all: readonly Revisioned[], revision: number): string {
  if (revision > 0) {
    const found = all.find((r) => r.revision === revision)
    if (!found?.template) throw new CliError(`unable to find the specified revision`)
    const w = new PrefixWriter()
    describePodTemplate(w, found.template)
    // Its tabs stay tabs: upstream lays out the list only.
    return w.text
  }
  const known = all.filter((r) => r.revision > 0)
  if (known.length === 0) return 'No rollout history found.\n'
  const rows = known.map((r) => `${r.revision}\t${r.cause || '<none>'}`)
  return layOut(['REVISION\tCHANGE-CAUSE', ...rows, ''].join('\n'), DESCRIBE)
}
