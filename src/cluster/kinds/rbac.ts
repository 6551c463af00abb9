/**
 * Roles and bindings, which share nearly everything.
 * @source pkg/apis/rbac/validation/validation.go, printers.go printRoleBinding
 */
import type {
  ClusterRole,
  ClusterRoleBinding,
  PolicyRule,
  Role,
  RoleBinding,
  RoleRef,
  Subject,
} from '../api/generated/types.ts'
import { invalidValue, notSupported, required } from '../api/meta/field.ts'
import { deepEqual } from '../api/meta/json.ts'
import type { FieldError } from '../api/meta/status.ts'
import { dnsSubdomain, pathSegmentName } from '../api/meta/validation.ts'
import { own } from './own.ts'
import { ageColumn, column, nameColumn } from './shared/columns.ts'
import { validateSelector } from './shared/meta.ts'

const GROUP = 'rbac.authorization.k8s.io'

const NO_SELECTOR = 'at least one clusterRoleSelector required if aggregationRule is non-nil'

/** Role. */
export const role = own<Role>(GROUP, 'v1', 'Role', {
  validate: (o) => validateRules(o.rules, true),
  strategy: { validateName: pathSegmentName },
  columns: roleColumns<Role>(),
})

/** ClusterRole. */
export const clusterrole = own<ClusterRole>(GROUP, 'v1', 'ClusterRole', {
  validate: (o) => [
    ...validateRules(o.rules, false),
    ...(o.aggregationRule && !o.aggregationRule.clusterRoleSelectors?.length
      ? [required('aggregationRule.clusterRoleSelectors', NO_SELECTOR)]
      : []),
    ...(o.aggregationRule?.clusterRoleSelectors ?? []).flatMap((s, i) =>
      validateSelector(s, `aggregationRule.clusterRoleSelectors[${i}]`),
    ),
  ],
  strategy: { validateName: pathSegmentName },
  columns: roleColumns<ClusterRole>(),
})

/** RoleBinding. */
export const rolebinding = own<RoleBinding>(GROUP, 'v1', 'RoleBinding', {
  defaults: defaultBinding,
  validate: (o, old) => validateBinding(o, old, true),
  strategy: { validateName: pathSegmentName },
  columns: bindingColumns<RoleBinding>(),
})

/** ClusterRoleBinding. */
export const clusterrolebinding = own<ClusterRoleBinding>(GROUP, 'v1', 'ClusterRoleBinding', {
  defaults: defaultBinding,
  validate: (o, old) => validateBinding(o, old, false),
  strategy: { validateName: pathSegmentName },
  columns: bindingColumns<ClusterRoleBinding>(),
})

type Binding = RoleBinding | ClusterRoleBinding

function validateRules(
  rules: readonly PolicyRule[] | undefined,
  namespaced: boolean,
): FieldError[] {
  const out: FieldError[] = []
  rules?.forEach((r, i) => {
    const at = `rules[${i}]`
    if ((r.verbs?.length ?? 0) === 0) {
      out.push(required(`${at}.verbs`, 'verbs must contain at least one value'))
    }
    const urls = r.nonResourceURLs ?? []
    if (urls.length > 0) {
      if (namespaced) {
        const text = 'namespaced rules cannot apply to non-resource URLs'
        out.push(invalidValue(`${at}.nonResourceURLs`, urls, text))
      }
      const more = [r.apiGroups, r.resources, r.resourceNames].some((l) => (l?.length ?? 0) > 0)
      if (more) {
        const text = 'rules cannot apply to both regular resources and non-resource URLs'
        out.push(invalidValue(`${at}.nonResourceURLs`, urls, text))
      }
      return
    }
    if ((r.apiGroups?.length ?? 0) === 0) {
      out.push(required(`${at}.apiGroups`, 'resource rules must supply at least one api group'))
    }
    if ((r.resources?.length ?? 0) === 0) {
      out.push(required(`${at}.resources`, 'resource rules must supply at least one resource'))
    }
  })
  return out
}

function defaultBinding(o: Binding): void {
  if (o.roleRef && !o.roleRef.apiGroup) o.roleRef = { ...o.roleRef, apiGroup: GROUP }
  for (const s of o.subjects ?? []) {
    if (s.apiGroup === undefined && (s.kind === 'User' || s.kind === 'Group')) s.apiGroup = GROUP
  }
}

function validateBinding(o: Binding, old: Binding | undefined, namespaced: boolean): FieldError[] {
  const out = validateRef(o.roleRef, namespaced)
  o.subjects?.forEach((s, i) => {
    out.push(...validateSubject(s, namespaced, `subjects[${i}]`))
  })
  if (old && !deepEqual(o.roleRef, old.roleRef)) {
    const { apiGroup, kind, name } = o.roleRef
    out.push(
      invalidValue(
        'roleRef',
        { APIGroup: apiGroup, Kind: kind, Name: name },
        'cannot change roleRef',
      ),
    )
  }
  return out
}

function validateRef(ref: RoleRef, namespaced: boolean): FieldError[] {
  const out: FieldError[] = []
  if (ref.apiGroup !== GROUP) out.push(notSupported('roleRef.apiGroup', ref.apiGroup, [GROUP]))
  const kinds = namespaced ? ['Role', 'ClusterRole'] : ['ClusterRole']
  if (!kinds.includes(ref.kind)) out.push(notSupported('roleRef.kind', ref.kind, kinds))
  if (!ref.name) out.push(required('roleRef.name'))
  else
    for (const t of pathSegmentName(ref.name)) out.push(invalidValue('roleRef.name', ref.name, t))
  return out
}

function validateSubject(s: Subject, namespaced: boolean, at: string): FieldError[] {
  const out: FieldError[] = []
  if (!s.name) out.push(required(`${at}.name`))
  switch (s.kind) {
    case 'ServiceAccount':
      if (s.name)
        for (const t of dnsSubdomain(s.name)) out.push(invalidValue(`${at}.name`, s.name, t))
      if (s.apiGroup) out.push(notSupported(`${at}.apiGroup`, s.apiGroup, ['']))
      if (!namespaced && !s.namespace) out.push(required(`${at}.namespace`))
      break
    case 'User':
    case 'Group':
      if (s.apiGroup !== GROUP) out.push(notSupported(`${at}.apiGroup`, s.apiGroup ?? '', [GROUP]))
      break
    default:
      out.push(notSupported(`${at}.kind`, s.kind, ['ServiceAccount', 'User', 'Group']))
  }
  return out
}

function roleColumns<T extends Role | ClusterRole>() {
  return [nameColumn<T>(), column<T>('Created At', (o) => o.metadata.creationTimestamp ?? '')]
}

function bindingColumns<T extends Binding>() {
  const of = (o: Binding, kind: string) =>
    (o.subjects ?? [])
      .filter((s) => s.kind === kind)
      .map((s) => (kind === 'ServiceAccount' ? `${s.namespace ?? ''}/${s.name}` : s.name))
      .join(', ')
  return [
    nameColumn<T>(),
    column<T>('Role', (o) => `${o.roleRef.kind}/${o.roleRef.name}`),
    ageColumn<T>(),
    column<T>('Users', (o) => of(o, 'User'), { priority: 1 }),
    column<T>('Groups', (o) => of(o, 'Group'), { priority: 1 }),
    column<T>('ServiceAccounts', (o) => of(o, 'ServiceAccount'), { priority: 1 }),
  ]
}
