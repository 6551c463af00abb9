/** The YAML editor: help while writing, the server's dry run as a difference first, then apply. */
import { FilePlus2 } from 'lucide-react'
import { DropdownMenu } from 'radix-ui'
import { useEffect, useRef, useState } from 'react'
import { bridge } from '../bridge/bridge.ts'
import { mark } from '../editor/checking.ts'
import { differences } from '../editor/difference.ts'
import { snippets } from '../editor/snippets.ts'
import { useCustomKinds } from '../editor/useCustomKinds.ts'
import { useMonaco } from '../editor/useMonaco.ts'
import { useWords } from '../i18n/i18n.ts'
import { Difference } from './Difference.tsx'
import styles from './dock.module.css'

type Result =
  | { kind: 'none' }
  | { kind: 'text'; text: string; bad: boolean }
  /** Waits for a yes; `of` is the text that it was made of. */
  | { kind: 'review'; printed: string; of: string }

const NONE: Result = { kind: 'none' }

/** The editor's pane. */
export function Editor() {
  const t = useWords()
  const host = useRef<HTMLDivElement>(null)
  const [result, setResult] = useState<Result>(NONE)
  const [busy, setBusy] = useState(false)
  useCustomKinds()
  const editor = useMonaco(host, {
    // What was shown was of another text.
    changed: () => setResult((r) => (r.kind === 'review' ? NONE : r)),
    review: () => void review(),
  })
  const say = (text: string, bad = false) => setResult({ kind: 'text', text, bad })
  const review = async () => {
    const of = editor.text()
    if (!of.trim()) return say(t('editor.nothing'), true)
    setBusy(true)
    const r = await bridge.kubectl('kubectl diff -f -', { stdin: of, aside: true })
    setBusy(false)
    mark(editor.model(), r.code > 1 ? r.stderr : '')
    if (r.code > 1) say(r.stderr, true)
    else if (r.stdout) setResult({ kind: 'review', printed: r.stdout, of })
    else say(t('editor.unchanged'))
  }
  const apply = async (text: string) => {
    if (!text.trim()) return say(t('editor.nothing'), true)
    // Both streams in the order they came, as a terminal shows them.
    let shown = ''
    const r = await bridge.kubectl('kubectl apply -f -', {
      stdin: text,
      output: (_stream, piece) => {
        shown += piece
      },
    })
    mark(editor.model(), r.code === 0 ? '' : r.stderr)
    say(shown, r.code !== 0)
  }
  const cancel = () => setResult(NONE)
  // The editor is back when the review is over, and has the focus again.
  const reviewing = result.kind === 'review'
  const was = useRef(false)
  useEffect(() => {
    if (was.current && !reviewing) editor.focus()
    was.current = reviewing
  })
  return (
    <div className={styles.editor} data-testid="editor">
      <div className={styles.tools}>
        <button
          type="button"
          className={reviewing ? 'btn' : 'btn primary'}
          onClick={() => void review()}
          disabled={busy || reviewing}
          title={t('editor.review.keys')}
          data-testid="diff"
        >
          {t('editor.review')}
        </button>
        <button
          type="button"
          className="btn"
          onClick={() => void apply(editor.text())}
          data-testid="apply"
        >
          {t('editor.apply')}
        </button>
        <NewObject insert={editor.insert} />
        <span className="small muted" role="status">
          {busy ? t('editor.reviewing') : ''}
        </span>
      </div>
      <div ref={host} className={styles.monaco} hidden={result.kind === 'review'} />
      {result.kind === 'review' ? (
        <Review printed={result.printed} confirm={() => void apply(result.of)} cancel={cancel} />
      ) : null}
      {result.kind === 'text' ? (
        <pre className={`${styles.result} ${result.bad ? 'bad' : ''}`} data-testid="result">
          {result.text}
        </pre>
      ) : null}
    </div>
  )
}

function Review({
  printed,
  confirm,
  cancel,
}: {
  printed: string
  confirm: () => void
  cancel: () => void
}) {
  const t = useWords()
  const yes = useRef<HTMLButtonElement>(null)
  useEffect(() => yes.current?.focus(), [])
  return (
    <section
      className={styles.review}
      aria-label={t('editor.confirm.text')}
      onKeyDown={(e) => {
        if (e.key === 'Escape') cancel()
      }}
    >
      <header>
        <button
          ref={yes}
          type="button"
          className="btn primary"
          onClick={confirm}
          data-testid="confirm"
        >
          {t('editor.confirm')}
        </button>
        <button type="button" className="btn" onClick={cancel}>
          {t('editor.cancel')}
        </button>
        <span className="small muted">{t('editor.confirm.text')}</span>
      </header>
      <Difference objects={differences(printed)} />
    </section>
  )
}

/** A menu of manifests that work. */
function NewObject({ insert }: { insert: (snippet: string) => void }) {
  const t = useWords()
  const chosen = useRef<string>(undefined)
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger
        className="btn"
        title={t('editor.insert.text')}
        data-testid="new-object"
      >
        <FilePlus2 size={14} aria-hidden="true" />
        {t('editor.insert')}
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          className="menu"
          align="start"
          sideOffset={4}
          style={{ maxHeight: '60vh', overflow: 'auto' }}
          onCloseAutoFocus={(e) => {
            // The menu holds the focus until now; the editor gets it: its first tab stop is to be typed over.
            if (chosen.current === undefined) return
            e.preventDefault()
            insert(chosen.current)
            chosen.current = undefined
          }}
        >
          {snippets.map(({ kind, body }) => (
            <DropdownMenu.Item
              key={kind}
              onSelect={() => {
                chosen.current = body
              }}
            >
              {kind}
            </DropdownMenu.Item>
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}
