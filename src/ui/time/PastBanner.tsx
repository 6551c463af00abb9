/** Says that the past is shown, and what can be done there. */
import { GitBranch, Play, SkipForward, Square } from 'lucide-react'
import { useState } from 'react'
import type { StepUnit } from '../../protocol/protocol.ts'
import { bridge } from '../bridge/bridge.ts'
import { clockText } from '../components/time.ts'
import { useWords } from '../i18n/i18n.ts'
import { useNow, useWorld } from '../store/world.ts'
import styles from './time.module.css'
import { branchHere, canBranch, goLive, useTravel } from './travel.ts'

const UNITS: readonly StepUnit[] = ['event', 'reconcile', 'second']

/** The banner over the map; nothing in the present. */
export function PastBanner() {
  const t = useWords()
  const past = useWorld((s) => s.past)
  const speed = useWorld((s) => s.speed)
  const revision = useWorld((s) => s.revision)
  const busy = useTravel((s) => s.busy)
  const trouble = useTravel((s) => s.trouble)
  const now = useNow()
  const [unit, setUnit] = useState<StepUnit>('event')
  if (busy)
    return (
      <div className={styles.banner} role="status" data-testid="replaying">
        {t('time.replaying')}
      </div>
    )
  if (!past)
    return trouble ? (
      <div className={`${styles.banner} bad`} role="alert">
        {trouble}
      </div>
    ) : null
  return (
    <section className={styles.banner} aria-label={t('time.banner')} data-testid="past">
      <span className={styles.when}>
        <span className="strong">{t('time.past', { time: clockText(now) })}</span>
        <span className="muted small"> {t('time.revision', { revision })}</span>
      </span>
      <button
        type="button"
        className="btn"
        onClick={() => bridge.speed(speed > 0 ? 0 : 1)}
        data-testid="replay"
      >
        {speed > 0 ? (
          <Square size={14} aria-hidden="true" />
        ) : (
          <Play size={14} aria-hidden="true" />
        )}
        {t(speed > 0 ? 'time.stop' : 'time.replay')}
      </button>
      <span className={styles.step}>
        <button
          type="button"
          className="btn"
          onClick={() => void bridge.step(unit)}
          data-testid="past-step"
        >
          <SkipForward size={14} aria-hidden="true" />
          {t('time.step')}
        </button>
        <label>
          <span className="visually-hidden">{t('time.unit')}</span>
          <select value={unit} onChange={(e) => setUnit(e.target.value as StepUnit)}>
            {UNITS.map((u) => (
              <option key={u} value={u}>
                {t(`time.by.${u}`)}
              </option>
            ))}
          </select>
        </label>
      </span>
      {canBranch() ? (
        <button
          type="button"
          className="btn primary"
          onClick={() => void branchHere()}
          data-testid="branch-here"
        >
          <GitBranch size={14} aria-hidden="true" />
          {t('time.branch')}
        </button>
      ) : null}
      <button type="button" className="btn" onClick={goLive} data-testid="go-live">
        {t('time.live')}
      </button>
    </section>
  )
}
