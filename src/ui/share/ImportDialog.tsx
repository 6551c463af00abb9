/** Objects of a real cluster: pasted or dropped, looked through first, then made by kubectl apply. */
import { X } from 'lucide-react'
import { Dialog } from 'radix-ui'
import { useEffect, useRef, useState } from 'react'
import type { ImportPlan } from '../../protocol/manifests.ts'
import { bridge } from '../bridge/bridge.ts'
import { useWords } from '../i18n/i18n.ts'
import { carryOut, GET_ALL } from './importing.ts'
import { say } from './notice.ts'
import styles from './share.module.css'

type Step =
  | { readonly at: 'text'; readonly fault?: string }
  | { readonly at: 'plan'; readonly plan: ImportPlan }
  | { readonly at: 'busy' }
  | { readonly at: 'failed'; readonly said: string }

/** The dialog. @param text what was dropped, '' to begin with an empty field */
export function ImportDialog({ text: given, close }: { text: string; close: () => void }) {
  const t = useWords()
  const [text, setText] = useState(given)
  const [keep, setKeep] = useState(false)
  const [step, setStep] = useState<Step>({ at: 'text' })
  const look = async (what: string, keepSecrets: boolean) => {
    try {
      setStep({ at: 'plan', plan: await bridge.planImport(what, keepSecrets) })
    } catch (error) {
      setStep({ at: 'text', fault: error instanceof Error ? error.message : String(error) })
    }
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is dropped is looked through at once, then edited here
  useEffect(() => {
    setText(given)
    if (given) void look(given, keep)
  }, [given])
  const make = async (plan: ImportPlan) => {
    setStep({ at: 'busy' })
    const { ok, said } = await carryOut(plan)
    if (!ok) return setStep({ at: 'failed', said })
    close()
    say({ id: 'import.done', values: { n: plan.items.length }, tone: 'plain' })
  }
  return (
    <Dialog.Root open onOpenChange={(o) => o || close()}>
      <Dialog.Portal>
        <Dialog.Overlay className={styles.veil} />
        <Dialog.Content className={styles.dialog} aria-describedby={undefined} data-testid="import">
          <header>
            <Dialog.Title className="strong">{t('import.title')}</Dialog.Title>
            <Dialog.Close className="icon-btn" aria-label={t('share.close')}>
              <X size={16} aria-hidden="true" />
            </Dialog.Close>
          </header>
          {step.at === 'text' ? (
            <Text
              text={text}
              setText={setText}
              keep={keep}
              setKeep={setKeep}
              fault={step.fault}
              look={() => void look(text, keep)}
            />
          ) : null}
          {step.at === 'plan' ? (
            <Plan
              plan={step.plan}
              back={() => setStep({ at: 'text' })}
              make={() => void make(step.plan)}
            />
          ) : null}
          {step.at === 'busy' ? (
            <p className="muted mono" role="status">
              {t('import.busy')}
            </p>
          ) : null}
          {step.at === 'failed' ? (
            <>
              <p className={styles.fault} role="alert">
                {t('import.failed')}
              </p>
              <pre className={styles.said}>{step.said}</pre>
            </>
          ) : null}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

interface TextProps {
  readonly text: string
  setText(text: string): void
  readonly keep: boolean
  setKeep(keep: boolean): void
  readonly fault: string | undefined
  look(): void
}

function Text({ text, setText, keep, setKeep, fault, look }: TextProps) {
  const t = useWords()
  const field = useRef<HTMLTextAreaElement>(null)
  return (
    <>
      <div>
        <p>{t('import.how')}</p>
        <pre className={styles.command}>{GET_ALL}</pre>
      </div>
      <textarea
        ref={field}
        className={styles.area}
        value={text}
        onChange={(e) => setText(e.target.value)}
        aria-label={t('import.text')}
        placeholder={t('import.text')}
        spellCheck={false}
      />
      {fault ? (
        <p className={styles.fault} role="alert">
          {fault}
        </p>
      ) : null}
      <div className={styles.foot}>
        <label className={styles.check}>
          <input type="checkbox" checked={keep} onChange={(e) => setKeep(e.target.checked)} />
          {t('import.keep')}
        </label>
        <button type="button" className="btn primary" disabled={!text.trim()} onClick={look}>
          {t('import.look')}
        </button>
      </div>
    </>
  )
}

function Plan({ plan, back, make }: { plan: ImportPlan; back: () => void; make: () => void }) {
  const t = useWords()
  const { items, leftOut } = plan
  return (
    <>
      {items.length === 0 ? (
        <p className="muted">{t('import.nothing')}</p>
      ) : (
        <div className={styles.scroll}>
          <table data-testid="plan">
            <thead>
              <tr>
                <th>{t('col.kind')}</th>
                <th>{t('col.namespace')}</th>
                <th>{t('col.name')}</th>
                <th aria-label={t('import.masked')} />
              </tr>
            </thead>
            <tbody>
              {items.map((i) => (
                <tr key={`${i.kind}/${i.namespace}/${i.name}`}>
                  <td>{i.kind}</td>
                  <td>{i.namespace}</td>
                  <td className="mono">{i.name}</td>
                  <td className="warn">{i.masked ? t('import.masked') : ''}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <LeftOut leftOut={leftOut} />
      <div className={styles.foot}>
        <button type="button" className="btn" onClick={back}>
          {t('import.back')}
        </button>
        {items.length > 0 ? (
          <button type="button" className="btn primary" onClick={make}>
            {t('import.apply', { n: items.length })}
          </button>
        ) : null}
      </div>
    </>
  )
}

function LeftOut({ leftOut }: { leftOut: ImportPlan['leftOut'] }) {
  const t = useWords()
  const reasons = [...new Set(leftOut.map((l) => l.reason))]
  if (reasons.length === 0) return null
  return (
    <div className="small muted">
      <p className="strong">{t('import.left')}</p>
      <ul>
        {reasons.map((reason) => {
          const of = leftOut.filter((l) => l.reason === reason)
          const what = of.map((l) => `${l.count} ${l.kind || '?'}`).join(t('list.names'))
          return <li key={reason}>{t(`import.left.${reason}`, { what })}</li>
        })}
      </ul>
    </div>
  )
}
