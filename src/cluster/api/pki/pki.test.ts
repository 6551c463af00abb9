import { X509Certificate } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { makeRequest } from '../../../testing/certificates.ts'
import { makeAuthority } from './authority.ts'
import { readPem, writePem } from './pem.ts'
import { readRequest } from './request.ts'

const BORN = Date.UTC(2026, 4, 4)
const HOUR = 3_600_000
const secret = Array.from({ length: 32 }, (_, i) => i + 1)

describe.each(['rsa', 'ec', 'ed25519'] as const)('a request with a key of kind %s', (type) => {
  const { pem, privateKey } = makeRequest({
    type,
    name: 'alice',
    organization: ['devs', 'ops'],
    dns: 'a.example',
  })

  test('says who asks', () => {
    const r = readRequest(pem)
    expect(r).toMatchObject({ commonName: 'alice', organization: ['devs', 'ops'] })
    expect(r.dnsNames).toEqual(['a.example'])
    expect(r.fault).toBeUndefined()
  })

  test('is found out when it was changed', () => {
    const [block] = readPem(pem)
    const bytes = [...(block?.bytes ?? [])]
    const alice = bytes.findIndex(
      (_, i) => String.fromCharCode(...bytes.slice(i, i + 5)) === 'alice',
    )
    bytes[alice] = 'e'.charCodeAt(0)
    const changed = readRequest(writePem('CERTIFICATE REQUEST', bytes))
    expect(changed.commonName).toBe('elice')
    expect(changed.fault).toMatch(/verification (error|failure)/)
  })

  test('gets a certificate that others believe', () => {
    const authority = makeAuthority(secret, BORN)
    const r = readRequest(pem)
    const issued = authority.issue({
      subject: r.name.raw,
      key: r.key.raw,
      serial: [200, 1],
      notBefore: BORN,
      notAfter: BORN + HOUR,
      usages: ['client auth', 'digital signature'],
      ...(r.altNames ? { altNames: r.altNames } : {}),
    })
    const root = new X509Certificate(authority.certificate)
    const leaf = new X509Certificate(issued)
    expect(root.ca).toBe(true)
    expect(leaf.ca).toBe(false)
    expect(leaf.checkIssued(root)).toBe(true)
    expect(leaf.verify(root.publicKey)).toBe(true)
    expect(leaf.checkPrivateKey(privateKey)).toBe(true)
    expect(leaf.subject).toBe('O=devs\nO=ops\nCN=alice')
    expect(leaf.subjectAltName).toBe('DNS:a.example')
    expect(leaf.serialNumber).toBe('C801')
    expect(Date.parse(leaf.validTo) - Date.parse(leaf.validFrom)).toBe(HOUR)
    expect(leaf.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2'])
  })
})

test('the same key makes the same authority', () => {
  expect(makeAuthority(secret, BORN).certificate).toBe(makeAuthority(secret, BORN).certificate)
})

test('what is no request is refused', () => {
  expect(() => readRequest('nonsense')).toThrow('PEM block type must be CERTIFICATE REQUEST')
  const { pem } = makeRequest({ name: 'x' })
  const [block] = readPem(pem)
  const cut = writePem('CERTIFICATE REQUEST', (block?.bytes ?? []).slice(0, 40))
  expect(() => readRequest(cut)).toThrow('asn1: syntax error: data truncated')
})
