/** The small tools that speak to the network: DNS questions and HTTP requests are the cluster's own. */

import type { Walk } from '../../network/http.ts'
import type { Task } from '../../sim/task.ts'
import { normalize } from '../filesystem.ts'
import type { Command } from '../image.ts'
import type { Process } from '../process.ts'
import { split } from './files.ts'

/** Network tools, by name. */
export const netTools: Readonly<Record<string, Command>> = {
  nslookup,
  dig,
  getent,
  wget,
  nc,
  ping,
  ip,
  ifconfig,
}

/** curl, which busybox does not have. */
export const curlTool: Readonly<Record<string, Command>> = { curl }

const DNS_SERVER = '10.96.0.10'

function* nslookup(p: Process, argv: readonly string[]): Task<number> {
  const name = split(argv).rest[0] ?? ''
  const answer = p.around.network.resolve(p.around.source, name)
  yield* p.sleep(1)
  if ('failure' in answer && answer.failure === 'dns-unavailable') {
    yield* p.sleep(999 * 10)
    p.err(';; connection timed out; no servers could be reached\n\n')
    return 1
  }
  p.out(`Server:\t\t${DNS_SERVER}\nAddress:\t${DNS_SERVER}:53\n\n`)
  if ('failure' in answer) {
    p.out(`** server can't find ${name}: NXDOMAIN\n\n`)
    return 1
  }
  const full = answer.note.split(' ')[0] ?? name
  for (const a of answer.addresses) p.out(`Name:\t${full}\nAddress: ${a}\n`)
  p.out('\n')
  return 0
}

function* dig(p: Process, argv: readonly string[]): Task<number> {
  const name = argv.slice(1).find((a) => !/^[-+@]/.test(a)) ?? ''
  const answer = p.around.network.resolve(p.around.source, name.endsWith('.') ? name : `${name}.`)
  yield* p.sleep(1)
  if (argv.includes('+short')) {
    if ('addresses' in answer) for (const a of answer.addresses) p.out(`${a}\n`)
    return 0
  }
  p.out(
    `;; ->>HEADER<<- opcode: QUERY, status: ${'failure' in answer ? 'NXDOMAIN' : 'NOERROR'}\n;; ANSWER SECTION:\n`,
  )
  if ('addresses' in answer) for (const a of answer.addresses) p.out(`${name}.\t30\tIN\tA\t${a}\n`)
  return 0
}

function* getent(p: Process, argv: readonly string[]): Task<number> {
  const name = argv[2] ?? ''
  const answer = p.around.network.resolve(p.around.source, name)
  yield* p.sleep(1)
  if ('failure' in answer) return 2
  for (const a of answer.addresses) p.out(`${a.padEnd(16)}${name}\n`)
  return 0
}

/** A URL as far as the glass goes. */
export function parseUrl(url: string): { host: string; port: number; path: string } | undefined {
  const m = /^(?:(https?):\/\/)?([^/:?]+)(?::(\d+))?(\/.*|\?.*)?$/.exec(url)
  if (!m) return undefined
  const port = m[3] ? Number(m[3]) : m[1] === 'https' ? 443 : 80
  return { host: m[2] as string, port, path: m[4] ?? '/' }
}

function* wget(p: Process, argv: readonly string[]): Task<number> {
  const { flags, rest } = split(argv, 'OTt')
  const quiet = flags.has('q')
  const url = parseUrl(rest[0] ?? '')
  if (!url) {
    p.err(`wget: not an http or ftp url: ${rest[0] ?? ''}\n`)
    return 1
  }
  const timeout = Number(flags.get('T') || flags.get('timeout') || 900) * 1000
  const walk = yield* p.request({ ...url, method: flags.has('spider') ? 'HEAD' : 'GET' }, timeout)
  if (!walk.result.ok) {
    const address = walk.hops.at(-2)?.address ?? `${url.host}:${url.port}`
    if (!quiet && walk.result.why === 'refused') p.err(`Connecting to ${url.host} (${address})\n`)
    p.err(`wget: ${wgetError(walk, url.host, address)}\n`)
    return 1
  }
  const { response } = walk.result
  if (response.status >= 400) {
    p.err(
      `wget: server returned error: HTTP/1.1 ${response.status} ${reasonPhrase(response.status)}\n`,
    )
    return 1
  }
  if (flags.has('spider')) return 0
  const to = flags.get('O') ?? (url.path.split('/').at(-1) || 'index.html')
  if (to === '-' || to === '/dev/stdout') p.out(response.body)
  else {
    p.fs.write(normalize(to, p.cwd), response.body)
    if (!quiet) p.err(`saving to '${to}'\n'${to}' saved\n`)
  }
  return 0
}

function wgetError(walk: Walk, host: string, address: string): string {
  const why = walk.result.ok ? undefined : walk.result.why
  switch (why) {
    case 'could-not-resolve':
    case 'dns-unavailable':
      return `bad address '${host}'`
    case 'refused':
      return `can't connect to remote host (${address.split(':')[0]}): Connection refused`
    case 'reset':
      return 'error getting response: Connection reset by peer'
    default:
      return 'download timed out'
  }
}

function* curl(p: Process, argv: readonly string[]): Task<number> {
  const { flags, rest } = split(argv, 'XHdomwuA')
  const url = parseUrl(rest[0] ?? flags.get('url') ?? '')
  if (!url) {
    p.err("curl: try 'curl --help' for more information\n")
    return 2
  }
  const head = flags.has('I') || flags.has('head')
  const body = flags.get('d') ?? flags.get('data')
  const method =
    flags.get('X') || flags.get('request') || (head ? 'HEAD' : body === undefined ? 'GET' : 'POST')
  const timeout =
    Number(flags.get('m') || flags.get('max-time') || flags.get('connect-timeout') || 130) * 1000
  const headers: Record<string, string> = {}
  const h = flags.get('H')
  if (h?.includes(':'))
    headers[h.split(':')[0]?.toLowerCase() ?? ''] = h.slice(h.indexOf(':') + 1).trim()
  const target = { ...url, method, headers, ...(body === undefined ? {} : { body }) }
  const began = p.now
  const walk = yield* p.request(target, timeout)
  const silent = flags.has('s') && !flags.has('S')
  if (!walk.result.ok) {
    const [code, text] = curlError(walk, url, p.now - began)
    if (!silent) p.err(`curl: (${code}) ${text}\n`)
    return code
  }
  const { response } = walk.result
  if ((flags.has('f') || flags.has('fail')) && response.status >= 400) {
    if (!silent) p.err(`curl: (22) The requested URL returned error: ${response.status}\n`)
    return 22
  }
  if (head || flags.has('i') || flags.has('v')) {
    p.out(`HTTP/1.1 ${response.status} ${reasonPhrase(response.status)}\r\n`)
    for (const [k, v] of Object.entries(response.headers)) p.out(`${k}: ${v}\r\n`)
    p.out('\r\n')
  }
  const to = flags.get('o')
  if (to && to !== '/dev/null' && to !== '-') p.fs.write(normalize(to, p.cwd), response.body)
  else if (!head && to !== '/dev/null') p.out(response.body)
  const format = flags.get('w') ?? flags.get('write-out')
  if (format) p.out(format.replace('%{http_code}', String(response.status)).replaceAll('\\n', '\n'))
  return 0
}

function curlError(walk: Walk, url: { host: string; port: number }, ms: number): [number, string] {
  const why = walk.result.ok ? undefined : walk.result.why
  switch (why) {
    case 'could-not-resolve':
    case 'dns-unavailable':
      return [6, `Could not resolve host: ${url.host}`]
    case 'refused':
      return [
        7,
        `Failed to connect to ${url.host} port ${url.port} after ${ms} ms: Couldn't connect to server`,
      ]
    case 'reset':
      return [56, 'Recv failure: Connection reset by peer']
    default:
      return [
        28,
        `Failed to connect to ${url.host} port ${url.port} after ${ms} ms: Timeout was reached`,
      ]
  }
}

/** The words of an HTTP status. */
export function reasonPhrase(status: number): string {
  const words: Record<number, string> = {
    200: 'OK',
    201: 'Created',
    204: 'No Content',
    301: 'Moved Permanently',
    302: 'Found',
    308: 'Permanent Redirect',
    400: 'Bad Request',
    403: 'Forbidden',
    404: 'Not Found',
    405: 'Method Not Allowed',
    500: 'Internal Server Error',
    502: 'Bad Gateway',
    503: 'Service Unavailable',
    504: 'Gateway Timeout',
  }
  return words[status] ?? 'Unknown'
}

function* nc(p: Process, argv: readonly string[]): Task<number> {
  const { flags, rest } = split(argv, 'w')
  const host = rest[0] ?? ''
  const port = Number(rest[1] ?? 0)
  const timeout = Number(flags.get('w') || 10) * 1000
  const walk = yield* p.request({ host, port, method: 'PING', path: '/' }, timeout)
  if (walk.result.ok) {
    if (flags.has('v')) p.err(`${host} (${host}:${port}) open\n`)
    return 0
  }
  p.err(
    `nc: ${host} (${host}:${port}): ${walk.result.why === 'refused' ? 'Connection refused' : walk.result.why === 'timeout' ? 'Connection timed out' : 'bad address'}\n`,
  )
  return 1
}

function* ping(p: Process, argv: readonly string[]): Task<number> {
  const { flags, rest } = split(argv, 'cWw')
  const host = rest[0] ?? ''
  const answer = p.around.network.resolve(p.around.source, host)
  const address = /^[\d.]+$/.test(host)
    ? host
    : 'addresses' in answer
      ? answer.addresses[0]
      : undefined
  if (!address) {
    p.err(`ping: bad address '${host}'\n`)
    return 1
  }
  const count = Number(flags.get('c') ?? 4)
  const there = p.around.network.at(address)
  p.out(`PING ${host} (${address}): 56 data bytes\n`)
  let received = 0
  for (let i = 0; i < count; i++) {
    if (there) {
      received++
      p.out(
        `64 bytes from ${address}: seq=${i} ttl=62 time=0.${100 + p.around.random.below(200)} ms\n`,
      )
    }
    yield* p.sleep(1000)
  }
  const loss = Math.round(((count - received) * 100) / count)
  p.out(
    `\n--- ${host} ping statistics ---\n${count} packets transmitted, ${received} packets received, ${loss}% packet loss\n`,
  )
  return received > 0 ? 0 : 1
}

function* ip(p: Process): Task<number> {
  p.out(
    `1: lo: <LOOPBACK,UP> mtu 65536\n    inet 127.0.0.1/8 scope host lo\n2: eth0@if3: <BROADCAST,MULTICAST,UP> mtu 1500\n    inet ${p.around.source.ip}/24 scope global eth0\n`,
  )
  return 0
}

function* ifconfig(p: Process): Task<number> {
  p.out(
    `eth0      Link encap:Ethernet\n          inet addr:${p.around.source.ip}  Mask:255.255.255.0\n`,
  )
  return 0
}
