/** States as `kubectl get` prints them, without what chance and the hour put into names; sorted, as nothing else orders them. */
export function masked(states: string): string {
  return states
    .trim()
    .replace(/ {2,}/g, '  ')
    .replace(/-\d{8}(?=[- ])/g, '-<minute>')
    .replace(/-?[bcdfghjklmnpqrstvwxz2456789]{5}(?= {2})/g, '-<random>')
    .split('\n')
    .sort()
    .join('\n')
}

/** What a user sees of what a manifest made. */
export const STATES =
  'kubectl get pods,pvc,jobs,deployments,statefulsets,daemonsets --no-headers -o custom-columns=K:.kind,N:.metadata.name,P:.status.phase,R:.status.readyReplicas,S:.status.succeeded,D:.status.numberReady,W:.status.containerStatuses[*].state.waiting.reason,C:.status.containerStatuses[*].ready'
