/** Why something that was deleted is still there. */
import type { Namespace, Pod } from '../../cluster/api/generated/types.ts'
import type { AnyObject } from '../../cluster/api/object.ts'
import { usersOf } from './claims.ts'
import { inNamespace, templateLine } from './edits.ts'
import { bad, type Candidate, type Finding, said, waiting } from './finding.ts'
import { aboutOf, type Look } from './look.ts'
import { isSilent, nodeFinding } from './nodes.ts'
import { rules } from './rules.ts'

const PVC_PROTECTION = 'kubernetes.io/pvc-protection'
/** Finalizers that a controller of the cluster takes away by itself. @unit ms until it should have */
const OURS =
  /^(kubernetes\.io|foregroundDeletion|orphan|batch\.kubernetes\.io|service\.kubernetes\.io)/
const PATIENCE_MS = 5000

/** Of an object with a deletion timestamp. */
export function deletionFinding(look: Look, o: AnyObject): Finding {
  const about = aboutOf(o)
  if (o.kind === 'Namespace') return namespaceDeletion(look, o as unknown as Namespace)
  const finalizers = o.metadata.finalizers ?? []
  const since = look.now - (look.at(o.metadata.deletionTimestamp) ?? look.now)
  if (o.kind === 'PersistentVolumeClaim' && finalizers.includes(PVC_PROTECTION)) {
    const pods = usersOf(look, o as never)
    if (pods.length > 0) {
      return bad('why.claim.inuse', about, {
        values: { pod: pods[0] ?? '' },
        rule: rules.protection,
        field: 'metadata.finalizers',
        fixes: [
          ...withoutClaim(look, o, pods),
          {
            command: `kubectl delete pod ${pods.join(' ')}${inNamespace(o)}`,
            why: said('why.fix.delete.pod', { pod: pods.join(', ') }),
            cost: 4,
          },
        ],
      })
    }
  }
  const foreign = finalizers.find((f) => !OURS.test(f))
  const stuck = foreign ?? (since > PATIENCE_MS ? finalizers[0] : undefined)
  if (stuck) {
    return bad('why.finalizer', about, {
      values: { kind: o.kind, finalizer: stuck },
      rule: rules.finalizers,
      field: 'metadata.finalizers',
      fixes: [withoutFinalizers(o)],
    })
  }
  if (o.kind === 'Pod') return podDeletion(look, o as unknown as Pod)
  return waiting('why.deleting', about, { values: { kind: o.kind }, rule: rules.finalizers })
}

/** The one pod that uses a claim made to use scratch space instead. */
function withoutClaim(look: Look, claim: AnyObject, pods: readonly string[]): Candidate[] {
  const { name, namespace = '' } = claim.metadata
  const pod = pods.length === 1 ? look.get('Pod', namespace, pods[0] ?? '') : undefined
  const volume = pod?.spec?.volumes?.find((v) => v.persistentVolumeClaim?.claimName === name)
  if (!pod || !volume) return []
  const volumes = [{ name: volume.name, persistentVolumeClaim: null, emptyDir: {} }]
  return [
    {
      command: templateLine(look, pod, { volumes }),
      why: said('why.fix.scratch', { pod: pods[0] ?? '' }),
      cost: 3,
    },
  ]
}

function withoutFinalizers(o: AnyObject): Candidate {
  const { name } = o.metadata
  return {
    command: `kubectl patch ${o.kind.toLowerCase()} ${name}${inNamespace(o)} --type=merge -p '{"metadata":{"finalizers":null}}'`,
    why: said('why.fix.finalizer', { finalizer: (o.metadata.finalizers ?? []).join(', ') }),
    cost: 2,
  }
}

function podDeletion(look: Look, pod: Pod): Finding {
  const about = aboutOf(pod)
  const node = look.get('Node', '', pod.spec?.nodeName ?? '')
  const seconds = pod.metadata.deletionGracePeriodSeconds ?? 0
  const values = { seconds, node: pod.spec?.nodeName ?? '' }
  if (node && isSilent(node)) {
    return bad('why.pod.terminating.silent', about, {
      values,
      rule: rules.termination,
      because: nodeFinding(look, node),
      fixes: [
        {
          command: `kubectl delete pod ${about.name}${inNamespace(pod)} --force --grace-period=0`,
          why: said('why.fix.delete.force'),
          cost: 6,
        },
      ],
    })
  }
  return waiting('why.pod.terminating', about, { values, rule: rules.termination })
}

function namespaceDeletion(look: Look, ns: Namespace): Finding {
  const about = aboutOf(ns)
  const held = heldIn(look, about.name)
  const message = (ns.status?.conditions ?? [])
    .filter((c) => c.status === 'True')
    .map((c) => c.message)
    .join(' ')
  if (!held)
    return waiting('why.namespace.deleting', about, { values: { message }, rule: rules.namespaces })
  const because = deletionFinding(look, held)
  const state = because.state === 'bad' ? bad : waiting
  return state('why.namespace.stuck', about, {
    values: { kind: held.kind, object: held.metadata.name ?? '', message },
    rule: rules.namespaces,
    field: 'status.conditions',
    because,
  })
}

/** What in a namespace that is going does not go, because of a finalizer. */
function heldIn(look: Look, namespace: string): AnyObject | undefined {
  const kinds = new Set<string>()
  for (const s of look.cluster.api.registry.all()) {
    if (s.definition.namespaced && s.info.verbs.includes('delete')) kinds.add(s.definition.kind)
  }
  let first: AnyObject | undefined
  for (const kind of kinds) {
    for (const o of look.anyOf(kind, namespace)) {
      if (!o.metadata.deletionTimestamp) continue
      if ((o.metadata.finalizers ?? []).some((f) => !OURS.test(f))) return o
      first ??= o
    }
  }
  return first
}
