/**
 * What is accepted in volumes but deserves a word.
 * @source pkg/api/pod/warnings.go, pkg/api/persistentvolumeclaim/util.go
 */
import type {
  PersistentVolumeClaimSpec,
  Volume,
  VolumeProjection,
} from '../../api/generated/types.ts'
import { canonicalQuantity, isWhole } from '../../api/meta/quantity.ts'

/** Kinds of volumes that are on their way out, or gone. */
const OLD_VOLUMES = {
  photonPersistentDisk: 'deprecated in v1.11, non-functional in v1.16+',
  gitRepo: 'deprecated in v1.11, and disabled by default in v1.33+',
  scaleIO: 'deprecated in v1.16, non-functional in v1.22+',
  flocker: 'deprecated in v1.22, non-functional in v1.25+',
  storageos: 'deprecated in v1.22, non-functional in v1.25+',
  quobyte: 'deprecated in v1.22, non-functional in v1.25+',
  glusterfs: 'deprecated in v1.25, non-functional in v1.26+',
  ephemeral: '',
  cephfs: 'deprecated in v1.28, non-functional in v1.31+',
  rbd: 'deprecated in v1.28, non-functional in v1.31+',
} as const

/** Warnings of a pod's volumes. */
export function volumeWarnings(list: readonly Volume[] | undefined, path: string): string[] {
  const out: string[] = []
  list?.forEach((v, i) => {
    for (const [kind, text] of Object.entries(OLD_VOLUMES)) {
      const at = `${path}[${i}].${kind === 'storageos' ? 'storageOS' : kind}`
      const claim = kind === 'ephemeral' ? v.ephemeral?.volumeClaimTemplate : undefined
      if (claim) out.push(...claimSpecWarnings(claim.spec, `${at}.volumeClaimTemplate.spec`))
      else if (text && v[kind as keyof Volume] !== undefined) out.push(`${at}: ${text}`)
    }
  })
  for (const v of list ?? []) out.push(...overlapWarnings(v))
  return out
}

/** The warning of an amount of bytes that is no whole one. */
export function fractionWarning(amount: string, path: string): string[] {
  if (isWhole(amount)) return []
  const shown = JSON.stringify(canonicalQuantity(amount))
  return [`${path}: fractional byte value ${shown} is invalid, must be an integer`]
}

/** Warnings of a claim's spec: sizes that are no whole bytes. */
export function claimSpecWarnings(
  spec: PersistentVolumeClaimSpec | undefined,
  path: string,
): string[] {
  return (['requests', 'limits'] as const).flatMap((part) => {
    const q = spec?.resources?.[part]?.storage
    return q === undefined ? [] : fractionWarning(q, `${path}.resources.${part}[storage]`)
  })
}

const q = (text: string | undefined) => JSON.stringify(text ?? '')

/** Warnings of files in one volume that lie upon or within each other. */
function overlapWarnings(v: Volume): string[] {
  const paths = (items: readonly { path: string }[]) => items.map((i) => i.path)
  const named = (what: string) => `volume ${q(v.name)} (${what}): overlapping paths`
  const out: string[] = []
  if (v.configMap?.items) {
    out.push(...overlaps(paths(v.configMap.items), named(`ConfigMap ${q(v.configMap.name)}`)))
  }
  if (v.secret?.items) {
    out.push(...overlaps(paths(v.secret.items), named(`Secret ${q(v.secret.secretName)}`)))
  }
  if (v.downwardAPI?.items) {
    out.push(...overlaps(paths(v.downwardAPI.items), named('DownwardAPI')))
  }
  const all = new Set<string>()
  for (const s of v.projected?.sources ?? []) {
    if (Object.keys(s).length === 0) {
      out.push(`volume ${q(v.name)} (Projected) has no sources provided`)
      continue
    }
    const [what, own] = projected(s)
    if (own.length === 0) continue
    out.push(...overlaps(own, named(`Projected ${what}`)))
    const unique = new Set(own)
    out.push(...overlaps([...unique, ...all].sort(), named(`Projected ${what}`)))
    for (const p of unique) all.add(p)
  }
  return out
}

/** What a source is called, and its files. */
function projected(s: VolumeProjection): [string, string[]] {
  const paths = (items: readonly { path: string }[]) => items.map((i) => i.path)
  if (s.configMap?.items) return [`ConfigMap ${q(s.configMap.name)}`, paths(s.configMap.items)]
  if (s.secret?.items) return [`Secret ${q(s.secret.name)}`, paths(s.secret.items)]
  if (s.downwardAPI?.items) return ['DownwardAPI', paths(s.downwardAPI.items)]
  if (s.serviceAccountToken) return ['ServiceAccountToken', [s.serviceAccountToken.path]]
  if (!s.clusterTrustBundle) return ['', []]
  const { name, signerName, path } = s.clusterTrustBundle
  return [`ClusterTrustBundle ${q(name ?? signerName)}`, [path]]
}

function overlaps(list: readonly string[], text: string): string[] {
  const out: string[] = []
  const seen = new Set<string>()
  for (const given of list) {
    const path = given.replace(/\/+$/, '')
    const other = [...seen].find((s) => s && path && clash(s, path))
    if (other !== undefined) out.push(`${text}: ${q(path)} with ${q(other)}`)
    seen.add(path)
  }
  return out
}

/** True when one path begins as the other, as upstream tells. */
function clash(a: string, b: string): boolean {
  return a === b || `${a}/`.startsWith(b) || `${b}/`.startsWith(a)
}
