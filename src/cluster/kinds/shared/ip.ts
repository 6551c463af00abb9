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

/** Field errors of an address. */
export function validateIp(text: string, path: string): FieldError[] {
  if (isIp(text)) return []
  const padded =
    /^(\d{1,3}\.){3}\d{1,3}$/.test(text) && text.split('.').every((p) => Number(p) <= 255)
  return [invalidValue(path, text, padded ? 'must not have leading 0s' : IP_TEXT)]
}

/** Field errors of a range. */
export function validateCidr(text: string, path: string): FieldError[] {
  return parseCidr(text) ? [] : [invalidValue(path, text, CIDR_TEXT)]
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
export function hasHostBits(text: string): boolean {
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
