/** Why a Job, a CronJob or an autoscaler does what it does. */
import type { CronJob, HorizontalPodAutoscaler, Job } from '../../cluster/api/generated/types.ts'
import { milliValue } from '../../cluster/api/meta/quantity.ts'
import type { AnyObject } from '../../cluster/api/object.ts'
import { inNamespace, patchLine, remake } from './edits.ts'
import { bad, type Candidate, type Finding, nearest, ok, said, waiting } from './finding.ts'
import { aboutOf, type Look } from './look.ts'
import { rules } from './rules.ts'
import { podsOf, refusedBy, worstPod } from './workloads.ts'

/** How a Job fares. */
export function jobFinding(look: Look, job: Job): Finding {
  const about = aboutOf(job)
  const s = job.status
  const condition = (type: string) =>
    s?.conditions?.find((c) => c.type === type && c.status === 'True')
  const values = {
    completions: job.spec?.completions ?? 1,
    succeeded: s?.succeeded ?? 0,
    failed: s?.failed ?? 0,
    limit: job.spec?.backoffLimit ?? 6,
    seconds: job.spec?.activeDeadlineSeconds ?? 0,
  }
  if (condition('Complete')) return ok('why.job.complete', about, { values, rule: rules.job })
  const failure = condition('Failed') ?? condition('FailureTarget')
  const because = worstPod(look, podsOf(look, job))
  const cause = because?.state === 'bad' ? { because } : {}
  if (failure?.reason === 'DeadlineExceeded') {
    return bad('why.job.deadline', about, {
      values,
      rule: rules.deadline,
      field: 'spec.activeDeadlineSeconds',
      fixes: longer(job, values.seconds),
    })
  }
  if (failure) {
    const id = failure.reason === 'BackoffLimitExceeded' ? 'why.job.backoff' : 'why.job.failed'
    const reason = failure.message ?? failure.reason ?? ''
    return bad(id, about, {
      values: { ...values, reason },
      rule: rules.backoffLimit,
      field: 'spec.backoffLimit',
      ...cause,
    })
  }
  if (job.spec?.suspend) {
    const command = patchLine(job, { spec: { suspend: false } })
    const fixes: Candidate[] = [{ command, why: said('why.fix.unsuspend'), cost: 1 }]
    return bad('why.job.suspended', about, {
      values,
      rule: rules.job,
      field: 'spec.suspend',
      fixes,
    })
  }
  const refused = (s?.active ?? 0) === 0 ? refusedBy(look, job) : undefined
  if (refused) return bad('why.job.held', about, { values, rule: rules.job, because: refused })
  if (because?.state === 'bad')
    return bad('why.job.held', about, { values, rule: rules.job, because })
  return waiting('why.job.active', about, { values, rule: rules.job })
}

function longer(job: Job, seconds: number): Candidate[] {
  return [4, 20].map((times, i) => ({
    command: remake(job as unknown as AnyObject, { activeDeadlineSeconds: seconds * times }),
    why: said('why.fix.deadline', { seconds: seconds * times }),
    cost: 4 + i / 4,
  }))
}

/** How a CronJob fares. */
export function cronJobFinding(look: Look, cron: CronJob): Finding {
  const about = aboutOf(cron)
  const last = look.at(cron.status?.lastScheduleTime)
  const values = {
    schedule: cron.spec?.schedule ?? '',
    last: last === undefined ? '-' : Math.round((look.now - last) / 1000),
    active: cron.status?.active?.length ?? 0,
    policy: cron.spec?.concurrencyPolicy ?? 'Allow',
    zone: cron.spec?.timeZone ?? 'UTC',
  }
  if (cron.spec?.suspend) {
    const command = patchLine(cron, { spec: { suspend: false } })
    return bad('why.cronjob.suspended', about, {
      values,
      rule: rules.suspend,
      field: 'spec.suspend',
      fixes: [{ command, why: said('why.fix.unsuspend'), cost: 1 }],
    })
  }
  const jobs = look
    .list('Job', about.namespace)
    .filter((j) => j.metadata.ownerReferences?.some((r) => r.uid === cron.metadata.uid))
    .sort(
      (a, b) =>
        (look.at(b.metadata.creationTimestamp) ?? 0) - (look.at(a.metadata.creationTimestamp) ?? 0),
    )
  const because = jobs[0] ? jobFinding(look, jobs[0]) : undefined
  if (because?.state === 'bad')
    return bad('why.cronjob.failing', about, { values, rule: rules.cronJob, because })
  if (last === undefined)
    return ok('why.cronjob.never', about, { values, rule: rules.cronJob, field: 'spec.schedule' })
  return ok('why.cronjob', about, { values, rule: rules.cronJob })
}

/** How a HorizontalPodAutoscaler fares. */
export function autoscalerFinding(look: Look, hpa: HorizontalPodAutoscaler): Finding {
  const about = aboutOf(hpa)
  const s = hpa.status
  const condition = (type: string) => s?.conditions?.find((c) => c.type === type)
  const ref = hpa.spec?.scaleTargetRef
  const max = hpa.spec?.maxReplicas ?? 0
  const metric = s?.currentMetrics?.[0]?.resource?.current.averageUtilization
  const goal = hpa.spec?.metrics?.[0]?.resource?.target.averageUtilization ?? 0
  const values = {
    target: `${ref?.kind} ${ref?.name}`,
    current: s?.currentReplicas ?? 0,
    desired: s?.desiredReplicas ?? 0,
    max,
    min: hpa.spec?.minReplicas ?? 1,
    metric: metric === undefined ? '-' : `${metric}%`,
    goal: `${goal}%`,
    message: condition('ScalingActive')?.message ?? condition('AbleToScale')?.message ?? '',
  }
  const able = condition('AbleToScale')
  if (able?.status === 'False' && able.reason === 'FailedGetScale')
    return noTarget(look, hpa, values)
  const active = condition('ScalingActive')
  if (active?.status === 'False')
    return inactive(look, hpa, values, active.reason ?? '', active.message ?? '')
  const limited = condition('ScalingLimited')
  if (limited?.status === 'True' && limited.reason === 'TooManyReplicas') {
    return bad('why.hpa.max', about, {
      values,
      rule: rules.autoscaling,
      field: 'spec.maxReplicas',
      fixes: [
        ...[2, 4].map((times) => ({
          command: patchLine(hpa, { spec: { maxReplicas: max * times } }),
          why: said('why.fix.hpa.max', { n: max * times }),
          cost: 1 + times / 10,
        })),
        ...honest(look, hpa),
      ],
      beyond: said('why.beyond.load'),
    })
  }
  if (!active) return waiting('why.hpa.new', about, { values, rule: rules.autoscaling })
  return ok('why.hpa', about, { values, rule: rules.autoscaling })
}

/** A request by which what one pod uses now is what is wanted: utilisation is a share of the request. */
function honest(look: Look, hpa: HorizontalPodAutoscaler): Candidate[] {
  const ref = hpa.spec?.scaleTargetRef
  const resource = hpa.status?.currentMetrics?.[0]?.resource
  const goal = hpa.spec?.metrics?.[0]?.resource?.target.averageUtilization
  const d = ref && look.get('Deployment', hpa.metadata.namespace ?? '', ref.name)
  const [c, ...others] = d?.spec?.template?.spec?.containers ?? []
  const used = resource?.current.averageValue
  if (!ref || !c || others.length > 0 || !used || !goal || resource.name !== 'cpu') return []
  const value = `${Math.ceil((milliValue(used) * 100) / goal / 100) * 100}m`
  return [
    {
      command: `kubectl set resources ${ref.kind.toLowerCase()}/${ref.name}${inNamespace(hpa)} -c ${c.name} --requests=cpu=${value}`,
      why: said('why.fix.request.set', { container: c.name, resource: 'cpu', value }),
      cost: 2,
    },
  ]
}

type Values = Readonly<Record<string, string | number>>

function noTarget(look: Look, hpa: HorizontalPodAutoscaler, values: Values): Finding {
  const about = aboutOf(hpa)
  const name = hpa.spec?.scaleTargetRef.name ?? ''
  const known = look.list('Deployment', about.namespace).map((d) => d.metadata.name ?? '')
  const near = nearest(name, known) ?? (known.length === 1 ? known[0] : undefined)
  return bad('why.hpa.target', about, {
    values: { ...values, near: near ?? '-' },
    rule: rules.autoscaling,
    field: 'spec.scaleTargetRef',
    fixes: near
      ? [
          {
            command: patchLine(hpa, { spec: { scaleTargetRef: { name: near } } }),
            why: said('why.fix.hpa.target', { target: near }),
            cost: 1,
          },
        ]
      : [],
  })
}

function inactive(
  look: Look,
  hpa: HorizontalPodAutoscaler,
  values: Values,
  reason: string,
  message: string,
): Finding {
  const about = aboutOf(hpa)
  const missing = /missing request for (\w+)/.exec(message)
  const ref = hpa.spec?.scaleTargetRef
  if (reason === 'ScalingDisabled')
    return bad('why.hpa.zero', about, {
      values,
      rule: rules.autoscaling,
      field: 'spec.replicas',
      fixes: wake(hpa),
    })
  if (missing && ref) {
    const resource = missing[1] ?? 'cpu'
    const d = look.get('Deployment', about.namespace, ref.name)
    const bare = d?.spec?.template?.spec?.containers.find((c) => !c.resources?.requests?.[resource])
    const amount = resource === 'cpu' ? '100m' : '64Mi'
    return bad('why.hpa.requests', about, {
      values: { ...values, resource, container: bare?.name ?? '' },
      rule: rules.autoscaling,
      field: 'spec.containers.resources.requests',
      fixes: bare
        ? [
            {
              command: `kubectl set resources ${ref.kind.toLowerCase()}/${ref.name}${inNamespace(hpa)} -c ${bare.name} --requests=${resource}=${amount}`,
              why: said('why.fix.request.set', { container: bare.name, resource, value: amount }),
              cost: 1,
            },
          ]
        : [],
    })
  }
  const d = ref && look.any({ kind: ref.kind, namespace: about.namespace, name: ref.name })
  const pods = d
    ? look
        .list('ReplicaSet', about.namespace)
        .filter((r) => r.metadata.ownerReferences?.some((o) => o.uid === d.metadata.uid))
        .flatMap((r) => podsOf(look, r))
    : []
  const worst = worstPod(look, pods)
  const fresh = look.now - (look.at(hpa.metadata.creationTimestamp) ?? 0) < 60_000
  const make = fresh ? waiting : bad
  return make('why.hpa.metrics', about, {
    values: { ...values, message },
    rule: rules.autoscaling,
    ...(worst?.state === 'bad' ? { because: worst } : {}),
    ...(look.get('Deployment', 'kube-system', 'metrics-server') ? metricsServer(look) : {}),
  })
}

/** metrics-server without pods measures nothing. */
function metricsServer(look: Look): Partial<Finding> {
  const server = look.get('Deployment', 'kube-system', 'metrics-server')
  if (!server || (server.status?.readyReplicas ?? 0) > 0) return {}
  return {
    because: bad('why.metrics.off', aboutOf(server), { rule: rules.autoscaling }),
    fixes: [
      {
        command: 'kubectl scale deployment/metrics-server -n kube-system --replicas=1',
        why: said('why.fix.scale.up', { n: 1 }),
        cost: 1,
      },
    ],
  }
}

function wake(hpa: HorizontalPodAutoscaler): Candidate[] {
  const ref = hpa.spec?.scaleTargetRef
  if (!ref) return []
  return [
    {
      command: `kubectl scale ${ref.kind.toLowerCase()}/${ref.name}${inNamespace(hpa)} --replicas=${hpa.spec?.minReplicas ?? 1}`,
      why: said('why.fix.scale.up', { n: hpa.spec?.minReplicas ?? 1 }),
      cost: 1,
    },
  ]
}
