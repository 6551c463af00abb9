/** The command palette: every object and every act by name. */
import { Command } from 'cmdk'
import { Dialog } from 'radix-ui'
import { bridge } from '../bridge/bridge.ts'
import { watchedThrough } from '../bridge/transport.ts'
import { useWords } from '../i18n/i18n.ts'
import { present } from '../present/present.ts'
import { prefer, preferences } from '../store/preferences.ts'
import { select } from '../store/selection.ts'
import { cards } from '../store/world.ts'
import { addMachine, heal } from '../topology/actions.ts'
import { startTour } from '../tour/tour.ts'
import { toTerminal } from './areas.ts'
import styles from './bar.module.css'
import { closePalette, openPalette, usePalette } from './palette.ts'
import { VIEWS } from './Rail.tsx'

const OBJECTS_MAX = 400

/** The palette. */
export function Palette() {
  const t = useWords()
  const isOpen = usePalette().open
  const close = closePalette
  // What is only watched cannot be stopped, and nothing is done to it.
  const own: [string, () => void][] =
    watchedThrough() === undefined
      ? [
          [t('bar.pause'), () => bridge.speed(0)],
          [t('bar.play'), () => bridge.speed(1)],
          [t('bar.step'), () => void bridge.step()],
          [t('bar.settle'), () => void bridge.settle()],
          [t('tour.offer'), () => void startTour()],
          [t('shelf.machine'), addMachine],
          [t('shelf.heal'), heal],
        ]
      : []
  const acts: [string, () => void][] = [
    ...own,
    [t('present.start'), present],
    [t('dock.editor'), () => prefer({ dock: 'editor' })],
    [t('dock.terminal'), toTerminal],
    ...VIEWS.map((v): [string, () => void] => [t(v.word), () => prefer({ view: v.view })]),
    [
      t('bar.theme'),
      () => prefer({ theme: preferences.getState().theme === 'dark' ? 'light' : 'dark' }),
    ],
  ]
  const shown = new Set([
    'Node',
    'Pod',
    'Deployment',
    'ReplicaSet',
    'StatefulSet',
    'DaemonSet',
    'Job',
    'Service',
    'PersistentVolumeClaim',
    'PersistentVolume',
    'ConfigMap',
    'Secret',
    'Namespace',
  ])
  const objects = isOpen
    ? [...cards.all.values()]
        .filter((c) => shown.has(c.kind) || 'custom' in c)
        .slice(0, OBJECTS_MAX)
    : []
  return (
    <Dialog.Root open={isOpen} onOpenChange={(o) => (o ? openPalette() : close())}>
      <Dialog.Portal>
        <Dialog.Overlay className={styles.veil} />
        <Dialog.Content className={styles.palette} aria-describedby={undefined}>
          <Dialog.Title className="visually-hidden">{t('palette.title')}</Dialog.Title>
          <Command>
            <Command.Input placeholder={t('palette.placeholder')} autoFocus />
            <Command.List>
              <Command.Empty>{t('palette.none')}</Command.Empty>
              {acts.map(([label, run]) => (
                <Command.Item
                  key={label}
                  onSelect={() => {
                    close()
                    run()
                  }}
                >
                  {label}
                </Command.Item>
              ))}
              {objects.map((o) => (
                <Command.Item
                  key={o.uid}
                  value={`${o.kind} ${o.namespace} ${o.name} ${o.uid}`}
                  onSelect={() => {
                    close()
                    select(o)
                  }}
                >
                  <span className="muted">{o.kind}</span>
                  {o.namespace ? `${o.namespace}/` : ''}
                  {o.name}
                </Command.Item>
              ))}
            </Command.List>
          </Command>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}
