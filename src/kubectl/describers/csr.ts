/** Describes certificate signing requests: reads just enough of PKCS#10 to show the subject. @source staging/src/k8s.io/kubectl/pkg/describe/describe.go, RFC 2986 */
import type { CertificateSigningRequest } from '../../cluster/api/generated/types.ts'
import { humanDuration } from '../../cluster/api/meta/duration.ts'
import type { AnyObject } from '../../cluster/api/object.ts'
import { type CertificateRequest, readRequest } from '../../cluster/api/pki/request.ts'
import type { Task } from '../../cluster/sim/task.ts'
import { decodeBase64 } from '../base64.ts'
import { CliError } from '../errors.ts'
import type { DescribeContext } from './describer.ts'
import { describeEvents } from './events.ts'
import { longTime, pairsText } from './writer.ts'

/** A certificate signing request. */
export function* describeCsr(c: DescribeContext, o: AnyObject): Task<void> {
  const { w } = c
  const csr = o as unknown as CertificateSigningRequest
  const request = requestOf(csr.spec?.request ?? '')
  const { subject } = request
  w.field(0, 'Name', o.metadata.name)
  w.field(0, 'Labels', pairsText(o.metadata.labels))
  w.field(0, 'Annotations', pairsText(o.metadata.annotations))
  w.field(0, 'CreationTimestamp', longTime(o.metadata.creationTimestamp))
  w.field(0, 'Requesting User', csr.spec?.username)
  if (csr.spec?.signerName) w.field(0, 'Signer', csr.spec.signerName)
  const seconds = csr.spec?.expirationSeconds
  if (seconds !== undefined) w.field(0, 'Requested Duration', humanDuration(seconds * 1000))
  w.field(0, 'Status', statusOf(csr))
  w.write(0, 'Subject:\n')
  w.write(0, `\tCommon Name:\t${subject.get('2.5.4.3')?.[0] ?? ''}\n`)
  w.write(0, `\tSerial Number:\t${subject.get('2.5.4.5')?.[0] ?? ''}\n`)
  for (const [title, oid] of PARTS) {
    const values = subject.get(oid)
    if (values) w.write(0, `\t${title}:\t${values.join('\n\t\t')}\n`)
  }
  const names = ALT_NAMES.filter(([, key]) => request[key].length > 0)
  if (names.length > 0) w.write(0, 'Subject Alternative Names:\n')
  for (const [title, key] of names) w.write(0, `\t${title}:\t${request[key].join('\n\t\t')}\n`)
  yield* describeEvents(c, o)
}

const PARTS = [
  ['Organization', '2.5.4.10'],
  ['Organizational Unit', '2.5.4.11'],
  ['Country', '2.5.4.6'],
  ['Locality', '2.5.4.7'],
  ['Province', '2.5.4.8'],
  ['StreetAddress', '2.5.4.9'],
  ['PostalCode', '2.5.4.17'],
] as const

const ALT_NAMES = [
  ['DNS Names', 'dnsNames'],
  ['Email Addresses', 'emailAddresses'],
  ['URIs', 'uris'],
  ['IP Addresses', 'ipAddresses'],
] as const

function statusOf(csr: CertificateSigningRequest): string {
  const types = (csr.status?.conditions ?? []).map((x) => x.type)
  let text = types.includes('Denied')
    ? 'Denied'
    : types.includes('Approved')
      ? 'Approved'
      : 'Pending'
  if (types.includes('Failed')) text += ',Failed'
  if (csr.status?.certificate) text += ',Issued'
  return text
}

/** @throws CliError when it is none */
function requestOf(request: string): CertificateRequest {
  try {
    return readRequest(decodeBase64(request).text)
  } catch (error) {
    throw new CliError(`Error parsing CSR: ${error instanceof Error ? error.message : error}`)
  }
}
