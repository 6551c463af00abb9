/** The bar's one button for handing a session on, keeping it, and bringing objects in and out. */
import { Code, Download, FileText, FolderOpen, Library, Link, Share2, Upload } from 'lucide-react'
import { DropdownMenu } from 'radix-ui'
import type { ReactNode } from 'react'
import { attachedTo, watchedThrough } from '../bridge/transport.ts'
import { type MessageId, useWords } from '../i18n/i18n.ts'
import { cards } from '../store/world.ts'
import { takeFile } from './DropTarget.tsx'
import { openDialog } from './dialog.ts'
import { chooseFiles, saveToFile } from './files.ts'
import { saveManifests } from './importing.ts'
import { say } from './notice.ts'
import { share } from './sessions.ts'

/** Some programs cut longer links. */
const LINK_LONG = 8000

/** The button and its menu. */
export function ShareMenu() {
  const t = useWords()
  const attached = attachedTo() !== undefined
  const watching = watchedThrough() !== undefined
  const item = (id: MessageId, icon: ReactNode, run: () => void, disabled = false) => (
    <DropdownMenu.Item onSelect={run} disabled={disabled} data-testid={id}>
      {icon}
      {t(id)}
    </DropdownMenu.Item>
  )
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>
        <button
          type="button"
          className="icon-btn"
          data-testid="share"
          title={t('share.menu')}
          aria-label={t('share.menu')}
        >
          <Share2 size={16} aria-hidden="true" />
          <span>{t('share.menu')}</span>
        </button>
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="end" sideOffset={4}>
          {item('share.link', <Link {...ICON} />, () => void copyLink(), attached)}
          {item('share.embed', <Code {...ICON} />, () => void copyEmbed(), attached)}
          <hr />
          {item('share.save', <Download {...ICON} />, () => void saveToFile(), attached)}
          {item('share.open', <FolderOpen {...ICON} />, () => void openFile(), attached)}
          {item('share.sessions', <Library {...ICON} />, () => openDialog('sessions'), attached)}
          <hr />
          {item('share.import', <Upload {...ICON} />, () => openDialog('import'), watching)}
          {item('share.export', <FileText {...ICON} />, () => void saveManifests(), watching)}
          {attached ? (
            <p className="small muted" style={{ padding: '6px 10px', maxWidth: 260 }}>
              {t('share.attached')}
            </p>
          ) : null}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}

const ICON = { size: 16, 'aria-hidden': true } as const

async function copyLink(): Promise<void> {
  const at = cards.now
  const link = await share()
  if (!(await copied(link))) return say({ id: 'share.nocopy', tone: 'plain', detail: link })
  if (link.length > LINK_LONG) {
    const actions = [{ label: 'share.save', run: () => void saveToFile() }] as const
    return say({ id: 'share.long', values: { n: link.length }, tone: 'warn', actions })
  }
  say({ id: 'share.copied', values: { at }, tone: 'plain' })
}

async function copyEmbed(): Promise<void> {
  const url = new URL(await share())
  url.searchParams.set('embed', '')
  const code = `<iframe src="${url.href}" width="960" height="600" title="Kubarium" style="border:0"></iframe>`
  if (await copied(code)) say({ id: 'share.copied.embed', tone: 'plain' })
  else say({ id: 'share.nocopy', tone: 'plain', detail: code })
}

async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    // Refused, or the page is not served securely: the reader copies by hand.
    return false
  }
}

async function openFile(): Promise<void> {
  const [file] = (await chooseFiles('.kubarium,.json,.yaml,.yml', false)) ?? []
  if (file) await takeFile(file)
}
