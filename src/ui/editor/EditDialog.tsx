/** The editor that `kubectl edit` opens: Monaco over the page, saved or left as an editor in a terminal is. */
import { Dialog } from 'radix-ui'
import { useEffect, useRef } from 'react'
import { bridge } from '../bridge/bridge.ts'
import frame from '../components/window.module.css'
import { useWords } from '../i18n/i18n.ts'
import { closeEdit } from '../store/editing.ts'
import { usePreference } from '../store/preferences.ts'
import styles from './edit.module.css'
import { monaco } from './monaco.ts'
import { createEditor, dress } from './useMonaco.ts'

/** The dialog. @param run the line that waits. @param text what it shows */
export function EditDialog({ run, text }: { run: number; text: string }) {
  const t = useWords()
  const theme = usePreference((p) => p.theme)
  const editor = useRef<monaco.editor.IStandaloneCodeEditor>(undefined)
  const end = (written: string) => {
    closeEdit(run)
    bridge.edited(run, written)
  }
  const save = () => end(editor.current?.getModel()?.getValue() ?? text)
  // As with `:q!`: what was there is what comes back.
  const leave = () => end(text)
  const host = (el: HTMLDivElement | null) => {
    if (!el || editor.current) return
    const uri = monaco.Uri.parse(`file:///kubectl-edit-${run}.yaml`)
    monaco.editor.getModel(uri)?.dispose()
    const ed = createEditor(el, monaco.editor.createModel(text, 'yaml', uri))
    ed.addCommand(monaco.KeyMod.CtrlCmd | monaco.KeyCode.KeyS, save)
    editor.current = ed
    ed.focus()
  }
  useEffect(
    () => () => {
      editor.current?.getModel()?.dispose()
      editor.current?.dispose()
      editor.current = undefined
    },
    [],
  )
  useEffect(() => dress(theme), [theme])
  return (
    <Dialog.Root open onOpenChange={(o) => o || leave()}>
      <Dialog.Portal>
        <Dialog.Overlay className={frame.veil} />
        <Dialog.Content
          className={frame.window}
          aria-describedby={undefined}
          data-testid="edit-dialog"
          onOpenAutoFocus={(e) => e.preventDefault()}
          // Escape closes Monaco's own widgets; a slip must not throw away what was written.
          onEscapeKeyDown={(e) => e.preventDefault()}
          onInteractOutside={(e) => e.preventDefault()}
        >
          <header className={frame.bar}>
            <Dialog.Title className={`strong ${styles.title}`}>{t('edit.title')}</Dialog.Title>
            <span className={`small muted ${styles.hint}`}>{t('edit.text')}</span>
            <button type="button" className="btn" onClick={leave}>
              {t('edit.leave')}
            </button>
            <button type="button" className="btn primary" onClick={save} title="Ctrl+S">
              {t('edit.save')}
            </button>
          </header>
          <div ref={host} className={styles.host} />
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}
