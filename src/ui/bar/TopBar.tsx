/** The bar: scene, transport, clock, what happened so far, language, theme. */
import {
  ChevronDown,
  FastForward,
  Moon,
  Pause,
  Play,
  Presentation,
  Search,
  StepForward,
  Sun,
} from 'lucide-react'
import { DropdownMenu } from 'radix-ui'
import { scenarios } from '../../scenarios/index.ts'
import { bridge } from '../bridge/bridge.ts'
import { attachedTo, watchedThrough } from '../bridge/transport.ts'
import { clockText } from '../components/time.ts'
import { speak, useWords } from '../i18n/i18n.ts'
import { openScene } from '../learn/open.ts'
import { present } from '../present/present.ts'
import { ShareMenu } from '../share/ShareMenu.tsx'
import { prefer, usePreference } from '../store/preferences.ts'
import { useScene } from '../store/scene.ts'
import { useNow, useWorld } from '../store/world.ts'
import { Timeline } from '../time/Timeline.tsx'
import { TimeMenu } from '../time/TimeMenu.tsx'
import styles from './bar.module.css'
import { openPalette } from './palette.ts'

const SPEEDS = [0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 100, 300, 1000]

/** The top bar. */
export function TopBar() {
  const t = useWords()
  const watching = watchedThrough() !== undefined
  return (
    <header className={styles.bar} data-large="">
      <div className={styles.brand}>
        <svg width="22" height="22" viewBox="0 0 32 32" aria-hidden="true">
          <path
            d="M6 27V14a10 10 0 0 1 20 0v13z"
            fill="none"
            stroke="var(--accent)"
            strokeWidth="2.6"
          />
          <rect x="10" y="17" width="5" height="6" rx="1.4" fill="var(--accent)" />
          <rect
            x="17"
            y="17"
            width="5"
            height="6"
            rx="1.4"
            fill="none"
            stroke="var(--accent)"
            strokeWidth="1.6"
          />
        </svg>
        <h1>Kubarium</h1>
      </div>
      <Scenes />
      <Transport />
      {watching ? null : <Timeline />}
      <div className={styles.tools}>
        {watching ? null : <TimeMenu />}
        <button
          type="button"
          className="icon-btn"
          onClick={openPalette}
          aria-label={t('bar.palette')}
          title={`${t('bar.palette')} (Ctrl K)`}
        >
          <Search size={16} aria-hidden="true" />
          <kbd className="small">Ctrl K</kbd>
        </button>
        <ShareMenu />
        <button
          type="button"
          className="icon-btn"
          onClick={present}
          aria-label={t('present.start')}
          title={t('present.start')}
          data-testid="present-start"
        >
          <Presentation size={16} aria-hidden="true" />
        </button>
        <Language />
        <ThemeButton />
      </div>
    </header>
  )
}

function Scenes() {
  const t = useWords()
  const language = usePreference((p) => p.language)
  const current = useScene((s) => s.scene)
  const attached = attachedTo()
  // A cluster that others use too is not replaced by a scene: only its place is shown.
  if (attached) {
    return (
      <span className={styles.drop} data-testid="attached">
        {new URL(attached).host}
        {watchedThrough() ? <span className="small warn">{t('watch.readonly')}</span> : null}
      </span>
    )
  }
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger
        className={styles.drop}
        aria-label={`${t('bar.scenario')}: ${current ? current.title[language] : t('learn.own')}`}
      >
        {current ? current.title[language] : t('learn.own')}
        <ChevronDown size={16} aria-hidden="true" />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          className="menu"
          align="start"
          sideOffset={4}
          style={{ width: 340, maxHeight: '70vh', overflow: 'auto' }}
        >
          <DropdownMenu.Item onSelect={() => prefer({ view: 'learn' })}>
            {t('learn.all')}
          </DropdownMenu.Item>
          <hr />
          {scenarios.map((s) => (
            <DropdownMenu.Item
              key={s.id}
              style={{ height: 'auto', padding: '6px 10px' }}
              onSelect={() => openScene(s.id)}
            >
              <span>
                <span className="strong">{s.title[language]}</span>
                <br />
                <span className="small muted">{s.about[language]}</span>
              </span>
            </DropdownMenu.Item>
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}

/** Play, step, run ahead, speed, clock; of a real cluster, whose time cannot be stopped, the clock alone. */
export function Transport() {
  if (watchedThrough() === undefined) return <Controls />
  return (
    <div className={styles.transport}>
      <Clock running={false} />
    </div>
  )
}

function Controls() {
  const t = useWords()
  const speed = useWorld((s) => s.speed)
  const target = useWorld((s) => s.target)
  const paused = speed === 0
  return (
    <div className={styles.transport} role="toolbar" aria-label={t('bar.speed')}>
      <button
        type="button"
        className={`icon-btn ${paused ? '' : styles.on}`}
        onClick={() => bridge.speed(paused ? 1 : 0)}
        aria-label={t(paused ? 'bar.play' : 'bar.pause')}
        title={t(paused ? 'bar.play' : 'bar.pause')}
        data-testid="play"
      >
        {paused ? <Play size={16} aria-hidden="true" /> : <Pause size={16} aria-hidden="true" />}
      </button>
      <button
        type="button"
        className="icon-btn"
        onClick={() => void bridge.step()}
        aria-label={t('bar.step')}
        title={t('bar.step')}
        data-testid="step"
      >
        <StepForward size={16} aria-hidden="true" />
      </button>
      <button
        type="button"
        className="icon-btn"
        onClick={() => void bridge.settle()}
        aria-label={t('bar.settle')}
        title={t('bar.settle')}
        data-testid="settle"
      >
        <FastForward size={16} aria-hidden="true" />
      </button>
      <label>
        <span className="visually-hidden">{t('bar.speed')}</span>
        <select
          className={styles.speed}
          value={String(speed)}
          onChange={(e) => bridge.speed(Number(e.target.value))}
          data-testid="speed"
        >
          {[...new Set([...SPEEDS, ...(paused ? [0] : []), speed])]
            .sort((a, b) => a - b)
            .map((s) => (
              <option key={s} value={String(s)}>
                {`${s}×`}
              </option>
            ))}
        </select>
      </label>
      <Clock running={target !== undefined} />
    </div>
  )
}

function Clock({ running }: { running: boolean }) {
  const t = useWords()
  const now = useNow()
  return (
    <time className={styles.clock} title={t('bar.clock')} data-testid="clock" data-ms={now}>
      {clockText(now)}
      <small className="muted">
        {running ? ` ${t('bar.running')}` : `.${String(Math.floor(now % 1000)).padStart(3, '0')}`}
      </small>
    </time>
  )
}

function Language() {
  const t = useWords()
  const language = usePreference((p) => p.language)
  return (
    <fieldset className={styles.seg} aria-label={t('bar.language')}>
      <button
        type="button"
        className={language === 'en' ? styles.on : ''}
        aria-pressed={language === 'en'}
        onClick={() => speak('en')}
        lang="en"
      >
        EN
      </button>
      <button
        type="button"
        className={language === 'zh' ? styles.on : ''}
        aria-pressed={language === 'zh'}
        onClick={() => speak('zh')}
        lang="zh"
      >
        中文
      </button>
    </fieldset>
  )
}

function ThemeButton() {
  const t = useWords()
  const theme = usePreference((p) => p.theme)
  return (
    <button
      type="button"
      className="icon-btn"
      onClick={() => prefer({ theme: theme === 'dark' ? 'light' : 'dark' })}
      aria-label={t('bar.theme')}
      title={t('bar.theme')}
    >
      {theme === 'dark' ? (
        <Moon size={16} aria-hidden="true" />
      ) : (
        <Sun size={16} aria-hidden="true" />
      )}
    </button>
  )
}
