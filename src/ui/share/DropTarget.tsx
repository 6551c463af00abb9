/** Files dropped anywhere on the page: a session is opened, manifests go to the import. */
import { useEffect, useState } from 'react'
import { attachedTo } from '../bridge/transport.ts'
import { useWords } from '../i18n/i18n.ts'
import { openDialog } from './dialog.ts'
import { looksLikeManifests } from './files.ts'
import { say } from './notice.ts'
import { load } from './sessions.ts'
import styles from './share.module.css'

/** Takes in a file that was dropped or chosen. */
export async function takeFile(file: File): Promise<void> {
  const text = await file.text()
  if (looksLikeManifests(file.name, text)) openDialog('import', text)
  else if (attachedTo() === undefined) await load(text)
  else say({ id: 'share.attached', tone: 'warn' })
}

/** Several manifests are one import. */
async function takeFiles(files: readonly File[]): Promise<void> {
  const [first] = files
  if (!first) return
  if (files.length === 1) return takeFile(first)
  const texts = await Promise.all(files.map((f) => f.text()))
  openDialog('import', texts.map((t) => t.trimEnd()).join('\n---\n'))
}

/** Listens for files over the page, and says what a drop would do. */
export function DropTarget() {
  const t = useWords()
  const [over, setOver] = useState(false)
  useEffect(() => {
    const isFiles = (e: DragEvent) => e.dataTransfer?.types.includes('Files') ?? false
    const enter = (e: DragEvent) => {
      if (!isFiles(e)) return
      e.preventDefault()
      setOver(true)
    }
    const leave = (e: DragEvent) => {
      if (e.relatedTarget === null) setOver(false)
    }
    const drop = (e: DragEvent) => {
      setOver(false)
      if (!isFiles(e)) return
      e.preventDefault()
      void takeFiles([...(e.dataTransfer?.files ?? [])])
    }
    window.addEventListener('dragenter', enter)
    window.addEventListener('dragover', enter)
    window.addEventListener('dragleave', leave)
    window.addEventListener('drop', drop)
    return () => {
      window.removeEventListener('dragenter', enter)
      window.removeEventListener('dragover', enter)
      window.removeEventListener('dragleave', leave)
      window.removeEventListener('drop', drop)
    }
  }, [])
  if (!over) return null
  return (
    <div className={styles.drop} aria-hidden="true">
      <p>{t('share.drop')}</p>
    </div>
  )
}
