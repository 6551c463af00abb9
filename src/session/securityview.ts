/** What the page's security layer shows of a pod: whose account, what it may do, which Pod Security level it keeps to. */

import type { Pod, PodSpec } from '../cluster/api/generated/types.ts'
import { violations } from '../cluster/apiserver/admission/podsecuritychecks.ts'
import type { PodSecurity } from '../protocol/cards.ts'

const known = new WeakMap<PodSpec, PodSecurity>()
const NOTHING: PodSecurity = { account: '', keeps: 'restricted', risks: [], root: false }

/** The security part of a pod's card. */
export function podSecurity(o: Pod): PodSecurity {
  const { spec } = o
  if (!spec) return NOTHING
  const hit = known.get(spec)
  if (hit) return hit
  const subject = { spec, annotations: o.metadata.annotations }
  const keepsTo = (level: 'baseline' | 'restricted') =>
    violations({ level, version: 'latest' }, subject).length === 0
  const made: PodSecurity = {
    account: spec.serviceAccountName ?? '',
    keeps: !keepsTo('baseline') ? 'privileged' : keepsTo('restricted') ? 'restricted' : 'baseline',
    risks: risksOf(spec),
    root: mayBeRoot(spec),
  }
  known.set(spec, made)
  return made
}

function risksOf(spec: PodSpec): string[] {
  const all = [...(spec.initContainers ?? []), ...spec.containers]
  return [
    ...(all.some((c) => c.securityContext?.privileged) ? ['privileged'] : []),
    ...(spec.hostNetwork ? ['hostNetwork'] : []),
    ...(spec.hostPID ? ['hostPID'] : []),
    ...(spec.hostIPC ? ['hostIPC'] : []),
    ...((spec.volumes ?? []).some((v) => v.hostPath) ? ['hostPath'] : []),
  ]
}

/** Whether nothing in its spec keeps a container from running as user 0. A container's own word goes before the pod's. */
function mayBeRoot(spec: PodSpec): boolean {
  return [...(spec.initContainers ?? []), ...spec.containers].some((c) => {
    const user = c.securityContext?.runAsUser ?? spec.securityContext?.runAsUser
    const kept = c.securityContext?.runAsNonRoot ?? spec.securityContext?.runAsNonRoot
    return !kept && (user === undefined || user === 0)
  })
}
