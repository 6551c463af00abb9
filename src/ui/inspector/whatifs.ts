/** Lines that the map's menu and the why tab ask about. */

/** Drains a node, as a person would who knows what is on it. */
export function drainLine(node: string): string {
  return `kubectl drain ${node} --ignore-daemonsets --delete-emptydir-data --force`
}

/** Deletes a pod. */
export function deletePodLine(namespace: string, name: string): string {
  return `kubectl delete pod/${name}${namespace === 'default' ? '' : ` -n ${namespace}`}`
}
