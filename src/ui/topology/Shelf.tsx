/** Below the map: what the shapes mean, machines to add, the bin. */
import { HeartPulse, Plus, Trash2 } from 'lucide-react'
import type { PodLook } from '../../protocol/cards.ts'
import { type MessageId, useWords } from '../i18n/i18n.ts'
import type { PodCard } from '../store/world.ts'
import { addMachine, heal, useLastAct } from './actions.ts'
import { BIN_ID } from './bin.ts'
import { PodCell } from './PodCell.tsx'
import styles from './Shelf.module.css'

const LOOKS: readonly [PodLook, MessageId][] = [
  ['pending', 'shelf.pending'],
  ['notready', 'shelf.notready'],
  ['ready', 'shelf.ready'],
  ['restarting', 'shelf.restarting'],
  ['failed', 'shelf.failed'],
  ['succeeded', 'shelf.done'],
]

const SAMPLE: PodCard = {
  uid: 'legend',
  kind: 'Pod',
  namespace: 'kube-system',
  name: '',
  created: 0,
  node: '',
  look: 'ready',
  status: '',
  message: '',
  ready: 1,
  containers: 1,
  restarts: 0,
  ip: '',
  revision: '',
  cpu: 0,
  mem: 0,
  tolerates: {},
  claims: [],
  unschedulable: '',
  parts: [],
  labels: {},
  security: { account: '', keeps: 'restricted', risks: [], root: false },
}

/** Legend, putting right, machine, bin. */
export function Shelf({ armed, over }: { armed: boolean; over: boolean }) {
  const t = useWords()
  const last = useLastAct()
  return (
    <div className={styles.shelf}>
      <div className={styles.legends}>
        {LOOKS.map(([look, word]) => (
          <span key={look} className={styles.legend}>
            <span className={styles.small}>
              <PodCell pod={{ ...SAMPLE, uid: `legend-${look}`, look }} />
            </span>
            {t(word)}
          </span>
        ))}
      </div>
      <button
        type="button"
        className={styles.tool}
        disabled={!last}
        onClick={heal}
        title={
          last
            ? t('shelf.heal.about', { act: t(last.word, { name: last.node }) })
            : t('shelf.heal.none')
        }
        data-testid="heal"
      >
        <HeartPulse size={16} aria-hidden="true" />
        {t('shelf.heal')}
      </button>
      <button type="button" className={styles.tool} onClick={addMachine} data-testid="add-machine">
        <Plus size={16} aria-hidden="true" />
        {t('shelf.machine')}
      </button>
      <div
        id={BIN_ID}
        className={`${styles.tool} ${armed ? styles.armed : ''} ${over ? styles.over : ''}`}
        title={t('shelf.bin.hint')}
        data-testid="bin"
      >
        <Trash2 size={16} aria-hidden="true" />
        {armed ? t('shelf.bin.hint') : t('shelf.bin')}
      </div>
    </div>
  )
}
