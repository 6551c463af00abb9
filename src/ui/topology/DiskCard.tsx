/** Disks under a node: claims that its pods use, and claims that wait. */
import { HardDrive } from 'lucide-react'
import type { ClaimCard } from '../../protocol/cards.ts'
import { useWords } from '../i18n/i18n.ts'
import { select } from '../store/selection.ts'
import { useKind, usePodsOn } from '../store/world.ts'
import styles from './cards.module.css'
import { More } from './More.tsx'

const SHOWN = 3

/** The disks plugged in below one node. */
export function DiskCard({ node }: { node: string }) {
  const pods = usePodsOn(node)
  const used = new Set(pods.flatMap((p) => p.claims.map((c) => `${p.namespace}/${c}`)))
  const claims = useKind<ClaimCard>('PersistentVolumeClaim').filter((c) =>
    used.has(`${c.namespace}/${c.name}`),
  )
  if (claims.length === 0) return <div />
  return (
    <div className={styles.disks}>
      {claims.slice(0, SHOWN).map((c) => (
        <Claim key={c.uid} claim={c} />
      ))}
      <More n={claims.length - SHOWN} line="storage" />
    </div>
  )
}

/** One claim, plugged in or waiting. */
export function Claim({ claim }: { claim: ClaimCard }) {
  const t = useWords()
  const bound = claim.phase === 'Bound'
  return (
    <button
      type="button"
      className={`nodrag ${styles.disk} ${bound ? '' : styles.pending}`}
      onClick={() => select(claim)}
      data-testid="claim"
      data-claim={claim.name}
      data-claim-uid={claim.uid}
      data-phase={claim.phase}
    >
      <span className={styles.head}>
        <HardDrive size={14} aria-hidden="true" />
        <span className="strong">{claim.name}</span>
        <span className={bound ? 'good' : 'warn'}>{bound ? 'Bound' : t('disks.pending')}</span>
      </span>
      <span className="muted">{bound ? claim.volume : claim.asked}</span>
    </button>
  )
}
