/** The small bar of an embedded page: time, what happened, and the way to the whole page. */
import { ExternalLink } from 'lucide-react'
import bar from '../bar/bar.module.css'
import { Transport } from '../bar/TopBar.tsx'
import { useWords } from '../i18n/i18n.ts'
import { Timeline } from '../time/Timeline.tsx'
import { fullAddress } from './embedding.ts'
import styles from './share.module.css'

/** The bar. */
export function EmbedBar() {
  const t = useWords()
  return (
    <header className={`${bar.bar} ${styles.embed}`} data-testid="embed-bar">
      <Transport />
      <Timeline />
      <a className={styles.full} href={fullAddress()} target="_blank" rel="noopener">
        {t('embed.open')}
        <ExternalLink size={16} aria-hidden="true" />
      </a>
    </header>
  )
}
