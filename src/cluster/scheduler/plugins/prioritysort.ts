/**
 * The order of the active queue.
 * @source pkg/scheduler/framework/plugins/queuesort/priority_sort.go
 */

/** Higher priority first, then whoever has waited longest. */
export function prioritySort(
  a: { priority: number; timestamp: number; sequence: number },
  b: { priority: number; timestamp: number; sequence: number },
): number {
  return b.priority - a.priority || a.timestamp - b.timestamp || a.sequence - b.sequence
}
