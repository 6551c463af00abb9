/** Looks the object up as it is now and asks why. */
import type { KubeObject } from '../cluster/api/object.ts'
import { pathOf, resourceOf } from '../cluster/api/resources.ts'
import type { WhyAnswer } from '../protocol/protocol.ts'
import type { Session } from '../session/session.ts'
import { why } from '../session/why.ts'

/** The answer for one object of a built-in kind. */
export function whyOf(
  session: Session,
  about: { kind: string; namespace: string; name: string },
): Promise<WhyAnswer> {
  const path = pathOf(resourceOf(about.kind), about.namespace, about.name)
  return new Promise((resolve) => {
    session.http('GET', path, {}, undefined, (r) => {
      resolve(why(session.cluster, about, r.status === 200 ? (r.body as KubeObject) : undefined))
    })
    session.flush()
  })
}
