/**
 * Signs what was approved for the kubernetes.io signers.
 * @source pkg/controller/certificates/signer/signer.go, authority/policies.go
 */
import type { CertificateSigningRequest as Csr } from '../../api/generated/types.ts'
import { decodeBase64, encodeBase64 } from '../../api/meta/base64.ts'
import { formatTime } from '../../api/meta/time.ts'
import { type CertificateRequest, readRequest } from '../../api/pki/request.ts'
import type { Millis } from '../../sim/clock.ts'
import type { Task } from '../../sim/task.ts'
import { SIGNER_RULES } from '../csrrules.ts'
import { type ControllerContext, defineController, startLoop } from '../framework.ts'

/** --cluster-signing-duration. */
const LONGEST_MS: Millis = 365 * 86_400_000
const SHORTEST_MS: Millis = 600_000
/** Certificates begin earlier, for clocks that are slow. */
const BACKDATE_MS: Millis = 300_000
/** What lives shorter keeps its whole life after now. */
const SHORT_MS: Millis = 8 * 3_600_000
const SERIAL_BYTES = 16

/** The signer. */
export const csrsigning = defineController({
  name: 'certificatesigningrequest-signing-controller',
  account: 'certificate-controller',
  start(c: ControllerContext): void {
    const requests = c.informers.for('CertificateSigningRequest')
    const queue = startLoop({ context: c, kind: 'CertificateSigningRequest', reconcile })
    const look = (r: Csr) => queue.add(r.metadata.name ?? '')
    requests.on({ added: look, updated: (_old, r) => look(r) })

    function* reconcile(name: string): Task<void> {
      const r = requests.get('', name)
      const rule = SIGNER_RULES[r?.spec?.signerName ?? '']
      if (!r || !rule || !isWanted(r)) return
      const request = readRequest(decodeBase64(r.spec?.request ?? '') ?? '')
      const fault = rule(request, r.spec?.usages ?? [])
      const status = fault ? failed(r, fault) : { ...r.status, certificate: sign(r, request) }
      yield* c.client.updateStatus('CertificateSigningRequest', { ...r, status })
    }

    function failed(r: Csr, message: string): Csr['status'] {
      const failure = {
        type: 'Failed',
        status: 'True',
        reason: 'SignerValidationFailure',
        message,
        lastUpdateTime: formatTime(c.world.clock.unixMs),
      }
      return { ...r.status, conditions: [...(r.status?.conditions ?? []), failure] }
    }

    function sign(r: Csr, request: CertificateRequest): string {
      const { notBefore, notAfter } = lifetime(r.spec?.expirationSeconds, c.world.clock.unixMs)
      const pem = c.authority.issue({
        subject: request.name.raw,
        key: request.key.raw,
        serial: Array.from({ length: SERIAL_BYTES }, () => c.random.below(256)),
        notBefore,
        notAfter: Math.min(notAfter, c.authority.notAfter),
        usages: r.spec?.usages ?? [],
        ...(request.altNames ? { altNames: request.altNames } : {}),
      })
      return encodeBase64(pem)
    }
  },
})

function isWanted(r: Csr): boolean {
  const has = (t: string) => r.status?.conditions?.some((x) => x.type === t) ?? false
  return has('Approved') && !has('Denied') && !has('Failed') && !r.status?.certificate
}

/** From when to when a certificate is good. @unit Unix ms, but for the seconds asked for */
export function lifetime(seconds: number | undefined, nowMs: number) {
  const asked = seconds === undefined ? LONGEST_MS : seconds * 1000
  const life = Math.max(SHORTEST_MS, Math.min(asked, LONGEST_MS))
  const notBefore = nowMs - BACKDATE_MS
  return { notBefore, notAfter: (life < SHORT_MS ? nowMs : notBefore) + life }
}
