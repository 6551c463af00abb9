/** IP addresses and ranges, as validation words them. @source apimachinery/pkg/util/validation/ip.go */
import ipaddr from 'ipaddr.js'
import { invalidValue } from '../../api/meta/field.ts'
import type { FieldError } from '../../api/meta/status.ts'

const IP_TEXT = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'
const CIDR_TEXT = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'

/** True for dotted IPv4 (no leading zeros) and IPv6. */
export function isIp(text: string): boolean {
  return isIpv4(text) || isIpv6(text)
}

/** True for strict dotted IPv4. */
export function isIpv4(text: string): boolean {
  const parts = text.split('.')
  return parts.length === 4 && parts.every((p) => /^(0|[1-9]\d{0,2})$/.test(p) && Number(p) <= 255)
}

/** True for IPv6. */
export function isIpv6(text: string): boolean {
  return text.includes(':') && !text.includes('/') && ipaddr.IPv6.isValid(text)
}

/** True for dotted IPv4 whose parts may begin with zeros, as it once was read. */
function isPaddedIpv4(text: string): boolean {
  return /^(\d+\.){3}\d+$/.test(text) && text.split('.').every((p) => Number(p) <= 255)
}

function isMapped(text: string): boolean {
  return isIpv6(text) && ipaddr.IPv6.parse(text).isIPv4MappedAddress()
}

/** Field errors of an address. */
export function validateIp(text: string, path: string): FieldError[] {
  if (isMapped(text)) {
    return [invalidValue(path, text, 'must not be an IPv4-mapped IPv6 address')]
  }
  if (isIp(text)) return []
  return [invalidValue(path, text, isPaddedIpv4(text) ? 'must not have leading 0s' : IP_TEXT)]
}

/** Field errors of a range. */
export function validateCidr(text: string, path: string): FieldError[] {
  const [ip = '', bits = ''] = text.split('/')
  const bad = (why: string) => [invalidValue(path, text, why)]
  if (!parseCidr(text)) {
    const readable = isPaddedIpv4(ip) && /^\d+$/.test(bits) && Number(bits) <= 32
    return bad(readable ? 'must not have leading 0s in IP or prefix length' : CIDR_TEXT)
  }
  if (/^0\d/.test(bits)) return bad('must not have leading 0s in IP or prefix length')
  if (isMapped(ip)) return bad('must not have an IPv4-mapped IPv6 address')
  return hasHostBits(text) ? bad('must not have bits set beyond the prefix length') : []
}

/** A word about an IPv6 address that is not written as RFC 5952 wants it. */
export function ipWarnings(text: string, path: string): string[] {
  const canonical = isIpv6(text) ? ipaddr.IPv6.parse(text).toRFC5952String() : text
  if (canonical === text) return []
  return [
    `${path}: IPv6 address ${JSON.stringify(text)} should be in RFC 5952 canonical format (${JSON.stringify(canonical)})`,
  ]
}

/** As {@link ipWarnings}, where nothing is refused: padded and mapped addresses are told, too. */
export function sloppyIpWarnings(text: string, path: string): string[] {
  const plain = isPaddedIpv4(text)
    ? text.split('.').map(Number).join('.')
    : isMapped(text)
      ? ipaddr.IPv6.parse(text).toIPv4Address().toString()
      : text
  if (plain === text) return ipWarnings(text, path)
  return [
    `${path}: non-standard IP address ${JSON.stringify(text)} will be considered invalid in a future Kubernetes release: use ${JSON.stringify(plain)}`,
  ]
}

/** As {@link ipWarnings}, of a range. */
export function cidrWarnings(text: string, path: string): string[] {
  const [ip = '', bits = ''] = text.split('/')
  if (!isIpv6(ip)) return []
  const canonical = `${ipaddr.IPv6.parse(ip).toRFC5952String()}/${Number(bits)}`
  if (canonical === text) return []
  return [
    `${path}: IPv6 CIDR value ${JSON.stringify(text)} should be in RFC 5952 canonical format (${JSON.stringify(canonical)})`,
  ]
}

/** Address bytes and prefix length. */
export interface Cidr {
  readonly bytes: readonly number[]
  readonly bits: number
}

/** Reads a range; undefined when it is none. */
export function parseCidr(text: string): Cidr | undefined {
  const [ip = '', bits = '', more] = text.split('/')
  if (more !== undefined || !/^\d+$/.test(bits) || !isIp(ip)) return undefined
  const bytes = ipaddr.parse(ip).toByteArray()
  const n = Number(bits)
  return n <= bytes.length * 8 ? { bytes, bits: n } : undefined
}

/** True when an address of a range has bits beyond the prefix: `10.0.0.1/24`. */
function hasHostBits(text: string): boolean {
  const { bytes, bits } = parseCidr(text) ?? { bytes: [], bits: 0 }
  return bytes.some((b, i) => {
    const own = Math.min(8, Math.max(0, bits - i * 8))
    return (b & (0xff >> own)) !== 0
  })
}

/** True when `inner` lies within `outer` and is smaller. */
export function isStrictSubset(inner: Cidr, outer: Cidr): boolean {
  if (inner.bytes.length !== outer.bytes.length || inner.bits <= outer.bits) return false
  for (let bit = 0; bit < outer.bits; bit++) {
    const i = bit >> 3
    const mask = 128 >> (bit & 7)
    if (((inner.bytes[i] ?? 0) & mask) !== ((outer.bytes[i] ?? 0) & mask)) return false
  }
  return true
}

/** Field errors of an address that is no ordinary unicast one. */
export function validateSpecialIp(text: string, path: string): FieldError[] {
  const range = ipaddr.parse(text).range()
  if (range === 'unspecified')
    return [invalidValue(path, text, 'may not be unspecified (0.0.0.0 or ::)')]
  if (range === 'loopback') {
    return [invalidValue(path, text, 'may not be in the loopback range (127.0.0.0/8, ::1/128)')]
  }
  if (range === 'linkLocal') {
    return [
      invalidValue(path, text, 'may not be in the link-local range (169.254.0.0/16, fe80::/10)'),
    ]
  }
  if (text.startsWith('224.0.0.') || /^ff02:/i.test(text)) {
    const message = 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)'
    return [invalidValue(path, text, message)]
  }
  return []
}
