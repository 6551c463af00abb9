/**
 * Where a request goes by the Ingresses of a cluster, in the way of ingress-nginx. Pure.
 * @source https://kubernetes.io/docs/concepts/services-networking/ingress/
 * @source https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/
 */
import type { Ingress, IngressBackend } from '../api/generated/types.ts'

const ANNOTATION = 'nginx.ingress.kubernetes.io/'
const PATTERN_MAX = 200

/** What is asked of the proxy. */
export interface IngressQuestion {
  readonly host: string
  /** With its query. */
  readonly path: string
  /** Came in on the port for TLS. */
  readonly secure: boolean
}

/** The rule that answers. */
export interface IngressMatch {
  readonly ingress: Ingress
  readonly backend: IngressBackend
  /** The path that the backend gets. */
  readonly path: string
  /** Answered by sending the client to https. */
  readonly redirect: boolean
}

interface Location {
  readonly ingress: Ingress
  readonly path: string
  readonly type: string
  readonly backend: IngressBackend
}

/** The rule for a request; undefined means the default server's 404. */
export function matchIngress(
  ingresses: readonly Ingress[],
  q: IngressQuestion,
): IngressMatch | undefined {
  const oldestFirst = [...ingresses].sort((a, b) => (age(a) < age(b) ? -1 : 1))
  const host = serverFor(oldestFirst, q.host)
  if (host === undefined) return undefined
  const locations = oldestFirst.flatMap((i) => locationsOf(i, host))
  const [path = '/', query] = q.path.split('?')
  const best = [...locations].sort(byPrecedence).find((l) => fits(l, path))
  if (!best) return undefined
  const rewritten = rewrite(best, path)
  return {
    ingress: best.ingress,
    backend: best.backend,
    path: query === undefined ? rewritten : `${rewritten}?${query}`,
    redirect: !q.secure && wantsTls(best.ingress, host),
  }
}

function age(i: Ingress): string {
  return `${i.metadata.creationTimestamp} ${i.metadata.namespace}/${i.metadata.name}`
}

/** The host of the rules that serve a name: itself, a wildcard one label up, or '' for all. */
function serverFor(ingresses: readonly Ingress[], name: string): string | undefined {
  const hosts = new Set<string>()
  for (const { spec } of ingresses) {
    for (const r of spec?.rules ?? []) hosts.add(r.host ?? '')
    if (spec?.defaultBackend && !spec.rules?.length) hosts.add('')
  }
  const dot = name.indexOf('.')
  const wildcard = dot > 0 ? `*${name.slice(dot)}` : ''
  return [name, wildcard, ''].find((h) => hosts.has(h))
}

function locationsOf(ingress: Ingress, host: string): Location[] {
  const { rules = [], defaultBackend } = ingress.spec ?? {}
  const own = rules.filter((r) => (r.host ?? '') === host)
  const out: Location[] = own.flatMap((r) =>
    (r.http?.paths ?? []).map((p) => ({
      ingress,
      path: p.path || '/',
      type: p.pathType,
      backend: p.backend,
    })),
  )
  const serves = own.length > 0 || (host === '' && rules.length === 0)
  if (defaultBackend && serves && !out.some((l) => l.path === '/'))
    out.push({ ingress, path: '/', type: 'Prefix', backend: defaultBackend })
  return out
}

/** Exact before anything else, then the longest path. */
function byPrecedence(a: Location, b: Location): number {
  const exact = (l: Location) => (l.type === 'Exact' ? 1 : 0)
  return exact(b) - exact(a) || b.path.length - a.path.length
}

function fits(l: Location, path: string): boolean {
  const pattern = patternOf(l)
  if (pattern) return pattern.test(path)
  if (l.type === 'Exact') return path === l.path
  // A path of no particular type is a plain prefix to nginx: /foo also takes /foobar.
  if (l.type === 'ImplementationSpecific') return path.startsWith(l.path)
  const prefix = l.path.replace(/\/+$/, '')
  return path === prefix || path.startsWith(`${prefix}/`)
}

function annotation(i: Ingress, name: string): string | undefined {
  return i.metadata.annotations?.[ANNOTATION + name]
}

/** Paths are patterns when the Ingress says so; a type other than Exact and Prefix lets them be any. */
function patternOf(l: Location): RegExp | undefined {
  const rewrites = annotation(l.ingress, 'rewrite-target') !== undefined
  if (!rewrites && annotation(l.ingress, 'use-regex') !== 'true') return undefined
  if (l.type === 'Exact' || !/[()[\]^$*+?|\\]/.test(l.path)) return undefined
  if (l.path.length > PATTERN_MAX) return undefined
  try {
    return new RegExp(`^${l.path}`, 'i')
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return undefined
  }
}

function rewrite(l: Location, path: string): string {
  const target = annotation(l.ingress, 'rewrite-target')
  if (target === undefined) return path
  const groups = patternOf(l)?.exec(path) ?? []
  const text = target.replace(/\$(\d)/g, (_all, n: string) => groups[Number(n)] ?? '')
  return text.startsWith('/') ? text : `/${text}`
}

function wantsTls(i: Ingress, host: string): boolean {
  if (annotation(i, 'force-ssl-redirect') === 'true') return true
  if (annotation(i, 'ssl-redirect') === 'false') return false
  return (i.spec?.tls ?? []).some((t) => !t.hosts?.length || t.hosts.includes(host))
}
