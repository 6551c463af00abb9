/** The inspector: one object from several sides. */
import { Pencil, X } from 'lucide-react'
import { type CSSProperties, lazy, Suspense, useEffect, useState } from 'react'
import { bridge } from '../bridge/bridge.ts'
import { watchedThrough } from '../bridge/transport.ts'
import { EventsTable } from '../dock/EventsTable.tsx'
import { loadWithWords } from '../editor/words.ts'
import { type MessageId, useWords } from '../i18n/i18n.ts'
import {
  type InspectorTab,
  type Selected,
  select,
  selection,
  useSelection,
} from '../store/selection.ts'
import { type AnyCard, useCard, useTopic } from '../store/world.ts'
import { type Described, takeApart } from './described.ts'
import styles from './inspector.module.css'

const Why = lazy(() => import('./Why.tsx').then((m) => ({ default: m.Why })))

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
  // Of a cluster that is only watched nothing is known but what its API says.
  const told = (tab: InspectorTab) => tab !== 'why' || watchedThrough() === undefined
  const tabs = TABS.filter((x) => told(x.tab) && (!x.kinds || x.kinds.includes(selected.kind)))
  const shown = tabs.some((x) => x.tab === tab) ? tab : 'summary'
  return (
    <aside
      className={styles.panel}
      aria-label={`${selected.kind} ${selected.name}`}
      data-testid="inspector"
    >
      <header className={styles.head}>
        <button
          type="button"
          className={`icon-btn ${styles.close}`}
          onClick={() => select(undefined)}
          aria-label={t('inspector.close')}
          data-testid="inspect-close"
        >
          <X size={16} aria-hidden="true" />
        </button>
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
      <div
        className={styles.body}
        role="tabpanel"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by key
        tabIndex={0}
        aria-label={t(TABS.find((x) => x.tab === shown)?.word ?? 'inspector.summary')}
      >
        {shown === 'summary' ? <Summary selected={selected} /> : null}
        {shown === 'yaml' ? <Yaml selected={selected} /> : null}
        {shown === 'events' ? <EventsTable about={selected} /> : null}
        {shown === 'logs' ? <Logs selected={selected} /> : null}
        {shown === 'why' ? (
          <Suspense fallback={null}>
            <Why selected={selected} />
          </Suspense>
        ) : null}
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

/** Lines beyond it may have to be scrolled. @unit characters */
const WIDE = 40

function DescribedLine({ of }: { of: Described }) {
  if ('lines' in of) {
    const wide = of.lines.some((l) => l.length > WIDE)
    const text = of.lines.join('\n')
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is scrolled by keys, too
    return wide ? <pre tabIndex={0}>{text}</pre> : <pre>{text}</pre>
  }
  return (
    <p className={styles.pair} style={{ '--in': `${of.indent}ch` } as CSSProperties}>
      <span>{of.name}</span> <span>{of.values.join('\n')}</span>
    </p>
  )
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
    <div className={styles.text} data-testid="summary">
      {takeApart(described).map((d, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines have no identity but their place
        <DescribedLine key={i} of={d} />
      ))}
    </div>
  )
}

function Yaml({ selected }: { selected: Selected }) {
  const t = useWords()
  const text = useKubectl(`kubectl get ${nameFlag(selected)} -o yaml`, selected.uid)
  const edit = () =>
    void loadWithWords(() => import('../editor/useMonaco.ts')).then((m) => m.openInEditor(text))
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
