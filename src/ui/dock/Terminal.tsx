/** The terminal: kubectl against the cluster's own API server, with history and completion. */
import { FitAddon } from '@xterm/addon-fit'
import { type ILinkProvider, Terminal as Xterm } from '@xterm/xterm'
import '@xterm/xterm/css/xterm.css'
import { useEffect, useRef } from 'react'
import { bridge } from '../bridge/bridge.ts'
import { LocalBrowser } from '../browser/LocalBrowser.tsx'
import { ADDRESS, browse, hearOutput, localPorts, setPorts } from '../browser/ports.ts'
import { useWords, words } from '../i18n/i18n.ts'
import { preferences, usePreference } from '../store/preferences.ts'
import { sceneStore } from '../store/scene.ts'
import { noteRefusal, selectAbout, useTroubles } from '../store/troubles.ts'
import styles from './dock.module.css'
import { LineReader } from './line-reader.ts'
import marks from './troubles.module.css'

/** Lives as long as the page, so that scrollback survives switching tabs. */
let shared: { xterm: Xterm; fit: FitAddon; reader: LineReader } | undefined

function colours(): Record<string, string> {
  const css = getComputedStyle(document.documentElement)
  const v = (name: string) => css.getPropertyValue(name).trim()
  return {
    background: v('--sunk'),
    foreground: v('--text'),
    cursor: v('--accent'),
    selectionBackground: v('--raise'),
    brightBlack: v('--muted'),
    cyan: v('--accent'),
    yellow: v('--warn'),
    red: v('--bad'),
    green: v('--good'),
  }
}

function open(): NonNullable<typeof shared> {
  if (shared) return shared
  const xterm = new Xterm({
    fontFamily: 'JetBrains Mono, ui-monospace, Menlo, Consolas, monospace',
    fontSize: 12,
    lineHeight: 1.35,
    cursorBlink: true,
    convertEol: true,
    scrollback: 5000,
    theme: colours(),
  })
  const fit = new FitAddon()
  xterm.loadAddon(fit)
  const reader = new LineReader(xterm, {
    run: (line, output, started) => {
      const heard: typeof output = (stream, text) => {
        hearOutput(text)
        output(stream, text)
      }
      return bridge.kubectl(line, { columns: xterm.cols, output: heard, started }).then((r) => {
        void bridge.ports().then(setPorts)
        void noteRefusal(line, r.code !== 0)
        return r.code
      })
    },
    interrupt: (run) => bridge.interrupt(run),
    complete: (line, cursor) => bridge.complete(line, cursor),
  })
  bridge.onAside = (stream, text) => {
    hearOutput(text)
    reader.aside(stream, text)
    // A job has ended, or was ended.
    if (/^\[\d+\]\+ /m.test(text)) void bridge.ports().then(setPorts)
  }
  xterm.registerLinkProvider(linksOf(xterm))
  shared = { xterm, fit, reader }
  return shared
}

/** Addresses of this machine can be clicked. */
function linksOf(xterm: Xterm): ILinkProvider {
  return {
    provideLinks(y, found) {
      const text = xterm.buffer.active.getLine(y - 1)?.translateToString(true) ?? ''
      const links = [...text.matchAll(ADDRESS)].map((m) => ({
        range: { start: { x: m.index + 1, y }, end: { x: m.index + m[0].length, y } },
        text: m[0],
        activate: () => browse(Number(m[1]), m[2]),
      }))
      found(links.length > 0 ? links : undefined)
    },
  }
}

function welcome(reader: LineReader): void {
  const { language } = preferences.getState()
  const { scene } = sceneStore.getState()
  reader.greet([words(language, 'dock.welcome'), ...(scene?.tries ?? []).map((l) => `  ${l}`)])
}

/** The terminal's element. */
export function Terminal() {
  const ref = useRef<HTMLDivElement>(null)
  const theme = usePreference((p) => p.theme)
  useEffect(() => {
    const el = ref.current
    if (!el) return
    const first = !shared
    const { xterm, fit, reader } = open()
    xterm.open(el)
    if (xterm.element && xterm.element.parentElement !== el) el.append(xterm.element)
    fit.fit()
    if (first) {
      welcome(reader)
      // Another scene has other lines worth trying.
      sceneStore.subscribe((s, old) => {
        if (s.scene === old.scene) return
        xterm.writeln('')
        welcome(reader)
      })
    }
    const watch = new ResizeObserver(() => fit.fit())
    watch.observe(el)
    return () => watch.disconnect()
  }, [])
  // biome-ignore lint/correctness/useExhaustiveDependencies: the colours are read from CSS, which the theme decides
  useEffect(() => {
    if (shared) shared.xterm.options.theme = colours()
  }, [theme])
  return (
    <div className={styles.terminal}>
      <div ref={ref} className={styles.screen} data-testid="terminal" />
      <Listening />
      <Refused />
      <LocalBrowser />
    </div>
  )
}

/** The ports that the running command listens on, as buttons: links in a terminal cannot be reached by key. */
function Listening() {
  const t = useWords()
  const ports = localPorts((s) => s.ports)
  if (ports.length === 0) return null
  return (
    <div className={marks.refused} role="status" data-testid="listening">
      <p className="muted">{t('browser.listens')}</p>
      {ports.map((port) => (
        <button key={port} type="button" className="btn" onClick={() => browse(port)}>
          {t('browser.open', { port })}
        </button>
      ))}
    </div>
  )
}

/** Offers the reason when the API server refused the last line. */
function Refused() {
  const t = useWords()
  const refused = useTroubles((s) => s.refused)
  if (!refused) return null
  const { kind, name } = refused.about
  return (
    <div className={marks.refused} role="status" data-testid="refused">
      <p className="muted">{t('why.refused.line', { what: `${kind} ${name}` })}</p>
      <button
        type="button"
        className="btn"
        onClick={() => selectAbout(refused.about, 'why', true)}
        data-testid="refused-why"
      >
        {t('why.refused.ask')}
      </button>
    </div>
  )
}

/** Types a line into the terminal and runs it, as if by hand. @returns false when the terminal is busy */
export function typeLine(line: string): boolean {
  return open().reader.type(line)
}
