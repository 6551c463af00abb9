/** The page: bar, rail, glass, inspector, dock. */
import { lazy, Suspense, useEffect } from 'react'
import { Group, Panel, Separator, usePanelRef } from 'react-resizable-panels'
import styles from './App.module.css'
import { goToArea, useAreaKeys } from './bar/areas.ts'
import { usePalette, usePaletteKey } from './bar/palette.ts'
import { Rail } from './bar/Rail.tsx'
import { TopBar } from './bar/TopBar.tsx'
import { UPRIGHT, useMedia } from './components/media.ts'
import { Dock } from './dock/Dock.tsx'
import { loadWithWords } from './editor/words.ts'
import { useWords } from './i18n/i18n.ts'
import { Inspector } from './inspector/Inspector.tsx'
import { usePresenting } from './present/present.ts'
import { EmbedBar } from './share/EmbedBar.tsx'
import { type EmbedPanel, embedded } from './share/embedding.ts'
import { ShareLayer } from './share/ShareLayer.tsx'
import { useEditing } from './store/editing.ts'
import { preferences, usePreference } from './store/preferences.ts'
import { useScene } from './store/scene.ts'
import { useSelection } from './store/selection.ts'
import { useWorld } from './store/world.ts'
import { PastBanner } from './time/PastBanner.tsx'
import { Glass } from './topology/Glass.tsx'
import { useTouring } from './tour/tour.ts'
import { Announcer } from './tree/Announcer.tsx'

const palettePart = () => import('./bar/Palette.tsx')
const Palette = lazy(() => palettePart().then((m) => ({ default: m.Palette })))
const Tour = lazy(() => import('./tour/Tour.tsx').then((m) => ({ default: m.Tour })))
const TaskCard = lazy(() => import('./learn/TaskCard.tsx').then((m) => ({ default: m.TaskCard })))
const Present = lazy(() => import('./present/Present.tsx').then((m) => ({ default: m.Present })))
const EditDialog = lazy(() =>
  loadWithWords(() => import('./editor/EditDialog.tsx')).then((m) => ({ default: m.EditDialog })),
)
const Tree = lazy(() => import('./tree/Tree.tsx').then((m) => ({ default: m.Tree })))
const Lists = lazy(() => import('./lists/Lists.tsx').then((m) => ({ default: m.Lists })))

/** When the page has done what a first view needs. @unit real ms */
const PALETTE_MS = 3000
/** Share of the height that the dock takes at least while the editor is open. */
const EDITOR_SHARE = 44

const embed = embedded()
const shows = (panel: EmbedPanel) => !embed || embed.includes(panel)

/** The whole page. */
export function App() {
  const view = usePreference((p) => p.view)
  const dockTab = usePreference((p) => p.dock)
  const dock = usePanelRef()
  const palette = usePalette()
  const touring = useTouring()
  const editing = useEditing((s) => s.open)
  const task = useScene((s) => s.scene?.task !== undefined)
  usePaletteKey()
  useAreaKeys()
  const presenting = usePresenting((p) => p.on)
  const upright = useMedia(UPRIGHT)
  const chosen = useSelection((s) => s.selected !== undefined)
  // Below the map there is room only for something; beside it the place says what may be put there.
  const side =
    usePresenting((p) => (p.on ? p.inspector : shows('inspector'))) && (!upright || chosen || task)
  const below = usePresenting((p) => (p.on ? p.dock : shows('dock')))
  useEffect(() => {
    const p = preferences.getState()
    document.documentElement.dataset.theme = p.theme
    document.documentElement.lang = p.language === 'zh' ? 'zh-CN' : 'en'
    // Who opens it types on at once: it is there before.
    const timer = setTimeout(() => void palettePart().catch(() => undefined), PALETTE_MS)
    return () => clearTimeout(timer)
  }, [])
  // Writing needs more room than a few lines of output; what the reader has made larger stays.
  useEffect(() => {
    const panel = dock.current
    if (dockTab === 'editor' && panel && panel.getSize().asPercentage < EDITOR_SHARE) {
      panel.resize(`${EDITOR_SHARE}%`)
    }
  }, [dockTab, dock])
  return (
    <div
      className={`${styles.page} ${presenting ? styles.presenting : embed ? styles.embedded : ''}`}
    >
      <NextArea />
      {embed ? <EmbedBar /> : <TopBar />}
      {embed || presenting ? null : <Rail />}
      <main className={styles.main}>
        <Group orientation="vertical" id="rows">
          <Panel id="upper" defaultSize="76" minSize="30">
            <Group
              key={upright ? 'rows' : 'columns'}
              orientation={upright ? 'vertical' : 'horizontal'}
              id="columns"
            >
              <Panel id="glass" minSize="30" className={styles.glass}>
                {view === 'map' || embed ? (
                  <div className={styles.map}>
                    {side ? null : (
                      <Suspense fallback={null}>{task ? <TaskCard /> : null}</Suspense>
                    )}
                    <div className={styles.room}>
                      <Glass />
                    </div>
                  </div>
                ) : view === 'tree' ? (
                  <Suspense fallback={null}>
                    <Tree />
                  </Suspense>
                ) : (
                  <Suspense fallback={null}>
                    <Lists view={view} />
                  </Suspense>
                )}
                <PastBanner />
                {touring ? (
                  <Suspense fallback={null}>
                    <Tour />
                  </Suspense>
                ) : null}
                <Boot />
              </Panel>
              {side ? (
                <>
                  <Separator className={upright ? styles.horizontal : styles.vertical} />
                  <Panel
                    id="side"
                    defaultSize={upright ? '40' : '344px'}
                    minSize={upright ? '15' : '240px'}
                    maxSize={upright ? '75' : '60'}
                    className={styles.side}
                  >
                    <div className={styles.column}>
                      <Suspense fallback={null}>{task ? <TaskCard /> : null}</Suspense>
                      <div className={styles.room}>
                        <Inspector />
                      </div>
                    </div>
                  </Panel>
                </>
              ) : null}
            </Group>
          </Panel>
          {below ? (
            <>
              <Separator className={styles.horizontal} />
              <Panel id="dock" panelRef={dock} defaultSize="24" minSize="8" className={styles.side}>
                <Dock />
              </Panel>
            </>
          ) : null}
        </Group>
      </main>
      {presenting ? (
        <Suspense fallback={null}>
          <Present />
        </Suspense>
      ) : null}
      {palette.used ? (
        <Suspense fallback={null}>
          <Palette />
        </Suspense>
      ) : null}
      {editing ? (
        <Suspense fallback={null}>
          <EditDialog key={editing.version} run={editing.run} text={editing.text} />
        </Suspense>
      ) : null}
      <Announcer />
      <ShareLayer />
    </div>
  )
}

/** The first stop of the Tab key: seen only then, it says how to get about. */
function NextArea() {
  const t = useWords()
  return (
    <button type="button" className={`btn primary ${styles.skip}`} onClick={() => goToArea(1)}>
      {t('area.next')} <kbd>F6</kbd>
    </button>
  )
}

function Boot() {
  const t = useWords()
  const booted = useWorld((s) => s.booted)
  if (booted) return null
  return (
    <div className={styles.boot} role="status">
      <p className="strong">Kubarium</p>
      <p className="muted">{t('app.booting')}</p>
    </div>
  )
}
