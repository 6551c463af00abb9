/** The events at the end of a description. */

import type { AnyObject } from '../../cluster/api/object.ts'
import type { Task } from '../../cluster/sim/task.ts'
import type { CoreEvent } from '../events.ts'
import { eventAge, eventSource, sortEvents } from '../events.ts'
import { type DescribeContext, related } from './describer.ts'

/** Writes the events about an object. @param kind '' to find those of any kind (pods) @param uids other names it goes by */
export function* describeEvents(
  c: DescribeContext,
  o: AnyObject,
  kind = c.mapping.kind,
  uids: readonly string[] = [o.metadata.uid ?? ''],
): Task<void> {
  if (!c.showEvents) return
  const { name = '', namespace = '' } = o.metadata
  const found: CoreEvent[] = []
  for (const uid of uids) {
    const fieldSelector = [
      ...(kind ? [`involvedObject.kind=${kind}`] : []),
      `involvedObject.name=${name}`,
      `involvedObject.namespace=${namespace}`,
      ...(uid ? [`involvedObject.uid=${uid}`] : []),
    ].join(',')
    found.push(...(yield* related<CoreEvent>(c, 'events', namespace, { fieldSelector })))
  }
  const { w } = c
  if (found.length === 0) {
    w.write(0, 'Events:\t<none>\n')
    return
  }
  w.write(0, 'Events:\n  Type\tReason\tAge\tFrom\tMessage\n')
  w.write(1, '----\t------\t----\t----\t-------\n')
  for (const e of sortEvents(found)) {
    const path = e.involvedObject?.fieldPath
    const message = (e.message ?? '').trim()
    const text = path ? `${path}: ${message}` : message
    w.write(1, `${e.type}\t${e.reason}\t${eventAge(e, c.now)}\t${eventSource(e)}\t${text}\n`)
  }
}
