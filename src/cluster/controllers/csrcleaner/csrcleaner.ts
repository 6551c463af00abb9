/**
 * Removes CertificateSigningRequests that nobody will come back for.
 * @source pkg/controller/certificates/cleaner/cleaner.go
 */
import type { CertificateSigningRequest } from '../../api/generated/types.ts'
import { isReason } from '../../api/meta/status.ts'
import { parseTime } from '../../api/meta/time.ts'
import { type ControllerContext, callKey, defineController, every } from '../framework.ts'

const PERIOD_MS = 3_600_000
const ANSWERED_MS = 3_600_000
const PENDING_MS = 24 * 3_600_000

/** The cleaner. */
export const csrcleaner = defineController({
  name: 'certificatesigningrequest-cleaner-controller',
  account: 'certificate-controller',
  start(c: ControllerContext): void {
    const requests = c.informers.for('CertificateSigningRequest')
    every(c, 'clean requests', PERIOD_MS, function* () {
      for (const r of [...requests.list()]) {
        if (!isStale(r, c.world.clock.unixMs)) continue
        try {
          yield* c.client.delete('CertificateSigningRequest', callKey(r))
        } catch (error) {
          if (!isReason(error, 'NotFound')) throw error
        }
      }
    })
  },
})

/** True an hour after an answer, and a day after a question without one. @unit nowMs: Unix ms */
export function isStale(r: CertificateSigningRequest, nowMs: number): boolean {
  const conditions = r.status?.conditions ?? []
  const created = parseTime(r.metadata.creationTimestamp) ?? nowMs
  if (conditions.length === 0) return nowMs - created > PENDING_MS
  return conditions.some((x) => {
    const at = parseTime(x.lastUpdateTime) ?? created
    return nowMs - at > ANSWERED_MS
  })
}
