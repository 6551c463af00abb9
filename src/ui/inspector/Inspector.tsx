/** The inspector: one object from several sides. */
import { Pencil } from 'lucide-react'
import { useEffect, useState } from 'react'
import type { WhyAnswer } from '../../protocol/protocol.ts'
import { bridge } from '../bridge/bridge.ts'
import { preciseText } from '../components/time.ts'
import { EventsTable } from '../dock/EventsTable.tsx'
import { en } from '../i18n/en.ts'
import { type MessageId, useWords } from '../i18n/i18n.ts'
import { stepWords } from '../i18n/steps.ts'
import { usePreference } from '../store/preferences.ts'
import {
  type InspectorTab,
  type Selected,
  select,
  selection,
  useSelection,
} from '../store/selection.ts'
import { type AnyCard, cards, useCard, useTopic } from '../store/world.ts'
import styles from './inspector.module.css'

const TABS: readonly { tab: InspectorTab; word: MessageId; kinds?: readonly string[] }[] = [
  { tab: 'summary', word: 'inspector.summary' },
  { tab: 'yaml', word: 'inspector.yaml' },
  { tab: 'events', word: 'inspector.events' },
  { tab: 'logs', word: 'inspector.logs', kinds: ['Pod'] },
  { tab: 'why', word: 'inspector.why' },
]

/** The panel at the side. */
export function Inspector() {
  const t = useWords()
  const selected = useSelection((s) => s.selected)
  const tab = useSelection((s) => s.tab)
  if (!selected) {
    return (
      <aside className={styles.panel} aria-label={t('inspector.summary')}>
        <div className={styles.empty}>
          <p className="strong">{t('inspector.empty.title')}</p>
          <p className="muted">{t('inspector.empty.text')}</p>
        </div>
      </aside>
    )
  }
  const tabs = TABS.filter((x) => !x.kinds || x.kinds.includes(selected.kind))
  const shown = tabs.some((x) => x.tab === tab) ? tab : 'summary'
  return (
    <aside
      className={styles.panel}
      aria-label={`${selected.kind} ${selected.name}`}
      data-testid="inspector"
    >
      <header className={styles.head}>
        <h2 className="strong">{selected.name}</h2>
        <p className="small muted">
          {selected.kind}
          {selected.namespace ? ` · ${selected.namespace}` : ''}
        </p>
      </header>
      <div className={styles.tabs} role="tablist">
        {tabs.map((x) => (
          <button
            type="button"
            role="tab"
            key={x.tab}
            aria-selected={x.tab === shown}
            className={x.tab === shown ? styles.on : ''}
            onClick={() => selection.setState({ tab: x.tab })}
            data-testid={`inspect-${x.tab}`}
          >
            {t(x.word)}
          </button>
        ))}
      </div>
      <div className={styles.body}>
        {shown === 'summary' ? <Summary selected={selected} /> : null}
        {shown === 'yaml' ? <Yaml selected={selected} /> : null}
        {shown === 'events' ? <EventsTable about={selected} /> : null}
        {shown === 'logs' ? <Logs selected={selected} /> : null}
        {shown === 'why' ? <Why selected={selected} /> : null}
      </div>
    </aside>
  )
}

function nameFlag(s: Selected): string {
  return `${s.kind}/${s.name}${s.namespace ? ` -n ${s.namespace}` : ''}`
}

/** Runs a read-only kubectl line when the object changes. */
function useKubectl(line: string, uid: string): string {
  const [text, setText] = useState('')
  const version = useTopic(uid)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version says that the object changed
  useEffect(() => {
    let current = true
    const timer = setTimeout(() => {
      void bridge.kubectl(line, { aside: true }).then((r) => {
        if (current) setText(r.stdout || r.stderr)
      })
    }, 120)
    return () => {
      current = false
      clearTimeout(timer)
    }
  }, [line, version])
  return text
}

function Summary({ selected }: { selected: Selected }) {
  const card = useCard<AnyCard>(selected.uid)
  const t = useWords()
  const described = useKubectl(
    `kubectl describe ${nameFlag(selected)} --show-events=false`,
    selected.uid,
  )
  if (!card && !described) return <p className="muted">{t('inspector.gone')}</p>
  return (
    <pre className={styles.text} data-testid="summary">
      {described}
    </pre>
  )
}

function Yaml({ selected }: { selected: Selected }) {
  const t = useWords()
  const text = useKubectl(`kubectl get ${nameFlag(selected)} -o yaml`, selected.uid)
  const edit = () => void import('../dock/Editor.tsx').then((m) => m.openInEditor(text))
  return (
    <>
      <button type="button" className={`btn ${styles.float}`} onClick={edit}>
        <Pencil size={14} aria-hidden="true" />
        {t('inspector.edit')}
      </button>
      <pre className={styles.text} data-testid="yaml">
        {text}
      </pre>
    </>
  )
}

const LOG_LINES_MAX = 500

function Logs({ selected }: { selected: Selected }) {
  const t = useWords()
  const [text, setText] = useState('')
  useEffect(() => {
    setText('')
    let run: number | undefined
    void bridge.kubectl(
      `kubectl logs ${selected.name} -n ${selected.namespace} --all-containers --tail=200 -f`,
      {
        aside: true,
        output: (_stream, chunk) =>
          setText((old) => (old + chunk).split('\n').slice(-LOG_LINES_MAX).join('\n')),
        started: (r) => {
          run = r
        },
      },
    )
    return () => {
      if (run !== undefined) bridge.interrupt(run)
    }
  }, [selected.name, selected.namespace])
  return (
    <pre className={styles.text} data-testid="logs">
      {text || t('inspector.nologs')}
    </pre>
  )
}

function Why({ selected }: { selected: Selected }) {
  const language = usePreference((p) => p.language)
  const t = useWords()
  const [answer, setAnswer] = useState<WhyAnswer>()
  const version = useTopic(selected.uid)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version says that the object changed
  useEffect(() => {
    let current = true
    void bridge.why(selected).then((a) => {
      if (current) setAnswer(a)
    })
    return () => {
      current = false
    }
  }, [selected, version])
  if (!answer) return null
  const id = (answer.verdict.id in en ? answer.verdict.id : 'why.object') as MessageId
  return (
    <div className={styles.why} data-testid="why">
      <p className={styles.verdict}>{t(id, answer.verdict.values)}</p>
      <ol className={styles.chain}>
        {answer.steps.map((s, i) => (
          <li
            // biome-ignore lint/suspicious/noArrayIndexKey: steps are an answer read once
            key={i}
            className={
              s.verb === 'fault' || s.verb === 'exit'
                ? styles.bad
                : i === answer.steps.length - 1
                  ? styles.last
                  : ''
            }
            data-verb={s.verb}
          >
            <p className={styles.step}>
              <span>{shortOwner(s.owner)}</span>
              <time>{preciseText(s.at)}</time>
            </p>
            <p className="muted">
              {stepWords(language, s.text)}
              {s.about ? <About about={s.about} /> : null}
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
    </div>
  )
}

/** `kube-controller-manager-1/deployment-controller` reads as `deployment-controller`. */
function shortOwner(owner: string): string {
  return owner.replace(/^kube-controller-manager[^/]*\//, '')
}

function About({ about }: { about: { kind: string; namespace?: string; name: string } }) {
  const card = cards.find<AnyCard>(about.kind, about.namespace ?? '', about.name)
  if (!card) return <span className="mono"> {about.name}</span>
  return (
    <button type="button" className={styles.link} onClick={() => select(card)}>
      {about.kind}/{about.name}
    </button>
  )
}

interface Verdict {
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
        {(nodes as Verdict[]).slice(0, 12).map((n) => (
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
