/** The tree of branches: go to one, name it, compare it with the one that is shown. */
import { GitBranch, GitCompare, Trash2 } from 'lucide-react'
import { useState } from 'react'
import type { BranchCard, Comparison } from '../../protocol/protocol.ts'
import { bridge } from '../bridge/bridge.ts'
import { clockText } from '../components/time.ts'
import { useWords } from '../i18n/i18n.ts'
import styles from './time.module.css'
import { branchHere, checkout, forget, rename, useTravel } from './travel.ts'

/** The branches of this playground. */
export function Branches() {
  const t = useWords()
  const branches = useTravel((s) => s.branches)
  const busy = useTravel((s) => s.busy)
  const [compared, setCompared] = useState<Comparison>()
  return (
    <>
      <h2>{t('time.branches')}</h2>
      <ul aria-label={t('time.branches')} data-testid="branches">
        {inOrder(branches).map(({ branch, depth }) => (
          <Row
            key={branch.id}
            branch={branch}
            depth={depth}
            compare={() => void bridge.compare(branch.id).then(setCompared)}
          />
        ))}
      </ul>
      <div className={styles.form}>
        <button
          type="button"
          className="btn"
          disabled={busy}
          onClick={() => void branchHere()}
          data-testid="branch-now"
        >
          <GitBranch size={14} aria-hidden="true" />
          {t('time.branch')}
        </button>
      </div>
      {compared ? <Differences of={compared} /> : null}
    </>
  )
}

function Row(o: { branch: BranchCard; depth: number; compare(): void }) {
  const t = useWords()
  const { branch: b } = o
  const [name, setName] = useState<string>()
  const done = () => {
    if (name?.trim()) void rename(b.id, name)
    setName(undefined)
  }
  return (
    <li
      className={`${styles.row} ${b.current ? styles.current : ''}`}
      style={{ paddingLeft: 4 + o.depth * 16 }}
      data-testid="branch"
      data-current={b.current}
    >
      {name === undefined ? (
        <button
          type="button"
          className={styles.name}
          onClick={() => (b.current ? setName(b.name) : void checkout(b.id))}
          title={t(b.current ? 'time.branch.rename' : 'time.branch.go')}
          aria-current={b.current}
        >
          {b.name}
        </button>
      ) : (
        <input
          className="field"
          // biome-ignore lint/a11y/noAutofocus: it opens because its own row was pressed
          autoFocus
          value={name}
          aria-label={t('time.branch.rename')}
          onFocus={(e) => e.target.select()}
          onChange={(e) => setName(e.target.value)}
          onBlur={done}
          onKeyDown={(e) => {
            if (e.key === 'Enter') done()
            if (e.key === 'Escape') setName(undefined)
          }}
        />
      )}
      <span className={styles.at}>
        {clockText(b.from)} – {clockText(b.tip)}
      </span>
      {b.current ? null : (
        <>
          <button
            type="button"
            className="icon-btn"
            aria-label={t('time.branch.compare', { name: b.name })}
            title={t('time.branch.compare', { name: b.name })}
            onClick={o.compare}
            data-testid="compare"
          >
            <GitCompare size={14} aria-hidden="true" />
          </button>
          <button
            type="button"
            className="icon-btn"
            aria-label={t('time.branch.forget', { name: b.name })}
            title={t('time.branch.forget', { name: b.name })}
            onClick={() => void forget(b.id)}
          >
            <Trash2 size={14} aria-hidden="true" />
          </button>
        </>
      )}
    </li>
  )
}

/** What is in one branch and not in the other, and what took longer. */
function Differences({ of: c }: { of: Comparison }) {
  const t = useWords()
  const path = (o: { kind: string; namespace: string; name: string }) =>
    `${o.kind} ${o.namespace ? `${o.namespace}/` : ''}${o.name}`
  const after = (at: number | undefined) =>
    at === undefined ? t('time.compare.never') : `${((at - c.from) / 1000).toFixed(1)} s`
  return (
    <section
      className={styles.compare}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by key
      tabIndex={0}
      aria-label={t('time.compare', { mine: c.mine, other: c.other })}
      data-testid="differences"
    >
      <p className="strong">{t('time.compare', { mine: c.mine, other: c.other })}</p>
      {c.objects.length + c.timings.length === 0 ? <p>{t('time.compare.same')}</p> : null}
      {c.objects.map((o) => (
        <p
          key={`${o.kind}/${o.namespace}/${o.name}`}
          className={o.how === 'only-here' ? 'good' : o.how === 'only-there' ? 'bad' : ''}
        >
          {o.how === 'only-here' ? '+ ' : o.how === 'only-there' ? '− ' : '~ '}
          {path(o)}
          {o.fields.length > 0 ? <span className="muted"> {o.fields.join(', ')}</span> : null}
        </p>
      ))}
      {c.timings.length > 0 ? <p className="strong">{t('time.compare.timings')}</p> : null}
      {c.timings.map((x) => (
        <p key={`${x.kind}/${x.namespace}/${x.name}`}>
          {path(x)}{' '}
          <span className="muted">
            {c.mine}: {after(x.here)} · {c.other}: {after(x.there)}
          </span>
        </p>
      ))}
    </section>
  )
}

/** Depth first, children under their parent in the order they came. */
function inOrder(all: readonly BranchCard[]): { branch: BranchCard; depth: number }[] {
  const ids = new Set(all.map((b) => b.id))
  const below = (
    parent: number | undefined,
    depth: number,
  ): { branch: BranchCard; depth: number }[] =>
    all
      .filter(
        (b) => (b.parent !== undefined && ids.has(b.parent) ? b.parent : undefined) === parent,
      )
      .flatMap((branch) => [{ branch, depth }, ...below(branch.id, depth + 1)])
  return below(undefined, 0)
}
