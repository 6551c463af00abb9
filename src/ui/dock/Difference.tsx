/** What the API server would change, object by object. */
import type { ObjectDifference } from '../editor/difference.ts'
import styles from './dock.module.css'

/** The differences, each under the name of its object. */
export function Difference({ objects }: { objects: readonly ObjectDifference[] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled by keys
    <div className={styles.difference} data-testid="result" tabIndex={0}>
      {objects.map((o) => (
        <section key={o.file}>
          <h3>
            <span className="strong">{`${o.kind} ${o.name}`}</span>{' '}
            <span className="muted">{o.namespace}</span>
            <span className={styles.counts}>
              <span className="good">{`+${o.added}`}</span>{' '}
              <span className="bad">{o.isNew ? '' : `−${o.removed}`}</span>
            </span>
          </h3>
          <pre>
            {o.lines
              .filter((l) => !l.startsWith('@@'))
              .map((l, i) => (
                <span
                  // biome-ignore lint/suspicious/noArrayIndexKey: lines of a text have no other identity
                  key={i}
                  className={
                    l.startsWith('+') ? styles.added : l.startsWith('-') ? styles.removed : ''
                  }
                >
                  {l}
                  {'\n'}
                </span>
              ))}
          </pre>
        </section>
      ))}
    </div>
  )
}
