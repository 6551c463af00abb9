/**
 * Approves what kubelets ask for, when their users may ask for it.
 * @source pkg/controller/certificates/approver/sarapprove.go
 */
import type {
  CertificateSigningRequest as Csr,
  SubjectAccessReview,
} from '../../api/generated/types.ts'
import { decodeBase64 } from '../../api/meta/base64.ts'
import { readRequest } from '../../api/pki/request.ts'
import type { Task } from '../../sim/task.ts'
import { SIGNER_RULES, SIGNERS } from '../csrrules.ts'
import { type ControllerContext, defineController, startLoop } from '../framework.ts'

/** The approver. */
export const csrapproving = defineController({
  name: 'certificatesigningrequest-approving-controller',
  account: 'certificate-controller',
  start(c: ControllerContext): void {
    const requests = c.informers.for('CertificateSigningRequest')
    const queue = startLoop({ context: c, kind: 'CertificateSigningRequest', reconcile })
    const look = (r: Csr) => queue.add(r.metadata.name ?? '')
    requests.on({ added: look, updated: (_old, r) => look(r) })

    function* reconcile(name: string): Task<void> {
      const r = requests.get('', name)
      if (!r || r.spec?.signerName !== SIGNERS.kubeletClient || isAnswered(r)) return
      const request = readRequest(decodeBase64(r.spec.request ?? '') ?? '')
      if (SIGNER_RULES[SIGNERS.kubeletClient]?.(request, r.spec.usages ?? [])) return
      const self = r.spec.username === request.commonName
      if (self && (yield* may(r, 'selfnodeclient'))) yield* approve(r, 'self kubelet')
      else if (yield* may(r, 'nodeclient')) yield* approve(r, 'kubelet')
    }

    function* may(r: Csr, subresource: string): Task<boolean> {
      const { username, uid, groups, extra } = r.spec ?? {}
      const review = yield* c.client.create('SubjectAccessReview', {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SubjectAccessReview',
        metadata: {},
        spec: {
          ...(username ? { user: username } : {}),
          ...(uid ? { uid } : {}),
          ...(groups ? { groups } : {}),
          ...(extra ? { extra } : {}),
          resourceAttributes: {
            group: 'certificates.k8s.io',
            resource: 'certificatesigningrequests',
            verb: 'create',
            subresource,
          },
        },
      } as SubjectAccessReview)
      return review.status?.allowed ?? false
    }

    function* approve(r: Csr, whose: string): Task<void> {
      const approval = {
        type: 'Approved',
        status: 'True',
        reason: 'AutoApproved',
        message: `Auto approving ${whose} client certificate after SubjectAccessReview.`,
      }
      const conditions = [...(r.status?.conditions ?? []), approval]
      const next = { ...r, status: { ...r.status, conditions } }
      yield* c.client.update('CertificateSigningRequest', next, { subresource: 'approval' })
    }
  },
})

function isAnswered(r: Csr): boolean {
  const decided = r.status?.conditions?.some((x) => x.type === 'Approved' || x.type === 'Denied')
  return decided || Boolean(r.status?.certificate)
}
