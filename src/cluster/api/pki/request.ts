/** Certificate signing requests (PKCS#10) as the cluster reads them. @source RFC 2986, pkg/apis/certificates/helpers.go */
import ipaddr from 'ipaddr.js'
import { fromUtf8 } from '../meta/base64.ts'
import { type Element, elements, oidText, TAG } from './der.ts'
import { readPem } from './pem.ts'
import { signatureFault } from './signature.ts'

/** What a request says. */
export interface CertificateRequest {
  /** Values of the subject by attribute (dotted OID), in order. */
  readonly subject: ReadonlyMap<string, readonly string[]>
  readonly commonName: string
  readonly organization: readonly string[]
  /** The subject as it stood. */
  readonly name: Element
  /** SubjectPublicKeyInfo as it stood. */
  readonly key: Element
  /** The value of the subjectAltName extension, when there is one. */
  readonly altNames: readonly number[] | undefined
  readonly dnsNames: readonly string[]
  readonly ipAddresses: readonly string[]
  readonly emailAddresses: readonly string[]
  readonly uris: readonly string[]
  /** What is wrong with its signature. */
  readonly fault: string | undefined
}

const COMMON_NAME = '2.5.4.3'
const ORGANIZATION = '2.5.4.10'
const EXTENSION_REQUEST = '1.2.840.113549.1.9.14'
const ALT_NAMES = '2.5.29.17'
const ATTRIBUTES_TAG = 0xa0
/** Context tags of GeneralName. */
const NAMES = { email: 0x81, dns: 0x82, uri: 0x86, ip: 0x87 }
const MALFORMED = 'asn1: structure error: malformed certificate request'

/** Reads a request. @throws Error with what Go's parser would say, in its words where they are simple */
export function readRequest(pem: string): CertificateRequest {
  const [block] = readPem(pem)
  if (block?.type !== 'CERTIFICATE REQUEST')
    throw new Error('PEM block type must be CERTIFICATE REQUEST')
  const [outer, ...rest] = elements(block.bytes)
  if (rest.length > 0) throw new Error('asn1: syntax error: trailing data')
  const [info, how, signature] = elements(need(outer, TAG.sequence).body)
  const [, name, key, attributes] = elements(need(info, TAG.sequence).body)
  const subject = subjectOf(need(name, TAG.sequence))
  const altNames = attributes && altNamesOf(attributes)
  const [names] = altNames ? elements(altNames) : []
  const all = elements(names?.body ?? [])
  const texts = (tag: number) => all.filter((e) => e.tag === tag).map((e) => fromUtf8(e.body))
  return {
    subject,
    commonName: subject.get(COMMON_NAME)?.at(-1) ?? '',
    organization: subject.get(ORGANIZATION) ?? [],
    name: need(name, TAG.sequence),
    key: need(key, TAG.sequence),
    altNames,
    dnsNames: texts(NAMES.dns),
    ipAddresses: all.filter((e) => e.tag === NAMES.ip).map((e) => addressText(e.body)),
    emailAddresses: texts(NAMES.email),
    uris: texts(NAMES.uri),
    fault: signatureFault({
      bytes: need(info, TAG.sequence).raw,
      key: need(key, TAG.sequence),
      algorithm: oidText(need(elements(need(how, TAG.sequence).body)[0], TAG.oid).body),
      signature: need(signature, TAG.bits).body.slice(1),
    }),
  }
}

function addressText(bytes: readonly number[]): string {
  return bytes.length === 4 ? bytes.join('.') : ipaddr.fromByteArray([...bytes]).toString()
}

function need(e: Element | undefined, tag: number): Element {
  if (e?.tag !== tag) throw new Error(MALFORMED)
  return e
}

/** Values of a Name by attribute. */
export function subjectOf(name: Element): Map<string, string[]> {
  const out = new Map<string, string[]>()
  for (const set of elements(name.body))
    for (const pair of elements(set.body)) {
      const [key, value] = elements(pair.body)
      if (!key || !value) continue
      const id = oidText(key.body)
      out.set(id, [...(out.get(id) ?? []), fromUtf8(value.body)])
    }
  return out
}

function altNamesOf(attributes: Element): readonly number[] | undefined {
  if (attributes.tag !== ATTRIBUTES_TAG) return undefined
  for (const attribute of elements(attributes.body)) {
    const [id, values] = elements(attribute.body)
    if (!id || !values || oidText(id.body) !== EXTENSION_REQUEST) continue
    const [extensions] = elements(values.body)
    for (const extension of elements(extensions?.body ?? [])) {
      const parts = elements(extension.body)
      const [extensionId] = parts
      if (extensionId && oidText(extensionId.body) === ALT_NAMES) return parts.at(-1)?.body
    }
  }
  return undefined
}
