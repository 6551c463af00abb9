/**
 * `kubectl create role`, `clusterrole`, `rolebinding` and `clusterrolebinding`.
 * @source staging/src/k8s.io/kubectl/pkg/cmd/create/create_role.go, create_clusterrole.go, create_rolebinding.go,
 *   create_clusterrolebinding.go
 */
import type { Task } from '../../../cluster/sim/task.ts'
import type { Command } from '../../command.ts'
import { CliError, PlainError } from '../../errors.ts'
import type { Flag } from '../../flags.ts'
import type { Invocation } from '../../invocation.ts'
import { compareStrings } from '../../printers/gojson.ts'
import { generatorCommand, type Json, metadataOf } from './generator.ts'

const RBAC = 'rbac.authorization.k8s.io'

const roleFlags: readonly Flag[] = [
  { name: 'resource', kind: 'strings', usage: 'Resource that the rule applies to' },
  {
    name: 'resource-name',
    kind: 'array',
    usage: 'Resource in the white list that the rule applies to',
  },
  {
    name: 'verb',
    kind: 'strings',
    usage: 'Verb that applies to the resources contained in the rule',
  },
]

const KNOWN_VERBS = new Set(
  'get delete list create update patch watch proxy deletecollection use bind escalate impersonate * approve sign attest'.split(
    ' ',
  ),
)

interface ResourceArgument {
  readonly group: string
  readonly resource: string
}

const ROLES = ['roles', 'clusterroles']
/** Verbs that go with certain resources only. */
const SPECIAL: Readonly<Record<string, { group: string; resources: readonly string[] }>> = {
  bind: { group: RBAC, resources: ROLES },
  escalate: { group: RBAC, resources: ROLES },
  impersonate: { group: '', resources: ['users', 'serviceaccounts', 'groups'] },
}

function checkSpecial(k: Invocation, resource: string, group: string): void {
  for (const v of k.flags.strings('verb')) {
    const only = SPECIAL[v]
    if (only && !(only.group === group && only.resources.includes(resource)))
      throw new CliError(`can not perform '${v}' on '${resource}' in group '${group}'`)
  }
}

/** A resource by name; users and groups are none, but may be impersonated. */
function* resourceNamed(k: Invocation, name: string): Task<ResourceMatch | undefined> {
  const found = (yield* k.discovery()).find(name) ?? (yield* k.discovery(true)).find(name)
  if (found) return found
  if (k.flags.strings('verb').includes('impersonate')) return { plural: name, group: '' }
  const [resource, ...group] = name.split('.')
  const where = group.length > 0 ? ` in group "${group.join('.')}"` : ''
  throw new PlainError(`the server doesn't have a resource type "${resource}"${where}`)
}

type ResourceMatch = { readonly plural: string; readonly group: string }

/** The rules of --verb and --resource, one for each API group. @throws CliError */
function* rulesOf(k: Invocation): Task<Json[]> {
  const verbs = unique(k.flags.strings('verb').map((v) => v.trim()))
  const names = k.flags.strings('resource-name')
  const resources: ResourceArgument[] = []
  for (const r of k.flags.strings('resource')) {
    const [full, sub] = r.split('/') as [string, string?]
    const mapping = full === '*' ? undefined : yield* resourceNamed(k, full)
    if (mapping) checkSpecial(k, mapping.plural, mapping.group)
    const base = mapping ? mapping.plural : full
    resources.push({ group: mapping?.group ?? '', resource: sub ? `${base}/${sub}` : base })
  }
  if (
    resources.length > 0 &&
    names.length > 1 &&
    new Set(resources.map((r) => r.resource)).size > 1
  )
    throw new CliError('resource name can not be applied to multiple resources')
  const groups = unique(resources.map((r) => r.group)).sort(compareStrings)
  return groups.map((group) => ({
    apiGroups: [group],
    ...(names.length > 0 ? { resourceNames: names } : {}),
    resources: unique(resources.filter((r) => r.group === group).map((r) => r.resource)),
    verbs: verbs.includes('*') ? ['*'] : verbs,
  }))
}

function unique(list: readonly string[]): string[] {
  return [...new Set(list)]
}

function checkVerbs(k: Invocation): void {
  const verbs = k.flags.strings('verb')
  if (verbs.length === 0) throw new CliError('at least one verb must be specified')
  for (const v of verbs) {
    if (!KNOWN_VERBS.has(v.trim())) k.err(`Warning: '${v}' is not a standard resource verb\n`)
  }
}

/** `create role`. */
export const role: Command = generatorCommand({
  name: 'role',
  use: 'NAME --verb=verb --resource=resource.group/subresource [--resource-name=resourcename] [options]',
  short: 'Create a role with single rule',
  examples:
    '# Allow reading pods\nkubectl create role pod-reader --verb=get --verb=list --verb=watch --resource=pods',
  flags: roleFlags,
  *build(k, name) {
    checkVerbs(k)
    if (k.flags.strings('resource').length === 0)
      throw new CliError('at least one resource must be specified')
    return {
      apiVersion: `${RBAC}/v1`,
      kind: 'Role',
      metadata: metadataOf(name),
      rules: yield* rulesOf(k),
    }
  },
})

/** `create clusterrole`. */
export const clusterrole: Command = generatorCommand({
  name: 'clusterrole',
  use: 'NAME --verb=verb --resource=resource.group [--resource-name=resourcename] [options]',
  short: 'Create a cluster role',
  examples:
    '# Allow reading nodes\nkubectl create clusterrole node-reader --verb=get,list --resource=nodes',
  flags: [
    ...roleFlags,
    {
      name: 'aggregation-rule',
      kind: 'string',
      usage: 'An aggregation label selector for combining ClusterRoles.',
    },
    {
      name: 'non-resource-url',
      kind: 'strings',
      usage: 'A partial url that user should have access to.',
    },
  ],
  *build(k, name) {
    const aggregation = k.flags.string('aggregation-rule')
    const head = { apiVersion: `${RBAC}/v1`, kind: 'ClusterRole', metadata: metadataOf(name) }
    const urls = k.flags.strings('non-resource-url')
    if (aggregation) {
      if (urls.length > 0 || k.flags.strings('resource').length > 0)
        throw new CliError(
          'aggregation rule must be specified without nonResourceURLs, resources and resourceNames',
        )
      const matchLabels = Object.fromEntries(
        aggregation.split(',').map((p) => p.split('=') as [string, string]),
      )
      return { ...head, aggregationRule: { clusterRoleSelectors: [{ matchLabels }] }, rules: null }
    }
    checkVerbs(k)
    if (urls.length === 0 && k.flags.strings('resource').length === 0)
      throw new CliError('one of resource or nonResourceURL must be specified')
    const verbs = unique(k.flags.strings('verb'))
    const paths = urls.length > 0 ? [{ nonResourceURLs: urls, verbs }] : []
    return { ...head, rules: [...(yield* rulesOf(k)), ...paths] }
  },
})

const subjectFlags: readonly Flag[] = [
  { name: 'clusterrole', kind: 'string', usage: 'ClusterRole this binding should reference' },
  { name: 'group', kind: 'array', usage: 'Groups to bind to the role.' },
  {
    name: 'serviceaccount',
    kind: 'array',
    usage: 'Service accounts to bind to the role, in the format <namespace>:<name>.',
  },
  { name: 'user', kind: 'array', usage: 'Usernames to bind to the role.' },
]

function subjectsOf(k: Invocation): Json[] {
  const named = (kind: string, name: string): Json => ({ apiGroup: RBAC, kind, name })
  return [
    ...k.flags.strings('user').map((u) => named('User', u)),
    ...k.flags.strings('group').map((g) => named('Group', g)),
    ...k.flags.strings('serviceaccount').map((sa) => {
      const parts = sa.split(':')
      if (parts.length !== 2 || !parts[1])
        throw new CliError('serviceaccount must be <namespace>:<name>')
      return { kind: 'ServiceAccount', name: parts[1], namespace: parts[0] }
    }),
  ]
}

function withSubjects(k: Invocation, binding: Json): Json {
  const subjects = subjectsOf(k)
  return subjects.length > 0 ? { ...binding, subjects } : binding
}

/** `create rolebinding`. */
export const rolebinding: Command = generatorCommand({
  name: 'rolebinding',
  use: 'NAME --clusterrole=NAME|--role=NAME [--user=username] [--group=groupname] [--serviceaccount=namespace:serviceaccountname] [options]',
  short: 'Create a role binding for a particular role or cluster role',
  examples:
    '# Let a user administer the namespace\nkubectl create rolebinding admin --clusterrole=admin --user=user1',
  flags: [
    ...subjectFlags,
    { name: 'role', kind: 'string', usage: 'Role this RoleBinding should reference' },
  ],
  failure: () => 'failed to create rolebinding: ',
  build(k, name) {
    const cluster = k.flags.string('clusterrole')
    const local = k.flags.string('role')
    if ((cluster === '') === (local === ''))
      throw new CliError('exactly one of clusterrole or role must be specified')
    return withSubjects(k, {
      apiVersion: `${RBAC}/v1`,
      kind: 'RoleBinding',
      metadata: metadataOf(name),
      roleRef: { apiGroup: RBAC, kind: cluster ? 'ClusterRole' : 'Role', name: cluster || local },
    })
  },
})

/** `create clusterrolebinding`. */
export const clusterrolebinding: Command = generatorCommand({
  name: 'clusterrolebinding',
  use: 'NAME --clusterrole=NAME [--user=username] [--group=groupname] [--serviceaccount=namespace:serviceaccountname] [options]',
  short: 'Create a cluster role binding for a particular cluster role',
  examples:
    '# Make a user cluster admin\nkubectl create clusterrolebinding admin --clusterrole=cluster-admin --user=user1',
  flags: subjectFlags,
  required: ['clusterrole'],
  failure: () => 'failed to create clusterrolebinding: ',
  build: (k, name) =>
    withSubjects(k, {
      apiVersion: `${RBAC}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: metadataOf(name),
      roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: k.flags.string('clusterrole') },
    }),
})
