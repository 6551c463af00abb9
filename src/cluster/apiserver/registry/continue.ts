/**
 * Continue tokens: base64 of the revision and the next key of a list cut by `limit`.
 * @source staging/src/k8s.io/apiserver/pkg/storage/continue.go
 */
import { decodeBytes, encodeBase64 } from '../../api/meta/base64.ts'
import { parseJson } from '../../api/meta/jsontext.ts'
import { badRequest } from '../../api/meta/status.ts'

/** The token after `lastKey` (relative to the listed prefix). */
export function encodeContinue(revision: number, lastKey: string): string {
  const start = `${lastKey}\u0000`
  const json = JSON.stringify({ v: 'meta.k8s.io/v1', rv: revision, start })
  return encodeBase64(json).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')
}

/** Where to go on. @throws ApiError BadRequest */
export function decodeContinue(token: string, scope: string): { key: string; revision: number } {
  const bad = (why: string) =>
    badRequest(`invalid continue token: continue key is not valid: ${why}`)
  const bytes = decodeBytes(token.replace(/-/g, '+').replace(/_/g, '/'))
  if (bytes === undefined) throw bad('illegal base64 data')
  // Go reads byte by byte, and shows them so.
  const text = String.fromCharCode(...bytes)
  let parsed: { v?: unknown; rv?: unknown; start?: unknown }
  try {
    parsed = parseJson(text).value as typeof parsed
  } catch (error) {
    throw bad(`${(error as Error).message}`)
  }
  if (parsed?.v !== 'meta.k8s.io/v1')
    throw bad(`server does not recognize this encoded version ${JSON.stringify(parsed?.v ?? '')}`)
  if (typeof parsed.rv !== 'number' || parsed.rv <= 0) {
    throw bad('incorrect encoded start resourceVersion (version meta.k8s.io/v1)')
  }
  if (typeof parsed.start !== 'string' || parsed.start === '') {
    throw bad('encoded start key empty (version meta.k8s.io/v1)')
  }
  if (parsed.start.startsWith('/') || parsed.start.includes('../')) {
    throw bad(`${parsed.start}`)
  }
  return { key: scope + parsed.start, revision: parsed.rv }
}
