/**
 * A session as something to hand over: its recording and a moment, as a file or packed into a link's fragment (which
 * browsers never send to a server). The same seed and commands make the same cluster, so this is all there is to it.
 */
import { UPSTREAM } from '../../cluster/api/version.ts'

/** Raised when older pages could not read it. */
export const BUNDLE_VERSION = 1
const FORMAT = 'kubarium-session'
/** Bytes that a link or file may unpack to: a small one could hold a very large one. */
const UNPACKED_MAX = 64 * 1024 * 1024
const PREFIX = 's='

/** One session to hand over. */
export interface Bundle {
  readonly format: typeof FORMAT
  readonly version: number
  /** Kubernetes release of the page that wrote it. */
  readonly kubernetes: string
  /** Virtual time that it shows. @unit ms */
  readonly moment: number
  /** As the host answered it. */
  readonly recording: unknown
  /** Other branches and bookmarks, as the host answered them. */
  readonly tree?: unknown
}

/** Why a link or file cannot be opened. */
export type BundleFault = 'damaged' | 'too-new' | 'too-large' | 'not-a-session'

/** What is wrong with a link or file, for the reader. */
export class BundleError extends Error {
  constructor(readonly fault: BundleFault) {
    super(`session cannot be opened: ${fault}`)
  }
}

/** A session at a moment. */
export function bundleOf(recording: unknown, moment: number, tree?: unknown): Bundle {
  return {
    format: FORMAT,
    version: BUNDLE_VERSION,
    kubernetes: UPSTREAM.version,
    moment: Math.floor(moment),
    recording,
    ...(tree ? { tree } : {}),
  }
}

/** The link that opens a session. @param page the address of the page, its query and fragment are not used */
export async function linkOf(bundle: Bundle, page: string): Promise<string> {
  const url = new URL(page)
  url.search = ''
  url.hash = `${PREFIX}${bundle.version}.${toBase64Url(await pack(JSON.stringify(bundle)))}`
  return url.href
}

/** True when an address, or its fragment, holds a session. */
export function isLink(text: string): boolean {
  return text.slice(text.indexOf('#') + 1).startsWith(PREFIX) && text.includes('#')
}

/** The session of a link (or of its fragment). @throws BundleError */
export async function ofLink(link: string): Promise<Bundle> {
  const fragment = link.slice(link.indexOf('#') + 1)
  const match = /^s=(\d{1,6})\.([A-Za-z0-9_-]+)$/.exec(fragment)
  if (!match) throw new BundleError('damaged')
  if (Number(match[1]) > BUNDLE_VERSION) throw new BundleError('too-new')
  return ofText(await unpack(fromBase64Url(match[2] as string)))
}

/** The text of a file that holds a session. */
export function fileOf(bundle: Bundle): string {
  return `${JSON.stringify(bundle, null, 1)}\n`
}

/** The session of a file's text. @throws BundleError */
export function ofText(text: string): Bundle {
  if (text.length > UNPACKED_MAX) throw new BundleError('too-large')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new BundleError('damaged')
  }
  const b = value as Partial<Bundle> | null
  if (typeof b !== 'object' || b?.format !== FORMAT) throw new BundleError('not-a-session')
  if (typeof b.version !== 'number') throw new BundleError('damaged')
  if (b.version > BUNDLE_VERSION) throw new BundleError('too-new')
  checkRecording(b.recording)
  if (!Number.isSafeInteger(b.moment) || (b.moment as number) < 0) throw new BundleError('damaged')
  return b as Bundle
}

/** What can be told without playing it; the host checks the rest. */
function checkRecording(value: unknown): void {
  const r = value as { version?: unknown; config?: unknown; commands?: unknown } | undefined
  if (typeof r !== 'object' || r === null) throw new BundleError('damaged')
  if (typeof r.version !== 'number' || typeof r.config !== 'object' || r.config === null)
    throw new BundleError('damaged')
  if (!Array.isArray(r.commands)) throw new BundleError('damaged')
  const { nodes } = r.config as { nodes?: unknown }
  if (nodes !== undefined && !(Number.isSafeInteger(nodes) && (nodes as number) <= NODES_MAX))
    throw new BundleError('damaged')
}

/** More machines than Kubernetes supports would only hang the page. */
const NODES_MAX = 5000

/** Deflated bytes of a text. */
export async function pack(text: string): Promise<Uint8Array<ArrayBuffer>> {
  const packed = new Blob([text]).stream().pipeThrough(new CompressionStream('deflate-raw'))
  return new Uint8Array(await new Response(packed).arrayBuffer())
}

/** The text of deflated bytes. @throws BundleError */
export async function unpack(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'))
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const reader = stream.getReader()
  let text = ''
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return text + decoder.decode()
      text += decoder.decode(value as Uint8Array, { stream: true })
      if (text.length > UNPACKED_MAX) throw new BundleError('too-large')
    }
  } catch (error) {
    await reader.cancel().catch(() => undefined)
    throw error instanceof BundleError ? error : new BundleError('damaged')
  }
}

/** Bytes as base64url without padding: safe in an address. */
export function toBase64Url(bytes: Uint8Array): string {
  let binary = ''
  for (let i = 0; i < bytes.length; i += 0x8000)
    binary += String.fromCharCode(...bytes.subarray(i, i + 0x8000))
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}

function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  try {
    const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
    return Uint8Array.from(binary, (c) => c.charCodeAt(0))
  } catch {
    throw new BundleError('damaged')
  }
}
