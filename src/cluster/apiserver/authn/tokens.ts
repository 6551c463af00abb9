/**
 * ServiceAccount tokens: JWTs in form, sealed by a hash that only this cluster knows.
 * @source pkg/serviceaccount/claims.go
 */
import { decodeBase64, encodeBase64 } from '../../api/meta/base64.ts'
import { isObject } from '../../api/meta/json.ts'
import { hash32 } from '../../sim/random.ts'

/** What a token says. */
export interface Claims {
  readonly iss: string
  readonly sub: string
  readonly aud: readonly string[]
  /** Unix seconds. */
  readonly exp: number
  readonly iat: number
  readonly nbf?: number
  /** Names this very token. */
  readonly jti?: string
  readonly 'kubernetes.io': {
    readonly namespace: string
    readonly serviceaccount: { readonly name: string; readonly uid: string }
    /** What the token ends with. */
    readonly pod?: { readonly name: string; readonly uid: string }
    readonly secret?: { readonly name: string; readonly uid: string }
    readonly node?: { readonly name: string; readonly uid: string }
  }
}

/** Who issues tokens, and whom they are for unless said otherwise. */
export const ISSUER = 'https://kubernetes.default.svc.cluster.local'

const SEAL_WORDS = 8

/** The token of some claims. */
export function signToken(claims: Claims, secret: string): string {
  const body = `${url(JSON.stringify({ alg: 'RS256', kid: 'kubarium' }))}.${url(JSON.stringify(claims))}`
  return `${body}.${url(seal(body, secret))}`
}

/** The claims of a token of ours that has not expired; undefined for any other. */
export function readToken(token: string, secret: string, nowMs: number): Claims | undefined {
  const parts = token.split('.')
  if (parts.length !== 3) return undefined
  const body = `${parts[0]}.${parts[1]}`
  if (parts[2] !== url(seal(body, secret))) return undefined
  const text = decodeBase64((parts[1] as string).replace(/-/g, '+').replace(/_/g, '/'))
  const claims: unknown = JSON.parse(text ?? 'null')
  if (!isObject(claims)) return undefined
  const known = claims as unknown as Claims
  return known.exp * 1000 > nowMs ? known : undefined
}

function seal(body: string, secret: string): string {
  let out = ''
  for (let i = 0; i < SEAL_WORDS; i++)
    out += hash32(`${secret}/${i}/${body}/${out}`).toString(16).padStart(8, '0')
  return out
}

function url(text: string): string {
  return encodeBase64(text).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')
}
