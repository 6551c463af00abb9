/** What is wrong now: each trouble with its verdict's first sentence, what others stand on first. */
import { ChevronRight } from 'lucide-react'
import { memo } from 'react'
import type { Trouble } from '../../protocol/protocol.ts'
import { type MessageId, useWords } from '../i18n/i18n.ts'
import { selectAbout, useTroubles } from '../store/troubles.ts'
import styles from './troubles.module.css'

/** The list; each row leads to the why of its object. */
export function TroublesList() {
  const t = useWords()
  const list = useTroubles((s) => s.list)
  if (list.length === 0)
    return (
      <div className={styles.empty} data-testid="troubles-none">
        <p className="strong small">{t('why.troubles.none')}</p>
        <p className="small muted">{t('why.troubles.teach')}</p>
      </div>
    )
  return (
    <ul className={styles.list} data-testid="troubles">
      {list.map((x) => (
        <Row key={`${x.about.kind}/${x.about.namespace}/${x.about.name}`} trouble={x} />
      ))}
    </ul>
  )
}

const Row = memo(function Row({ trouble }: { trouble: Trouble }) {
  const t = useWords()
  const { about, verdict, root } = trouble
  const space = about.namespace && about.namespace !== 'default' ? ` · ${about.namespace}` : ''
  return (
    <li>
      <button
        type="button"
        className={styles.row}
        onClick={() => selectAbout(about, 'why')}
        data-testid="trouble"
      >
        <span className={styles.about}>
          {about.kind} <b>{about.name}</b>
          {space}
        </span>
        <span className={styles.says}>
          {firstSentence(t(verdict.id as MessageId, verdict.values))}
        </span>
        {root ? (
          <span className={styles.root}>
            {t('why.root.of', { what: firstSentence(t(root.id as MessageId, root.values)) })}
          </span>
        ) : null}
        <ChevronRight size={14} aria-hidden="true" className={styles.go} />
      </button>
    </li>
  )
})

/** Up to the first full stop that ends a sentence. */
function firstSentence(text: string): string {
  return /^.*?(?:。|[.!?](?=\s+\p{Lu})|$)/su.exec(text)?.[0] ?? text
}
