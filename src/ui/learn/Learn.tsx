/** The gallery: scenes by how much one should have seen before; the lines worth trying in the one that runs. */
import { Check, Clock, Play } from 'lucide-react'
import { scenarios } from '../../scenarios/index.ts'
import type { Level, Scenario } from '../../scenarios/scenario.ts'
import { attachedTo } from '../bridge/transport.ts'
import { typeLine } from '../dock/typed.ts'
import { type MessageId, useWords } from '../i18n/i18n.ts'
import { say } from '../share/notice.ts'
import { prefer, usePreference } from '../store/preferences.ts'
import { useScene } from '../store/scene.ts'
import { startTour } from '../tour/tour.ts'
import styles from './learn.module.css'
import { openScene } from './open.ts'
import { Picture } from './Pictures.tsx'
import { useReached } from './progress.ts'

const LEVELS: readonly { level: Level; title: MessageId; text: MessageId }[] = [
  { level: 'first', title: 'learn.level.first', text: 'learn.level.first.text' },
  { level: 'middle', title: 'learn.level.middle', text: 'learn.level.middle.text' },
  { level: 'deep', title: 'learn.level.deep', text: 'learn.level.deep.text' },
]

/** The Learn view. */
export function Learn() {
  const t = useWords()
  const attached = attachedTo() !== undefined
  return (
    <div className={styles.learn} data-testid="learn">
      <header className={styles.intro}>
        <div>
          <h2>{t('learn.title')}</h2>
          <p className="muted">{t(attached ? 'learn.attached' : 'learn.text')}</p>
        </div>
        <button type="button" className="btn" onClick={() => void startTour()}>
          {t('tour.offer')}
        </button>
      </header>
      <Tries />
      {attached
        ? null
        : LEVELS.map(({ level, title, text }) => (
            <section key={level} aria-label={t(title)}>
              <h3>
                {t(title)} <span className="muted">{t(text)}</span>
              </h3>
              <ul className={styles.cards}>
                {scenarios
                  .filter((s) => s.level === level)
                  .map((s) => (
                    <SceneCard key={s.id} scene={s} />
                  ))}
              </ul>
            </section>
          ))}
    </div>
  )
}

function SceneCard({ scene }: { scene: Scenario }) {
  const t = useWords()
  const language = usePreference((p) => p.language)
  const here = useScene((s) => s.scene?.id === scene.id)
  const done = useReached().includes(scene.id)
  return (
    <li>
      <button
        type="button"
        className={`${styles.scene} ${here ? styles.here : ''}`}
        onClick={() => openScene(scene.id)}
        data-testid="scene"
        data-scene={scene.id}
        {...(here ? { 'aria-current': true } : {})}
      >
        <Picture name={scene.picture} />
        <span className={styles.words}>
          <span className="strong">{scene.title[language]}</span>
          <span className="small muted">{scene.about[language]}</span>
          <span className={`small ${styles.facts}`}>
            <span className="muted">
              <Clock size={12} aria-hidden="true" /> {t('learn.minutes', { n: scene.minutes })}
            </span>
            {scene.task ? (
              <span className="muted">
                {t(scene.task.predict ? 'learn.predict' : 'learn.task')}
              </span>
            ) : null}
            {done ? (
              <span className="good">
                <Check size={12} aria-hidden="true" /> {t('learn.done')}
              </span>
            ) : null}
            {here ? <span className="accent">{t('learn.here')}</span> : null}
          </span>
        </span>
      </button>
    </li>
  )
}

function Tries() {
  const t = useWords()
  const tries = useScene((s) => s.scene?.tries)
  if (!tries || tries.length === 0) return null
  return (
    <section aria-label={t('learn.tries')}>
      <h3>
        {t('learn.tries')} <span className="muted">{t('learn.tries.text')}</span>
      </h3>
      <ul className={styles.tries}>
        {tries.map((line) => (
          <li key={line}>
            <button type="button" onClick={() => void runLine(line)} data-testid="try">
              <Play size={14} aria-hidden="true" />
              <code>{line}</code>
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}

/** Shows map and terminal and types a line there; says so when something else still runs there. */
export async function runLine(line: string): Promise<boolean> {
  prefer({ view: 'map', dock: 'terminal' })
  const typed = await typeLine(line)
  if (!typed) say({ id: 'task.busy', tone: 'warn', detail: line })
  return typed
}
