/** The task of the scene that runs, beside the map so that it hides nothing. */
import { Check, ChevronDown, ChevronUp, Circle, Lightbulb, Play } from 'lucide-react'
import { useState } from 'react'
import { scenarios } from '../../scenarios/index.ts'
import type { Prediction, Scenario, Task } from '../../scenarios/scenario.ts'
import { clockText } from '../components/time.ts'
import { useWords } from '../i18n/i18n.ts'
import { usePreference } from '../store/preferences.ts'
import { useScene } from '../store/scene.ts'
import { attempt, useAttempt, useGoal } from './goal.ts'
import { runLine } from './Learn.tsx'
import styles from './learn.module.css'
import { openScene } from './open.ts'

/** The card; nothing when the session has no task. */
export function TaskCard() {
  const scene = useScene((s) => s.scene)
  const turn = useScene((s) => s.turn)
  return scene?.task ? <Card key={turn} scene={scene} task={scene.task} /> : null
}

function Card({ scene, task }: { scene: Scenario; task: Task }) {
  const t = useWords()
  const language = usePreference((p) => p.language)
  const [open, setOpen] = useState(true)
  useGoal(task)
  const now = useAttempt()
  const reached = now.reachedAt !== undefined
  return (
    <section className={styles.task} aria-label={t('task.label')} data-testid="task">
      <header>
        <h2 className="strong">{scene.title[language]}</h2>
        <button
          type="button"
          onClick={() => setOpen(!open)}
          aria-expanded={open}
          aria-label={t(open ? 'task.fold' : 'task.unfold')}
          title={t(open ? 'task.fold' : 'task.unfold')}
        >
          {open ? (
            <ChevronUp size={16} aria-hidden="true" />
          ) : (
            <ChevronDown size={16} aria-hidden="true" />
          )}
        </button>
      </header>
      <Goal task={task} />
      {open ? (
        <div className={styles.body}>
          <p>{task.question[language]}</p>
          {task.predict ? <Predict prediction={task.predict} /> : null}
          {reached ? <Reached scene={scene} /> : <Hints task={task} />}
        </div>
      ) : null}
    </section>
  )
}

/** Whether it is reached, and how many of its conditions hold. */
function Goal({ task }: { task: Task }) {
  const t = useWords()
  const { holds, reachedAt } = useAttempt()
  const met = holds.filter(Boolean).length
  return (
    <p
      className={`small ${reachedAt === undefined ? 'muted' : 'good'} ${styles.goal}`}
      role="status"
      data-testid="goal"
      data-reached={reachedAt !== undefined}
      title={task.goal.join('\n')}
    >
      {reachedAt === undefined ? (
        <Circle size={14} aria-hidden="true" />
      ) : (
        <Check size={14} aria-hidden="true" />
      )}
      {reachedAt === undefined
        ? t('task.open', { met, of: task.goal.length })
        : t('task.reached', { at: clockText(reachedAt) })}
    </p>
  )
}

function Hints({ task }: { task: Task }) {
  const t = useWords()
  const language = usePreference((p) => p.language)
  const { hints, solution } = useAttempt()
  const left = hints < task.hints.length
  return (
    <>
      {hints > 0 ? (
        <ol className={styles.hints} aria-live="polite">
          {task.hints.slice(0, hints).map((h) => (
            <li key={h.en}>{h[language]}</li>
          ))}
        </ol>
      ) : null}
      {solution ? (
        <ul className={styles.lines} ref={intoView}>
          {task.solution.map((line) => (
            <Line key={line} line={line} />
          ))}
        </ul>
      ) : null}
      <footer>
        {left ? (
          <button
            type="button"
            className="btn"
            onClick={() => attempt.setState({ hints: hints + 1 })}
            data-testid="hint"
          >
            <Lightbulb size={14} aria-hidden="true" />
            {t('task.hint', { n: hints + 1, of: task.hints.length })}
          </button>
        ) : null}
        {!left && !solution ? (
          <button
            type="button"
            className="btn"
            onClick={() => attempt.setState({ solution: true })}
            data-testid="solution"
          >
            {t('task.solution')}
          </button>
        ) : null}
      </footer>
    </>
  )
}

/** What was just asked for is seen, also when the card is full. */
function intoView(el: HTMLElement | null): void {
  el?.scrollIntoView({ block: 'nearest' })
}

function Line({ line }: { line: string }) {
  const t = useWords()
  return (
    <li>
      <button
        type="button"
        className="btn"
        onClick={() => void runLine(line)}
        aria-label={t('task.run', { line })}
        title={t('task.run', { line })}
        data-testid="solution-line"
      >
        <Play size={14} aria-hidden="true" />
      </button>
      <code>{line}</code>
    </li>
  )
}

function Predict({ prediction: p }: { prediction: Prediction }) {
  const t = useWords()
  const language = usePreference((s) => s.language)
  const { predicted, ran, revealed } = useAttempt()
  const picked = predicted !== undefined
  const show = picked && revealed
  return (
    <fieldset className={styles.predict} data-testid="predict">
      <legend>
        <span className="strong">{t('task.predict')}</span> {p.question[language]}
      </legend>
      <div className={styles.answers}>
        {p.answers.map((a, i) => (
          <label
            key={a.en}
            className={show && i === p.right ? styles.right : predicted === i ? styles.picked : ''}
          >
            <input
              type="radio"
              name="prediction"
              checked={predicted === i}
              disabled={ran}
              onChange={() => attempt.setState({ predicted: i })}
            />
            {a[language]}
          </label>
        ))}
        {picked && !ran ? (
          <button
            type="button"
            className="btn primary"
            onClick={() => {
              void runLine(p.line).then((typed) => typed && attempt.setState({ ran: true }))
            }}
            data-testid="predict-run"
          >
            <Play size={14} aria-hidden="true" />
            {t('task.predict.run')}
          </button>
        ) : null}
        {ran && !revealed ? (
          <button
            type="button"
            className="btn"
            onClick={() => attempt.setState({ revealed: true })}
            data-testid="predict-reveal"
          >
            {t('task.predict.reveal')}
          </button>
        ) : null}
      </div>
      {show ? (
        <p className="small" role="status" data-testid="predict-said">
          <span className={predicted === p.right ? 'good' : 'warn'}>
            {t(predicted === p.right ? 'task.predict.right' : 'task.predict.wrong', {
              answer: p.answers[p.right]?.[language] ?? '',
            })}
          </span>{' '}
          {p.because[language]}
        </p>
      ) : null}
    </fieldset>
  )
}

function Reached({ scene }: { scene: Scenario }) {
  const t = useWords()
  const language = usePreference((p) => p.language)
  const tasks = scenarios.filter((s) => s.task)
  const next = tasks[(tasks.indexOf(scene) + 1) % tasks.length]
  return (
    <footer>
      <button type="button" className="btn" onClick={() => openScene(scene.id)}>
        {t('task.again')}
      </button>
      {next ? (
        <button
          type="button"
          className="btn primary"
          onClick={() => openScene(next.id)}
          data-testid="next-scene"
        >
          {t('task.next', { title: next.title[language] })}
        </button>
      ) : null}
    </footer>
  )
}
