/** CEL's IP addresses, CIDRs and URLs. @source staging/src/k8s.io/apiserver/pkg/cel/library/{ip,cidr,urls}.go */
import type { Environment } from '@marcbachmann/cel-js'
import ipaddr from 'ipaddr.js'

type Address = ipaddr.IPv4 | ipaddr.IPv6

/** An IP address in CEL. */
export class CelIP {
  constructor(readonly address: Address) {}
}

/** A CIDR in CEL. */
export class CelCIDR {
  constructor(
    readonly address: Address,
    readonly bits: number,
  ) {}
}

/** A URL in CEL, in parts. */
export class CelURL {
  constructor(
    readonly scheme: string,
    readonly host: string,
    readonly path: string,
    readonly query: string,
  ) {}
}

class IPLibrary {}

function text(a: Address): string {
  return a instanceof ipaddr.IPv6 ? a.toRFC5952String() : a.toString()
}

function parseIP(t: string): Address | undefined {
  if (/^(0|[1-9]\d{0,2})(\.(0|[1-9]\d{0,2})){3}$/.test(t) && ipaddr.IPv4.isValid(t))
    return ipaddr.IPv4.parse(t)
  if (!t.includes(':') || /[%./]/.test(t) || !ipaddr.IPv6.isValid(t)) return undefined
  return ipaddr.IPv6.parse(t)
}

function ip(t: string): CelIP {
  const a = parseIP(t)
  if (!a)
    throw new Error(`IP Address ${JSON.stringify(t)} parse error during conversion from string`)
  return new CelIP(a)
}

function parseCIDR(t: string): CelCIDR | undefined {
  const m = /^([^/]+)\/(0|[1-9]\d*)$/.exec(t)
  const a = m && parseIP(m[1] as string)
  const bits = Number(m?.[2])
  return a && bits <= a.toByteArray().length * 8 ? new CelCIDR(a, bits) : undefined
}

function cidr(t: string): CelCIDR {
  const c = parseCIDR(t)
  if (!c) throw new Error(`CIDR ${JSON.stringify(t)} parse error during conversion from string`)
  return c
}

function masked(c: CelCIDR): Address {
  const bytes = c.address.toByteArray().map((b, i) => {
    const kept = Math.min(8, Math.max(0, c.bits - i * 8))
    return b & (0xff << (8 - kept)) & 0xff
  })
  return ipaddr.fromByteArray(bytes) as Address
}

function contains(c: CelCIDR, a: Address): boolean {
  if (a.kind() !== c.address.kind()) return false
  return text(masked(c)) === text(masked(new CelCIDR(a, c.bits)))
}

const ZERO = new Set(['0.0.0.0', '::'])
const within = (a: Address, ...ranges: string[]) => ranges.some((r) => contains(cidr(r), a))
const isLoopback = (a: Address) => within(a, '127.0.0.0/8', '::1/128')
const isLinkLocal = (a: Address) => within(a, '169.254.0.0/16', 'fe80::/10')
const isMulticast = (a: Address) => within(a, '224.0.0.0/4', 'ff00::/8')

/** `ip()` and `cidr()`. */
export function registerAddresses(env: Environment): void {
  env.registerType('IP', CelIP)
  env.registerType('CIDR', CelCIDR)
  env.registerType('IPLibrary', IPLibrary)
  env.registerConstant('ip', 'IPLibrary', new IPLibrary())
  env.registerFunction('isIP(string): bool', (t: string) => parseIP(t) !== undefined)
  env.registerFunction('ip(string): IP', ip)
  env.registerFunction('string(IP): string', (x: CelIP) => text(x.address))
  env.registerFunction('IPLibrary.isCanonical(string): bool', (_: unknown, t: string) => {
    return text(ip(t).address) === t
  })
  const on = (signature: string, f: (a: Address) => unknown) =>
    env.registerFunction(`IP.${signature}`, (x: CelIP) => f(x.address))
  on('family(): int', (a) => (a.kind() === 'ipv4' ? 4n : 6n))
  on('isUnspecified(): bool', (a) => ZERO.has(text(a)))
  on('isLoopback(): bool', isLoopback)
  on('isLinkLocalMulticast(): bool', (a) => within(a, '224.0.0.0/24', 'ff02::/16'))
  on('isLinkLocalUnicast(): bool', isLinkLocal)
  on('isGlobalUnicast(): bool', (a) => {
    if (ZERO.has(text(a)) || text(a) === '255.255.255.255') return false
    return !isLoopback(a) && !isLinkLocal(a) && !isMulticast(a)
  })
  env.registerOperator('IP == IP', (a: CelIP, b: CelIP) => text(a.address) === text(b.address))
  registerCIDR(env)
}

function registerCIDR(env: Environment): void {
  env.registerFunction('isCIDR(string): bool', (t: string) => parseCIDR(t) !== undefined)
  env.registerFunction('cidr(string): CIDR', cidr)
  env.registerFunction('string(CIDR): string', (c: CelCIDR) => `${text(c.address)}/${c.bits}`)
  env.registerFunction('CIDR.ip(): IP', (c: CelCIDR) => new CelIP(c.address))
  env.registerFunction('CIDR.prefixLength(): int', (c: CelCIDR) => BigInt(c.bits))
  env.registerFunction('CIDR.masked(): CIDR', (c: CelCIDR) => new CelCIDR(masked(c), c.bits))
  const holds = (c: CelCIDR, x: CelCIDR) => x.bits >= c.bits && contains(c, x.address)
  env.registerFunction('CIDR.containsIP(IP): bool', (c: CelCIDR, x: CelIP) =>
    contains(c, x.address),
  )
  env.registerFunction('CIDR.containsIP(string): bool', (c: CelCIDR, t: string) =>
    contains(c, ip(t).address),
  )
  env.registerFunction('CIDR.containsCIDR(CIDR): bool', holds)
  env.registerFunction('CIDR.containsCIDR(string): bool', (c: CelCIDR, t: string) =>
    holds(c, cidr(t)),
  )
}

const ABSOLUTE = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/([^/?#\s]*)([^?#\s]*)(?:\?([^#\s]*))?(?:#\S*)?$/

function parseURL(t: string): CelURL | undefined {
  const m = ABSOLUTE.exec(t)
  if (m)
    return new CelURL(
      (m[1] ?? '').toLowerCase(),
      (m[2] ?? '').replace(/^.*@/, ''),
      m[3] ?? '',
      m[4] ?? '',
    )
  const path = /^(\/[^?#\s]*)(?:\?([^#\s]*))?$/.exec(t)
  return path ? new CelURL('', '', path[1] ?? '', path[2] ?? '') : undefined
}

function queryOf(u: CelURL): Record<string, string[]> {
  const out: Record<string, string[]> = {}
  for (const part of u.query.split('&').filter((p) => p !== '')) {
    const [k = '', v = ''] = part.split('=').map((x) => decodeURIComponent(x.replace(/\+/g, ' ')))
    out[k] = [...(out[k] ?? []), v]
  }
  return out
}

/** `url()` and what one may ask of it. */
export function registerURL(env: Environment): void {
  env.registerType('URL', CelURL)
  env.registerFunction('isURL(string): bool', (t: string) => parseURL(t) !== undefined)
  env.registerFunction('url(string): URL', (t: string) => {
    const u = parseURL(t)
    if (!u)
      throw new Error(
        `URL parse error during conversion from string: parse ${JSON.stringify(t)}: invalid URI for request`,
      )
    return u
  })
  const on = (name: string, f: (u: CelURL) => string) =>
    env.registerFunction(`URL.${name}(): string`, f)
  const port = /:(\d*)$/
  on('getScheme', (u) => u.scheme)
  on('getHost', (u) => u.host)
  on('getHostname', (u) => u.host.replace(port, '').replace(/^\[(.*)\]$/, '$1'))
  on('getPort', (u) => port.exec(u.host)?.[1] ?? '')
  on('getEscapedPath', (u) => u.path)
  env.registerFunction('URL.getQuery(): map', queryOf)
}
