/** Asks each kind its question. */
import type { AnyObject, KubeObject } from '../../cluster/api/object.ts'
import { autoscalerFinding, cronJobFinding, jobFinding } from './batch.ts'
import { claimFinding } from './claims.ts'
import { deletionFinding } from './deletion.ts'
import { bad, type Finding, ok } from './finding.ts'
import { ingressFinding } from './ingress.ts'
import { aboutOf, type Look } from './look.ts'
import { budgetFinding, nodeFinding } from './nodes.ts'
import { podFinding } from './pods.ts'
import { serviceFinding } from './services.ts'
import {
  daemonSetFinding,
  deploymentFinding,
  replicaSetFinding,
  statefulSetFinding,
} from './workloads.ts'

type Ask = (look: Look, o: never) => Finding

/** One line a kind. */
const KINDS: Readonly<Record<string, Ask>> = {
  Pod: podFinding,
  Node: nodeFinding,
  Service: serviceFinding,
  Ingress: ingressFinding,
  PersistentVolumeClaim: claimFinding,
  PodDisruptionBudget: budgetFinding,
  Deployment: deploymentFinding,
  ReplicaSet: replicaSetFinding,
  StatefulSet: statefulSetFinding,
  DaemonSet: daemonSetFinding,
  Job: jobFinding,
  CronJob: cronJobFinding,
  HorizontalPodAutoscaler: autoscalerFinding,
}

/** Kinds that can be in trouble. */
export const diagnosed: readonly string[] = [...Object.keys(KINDS), 'Namespace']

/** How an object fares, and what is behind it. */
export function diagnose(look: Look, o: KubeObject): Finding {
  if (o.metadata.deletionTimestamp) return deletionFinding(look, o as AnyObject)
  const ask = KINDS[o.kind]
  return ask ? ask(look, o as never) : byConditions(o as AnyObject)
}

interface Condition {
  readonly type: string
  readonly status: string
  readonly reason?: string
  readonly message?: string
}

/** Conditions whose truth is trouble. */
const ADVERSE = /Failed|Failure|Pressure|Violat|NotAccepted|Terminating|Degraded|Stalled/

/** Of a kind without a sentence of its own: what its conditions say. */
function byConditions(o: AnyObject): Finding {
  const about = aboutOf(o)
  const conditions = ((o.status as { conditions?: Condition[] })?.conditions ?? []).filter(
    (c) => typeof c.type === 'string',
  )
  const wrong = conditions.find((c) =>
    ADVERSE.test(c.type) ? c.status === 'True' : c.status === 'False',
  )
  if (!wrong) return ok('why.object', about, { values: { kind: o.kind } })
  const values = {
    kind: o.kind,
    condition: `${wrong.type}=${wrong.status}`,
    reason: wrong.reason ?? '',
    message: wrong.message ?? '',
  }
  return bad('why.object.condition', about, { values })
}
