/** The strip above the map: by what pods are grouped, what is looked for, how many there are, and saving it all. */
import { Download, Maximize, X } from 'lucide-react'
import { DropdownMenu } from 'radix-ui'
import { useMemo } from 'react'
import type { PodLook } from '../../protocol/cards.ts'
import { type MessageId, useWords } from '../i18n/i18n.ts'
import { toggleFullScreen } from '../present/fullscreen.ts'
import { prefer, usePreference } from '../store/preferences.ts'
import { cards, type PodCard, useSlowTopic } from '../store/world.ts'
import { matcher, type Quest, seek, seekNothing, seeks, useQuest } from '../wall/find.ts'
import { inkOf } from '../wall/ink.ts'
import { GROUPINGS, type Grouping, LOOKS } from '../wall/plan.ts'
import type { Format } from '../wall/save.ts'
import styles from './Layers.module.css'

/** How often the counts follow the cluster. @unit real ms */
const LOOK_MS = 300

const LOOK_WORDS: Record<PodLook, MessageId> = {
  ready: 'shelf.ready',
  notready: 'shelf.notready',
  creating: 'find.creating',
  pending: 'shelf.pending',
  restarting: 'shelf.restarting',
  failed: 'shelf.failed',
  succeeded: 'shelf.done',
  terminating: 'shelf.terminating',
  unknown: 'node.unknown',
}

/** The strip above the map. */
export function Layers() {
  const t = useWords()
  const quest = useQuest()
  const grouping = usePreference((p) => p.grouping)
  return (
    <div className={styles.strip} role="toolbar" aria-label={t('find.title')}>
      <label className={styles.field}>
        <span className="muted">{t('group.by')}</span>
        <select
          value={grouping}
          onChange={(e) => prefer({ grouping: e.target.value as Grouping })}
          data-testid="group-by"
        >
          {GROUPINGS.map((g) => (
            <option key={g} value={g}>
              {t(`group.${g}`)}
            </option>
          ))}
        </select>
      </label>
      <input
        className={styles.text}
        type="search"
        value={quest.text}
        onChange={(e) => seek({ text: e.target.value })}
        placeholder={t('find.text')}
        aria-label={t('find.text')}
        data-testid="find-text"
      />
      <Namespaces quest={quest} />
      <select
        value={quest.look}
        onChange={(e) => seek({ look: e.target.value as PodLook | '' })}
        aria-label={t('find.state')}
        data-testid="find-state"
      >
        <option value="">{t('find.anystate')}</option>
        {LOOKS.map((look) => (
          <option key={look} value={look}>
            {t(LOOK_WORDS[look])}
          </option>
        ))}
      </select>
      <input
        className={styles.label}
        value={quest.label}
        onChange={(e) => seek({ label: e.target.value })}
        placeholder="app=web"
        aria-label={t('find.label')}
        title={t('find.label')}
        spellCheck={false}
        data-testid="find-label"
      />
      {seeks(quest) ? (
        <button
          type="button"
          className="icon-btn"
          onClick={seekNothing}
          aria-label={t('find.clear')}
          title={t('find.clear')}
        >
          <X size={14} aria-hidden="true" />
        </button>
      ) : null}
      <Counts quest={quest} />
      <Save />
      <button
        type="button"
        className="icon-btn"
        onClick={() => void toggleFullScreen()}
        aria-label={t('map.full')}
        title={t('map.full')}
        data-testid="full-screen"
      >
        <Maximize size={14} aria-hidden="true" />
      </button>
    </div>
  )
}

function Namespaces({ quest }: { quest: Quest }) {
  const t = useWords()
  const version = useSlowTopic('Namespace', LOOK_MS)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version says that there is news
  const names = useMemo(() => [...cards.of('Namespace')].map((n) => n.name).sort(), [version])
  return (
    <select
      className={styles.namespace}
      value={quest.namespace}
      onChange={(e) => seek({ namespace: e.target.value })}
      aria-label={t('col.namespace')}
      data-testid="find-namespace"
    >
      <option value="">{t('find.allnamespaces')}</option>
      {names.map((n) => (
        <option key={n}>{n}</option>
      ))}
    </select>
  )
}

/** Counts of everything there is, and of what matches. */
function Counts({ quest }: { quest: Quest }) {
  const t = useWords()
  const podVersion = useSlowTopic('Pod', LOOK_MS)
  useSlowTopic('Node', LOOK_MS)
  const nodes = cards.byKind.get('Node')?.size ?? 0
  const pods = cards.byKind.get('Pod')?.size ?? 0
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version says that there is news
  const found = useMemo(() => {
    if (!seeks(quest)) return undefined
    const matches = matcher(quest, (p) => inkOf(p).root)
    let n = 0
    for (const p of cards.of<PodCard>('Pod')) if (matches(p)) n++
    return n
  }, [quest, podVersion])
  return (
    <output className={`small muted ${styles.counts}`} data-testid="counts">
      {found === undefined ? t('glass.count', { nodes, pods }) : t('find.count', { found, pods })}
    </output>
  )
}

const FORMATS: readonly Format[] = ['png', 'svg', 'txt']

function Save() {
  const t = useWords()
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger
        className="icon-btn"
        aria-label={t('map.save')}
        title={t('map.save')}
        data-testid="save-map"
      >
        <Download size={14} aria-hidden="true" />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="end" sideOffset={4}>
          {FORMATS.map((f) => (
            <DropdownMenu.Item
              key={f}
              onSelect={() => void import('../wall/save.ts').then((m) => m.saveMap(f))}
              data-testid={`save-${f}`}
            >
              {t(`map.save.${f}`)}
            </DropdownMenu.Item>
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}
