/** PEM, the text form of certificates. @source RFC 7468 */
import { decodeBytes, encodeBytes } from '../meta/base64.ts'

const LINE = 64

/** A block found in a text. */
export interface PemBlock {
  readonly type: string
  readonly bytes: readonly number[]
}

/** The blocks of a text, in order; what is between them does not count. */
export function readPem(text: string): PemBlock[] {
  const out: PemBlock[] = []
  for (const m of text.matchAll(/-----BEGIN ([^\n-]*)-----\r?\n([\s\S]*?)-----END \1-----/g)) {
    const bytes = decodeBytes((m[2] as string).replace(/\s/g, ''))
    if (bytes) out.push({ type: m[1] as string, bytes })
  }
  return out
}

/** A block as text. */
export function writePem(type: string, bytes: readonly number[]): string {
  const body = encodeBytes(bytes).replace(new RegExp(`.{1,${LINE}}`, 'g'), '$&\n')
  return `-----BEGIN ${type}-----\n${body}-----END ${type}-----\n`
}
