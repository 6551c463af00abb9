/** What would happen if: a command carried out on a copy of the cluster, and the differences in words. */
import { useCallback, useEffect, useRef, useState } from 'react'
import type { WhatIfAnswer, WhatIfLine } from '../../protocol/protocol.ts'
import { whatIf } from '../bridge/lab.ts'
import { durationText } from '../components/time.ts'
import { type MessageId, type Translate, useWords } from '../i18n/i18n.ts'
import { type Selected, selection, useSelection } from '../store/selection.ts'
import { type AnyCard, cards, type ServiceCard, type WorkloadCard } from '../store/world.ts'
import { drainLine } from './whatifs.ts'
import styles from './why.module.css'

interface Preset {
  readonly word: MessageId
  readonly values?: Readonly<Record<string, string | number>>
  readonly command: string
}

/** What is worth asking about an object of that kind. */
function presetsFor(selected: Selected): Preset[] {
  const { kind, name, namespace, uid } = selected
  const space = namespace && namespace !== 'default' ? ` -n ${namespace}` : ''
  const target = `${kind.toLowerCase()}/${name}${space}`
  const card = cards.all.get(uid) as AnyCard | undefined
  const remove: Preset = { word: 'whatif.delete', command: `kubectl delete ${target}` }
  switch (kind) {
    case 'Node':
      return [{ word: 'whatif.drain', command: drainLine(name) }, remove]
    case 'Deployment':
    case 'StatefulSet': {
      const n = 2 * Math.max(1, (card as WorkloadCard | undefined)?.desired ?? 1)
      return [
        {
          word: 'whatif.double',
          values: { n },
          command: `kubectl scale ${target} --replicas=${n}`,
        },
        { word: 'whatif.zero', command: `kubectl scale ${target} --replicas=0` },
        { word: 'whatif.restart', command: `kubectl rollout restart ${target}` },
        remove,
      ]
    }
    case 'DaemonSet':
      return [{ word: 'whatif.restart', command: `kubectl rollout restart ${target}` }, remove]
    case 'Service': {
      const labels = Object.entries((card as ServiceCard | undefined)?.selector ?? {})
      if (labels.length === 0) return [remove]
      const match = labels.map(([k, v]) => `${k}: "${v}"`).join(', ')
      const policy = `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: closed-${name}\n  namespace: ${namespace}\nspec:\n  podSelector: {matchLabels: {${match}}}\n  policyTypes: [Ingress]`
      return [
        { word: 'whatif.isolate', command: `kubectl apply -f - <<'EOF'\n${policy}\nEOF` },
        remove,
      ]
    }
    default:
      return [remove]
  }
}

/** The presets of an object, a line to type, and what was seen. */
export function WhatIf({ selected }: { selected: Selected }) {
  const t = useWords()
  const asked = useSelection((s) => s.whatIf)
  const [line, setLine] = useState('')
  const [busy, setBusy] = useState('')
  const [answer, setAnswer] = useState<WhatIfAnswer | { failed: string }>()
  const stop = useRef<() => void>(undefined)
  const attempt = useCallback((command: string) => {
    stop.current?.()
    setBusy(command)
    setAnswer(undefined)
    stop.current = whatIf(command, (a) => {
      setBusy('')
      setAnswer(a)
    })
  }, [])
  useEffect(() => () => stop.current?.(), [])
  useEffect(() => {
    if (!asked) return
    selection.setState({ whatIf: undefined })
    attempt(asked)
  }, [asked, attempt])
  return (
    <section data-testid="what-if">
      <h3>{t('whatif.title')}</h3>
      <div className={styles.chips}>
        {presetsFor(selected).map((p) => (
          <button
            type="button"
            className="btn"
            key={p.command}
            title={p.command}
            disabled={busy !== ''}
            onClick={() => attempt(p.command)}
          >
            {t(p.word, p.values)}
          </button>
        ))}
      </div>
      <form
        className={styles.ask}
        onSubmit={(e) => {
          e.preventDefault()
          if (line.trim() && !busy) attempt(line.trim())
        }}
      >
        <input
          value={line}
          onChange={(e) => setLine(e.target.value)}
          placeholder="kubectl …"
          aria-label={t('whatif.ask')}
          spellCheck={false}
        />
        <button type="submit" className="btn" disabled={busy !== '' || !line.trim()}>
          {t('whatif.run')}
        </button>
      </form>
      <div aria-live="polite">
        {busy ? <p className="muted small">{t('whatif.running')}</p> : null}
        {answer && 'failed' in answer ? <p className="bad small">{answer.failed}</p> : null}
        {answer && 'lines' in answer ? <Outcome answer={answer} /> : null}
      </div>
    </section>
  )
}

function Outcome({ answer }: { answer: WhatIfAnswer }) {
  const t = useWords()
  return (
    <div className={styles.outcomes} data-testid="what-if-answer">
      <pre>{answer.command.split('\n')[0]}</pre>
      <ul>
        {answer.lines.map((l, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: an answer read once
          <li key={i} data-state={l.state}>
            {lineWords(t, l)}
          </li>
        ))}
      </ul>
      <p className="muted small">{t('whatif.ran', { time: durationText(answer.ran) })}</p>
    </div>
  )
}

function lineWords(t: Translate, l: WhatIfLine): string {
  const { time } = l.values
  const values = typeof time === 'number' ? { ...l.values, time: durationText(time) } : l.values
  return t(l.id as MessageId, values)
}
