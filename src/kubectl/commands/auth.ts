/** `kubectl auth`. @source staging/src/k8s.io/kubectl/pkg/cmd/auth */
import type { PolicyRule } from '../../cluster/api/generated/types.ts'
import type { AnyObject } from '../../cluster/api/object.ts'
import type { Task } from '../../cluster/sim/task.ts'
import type { Command } from '../command.ts'
import { compactRules } from '../describers/rbac.ts'
import { goList } from '../describers/writer.ts'
import { pathOf } from '../discovery.ts'
import { CliError, isReason, throwAll } from '../errors.ts'
import type { Invocation } from '../invocation.ts'
import { outputFlags, printerFor } from '../printers/output.ts'
import { layOut, TABLE } from '../printers/tabwriter.ts'
import { about, fileFlags, getObject, hasFiles, type Info, readFiles } from '../resource.ts'
import { createObject, dryRunFlag, dryRunSuffix } from '../writes.ts'

const AUTHORIZATION = '/apis/authorization.k8s.io/v1'

const canI: Command = {
  name: 'can-i',
  use: 'can-i VERB [TYPE | TYPE/NAME | NONRESOURCEURL] [options]',
  short: 'Check whether an action is allowed',
  examples:
    '# May I create pods here?\nkubectl auth can-i create pods\n\n# What may I do?\nkubectl auth can-i --list',
  flags: [
    {
      name: 'all-namespaces',
      short: 'A',
      kind: 'bool',
      default: 'false',
      usage: 'Check in all namespaces.',
    },
    { name: 'list', kind: 'bool', default: 'false', usage: 'Print all allowed actions.' },
    { name: 'no-headers', kind: 'bool', default: 'false', usage: "Don't print headers." },
    {
      name: 'quiet',
      short: 'q',
      kind: 'bool',
      default: 'false',
      usage: 'Only tell by the exit code.',
    },
    {
      name: 'subresource',
      kind: 'string',
      usage: 'SubResource such as pod/log or deployment/scale',
    },
  ],
  *run(k) {
    if (k.flags.bool('list')) {
      if (k.args.length > 0) throw new CliError('list option must be specified with no arguments')
      return yield* listRights(k)
    }
    const [verb, what] = k.args
    if (!verb || !what || k.args.length !== 2)
      throw new CliError(
        "you must specify two arguments: verb resource or verb resource/resourceName.\nSee 'kubectl auth can-i -h' for help and examples.",
      )
    if (what.startsWith('/') && !URL_VERBS.has(verb)) warn(k, `verb '${verb}' is not a known verb`)
    const namespace = k.flags.bool('all-namespaces') ? '' : k.namespace
    const spec = what.startsWith('/')
      ? { nonResourceAttributes: { path: what, verb } }
      : { resourceAttributes: yield* attributes(k, verb, what, namespace) }
    const answer = yield* k.client.object('POST', `${AUTHORIZATION}/selfsubjectaccessreviews`, {
      body: {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        metadata: {},
        spec,
      },
    })
    const s = answer.status as { allowed?: boolean; reason?: string; evaluationError?: string }
    const words = [
      s.allowed ? 'yes' : 'no',
      ...(!s.allowed && s.reason ? [` - ${s.reason}`] : []),
      ...(!s.allowed && s.evaluationError ? [` - ${s.evaluationError}`] : []),
    ]
    if (!k.flags.bool('quiet')) k.out(`${words.join('')}\n`)
    return s.allowed ? 0 : 1
  },
}

const VERBS = new Set(
  'get list watch create update patch delete deletecollection use bind impersonate * approve sign escalate attest'.split(
    ' ',
  ),
)
const URL_VERBS = new Set('get put post head options delete patch *'.split(' '))

/** The warning brings a newline of its own, so an empty line follows it. */
function warn(k: Invocation, text: string): void {
  k.err(`Warning: ${text}\n\n`)
}

function* attributes(k: Invocation, verb: string, what: string, namespace: string) {
  const [type, name] = what.split('/') as [string, string?]
  const known = type === '*' ? undefined : (yield* k.discovery()).find(type)
  if (!known && type !== '*' && !['users', 'groups'].includes(type)) {
    const [resource, ...group] = type.split('.')
    const where = group.length > 0 ? ` in group '${group.join('.')}'` : ''
    warn(k, `the server doesn't have a resource type '${resource}'${where}`)
  }
  if (known && !known.namespaced && namespace) {
    const where = known.group ? ` in group '${known.group}'` : ''
    warn(k, `resource '${known.plural}' is not namespace scoped${where}`)
  }
  if (!VERBS.has(verb)) warn(k, `verb '${verb}' is not a known verb`)
  const sub = k.flags.string('subresource')
  return {
    namespace,
    verb,
    group: known?.group ?? '',
    resource: known?.plural ?? type,
    ...(sub ? { subresource: sub } : {}),
    ...(name ? { name } : {}),
  }
}

interface RulesStatus {
  readonly resourceRules: PolicyRule[]
  readonly nonResourceRules: PolicyRule[]
  readonly incomplete?: boolean
  readonly evaluationError?: string
}

function* listRights(k: Invocation): Task<undefined> {
  const answer = yield* k.client.object('POST', `${AUTHORIZATION}/selfsubjectrulesreviews`, {
    body: {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectRulesReview',
      metadata: {},
      spec: { namespace: k.namespace },
    },
  })
  const s = answer.status as RulesStatus
  if (s.incomplete) k.err(`warning: the list may be incomplete: ${s.evaluationError ?? ''}\n`)
  const rules = compactRules([...(s.resourceRules ?? []), ...(s.nonResourceRules ?? [])])
  const lines = rules.map((r) => {
    const first = r.resources[0] ?? ''
    const group = r.groups[0] ? `.${r.groups[0]}` : ''
    const [base, sub] = first.split('/')
    const resource = first ? `${base}${group}${sub ? `/${sub}` : ''}` : ''
    return [resource, goList(r.urls), goList(r.names), goList(r.verbs)].join('\t')
  })
  const head = 'Resources\tNon-Resource URLs\tResource Names\tVerbs'
  if (!k.flags.bool('no-headers')) lines.unshift(head)
  k.out(layOut(`${lines.join('\n')}\n`, TABLE))
  return undefined
}

const whoami: Command = {
  name: 'whoami',
  use: 'whoami',
  short: 'Experimental: Check self subject attributes',
  flags: outputFlags,
  *run(k) {
    const answer = yield* k.client.object(
      'POST',
      '/apis/authentication.k8s.io/v1/selfsubjectreviews',
      {
        body: {
          apiVersion: 'authentication.k8s.io/v1',
          kind: 'SelfSubjectReview',
          metadata: { creationTimestamp: null },
        },
      },
    )
    if (k.flags.string('output')) {
      const printer = printerFor(k, { typed: true })
      printer.print(answer)
      printer.flush()
      return undefined
    }
    const user = (
      answer.status as {
        userInfo: {
          username?: string
          uid?: string
          groups?: string[]
          extra?: Record<string, string[]>
        }
      }
    ).userInfo
    const rows = [
      ['ATTRIBUTE', 'VALUE'],
      ...(user.username ? [['Username', user.username]] : []),
      ...(user.uid ? [['UID', user.uid]] : []),
      ...(user.groups?.length ? [['Groups', goList(user.groups)]] : []),
      ...Object.keys(user.extra ?? {})
        .sort()
        .map((key) => [`Extra: ${key}`, goList(user.extra?.[key])]),
    ]
    k.out(layOut(`${rows.map((r) => r.join('\t')).join('\n')}\n`, TABLE))
    return undefined
  },
}

const reconcile: Command = {
  name: 'reconcile',
  use: 'reconcile -f FILENAME [options]',
  short:
    'Reconciles rules for RBAC role, role binding, cluster role, and cluster role binding objects',
  flags: [...outputFlags, ...fileFlags, dryRunFlag],
  *run(k) {
    if (!hasFiles(k)) throw new CliError('must specify one of -f and -k')
    const errors: unknown[] = []
    for (const info of yield* readFiles(k)) {
      const { kind, group } = info.mapping
      if (group !== 'rbac.authorization.k8s.io') continue
      if (kind === 'Role' || kind === 'ClusterRole') yield* reconcileRules(k, info)
      else yield* reconcileSubjects(k, info)
    }
    throwAll(errors)
    return undefined
  },
}

function* existing(k: Invocation, info: Info): Task<AnyObject | undefined> {
  try {
    return yield* getObject(k, info)
  } catch (error) {
    if (isReason(error, 'NotFound')) return undefined
    throw error
  }
}

function* put(
  k: Invocation,
  info: Info,
  live: AnyObject | undefined,
  object: AnyObject,
): Task<void> {
  if (k.dryRun() === 'client') return
  if (!live) {
    yield* createObject(k, { ...info, object })
    return
  }
  yield* k.client.object('PUT', pathOf(info.mapping, info.namespace, info.name), {
    query: k.dryRun() === 'server' ? { dryRun: 'All' } : {},
    body: object,
    about: about(info.mapping, info.name),
  })
}

function covers(have: readonly PolicyRule[], want: PolicyRule): boolean {
  const all = (list: readonly string[] | undefined, v: string) =>
    list?.includes(v) || list?.includes('*')
  const named = want.resourceNames?.length ? want.resourceNames : [undefined]
  const single = (g: string, r: string, v: string, n: string | undefined) =>
    have.some(
      (h) =>
        all(h.apiGroups, g) &&
        all(h.resources, r) &&
        all(h.verbs, v) &&
        (!h.resourceNames?.length || (n !== undefined && h.resourceNames.includes(n))),
    )
  const resources = (want.apiGroups ?? []).every((g) =>
    (want.resources ?? []).every((r) =>
      want.verbs.every((v) => named.every((n) => single(g, r, v, n))),
    ),
  )
  const urls = (want.nonResourceURLs ?? []).every((u) =>
    want.verbs.every((v) => have.some((h) => all(h.nonResourceURLs, u) && all(h.verbs, v))),
  )
  return resources && urls
}

function ruleText(r: PolicyRule): string {
  return `{Verbs:${goList(r.verbs)} APIGroups:${goList(r.apiGroups)} Resources:${goList(r.resources)} ResourceNames:${goList(r.resourceNames)} NonResourceURLs:${goList(r.nonResourceURLs)}}`
}

function report(
  k: Invocation,
  info: Info,
  operation: string,
  title: string,
  lines: readonly string[],
): void {
  const kind = `${info.mapping.kind.toLowerCase()}.${info.mapping.group}`
  k.out(`${kind}/${info.name} reconciled${dryRunSuffix(k)}\n`)
  if (operation === 'none') return
  k.out(`\treconciliation required ${operation}\n`)
  if (lines.length > 0) k.out(`\t${title}:\n${lines.map((l) => `\t\t${l}\n`).join('')}`)
}

function* reconcileRules(k: Invocation, info: Info): Task<void> {
  const live = yield* existing(k, info)
  const want = ((info.object as { rules?: PolicyRule[] }).rules ?? []) as PolicyRule[]
  const have = ((live as { rules?: PolicyRule[] } | undefined)?.rules ?? []) as PolicyRule[]
  const missing = want.filter((r) => !covers(have, r))
  const operation = !live ? 'create' : missing.length > 0 ? 'update' : 'none'
  if (operation !== 'none')
    yield* put(k, info, live, live ? { ...live, rules: [...have, ...missing] } : info.object)
  report(k, info, operation, 'missing rules added', missing.map(ruleText))
}

interface SubjectLike {
  readonly kind: string
  readonly name: string
  readonly namespace?: string
  readonly apiGroup?: string
}

function* reconcileSubjects(k: Invocation, info: Info): Task<void> {
  const live = yield* existing(k, info)
  const subjects = (o: AnyObject | undefined) =>
    (o as { subjects?: SubjectLike[] } | undefined)?.subjects ?? []
  const same = (a: SubjectLike, b: SubjectLike) =>
    a.kind === b.kind && a.name === b.name && (a.namespace ?? '') === (b.namespace ?? '')
  const missing = subjects(info.object).filter((s) => !subjects(live).some((x) => same(s, x)))
  const operation = !live ? 'create' : missing.length > 0 ? 'update' : 'none'
  if (operation !== 'none')
    yield* put(
      k,
      info,
      live,
      live ? { ...live, subjects: [...subjects(live), ...missing] } : info.object,
    )
  const texts = missing.map(
    (s) =>
      `{Kind:${s.kind} APIGroup:${s.apiGroup ?? ''} Name:${s.name} Namespace:${s.namespace ?? ''}}`,
  )
  report(k, info, operation, 'missing subjects added', texts)
}

/** Inspects authorization. */
export const auth: Command = {
  name: 'auth',
  use: 'auth',
  short: 'Inspect authorization',
  subcommands: [canI, reconcile, whoami],
}
