/** A small browser for what `kubectl port-forward` and `kubectl proxy` serve on a port of this machine. */
import { RotateCw, X } from 'lucide-react'
import { Dialog } from 'radix-ui'
import { type FormEvent, useEffect, useState } from 'react'
import type { LocalAnswer } from '../../protocol/protocol.ts'
import { bridge } from '../bridge/bridge.ts'
import frame from '../components/window.module.css'
import { useWords } from '../i18n/i18n.ts'
import styles from './browser.module.css'
import { browse, localPorts } from './ports.ts'

type Page = { readonly answer: LocalAnswer | null | undefined; readonly ms: number }

/** The dialog; nothing while no address is open. */
export function LocalBrowser() {
  const open = localPorts((s) => s.open)
  return open ? (
    <Browser key={`${open.port}${open.path}`} port={open.port} path={open.path} />
  ) : null
}

function Browser({ port, path }: { port: number; path: string }) {
  const t = useWords()
  const [page, setPage] = useState<Page>({ answer: undefined, ms: 0 })
  const [text, setText] = useState(`localhost:${port}${path}`)
  const load = () => {
    setPage({ answer: undefined, ms: 0 })
    const from = performance.now()
    const show = (answer: LocalAnswer | null) =>
      setPage({ answer, ms: Math.round(performance.now() - from) })
    bridge.local(port, path).then(show, () => show(null))
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: another address is another component
  useEffect(load, [])
  const go = (e: FormEvent) => {
    e.preventDefault()
    const m = /^(?:https?:\/\/)?[^:/]+:(\d+)(\/.*)?$/.exec(text.trim())
    if (!m) return setText(`localhost:${port}${path}`)
    const [, to, rest = '/'] = m
    if (Number(to) === port && rest === path) load()
    else browse(Number(to), rest)
  }
  return (
    <Dialog.Root open onOpenChange={(o) => o || localPorts.setState({ open: undefined })}>
      <Dialog.Portal>
        <Dialog.Overlay className={frame.veil} />
        <Dialog.Content
          className={frame.window}
          aria-describedby={undefined}
          data-testid="local-browser"
        >
          <header className={frame.bar}>
            <Dialog.Title className="visually-hidden">{t('browser.title')}</Dialog.Title>
            <button
              type="button"
              className="icon-btn"
              onClick={load}
              aria-label={t('browser.reload')}
              title={t('browser.reload')}
            >
              <RotateCw size={16} aria-hidden="true" />
            </button>
            <form onSubmit={go} className={styles.form}>
              <input
                className={`field ${styles.address}`}
                value={text}
                onChange={(e) => setText(e.target.value)}
                aria-label={t('browser.address')}
                spellCheck={false}
              />
            </form>
            <Dialog.Close className="icon-btn" aria-label={t('share.close')}>
              <X size={16} aria-hidden="true" />
            </Dialog.Close>
          </header>
          <Shown page={page} port={port} />
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

function Shown({ page, port }: { page: Page; port: number }) {
  const t = useWords()
  const { answer } = page
  if (answer === undefined)
    return (
      <p className={styles.note} role="status">
        {t('browser.waiting')}
      </p>
    )
  if (answer === null)
    return (
      <p className={styles.note} role="alert" data-testid="browser-refused">
        {t('browser.refused', { port })}
      </p>
    )
  const type = answer.headers['content-type'] ?? ''
  // Text of a server has no say here: no scripts, no links out of the frame.
  const page_ = /html/.test(type) ? (
    <iframe
      className={styles.page}
      sandbox=""
      srcDoc={answer.body}
      title={t('browser.title')}
      data-testid="browser-page"
    />
  ) : (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: long answers must be reachable by key to be scrolled
    <pre className={styles.text} tabIndex={0} data-testid="browser-text">
      {answer.body}
    </pre>
  )
  return (
    <>
      {page_}
      <footer className={styles.foot} role="status" data-testid="browser-status">
        <span className="mono">HTTP {answer.status}</span>
        <span className="muted">{type || '—'}</span>
        <span className="muted">{t('browser.bytes', { n: answer.body.length })}</span>
      </footer>
    </>
  )
}
