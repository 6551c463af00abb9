/** The YAML editor: schema help from Monaco, the difference first, then apply; the server's errors at their lines. */
import { useEffect, useRef, useState } from 'react'
import { createStore } from 'zustand'
import { bridge } from '../bridge/bridge.ts'
import { marksOf } from '../editor/markers.ts'
import { monaco } from '../editor/monaco.ts'
import { useWords } from '../i18n/i18n.ts'
import { prefer, preferences, usePreference } from '../store/preferences.ts'
import styles from './dock.module.css'

const OWNER = 'server'
/** Pause after the last key before the server is asked. @unit real ms */
const CHECK_MS = 700

const START = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: hello
spec:
  replicas: 2
  selector:
    matchLabels:
      app: hello
  template:
    metadata:
      labels:
        app: hello
    spec:
      containers:
        - name: hello
          image: nginx:1.27
          ports:
            - containerPort: 80
`

const draft = createStore(() => ({ text: START, version: 0 }))

/** Opens a text in the editor. */
export function openInEditor(text: string): void {
  draft.setState((s) => ({ text, version: s.version + 1 }))
  prefer({ dock: 'editor' })
}

type Result =
  | { kind: 'none' }
  | { kind: 'text'; text: string; bad: boolean }
  | { kind: 'diff'; text: string }

/** The editor's pane. */
export function Editor() {
  const t = useWords()
  const host = useRef<HTMLDivElement>(null)
  const editor = useRef<monaco.editor.IStandaloneCodeEditor>(undefined)
  const theme = usePreference((p) => p.theme)
  const [result, setResult] = useState<Result>({ kind: 'none' })
  useEffect(() => {
    if (!host.current) return
    const uri = monaco.Uri.parse('file:///manifest.yaml')
    const model =
      monaco.editor.getModel(uri) ?? monaco.editor.createModel(draft.getState().text, 'yaml', uri)
    const ed = monaco.editor.create(host.current, {
      model,
      automaticLayout: true,
      minimap: { enabled: false },
      fontSize: 12,
      lineHeight: 18,
      fontFamily: 'JetBrains Mono, ui-monospace, Menlo, Consolas, monospace',
      tabSize: 2,
      scrollBeyondLastLine: false,
      fixedOverflowWidgets: true,
      quickSuggestions: { other: true, comments: false, strings: true },
      theme: preferences.getState().theme === 'dark' ? 'vs-dark' : 'vs',
    })
    editor.current = ed
    const stop = draft.subscribe((s, old) => {
      if (s.version !== old.version) model.setValue(s.text)
    })
    let timer: ReturnType<typeof setTimeout>
    const changes = model.onDidChangeContent(() => {
      draft.setState({ text: model.getValue() })
      clearTimeout(timer)
      timer = setTimeout(() => void check(model), CHECK_MS)
    })
    return () => {
      clearTimeout(timer)
      stop()
      changes.dispose()
      ed.dispose()
    }
  }, [])
  useEffect(() => monaco.editor.setTheme(theme === 'dark' ? 'vs-dark' : 'vs'), [theme])

  const text = () => editor.current?.getModel()?.getValue() ?? ''
  const showDiff = async () => {
    if (!text().trim()) return setResult({ kind: 'text', text: t('editor.nothing'), bad: true })
    const r = await bridge.kubectl('kubectl diff -f -', { stdin: text(), aside: true })
    mark(editor.current?.getModel(), r.code > 1 ? r.stderr : '')
    if (r.code > 1) setResult({ kind: 'text', text: r.stderr, bad: true })
    else
      setResult(
        r.stdout
          ? { kind: 'diff', text: r.stdout }
          : { kind: 'text', text: t('editor.unchanged'), bad: false },
      )
  }
  const apply = async () => {
    if (!text().trim()) return setResult({ kind: 'text', text: t('editor.nothing'), bad: true })
    // Both streams in the order they came, as a terminal shows them.
    let shown = ''
    const r = await bridge.kubectl('kubectl apply -f -', {
      stdin: text(),
      output: (_stream, piece) => {
        shown += piece
      },
    })
    mark(editor.current?.getModel(), r.code === 0 ? '' : r.stderr)
    setResult({ kind: 'text', text: shown, bad: r.code !== 0 })
  }
  return (
    <div className={styles.editor} data-testid="editor">
      <div className={styles.tools}>
        <button
          type="button"
          className="btn primary"
          onClick={() => void apply()}
          data-testid="apply"
        >
          {t('editor.apply')}
        </button>
        <button type="button" className="btn" onClick={() => void showDiff()} data-testid="diff">
          {t('editor.diff')}
        </button>
        <span className="small muted">{t('editor.placeholder')}</span>
      </div>
      <div ref={host} className={styles.monaco} />
      {result.kind === 'none' ? null : result.kind === 'diff' ? (
        <pre className={styles.result} data-testid="result">
          {result.text.split('\n').map((l, i) => (
            <span
              // biome-ignore lint/suspicious/noArrayIndexKey: lines of a text have no other identity
              key={i}
              className={/^\+(?!\+\+)/.test(l) ? 'good' : /^-(?!--)/.test(l) ? 'bad' : ''}
            >
              {l}
              {'\n'}
            </span>
          ))}
        </pre>
      ) : (
        <pre className={`${styles.result} ${result.bad ? 'bad' : ''}`} data-testid="result">
          {result.text}
        </pre>
      )}
    </div>
  )
}

/** Asks the server by dry run; its errors become marks. Nothing is changed. */
async function check(model: monaco.editor.ITextModel): Promise<void> {
  if (model.isDisposed() || !model.getValue().trim()) return
  const version = model.getVersionId()
  const r = await bridge.kubectl('kubectl apply --dry-run=server -f -', {
    stdin: model.getValue(),
    aside: true,
  })
  if (!model.isDisposed() && model.getVersionId() === version)
    mark(model, r.code === 0 ? '' : r.stderr)
}

function mark(model: monaco.editor.ITextModel | null | undefined, stderr: string): void {
  if (!model) return
  const marks = stderr ? marksOf(model.getValue(), stderr) : []
  monaco.editor.setModelMarkers(
    model,
    OWNER,
    marks.map((m) => ({
      severity: monaco.MarkerSeverity.Error,
      message: m.message,
      startLineNumber: m.line,
      endLineNumber: m.line,
      startColumn: m.column,
      endColumn: m.endColumn,
    })),
  )
}
