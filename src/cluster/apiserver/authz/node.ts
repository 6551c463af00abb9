/**
 * The Node authorizer: a kubelet may read what the pods on its node need, and write what is its own. It never refuses
 * for good; what it has no opinion of, RBAC decides, and its reason stands in the refusal.
 * @source plugin/pkg/auth/authorizer/node/node_authorizer.go, graph.go
 */
import type {
  Container,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  PolicyRule,
  VolumeAttachment,
} from '../../api/generated/types.ts'
import type { UserInfo } from '../../api/transport.ts'
import { roleRules } from '../../bootstrap/policy.ts'
import type { Task } from '../../sim/task.ts'
import type { Registry } from '../registry/registry.ts'
import { type Access, type Decision, permits } from './rbac.ts'

const PREFIX = 'system:node:'
const LEASES = 'kube-node-lease'
const OWN_VERBS = ['get', 'create', 'update', 'patch', 'delete']

const allow: Decision = { allowed: true, reason: '' }
const deny = (reason = ''): Decision => ({ allowed: false, reason })

let rules: readonly PolicyRule[] | undefined

/** Whether a request may come from a kubelet at all. */
export function isNode(a: { readonly user: UserInfo }): boolean {
  return a.user.name.startsWith(PREFIX) && a.user.groups.includes('system:nodes')
}

/** Makes the caches that decisions about nodes read. */
export function* nodeReady(r: Registry): Task<void> {
  for (const plural of ['pods', 'persistentvolumeclaims', 'persistentvolumes'])
    yield* r.builtin('', 'v1', plural).cache.ready()
  yield* r.builtin('storage.k8s.io', 'v1', 'volumeattachments').cache.ready()
}

/** Decides for a kubelet; `nodeReady` must have run. */
export function authorizeNode(r: Registry, a: Access): Decision {
  const node = a.user.name.slice(PREFIX.length)
  if (!node) return deny(`unknown node for user "${a.user.name}"`)
  if (a.path === undefined) {
    const special = SPECIAL[`${a.group}/${a.resource}`]
    if (special) return special(r, a, node)
  }
  rules ??= roleRules('system:node')
  return rules.some((rule) => permits(rule, a)) ? allow : deny()
}

type Special = (r: Registry, a: Access, node: string) => Decision

const SPECIAL: Readonly<Record<string, Special>> = {
  '/secrets': (r, a, node) => readNamespaced(r, a, node, secretsOf),
  '/configmaps': (r, a, node) => readNamespaced(r, a, node, configMapsOf),
  '/persistentvolumeclaims': (r, a, node) =>
    a.subresource === 'status' ? updateStatus(r, a, node) : get(r, a, node, claimsOf),
  '/persistentvolumes': (r, a, node) => get(r, a, node, (pod) => volumesOf(r, pod)),
  'resource.k8s.io/resourceclaims': (r, a, node) => get(r, a, node, () => []),
  'storage.k8s.io/volumeattachments': (r, a, node) => getAttachment(r, a, node),
  '/serviceaccounts': (r, a, node) => createToken(r, a, node),
  'coordination.k8s.io/leases': (_, a, node) => ownLease(a, node),
  'storage.k8s.io/csinodes': (_, a, node) => ownCsiNode(a, node),
  '/nodes': (_, a, node) => ownNode(a, node),
  '/pods': (r, a, node) => pods(r, a, node),
}

/** Names that a pod needs of a kind. */
type Needs = (pod: Pod) => readonly (string | undefined)[]

function readNamespaced(r: Registry, a: Access, node: string, needs: Needs): Decision {
  if (!['get', 'list', 'watch'].includes(a.verb))
    return deny('can only read resources of this type')
  if (a.subresource) return deny('cannot read subresource')
  if (!a.namespace) return deny('can only read namespaced object of this type')
  return related(r, a, node, needs)
}

function get(r: Registry, a: Access, node: string, needs: Needs): Decision {
  if (a.verb !== 'get') return deny('can only get individual resources of this type')
  if (a.subresource) return deny('cannot get subresource')
  return related(r, a, node, needs)
}

function getAttachment(r: Registry, a: Access, node: string): Decision {
  if (a.verb !== 'get') return deny('can only get individual resources of this type')
  if (a.subresource) return deny('cannot get subresource')
  if (!a.name) return deny('No Object name found')
  const served = r.builtin('storage.k8s.io', 'v1', 'volumeattachments')
  const found = r.cached<VolumeAttachment>(served, '', a.name)
  return found?.spec.nodeName === node ? allow : unrelated(node)
}

function updateStatus(r: Registry, a: Access, node: string): Decision {
  if (a.verb !== 'update' && a.verb !== 'patch') return deny('can only get/update/patch this type')
  return related(r, a, node, claimsOf)
}

function createToken(r: Registry, a: Access, node: string): Decision {
  if (a.verb !== 'create' || !a.name)
    return deny('can only create tokens for individual service accounts')
  if (a.subresource !== 'token') return deny('can only create token subresource of serviceaccount')
  return related(r, a, node, (pod) => [pod.spec?.serviceAccountName])
}

function ownLease(a: Access, node: string): Decision {
  if (!OWN_VERBS.includes(a.verb))
    return deny('can only get, create, update, patch, or delete a node lease')
  if (a.namespace !== LEASES)
    return deny(`can only access leases in the "${LEASES}" system namespace`)
  if (a.verb !== 'create' && a.name !== node)
    return deny('can only access node lease with the same name as the requesting node')
  return allow
}

function ownCsiNode(a: Access, node: string): Decision {
  if (!OWN_VERBS.includes(a.verb))
    return deny('can only get, create, update, patch, or delete a CSINode')
  if (a.subresource) return deny('cannot authorize CSINode subresources')
  if (a.verb !== 'create' && a.name !== node)
    return deny('can only access CSINode with the same name as the requesting node')
  return allow
}

function ownNode(a: Access, node: string): Decision {
  if (a.subresource === 'status') return ['update', 'patch'].includes(a.verb) ? allow : deny()
  if (a.subresource) return deny()
  if (['create', 'update', 'patch'].includes(a.verb)) return allow
  if (!['get', 'list', 'watch'].includes(a.verb)) return deny()
  if (a.name === node) return allow
  return deny(
    a.name
      ? `node '${node}' cannot read '${a.name}', only its own Node object`
      : `node '${node}' cannot read all nodes, only its own Node object`,
  )
}

function pods(r: Registry, a: Access, node: string): Decision {
  if (a.subresource === 'status') return ['update', 'patch'].includes(a.verb) ? allow : deny()
  if (a.subresource === 'eviction') return a.verb === 'create' ? allow : deny()
  if (a.subresource) return deny()
  const here: Needs = (pod) => [pod.metadata.name]
  switch (a.verb) {
    case 'get':
      return get(r, a, node, here)
    case 'list':
    case 'watch':
      if (a.fieldSelector?.some((f) => f.field === 'spec.nodeName' && f.value === node && f.equal))
        return allow
      if (a.name) return related(r, a, node, here)
      return deny('can only list/watch pods with spec.nodeName field selector')
    case 'create':
    case 'delete':
      return allow
    default:
      return deny()
  }
}

function unrelated(node: string): Decision {
  return deny(`no relationship found between node '${node}' and this object`)
}

/** Allowed when a pod on the node, in the object's namespace if it has one, needs the object. */
function related(r: Registry, a: Access, node: string, needs: Needs): Decision {
  if (!a.name) return deny('No Object name found')
  for (const o of r.builtin('', 'v1', 'pods').cache.state.values()) {
    const pod = o as unknown as Pod
    if (pod.spec?.nodeName !== node) continue
    if (a.namespace && pod.metadata.namespace !== a.namespace) continue
    if (needs(pod).includes(a.name)) return allow
  }
  return unrelated(node)
}

function containersOf(pod: Pod): Container[] {
  const { spec } = pod
  const more = (spec?.ephemeralContainers ?? []) as unknown as Container[]
  return [...(spec?.initContainers ?? []), ...(spec?.containers ?? []), ...more]
}

function secretsOf(pod: Pod): (string | undefined)[] {
  const env = containersOf(pod).flatMap((c) => [
    ...(c.envFrom ?? []).map((e) => e.secretRef?.name),
    ...(c.env ?? []).map((e) => e.valueFrom?.secretKeyRef?.name),
  ])
  const volumes = (pod.spec?.volumes ?? []).flatMap((v) => [
    v.secret?.secretName,
    v.csi?.nodePublishSecretRef?.name,
    ...(v.projected?.sources ?? []).map((s) => s.secret?.name),
  ])
  return [...env, ...volumes, ...(pod.spec?.imagePullSecrets ?? []).map((s) => s.name)]
}

function configMapsOf(pod: Pod): (string | undefined)[] {
  const env = containersOf(pod).flatMap((c) => [
    ...(c.envFrom ?? []).map((e) => e.configMapRef?.name),
    ...(c.env ?? []).map((e) => e.valueFrom?.configMapKeyRef?.name),
  ])
  const volumes = (pod.spec?.volumes ?? []).flatMap((v) => [
    v.configMap?.name,
    ...(v.projected?.sources ?? []).map((s) => s.configMap?.name),
  ])
  return [...env, ...volumes]
}

function claimsOf(pod: Pod): (string | undefined)[] {
  return (pod.spec?.volumes ?? []).map(
    (v) =>
      v.persistentVolumeClaim?.claimName ??
      (v.ephemeral ? `${pod.metadata.name}-${v.name}` : undefined),
  )
}

/** Volumes bound to the pod's claims. */
function volumesOf(r: Registry, pod: Pod): (string | undefined)[] {
  const claims = r.builtin('', 'v1', 'persistentvolumeclaims')
  const volumes = r.builtin('', 'v1', 'persistentvolumes')
  const namespace = pod.metadata.namespace ?? ''
  return claimsOf(pod).map((name) => {
    const claim = name ? r.cached<PersistentVolumeClaim>(claims, namespace, name) : undefined
    const volume = claim?.spec?.volumeName ?? ''
    const ref = r.cached<PersistentVolume>(volumes, '', volume)?.spec?.claimRef
    return ref?.namespace === namespace && ref.name === name ? volume : undefined
  })
}
