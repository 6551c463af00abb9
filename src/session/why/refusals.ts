/** Why the API server refused: quota, limits, Pod Security, a webhook or policy, access, a missing account. */
import type { PodSpec } from '../../cluster/api/generated/types.ts'
import { addQuantity, compareQuantity } from '../../cluster/api/meta/quantity.ts'
import type { AnyObject, KubeObject } from '../../cluster/api/object.ts'
import type { WhyRule } from '../../protocol/protocol.ts'
import { headLine, headOf, inNamespace, target } from './edits.ts'
import { bad, type Candidate, type Finding, said } from './finding.ts'
import { aboutOf, type Look } from './look.ts'
import { rules } from './rules.ts'

/** One kind of refusal: how its message reads and what to make of it. */
interface Reading {
  readonly pattern: RegExp
  readonly id: string
  readonly rule: WhyRule
  readonly names: readonly string[]
  readonly field?: string
  fixes?(m: RegExpExecArray, at: Place): Candidate[]
}

/** Whose creation was refused. */
interface Place {
  readonly look: Look
  readonly owner: KubeObject
  readonly namespace: string
}

const READINGS: readonly Reading[] = [
  {
    pattern: /exceeded quota: (\S+), requested: (\S+), used: (\S+), limited: (\S+)/,
    id: 'why.refused.quota',
    rule: rules.quota,
    names: ['quota', 'requested', 'used', 'limited'],
    field: 'resourcequota.spec.hard',
    fixes: quotaFixes,
  },
  {
    pattern: /failed quota: (\S+): must specify (.+)/,
    id: 'why.refused.unspecified',
    rule: rules.quota,
    names: ['quota', 'missing'],
    field: 'spec.containers.resources',
    fixes: unspecifiedFixes,
  },
  {
    pattern: /(maximum|minimum) (\S+) usage per (\S+) is (\w+)(?:,? but (\S+) is ([\w.]+))?/,
    id: 'why.refused.limit',
    rule: rules.limitRange,
    names: ['bound', 'resource', 'per', 'limit', 'what', 'asked'],
    field: 'spec.containers.resources',
    fixes: limitFixes,
  },
  {
    pattern: /violates PodSecurity "([^":]+)[^"]*": (.+)/s,
    id: 'why.refused.podsecurity',
    rule: rules.podSecurity,
    names: ['level', 'violations'],
    field: 'spec.containers.securityContext',
    fixes: securityFixes,
  },
  {
    pattern: /admission webhook "([^"]+)" denied the request:? ?(.*)/s,
    id: 'why.refused.webhook',
    rule: rules.webhooks,
    names: ['webhook', 'message'],
    fixes: (m, at) => webhookFixes(m[1] ?? '', at),
  },
  {
    pattern: /failed calling webhook "([^"]+)": (.+)/s,
    id: 'why.refused.webhook.down',
    rule: rules.webhooks,
    names: ['webhook', 'message'],
    fixes: (m, at) => webhookFixes(m[1] ?? '', at),
  },
  {
    pattern: /ValidatingAdmissionPolicy '([^']+)' with binding '([^']+)' denied request: (.+)/s,
    id: 'why.refused.policy',
    rule: rules.admissionPolicy,
    names: ['policy', 'binding', 'message'],
    fixes: (m) => [
      {
        command: `kubectl delete validatingadmissionpolicybinding ${m[2]}`,
        why: said('why.fix.policy.drop', { policy: m[2] ?? '' }),
        cost: 8,
      },
    ],
  },
  {
    pattern:
      /User "([^"]+)" cannot (\w+) resource "([^"]+)" in API group "([^"]*)"(?: in the namespace "([^"]+)"| at the cluster scope)/,
    id: 'why.refused.rbac',
    rule: rules.rbac,
    names: ['user', 'verb', 'resource', 'group', 'namespace'],
    fixes: accessFixes,
  },
  {
    pattern: /service ?account ([^/\s]+)\/([\w.-]+):/,
    id: 'why.refused.account',
    rule: rules.serviceAccount,
    names: ['namespace', 'account'],
    field: 'spec.serviceAccountName',
    fixes: (m) => [
      {
        command: `kubectl create serviceaccount ${m[2]}${m[1] === 'default' ? '' : ` -n ${m[1]}`}`,
        why: said('why.fix.create', { kind: 'ServiceAccount', what: m[2] ?? '' }),
        cost: 3,
      },
    ],
  },
]

/**
 * Takes the API server's message apart.
 * @param owner what asked for the object that was refused; the object itself when a person did
 */
export function refusalFinding(look: Look, message: string, owner: KubeObject): Finding {
  const head = headOf(look, owner)
  const about = aboutOf(owner)
  for (const r of READINGS) {
    const m = r.pattern.exec(message)
    if (!m) continue
    const values = Object.fromEntries(r.names.map((n, i) => [n, m[i + 1]?.trim() ?? '-']))
    const at = { look, owner: head, namespace: about.namespace }
    return bad(r.id, about, {
      values: { message, ...values },
      rule: r.rule,
      ...(r.field ? { field: r.field } : {}),
      fixes: r.fixes?.(m, at) ?? [],
    })
  }
  return bad('why.refused', about, { values: { message }, rule: rules.fields })
}

function pairs(text: string): [string, string][] {
  return text.split(',').map((p) => p.split('=') as [string, string])
}

/** Copies of the owner that are not there yet. */
function lacking(owner: KubeObject): number {
  const o = owner as {
    spec?: { replicas?: number }
    status?: { replicas?: number; readyReplicas?: number }
  }
  return Math.max(1, (o.spec?.replicas ?? 1) - (o.status?.replicas ?? 0))
}

function quotaFixes(m: RegExpExecArray, { owner, namespace }: Place): Candidate[] {
  const [, quota = '', requested = '', used = ''] = m
  const before = new Map(pairs(used))
  const hard: Record<string, string> = {}
  for (const [k, n] of pairs(requested)) {
    let sum = before.get(k) ?? '0'
    for (let i = 0; i < lacking(owner); i++) sum = addQuantity(sum, n)
    hard[k] = sum
  }
  const space = namespace === 'default' ? '' : ` -n ${namespace}`
  // What a person gives again at once would come before the quota's controller has taken the new limit over.
  const [[key = '', value = ''] = []] = Object.entries(hard)
  const path = `{.status.hard.${key.replaceAll('.', '\\.')}}`
  const taken =
    owner.apiVersion === ''
      ? `\nkubectl wait resourcequota/${quota}${space} --for=jsonpath='${path}'=${value}`
      : ''
  const fixes: Candidate[] = [
    {
      command: `kubectl patch resourcequota ${quota}${space} --type=merge -p '${JSON.stringify({ spec: { hard } })}'${taken}`,
      why: said('why.fix.quota', {
        quota,
        value: Object.entries(hard)
          .map(([k, v]) => `${k}=${v}`)
          .join(','),
      }),
      cost: 2,
    },
  ]
  const now = (owner as { status?: { replicas?: number } }).status?.replicas ?? 0
  if (now > 0 && lacking(owner) > 0 && owner.kind !== 'Pod') {
    fixes.push({
      command: `kubectl scale ${target(owner)} --replicas=${now}`,
      why: said('why.fix.scale.down', { n: now }),
      cost: 6,
    })
  }
  return fixes
}

function podSpecOf(owner: KubeObject): PodSpec | undefined {
  const spec = (owner as AnyObject).spec as
    | (PodSpec & {
        template?: { spec?: PodSpec }
        jobTemplate?: { spec?: { template?: { spec?: PodSpec } } }
      })
    | undefined
  return owner.kind === 'Pod'
    ? spec
    : (spec?.template?.spec ?? spec?.jobTemplate?.spec?.template?.spec)
}

/** Requests and limits for what a quota wants to be told. */
function unspecifiedFixes(m: RegExpExecArray, { owner }: Place): Candidate[] {
  const wanted = [...(m[2] ?? '').matchAll(/(limits|requests)\.(cpu|memory)/g)]
  const resources: Record<string, Record<string, string>> = {}
  for (const [, part = '', resource = ''] of wanted) {
    resources[part] = { ...resources[part], [resource]: resource === 'cpu' ? '100m' : '128Mi' }
  }
  const containers = (podSpecOf(owner)?.containers ?? []).map((c) => ({ name: c.name, resources }))
  if (containers.length === 0 || owner.kind === 'Pod') return []
  return [
    {
      command: headLine(owner, { containers }),
      why: said('why.fix.resources'),
      cost: 1,
    },
  ]
}

function limitFixes(m: RegExpExecArray, { look, owner, namespace }: Place): Candidate[] {
  const [, bound = '', resource = '', per = '', limit = '', what = '', asked = ''] = m
  const fixes: Candidate[] = []
  const containers = (podSpecOf(owner)?.containers ?? []).flatMap((c) => {
    const resources: Record<string, Record<string, string>> = {}
    for (const part of ['requests', 'limits'] as const) {
      const q = c.resources?.[part]?.[resource]
      if (q !== undefined && (bound === 'maximum') === compareQuantity(q, limit) > 0)
        resources[part] = { [resource]: limit }
    }
    return Object.keys(resources).length > 0 ? [{ name: c.name, resources }] : []
  })
  if (containers.length > 0) {
    fixes.push({
      command: headLine(owner, { containers }),
      why: said('why.fix.request', {
        container: containers[0]?.name ?? '',
        resource,
        value: limit,
      }),
      cost: 1,
    })
  }
  const range = look
    .list('LimitRange', namespace)
    .find((l) =>
      l.spec?.limits.some(
        (x) => x.type === per && x[bound === 'maximum' ? 'max' : 'min']?.[resource],
      ),
    )
  if (range && asked && what) {
    const index = range.spec?.limits.findIndex((x) => x.type === per) ?? 0
    const ops = [
      {
        op: 'replace',
        path: `/spec/limits/${index}/${bound === 'maximum' ? 'max' : 'min'}/${resource}`,
        value: asked,
      },
    ]
    fixes.push({
      command: `kubectl patch limitrange ${range.metadata.name}${inNamespace(range)} --type=json -p '${JSON.stringify(ops)}'`,
      why: said('why.fix.limitrange', { range: range.metadata.name ?? '', value: asked }),
      cost: 2,
    })
  }
  return fixes
}

function securityFixes(m: RegExpExecArray, { owner, namespace }: Place): Candidate[] {
  const level = m[1] ?? ''
  const fixes: Candidate[] = []
  const spec = podSpecOf(owner)
  if (spec && owner.kind !== 'Pod') {
    const securityContext = {
      allowPrivilegeEscalation: false,
      privileged: false,
      capabilities: { drop: ['ALL'] },
    }
    const restricted = level === 'restricted'
    const containers = spec.containers.map((c) => ({
      name: c.name,
      securityContext: restricted ? securityContext : { privileged: false },
    }))
    const ofPod = {
      runAsNonRoot: true,
      runAsUser: 1000,
      seccompProfile: { type: 'RuntimeDefault' },
    }
    fixes.push({
      command: headLine(owner, {
        ...(restricted ? { securityContext: ofPod } : {}),
        ...(spec.hostNetwork ? { hostNetwork: null } : {}),
        containers,
      }),
      why: said('why.fix.security', { level }),
      cost: 2,
    })
  }
  for (const [i, other] of (level === 'restricted'
    ? ['baseline', 'privileged']
    : ['privileged']
  ).entries()) {
    fixes.push({
      command: `kubectl label namespace ${namespace} pod-security.kubernetes.io/enforce=${other} --overwrite`,
      why: said('why.fix.psa', { namespace, level: other }),
      cost: 5 + i,
    })
  }
  return fixes
}

function webhookFixes(name: string, { look }: Place): Candidate[] {
  for (const kind of ['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration'] as const) {
    const c = look.list(kind).find((x) => x.webhooks?.some((w) => w.name === name))
    if (!c) continue
    return [
      {
        command: `kubectl delete ${kind.toLowerCase()} ${c.metadata.name}`,
        why: said('why.fix.webhook', { webhook: c.metadata.name ?? '' }),
        cost: 8,
      },
    ]
  }
  return []
}

function accessFixes(m: RegExpExecArray): Candidate[] {
  const [, user = '', verb = '', resource = '', group = '', namespace] = m
  const account = /^system:serviceaccount:([^:]+):(.+)$/.exec(user)
  const subject = account ? `--serviceaccount=${account[1]}:${account[2]}` : `--user=${user}`
  const name = `${(account?.[2] ?? user).replace(/[^a-z0-9-]/g, '-')}-${verb}-${resource.replace('/', '-')}`
  const what = `--verb=${verb} --resource=${group ? resource.replace(/^[^/]+/, `$&.${group}`) : resource}`
  const space = namespace && namespace !== 'default' ? ` -n ${namespace}` : ''
  const command = namespace
    ? `kubectl create role ${name} ${what}${space} && kubectl create rolebinding ${name} --role=${name} ${subject}${space}`
    : `kubectl create clusterrole ${name} ${what} && kubectl create clusterrolebinding ${name} --clusterrole=${name} ${subject}`
  return [{ command, why: said('why.fix.rbac', { user, verb, resource }), cost: 4 }]
}
