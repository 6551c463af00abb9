/** The tour's card and the ring around what it speaks of. It waits for the cluster, never for a timer of its own. */
import { X } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useStore } from 'zustand'
import { useWords } from '../i18n/i18n.ts'
import { useSlowTopic } from '../store/world.ts'
import { goLive } from '../time/travel.ts'
import { STEPS, type TourStep } from './steps.ts'
import styles from './tour.module.css'
import { end, tour } from './tour.ts'

const LOOK_MS = 250

/** The card; nothing while no tour is taken. */
export function Tour() {
  const index = useStore(tour, (s) => s.step)
  const step = index === undefined ? undefined : STEPS[index]
  if (index === undefined || !step) return null
  return <Card key={index} step={step} index={index} />
}

function Card({ step, index }: { step: TourStep; index: number }) {
  const t = useWords()
  useSlowTopic('now', LOOK_MS)
  const [done, setDone] = useState(false)
  const [acted, setActed] = useState(false)
  const holds = done || (step.holds?.() ?? true)
  // What has happened once stays happened: a step is not taken back while it is read.
  useEffect(() => {
    if (step.holds?.()) setDone(true)
  })
  useEffect(() => {
    const key = (e: KeyboardEvent) => {
      if (e.key === 'Escape') end()
    }
    window.addEventListener('keydown', key)
    return () => window.removeEventListener('keydown', key)
  }, [])
  const last = index === STEPS.length - 1
  const next = () => {
    if (last) goLive()
    tour.setState({ step: last ? undefined : index + 1 })
  }
  return (
    <>
      <Ring at={step.at} />
      <section className={styles.card} aria-label={t('tour.title')} data-testid="tour">
        <header>
          <span className="small muted">{t('tour.step', { n: index + 1, of: STEPS.length })}</span>
          <button
            type="button"
            className="icon-btn"
            onClick={end}
            aria-label={t('tour.leave')}
            title={t('tour.leave')}
          >
            <X size={16} aria-hidden="true" />
          </button>
        </header>
        <p aria-live="polite">{t(step.say)}</p>
        {step.line ? <code className={styles.line}>{step.line}</code> : null}
        {step.holds && !holds && acted ? (
          <p className="small muted" role="status">
            {t('tour.waiting')}
          </p>
        ) : null}
        <footer>
          {step.act && !holds ? (
            <button
              type="button"
              className="btn"
              onClick={() => {
                setActed(true)
                step.act?.()
              }}
              disabled={acted}
              data-testid="tour-act"
            >
              {t('tour.act')}
            </button>
          ) : null}
          <button
            type="button"
            className="btn primary"
            onClick={next}
            disabled={!holds}
            data-testid="tour-next"
          >
            {t(last ? 'tour.finish' : 'tour.next')}
          </button>
          {holds ? null : (
            <button type="button" className="btn" onClick={next}>
              {t('tour.skip')}
            </button>
          )}
        </footer>
      </section>
    </>
  )
}

/** A ring around the first thing that matches, following it. */
function Ring({ at }: { at: string }) {
  const [box, setBox] = useState<DOMRect>()
  useEffect(() => {
    let frame = 0
    const follow = () => {
      const now = document.querySelector(at)?.getBoundingClientRect()
      setBox((old) => (old && now && same(old, now) ? old : now))
      frame = requestAnimationFrame(follow)
    }
    follow()
    return () => cancelAnimationFrame(frame)
  }, [at])
  if (!box || box.width === 0) return null
  return (
    <div
      className={styles.ring}
      aria-hidden="true"
      style={{
        left: box.left - 6,
        top: box.top - 6,
        width: box.width + 12,
        height: box.height + 12,
      }}
    />
  )
}

function same(a: DOMRect, b: DOMRect): boolean {
  return a.left === b.left && a.top === b.top && a.width === b.width && a.height === b.height
}
