/** The smallest change that mends it, found by trying on copies in the laboratory. */
import { Check, CircleAlert, FlaskConical, Lightbulb, X } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import type { About, Said, WhyFix } from '../../protocol/protocol.ts'
import { bridge } from '../bridge/bridge.ts'
import { findFixes, type Trials } from '../bridge/lab.ts'
import { durationText } from '../components/time.ts'
import { typeLine } from '../dock/typed.ts'
import { type MessageId, useWords } from '../i18n/i18n.ts'
import { prefer } from '../store/preferences.ts'
import styles from './why.module.css'

/** Long enough for the terminal to be there when the dock was elsewhere. @unit real ms */
const TERMINAL_MS = 200

/** Carries out what was found: an act at the machines, or a line of the terminal. */
function carryOut({ act, command }: WhyFix): void {
  if (!act) run(command)
  else if (act.kind === 'add-node') void bridge.addNode()
  else void bridge.fault(act)
}

/** Types a command into the terminal, where it can be read; past a busy terminal it goes straight to the cluster. */
function run(command: string): void {
  prefer({ dock: 'terminal' })
  setTimeout(() => {
    void typeLine(command).then((typed) => {
      if (!typed) void bridge.kubectl(command)
    })
  }, TERMINAL_MS)
}

/** The button that looks for fixes, and what it found. */
export function Fixes({
  about,
  possible,
  refused,
  beyond,
}: {
  about: About
  possible: boolean
  /** What is to be mended is a refusal, not the object. */
  refused: boolean
  /** Why it may be that no change helps. */
  beyond?: Said | undefined
}) {
  const t = useWords()
  const [trials, setTrials] = useState<Trials | { failed: string }>()
  const stop = useRef<() => void>(undefined)
  useEffect(() => () => stop.current?.(), [])
  if (!possible && !trials && !beyond) return null
  const look = () => {
    stop.current?.()
    setTrials({ fixes: [], left: 1 })
    const { kind, namespace, name } = about
    stop.current = findFixes({ kind, namespace, name }, setTrials, refused)
  }
  const failed = trials && 'failed' in trials ? trials.failed : ''
  const fixes = trials && 'fixes' in trials ? trials.fixes : []
  const left = trials && 'left' in trials ? trials.left : 0
  const hopeless = !possible || (trials && left === 0 && !fixes.some((f) => f.works))
  const untried = fixes.some((f) => f.untried)
  const shown = [...fixes].sort((a, b) => Number(b.works) - Number(a.works))
  return (
    <section aria-live="polite" data-testid="fixes" data-left={left}>
      {possible ? (
        <button
          type="button"
          className={`btn ${trials ? '' : 'primary'} ${styles.try}`}
          onClick={look}
          disabled={left > 0}
          data-testid="find-fix"
        >
          <FlaskConical size={14} aria-hidden="true" />
          {t(left > 0 ? 'why.trying' : 'why.try')}
        </button>
      ) : null}
      {failed ? <p className="bad small">{failed}</p> : null}
      {shown.length > 0 ? <h3>{t(untried ? 'why.proposed' : 'why.tried')}</h3> : null}
      <ul className={styles.fixes}>
        {shown.map((f) => (
          <Fix key={f.command || JSON.stringify(f.act)} fix={f} />
        ))}
      </ul>
      {trials && left === 0 && !failed && !untried && !fixes.some((f) => f.works) ? (
        <p className="muted small">{t('why.tried.none')}</p>
      ) : null}
      {beyond && hopeless ? (
        <>
          <h3>{t('why.beyond')}</h3>
          <p data-testid="beyond">{t(beyond.id as MessageId, beyond.values)}</p>
        </>
      ) : null}
    </section>
  )
}

function Fix({ fix }: { fix: WhyFix }) {
  const t = useWords()
  const [first = '', ...rest] = fix.command.split('\n')
  const broke = fix.broke.map((b) => `${b.kind} ${b.name}`).join(t('list.names'))
  const outcome = fix.untried
    ? t('why.untried')
    : fix.works
      ? t('why.tried.works', { time: durationText(fix.after ?? 0) })
      : fix.refused
        ? t('why.tried.refused', { message: fix.refused })
        : broke
          ? t('why.tried.broke', { what: broke })
          : t('why.tried.fails')
  const Sign = fix.untried ? Lightbulb : fix.works ? Check : broke ? CircleAlert : X
  return (
    <li data-works={fix.works} data-testid="fix">
      <p className={styles.outcome}>
        <Sign size={14} aria-hidden="true" />
        <span className={styles.what}>{t(fix.why.id as MessageId, fix.why.values)}</span>
      </p>
      <p className={styles.how}>{outcome}</p>
      {fix.act ? null : rest.length === 0 ? (
        <pre>{first}</pre>
      ) : (
        <details>
          <summary>
            <code>{first}</code> <span>{t('why.lines', { n: rest.length })}</span>
          </summary>
          <pre>{rest.join('\n')}</pre>
        </details>
      )}
      {fix.works || fix.untried ? (
        <button type="button" className="btn" onClick={() => carryOut(fix)} data-testid="apply-fix">
          {t(fix.act ? 'why.apply.act' : 'why.apply')}
        </button>
      ) : null}
    </li>
  )
}
