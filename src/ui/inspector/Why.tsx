/** The why tab: the verdict, what is behind it, what would mend it, what would happen if, and what happened. */
import { BookOpen } from 'lucide-react'
import { useEffect, useState } from 'react'
import type { About, Said, WhyAnswer, WhyCause, WhyRule } from '../../protocol/protocol.ts'
import { bridge } from '../bridge/bridge.ts'
import { preciseText } from '../components/time.ts'
import { type MessageId, useWords } from '../i18n/i18n.ts'
import { stepWords } from '../i18n/steps.ts'
import { usePreference } from '../store/preferences.ts'
import { type Selected, select } from '../store/selection.ts'
import { type AnyCard, cards, useSlowTopic } from '../store/world.ts'
import { Fixes } from './Fixes.tsx'
import { WhatIf } from './WhatIf.tsx'
import styles from './why.module.css'

/** Real milliseconds between looks: what is behind an object changes without the object. */
const LOOK_MS = 1000
const SITE = 'https://kubernetes.io'

/** Why an object is as it is. */
export function Why({ selected }: { selected: Selected }) {
  const answer = useAnswer(selected)
  if (!answer) return null
  const root = answer.causes.length - 1
  return (
    <div className={styles.why} data-testid="why">
      <section className={styles.verdict} data-state={answer.state} data-testid="verdict">
        <Sentence {...answer.verdict} />
        <Rule rule={answer.rule} field={answer.field} />
      </section>
      {answer.causes.length > 0 ? (
        <ol className={styles.causes}>
          {answer.causes.map((c, i) => (
            <Cause key={`${c.id}${c.about.kind}${c.about.name}`} cause={c} root={i === root} />
          ))}
        </ol>
      ) : null}
      <Fixes
        key={`fix${selected.uid}`}
        about={selected}
        possible={answer.fixable}
        refused={selected.refused ?? false}
        beyond={answer.beyond}
      />
      <WhatIf key={`if${selected.uid}`} selected={selected} />
      <Happened answer={answer} />
      <Field key={`field${selected.uid}`} selected={selected} />
    </div>
  )
}

function useAnswer(selected: Selected): WhyAnswer | undefined {
  const [answer, setAnswer] = useState<{ of: Selected; answer: WhyAnswer }>()
  const version = useSlowTopic('now', LOOK_MS)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version says that time has passed
  useEffect(() => {
    let current = true
    const { refused } = selected
    void bridge.why(selected, refused ? { refused } : {}).then((a) => {
      if (current) setAnswer({ of: selected, answer: a })
    })
    return () => {
      current = false
    }
  }, [selected, version])
  return answer?.of === selected ? answer.answer : undefined
}

function Sentence({ id, values }: Said) {
  const t = useWords()
  return <p>{t(id as MessageId, values)}</p>
}

function Cause({ cause, root }: { cause: WhyCause; root: boolean }) {
  const t = useWords()
  return (
    <li
      data-state={cause.state}
      className={root ? styles.root : ''}
      data-testid={root ? 'root-cause' : 'cause'}
    >
      <p className={styles.label}>
        {t(root ? 'why.root' : 'why.because')}
        <AboutLink about={cause.about} />
      </p>
      <Sentence id={cause.id} values={cause.values} />
      <Rule rule={cause.rule} field={cause.field} />
    </li>
  )
}

/** The documentation's name for the rule; its page opens beside, nothing is fetched. */
function Rule({ rule, field }: { rule?: WhyRule | undefined; field?: string | undefined }) {
  const t = useWords()
  if (!rule) return null
  return (
    <p className={styles.rule}>
      <BookOpen size={12} aria-hidden="true" />
      <span>
        <a
          href={SITE + rule.path}
          target="_blank"
          rel="noreferrer"
          title={`kubernetes.io${rule.path}`}
        >
          <span className="visually-hidden">{t('why.rule')}: </span>
          {rule.name}
        </a>
        {field ? <code>{field}</code> : null}
      </span>
    </p>
  )
}

/** Selects the object that a sentence is about. */
export function AboutLink({ about }: { about: Partial<About> & { kind: string; name: string } }) {
  const card = cards.find<AnyCard>(about.kind, about.namespace ?? '', about.name)
  const text = `${about.kind}/${about.name}`
  if (!card) return <span className="mono">{text}</span>
  return (
    <button type="button" className={styles.link} onClick={() => select(card)}>
      {text}
    </button>
  )
}

function Happened({ answer }: { answer: WhyAnswer }) {
  const language = usePreference((p) => p.language)
  const t = useWords()
  if (answer.steps.length + answer.next.length === 0) return null
  return (
    <section>
      <h3>{t('why.happened')}</h3>
      <ol className={styles.chain}>
        {answer.steps.map((s, i) => (
          <li
            // biome-ignore lint/suspicious/noArrayIndexKey: steps are an answer read once
            key={i}
            className={stepLook(s.verb, s.detail, i === answer.steps.length - 1)}
            data-verb={s.verb}
          >
            <p className={styles.step}>
              <span>{shortOwner(s.owner)}</span>
              <time>{preciseText(s.at)}</time>
            </p>
            <p className="muted">
              {stepWords(language, s.text)} {s.about ? <AboutLink about={s.about} /> : null}
            </p>
            <Verdicts detail={s.detail} />
          </li>
        ))}
        {answer.next.map((n) => (
          <li key={`${n.owner}${n.at}${n.label}`} className={styles.next}>
            <p className={styles.step}>
              <span>{t('inspector.next')}</span>
              <time>{preciseText(n.at)}</time>
            </p>
            <p className="muted">
              {n.owner}: {n.label}
            </p>
          </li>
        ))}
      </ol>
    </section>
  )
}

function stepLook(
  verb: string,
  detail: WhyAnswer['steps'][number]['detail'],
  last: boolean,
): string {
  if (verb === 'fault' || verb === 'exit' || Number(detail?.code) >= 400) return styles.bad ?? ''
  return last ? (styles.last ?? '') : ''
}

/** `kube-controller-manager-1/deployment-controller` reads as `deployment-controller`. */
function shortOwner(owner: string): string {
  return owner.replace(/^kube-controller-manager[^/]*\//, '')
}

interface NodeVerdict {
  node: string
  filteredBy?: string
  reason?: string
  total?: number
}

function Verdicts({ detail }: { detail: Readonly<Record<string, unknown>> | undefined }) {
  const nodes = detail?.nodes
  if (!Array.isArray(nodes)) return null
  const chosen = String(detail?.chosen ?? '')
  return (
    <table className={styles.verdicts}>
      <tbody>
        {(nodes as NodeVerdict[]).slice(0, 12).map((n) => (
          <tr key={n.node} className={n.node === chosen ? 'accent' : ''}>
            <td>{n.node}</td>
            <td>{n.filteredBy ? `${n.filteredBy}: ${n.reason ?? ''}` : '✓'}</td>
            <td>{n.total ?? ''}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** Asks for one field: who wrote it, when and on whose behalf. */
function Field({ selected }: { selected: Selected }) {
  const t = useWords()
  const [path, setPath] = useState('')
  const [answer, setAnswer] = useState<WhyAnswer>()
  const ask = () => void bridge.why(selected, { field: path.trim() }).then(setAnswer)
  return (
    <section>
      <h3>{t('why.fields')}</h3>
      <form
        className={styles.ask}
        onSubmit={(e) => {
          e.preventDefault()
          if (path.trim()) ask()
        }}
      >
        <input
          value={path}
          onChange={(e) => setPath(e.target.value)}
          placeholder="spec.replicas"
          aria-label={t('why.field.ask')}
          spellCheck={false}
          data-testid="why-field"
        />
      </form>
      {answer ? (
        <div className={styles.verdict} data-state="ok" data-testid="why-field-answer">
          <Sentence {...answer.verdict} />
          <Rule rule={answer.rule} />
        </div>
      ) : null}
    </section>
  )
}
