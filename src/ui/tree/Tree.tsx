/**
 * The tree twin of the map: one list to walk by keys or to be read aloud, with the same objects, states and selection.
 * Keys are those of the tree pattern: arrows, Home, End, Enter, letters to jump.
 * @source https://www.w3.org/WAI/ARIA/apg/patterns/treeview/
 */
import { useVirtualizer } from '@tanstack/react-virtual'
import { ChevronDown, ChevronRight } from 'lucide-react'
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react'
import { useWords } from '../i18n/i18n.ts'
import { select, useSelection } from '../store/selection.ts'
import { useSlowTopic } from '../store/world.ts'
import { type OpenLine, openLines, outline } from './outline.ts'
import { wantedLine } from './reach.ts'
import styles from './tree.module.css'

const ROW_PX = 30
/** How often the outline follows the cluster. @unit real ms */
const FOLLOW_MS = 500
const PAGE_ROWS = 15

/** The tree view. */
export function Tree() {
  const t = useWords()
  const version = useSlowTopic('now', FOLLOW_MS)
  const [wanted] = useState(() => wantedLine.getState().id)
  const [open, setOpen] = useState<ReadonlySet<string>>(
    () => new Set(['nodes', 'pending', ...(wanted ? [wanted] : [])]),
  )
  const [at, setAt] = useState(wanted || 'nodes')
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version says that there is news
  const lines = useMemo(() => openLines(outline(t), open), [t, open, version])
  const index = Math.max(
    0,
    lines.findIndex((l) => l.id === at),
  )
  const box = useRef<HTMLDivElement>(null)
  const rows = useVirtualizer({
    count: lines.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when it opens
  useEffect(() => {
    if (!wanted) return
    wantedLine.setState({ id: '' })
    box.current?.focus()
    rows.scrollToIndex(index, { align: 'start' })
  }, [])
  const selected = useSelection((s) => s.selected?.uid)
  const go = (to: number) => {
    const line = lines[Math.max(0, Math.min(lines.length - 1, to))]
    if (!line) return
    setAt(line.id)
    rows.scrollToIndex(lines.indexOf(line))
  }
  const toggle = (line: OpenLine, wanted = !line.open) => {
    if (line.open === undefined) return
    setOpen((old) => {
      const next = new Set(old)
      if (wanted) next.add(line.id)
      else next.delete(line.id)
      return next
    })
  }
  const key = (e: KeyboardEvent) => {
    const line = lines[index]
    if (!line || e.ctrlKey || e.metaKey || e.altKey) return
    const moves: Record<string, () => void> = {
      ArrowDown: () => go(index + 1),
      ArrowUp: () => go(index - 1),
      PageDown: () => go(index + PAGE_ROWS),
      PageUp: () => go(index - PAGE_ROWS),
      Home: () => go(0),
      End: () => go(lines.length - 1),
      ArrowRight: () => (line.open === false ? toggle(line) : go(index + 1)),
      ArrowLeft: () =>
        line.open ? toggle(line) : go(lines.findIndex((l) => l.id === line.parent)),
      Enter: () => (line.card ? select(line.card) : toggle(line)),
      ' ': () => (line.card ? select(line.card) : toggle(line)),
    }
    const move = moves[e.key] ?? (e.key.length === 1 ? () => jump(e.key) : undefined)
    if (!move) return
    e.preventDefault()
    move()
  }
  const jump = (letter: string) => {
    const wanted = letter.toLowerCase()
    const from = [...lines.slice(index + 1), ...lines.slice(0, index + 1)]
    const found = from.find((l) => nameOf(l).startsWith(wanted))
    if (found) go(lines.indexOf(found))
  }
  return (
    <div className={styles.view}>
      <h2 className="strong">{t('tree.title')}</h2>
      <p className="muted small">{t('tree.help')}</p>
      <div
        ref={box}
        className={styles.box}
        role="tree"
        tabIndex={0}
        aria-label={t('tree.title')}
        aria-activedescendant={`line-${at}`}
        onKeyDown={key}
        data-testid="tree"
      >
        <div style={{ height: rows.getTotalSize(), position: 'relative' }} role="presentation">
          {rows.getVirtualItems().map((row) => {
            const line = lines[row.index]
            if (!line) return null
            return (
              // biome-ignore lint/a11y/useFocusableInteractive: the tree itself has the focus, and names its active line
              // biome-ignore lint/a11y/useKeyWithClickEvents: keys are the tree's
              <div
                key={line.id}
                id={`line-${line.id}`}
                role="treeitem"
                aria-level={line.level}
                aria-setsize={line.siblings}
                aria-posinset={line.position}
                aria-expanded={line.open}
                aria-selected={line.card !== undefined && line.card.uid === selected}
                className={`${styles.line} ${line.id === at ? styles.at : ''}`}
                style={{
                  transform: `translateY(${row.start}px)`,
                  paddingLeft: line.level * 20 - 12,
                }}
                onClick={() => {
                  setAt(line.id)
                  if (line.card) select(line.card)
                  else toggle(line)
                }}
              >
                <Arrow line={line} toggle={() => toggle(line)} />
                <span className={line.card ? '' : 'strong'}>{line.text}</span>
                <span className="muted"> {line.state}</span>
              </div>
            )
          })}
        </div>
      </div>
    </div>
  )
}

function Arrow({ line, toggle }: { line: OpenLine; toggle(): void }) {
  if (line.open === undefined) return <span className={styles.arrow} />
  const Icon = line.open ? ChevronDown : ChevronRight
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: for the mouse; keys open by the arrows
    // biome-ignore lint/a11y/noStaticElementInteractions: part of its treeitem
    <span
      className={styles.arrow}
      onClick={(e) => {
        e.stopPropagation()
        toggle()
      }}
    >
      <Icon size={14} aria-hidden="true" />
    </span>
  )
}

/** What a letter looks for: the name behind kind and namespace. */
function nameOf(line: OpenLine): string {
  return (line.card?.name ?? line.text).toLowerCase()
}
