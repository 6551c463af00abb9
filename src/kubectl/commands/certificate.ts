/** `kubectl certificate`. @source staging/src/k8s.io/kubectl/pkg/cmd/certificates/certificates.go */
import type { CertificateSigningRequest } from '../../cluster/api/generated/types.ts'
import { formatTime } from '../../cluster/api/meta/time.ts'
import type { AnyObject } from '../../cluster/api/object.ts'
import type { Command } from '../command.ts'
import { pathOf } from '../discovery.ts'
import { CliError, throwAll } from '../errors.ts'
import { outputFlags } from '../printers/output.ts'
import { about, fetchInfos, fileFlags, hasFiles } from '../resource.ts'
import { operationPrinter } from '../writes.ts'

function decision(name: 'approve' | 'deny', type: 'Approved' | 'Denied', past: string): Command {
  return {
    name,
    use: `${name} (-f FILENAME | NAME) [options]`,
    short: `${name === 'approve' ? 'Approve' : 'Deny'} a certificate signing request`,
    examples: `# ${name === 'approve' ? 'Approve' : 'Deny'} a request\nkubectl certificate ${name} csr-sqgzp`,
    flags: [
      ...outputFlags,
      ...fileFlags,
      {
        name: 'force',
        kind: 'bool',
        default: 'false',
        usage: 'Update the CSR even if it is already so.',
      },
    ],
    *run(k) {
      if (k.args.length === 0 && !hasFiles(k))
        throw new CliError('one or more CSRs must be specified as <name> or -f <filename>')
      const errors: unknown[] = []
      const args =
        k.args.length > 0 ? ['certificatesigningrequests.certificates.k8s.io', ...k.args] : []
      for (const info of yield* fetchInfos(k, { args }, errors)) {
        const csr = info.object as unknown as CertificateSigningRequest
        const conditions = csr.status?.conditions ?? []
        const opposite = type === 'Approved' ? 'Denied' : 'Approved'
        if (conditions.some((c) => c.type === opposite))
          throw new CliError(`certificate signing request "${info.name}" is already ${opposite}`)
        let object: AnyObject = info.object
        if (!conditions.some((c) => c.type === type) || k.flags.bool('force')) {
          const now = formatTime(k.now)
          const condition = {
            type,
            status: 'True',
            reason: type === 'Approved' ? 'KubectlApprove' : 'KubectlDeny',
            message: `This CSR was ${past} by kubectl certificate ${name}.`,
            lastUpdateTime: now,
          }
          object = yield* k.client.object('PUT', pathOf(info.mapping, '', info.name, 'approval'), {
            body: { ...csr, status: { ...csr.status, conditions: [...conditions, condition] } },
            about: about(info.mapping, info.name),
          })
        }
        const printer = operationPrinter(k, past)
        printer.print(object)
        printer.flush()
      }
      throwAll(errors)
      return undefined
    },
  }
}

/** Approves and denies certificate signing requests. */
export const certificate: Command = {
  name: 'certificate',
  use: 'certificate SUBCOMMAND',
  short: 'Modify certificate resources',
  subcommands: [decision('approve', 'Approved', 'approved'), decision('deny', 'Denied', 'denied')],
}
