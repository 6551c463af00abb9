/** How many more there are than a card has room for; leads to the tree, which shows them all. */
import { useWords } from '../i18n/i18n.ts'
import { showInTree } from '../tree/reach.ts'
import styles from './cards.module.css'

/** `+N`; nothing when all are shown. `line` is where they are in the tree. */
export function More({ n, line }: { n: number; line: string }) {
  const t = useWords()
  if (n <= 0) return null
  return (
    <button
      type="button"
      className={`${styles.more} nodrag`}
      onClick={() => showInTree(line)}
      aria-label={t('map.more', { n })}
      title={t('map.more', { n })}
      data-testid="more"
    >
      +{n}
    </button>
  )
}
