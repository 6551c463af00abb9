/** Describes certificate signing requests: reads just enough of PKCS#10 to show the subject. @source staging/src/k8s.io/kubectl/pkg/describe/describe.go, RFC 2986 */
import type { CertificateSigningRequest } from '../../cluster/api/generated/types.ts'
import { humanDuration } from '../../cluster/api/meta/duration.ts'
import type { AnyObject } from '../../cluster/api/object.ts'
import type { Task } from '../../cluster/sim/task.ts'
import { decodeBase64, fromUtf8 } from '../base64.ts'
import { CliError } from '../errors.ts'
import type { DescribeContext } from './describer.ts'
import { describeEvents } from './events.ts'
import { longTime, pairsText } from './writer.ts'

/** A certificate signing request. */
export function* describeCsr(c: DescribeContext, o: AnyObject): Task<void> {
  const { w } = c
  const csr = o as unknown as CertificateSigningRequest
  const subject = subjectOf(csr.spec?.request ?? '')
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

interface Element {
  readonly tag: number
  readonly body: readonly number[]
}

/** The DER elements in a row. */
function elements(bytes: readonly number[]): Element[] {
  const out: Element[] = []
  for (let i = 0; i + 1 < bytes.length; ) {
    const tag = bytes[i] as number
    let length = bytes[i + 1] as number
    i += 2
    if (length & 0x80) {
      const n = length & 0x7f
      length = 0
      for (let j = 0; j < n; j++) length = length * 256 + (bytes[i + j] ?? 0)
      i += n
    }
    out.push({ tag, body: bytes.slice(i, i + length) })
    i += length
  }
  return out
}

function oidText(bytes: readonly number[]): string {
  const first = bytes[0] ?? 0
  const parts = [Math.floor(first / 40), first % 40]
  let n = 0
  for (const b of bytes.slice(1)) {
    n = n * 128 + (b & 0x7f)
    if (!(b & 0x80)) {
      parts.push(n)
      n = 0
    }
  }
  return parts.join('.')
}

/** Values of the subject by attribute. @throws CliError when the request is no PKCS#10 */
function subjectOf(request: string): Map<string, string[]> {
  const pem = decodeBase64(request).text
  const body = /-----BEGIN (?:NEW )?CERTIFICATE REQUEST-----([\s\S]*?)-----END/.exec(pem)?.[1]
  if (!body) throw new CliError('Error parsing CSR: PEM block type must be CERTIFICATE REQUEST')
  const [outer] = elements(decodeBase64(body).bytes)
  const [info] = elements(outer?.body ?? [])
  const [, name] = elements(info?.body ?? [])
  const out = new Map<string, string[]>()
  for (const set of elements(name?.body ?? []))
    for (const pair of elements(set.body)) {
      const [oid, value] = elements(pair.body)
      if (!oid || !value) continue
      const key = oidText(oid.body)
      out.set(key, [...(out.get(key) ?? []), fromUtf8(value.body)])
    }
  return out
}
