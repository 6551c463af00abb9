/** How far a rollout is, in words. @source staging/src/k8s.io/kubectl/pkg/polymorphichelpers/rollout_status.go */
import type { DaemonSet, Deployment, StatefulSet } from '../../cluster/api/generated/types.ts'
import { CliError } from '../errors.ts'

/** Kinds that roll out. */
export type Workload = Deployment | DaemonSet | StatefulSet

/** The line to print, and whether the rollout is over. */
export interface RolloutStatus {
  readonly text: string
  readonly done: boolean
}

const ONLY_ROLLING = 'rollout status is only available for RollingUpdate strategy type'

/** Reads the status. @param revision pin to a Deployment's revision; 0 for any @throws CliError */
export function rolloutStatus(o: Workload, revision: number): RolloutStatus {
  switch (o.kind) {
    case 'Deployment':
      return deploymentStatus(o, revision)
    case 'DaemonSet':
      return daemonSetStatus(o)
    case 'StatefulSet':
      return statefulSetStatus(o)
  }
}

function waiting(text: string): RolloutStatus {
  return { text: `${text}\n`, done: false }
}

function done(text: string): RolloutStatus {
  return { text: `${text}\n`, done: true }
}

function deploymentStatus(d: Deployment, revision: number): RolloutStatus {
  const name = d.metadata.name
  if (revision > 0) {
    const now = Number(d.metadata.annotations?.['deployment.kubernetes.io/revision'] ?? 0)
    if (now !== revision)
      throw new CliError(
        `desired revision (${revision}) is different from the running revision (${now})`,
      )
  }
  const s = d.status ?? {}
  if ((d.metadata.generation ?? 0) > (s.observedGeneration ?? 0))
    return waiting('Waiting for deployment spec update to be observed...')
  const progressing = s.conditions?.find((c) => c.type === 'Progressing')
  if (progressing?.reason === 'ProgressDeadlineExceeded')
    throw new CliError(`deployment "${name}" exceeded its progress deadline`)
  const { replicas = 0, updatedReplicas: updated = 0, availableReplicas: available = 0 } = s
  const wanted = d.spec?.replicas ?? 1
  const head = `Waiting for deployment "${name}" rollout to finish:`
  if (updated < wanted)
    return waiting(`${head} ${updated} out of ${wanted} new replicas have been updated...`)
  if (replicas > updated)
    return waiting(`${head} ${replicas - updated} old replicas are pending termination...`)
  if (available < updated)
    return waiting(`${head} ${available} of ${updated} updated replicas are available...`)
  return done(`deployment "${name}" successfully rolled out`)
}

function daemonSetStatus(d: DaemonSet): RolloutStatus {
  if (d.spec?.updateStrategy?.type !== 'RollingUpdate') throw new CliError(ONLY_ROLLING)
  const name = d.metadata.name
  const s = d.status
  if ((d.metadata.generation ?? 0) > (s?.observedGeneration ?? 0))
    return waiting('Waiting for daemon set spec update to be observed...')
  const desired = s?.desiredNumberScheduled ?? 0
  const updated = s?.updatedNumberScheduled ?? 0
  const available = s?.numberAvailable ?? 0
  const head = `Waiting for daemon set "${name}" rollout to finish:`
  if (updated < desired)
    return waiting(`${head} ${updated} out of ${desired} new pods have been updated...`)
  if (available < desired)
    return waiting(`${head} ${available} of ${desired} updated pods are available...`)
  return done(`daemon set "${name}" successfully rolled out`)
}

function statefulSetStatus(o: StatefulSet): RolloutStatus {
  const strategy = o.spec?.updateStrategy
  if (strategy?.type !== 'RollingUpdate') throw new CliError(ONLY_ROLLING)
  const s = o.status
  const observed = s?.observedGeneration ?? 0
  if (observed === 0 || (o.metadata.generation ?? 0) > observed)
    return waiting('Waiting for statefulset spec update to be observed...')
  const replicas = o.spec?.replicas ?? 1
  const ready = s?.readyReplicas ?? 0
  if (ready < replicas) return waiting(`Waiting for ${replicas - ready} pods to be ready...`)
  const updated = s?.updatedReplicas ?? 0
  const partition = strategy.rollingUpdate?.partition
  if (partition !== undefined && partition !== null) {
    const wanted = replicas - partition
    if (updated < wanted)
      return waiting(
        `Waiting for partitioned roll out to finish: ${updated} out of ${wanted} new pods have been updated...`,
      )
    return done(`partitioned roll out complete: ${updated} new pods have been updated...`)
  }
  if (s?.updateRevision !== s?.currentRevision)
    return waiting(
      `waiting for statefulset rolling update to complete ${updated} pods at revision ${s?.updateRevision}...`,
    )
  return done(
    `statefulset rolling update complete ${s?.currentReplicas ?? 0} pods at revision ${s?.currentRevision}...`,
  )
}
