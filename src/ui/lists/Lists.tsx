/** The other views: workloads, network, disks, things to try. */
import type { ReactNode } from 'react'
import type { ClaimCard, VolumeCard } from '../../protocol/cards.ts'
import { typeLine } from '../dock/Terminal.tsx'
import { type MessageId, useWords } from '../i18n/i18n.ts'
import { prefer, type View } from '../store/preferences.ts'
import { select } from '../store/selection.ts'
import {
  type AnyCard,
  cards,
  type PodCard,
  type ServiceCard,
  type SliceCard,
  useKind,
  useTopic,
  type WorkloadCard,
} from '../store/world.ts'
import { PodCell } from '../topology/PodCell.tsx'
import styles from './lists.module.css'

/** A view other than the map. */
export function Lists({ view }: { view: Exclude<View, 'map' | 'tree'> }) {
  return (
    <div className={styles.view}>
      {view === 'workloads' ? <Workloads /> : null}
      {view === 'network' ? <NetworkList /> : null}
      {view === 'disks' ? <Disks /> : null}
      {view === 'learn' ? <Learn /> : null}
    </div>
  )
}

function Table({
  title,
  columns,
  rows,
}: {
  title: string
  columns: readonly string[]
  rows: readonly { card: AnyCard; cells: readonly ReactNode[] }[]
}) {
  const t = useWords()
  return (
    <section>
      <h2 className="strong">{title}</h2>
      {rows.length === 0 ? <p className="muted">{t('list.none')}</p> : null}
      {rows.length > 0 ? (
        <table>
          <thead>
            <tr>
              {columns.map((c) => (
                <th key={c}>{c}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ card, cells }) => (
              <tr key={card.uid}>
                <td>
                  <button type="button" className="strong" onClick={() => select(card)}>
                    {card.name}
                  </button>
                </td>
                {cells.map((c, i) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: cells stand for their columns
                  <td key={i}>{c}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      ) : null}
    </section>
  )
}

function Workloads() {
  const t = useWords()
  useTopic('Pod')
  const kinds = ['Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob', 'ReplicaSet'] as const
  const pods = [...cards.of<PodCard>('Pod')]
  const podsOf = (w: WorkloadCard) =>
    pods.filter(
      (p) =>
        p.owner?.uid === w.uid ||
        (cards.all.get(p.owner?.uid ?? '') as WorkloadCard | undefined)?.owner?.uid === w.uid,
    )
  return (
    <>
      {kinds.map((kind) => (
        <KindTable
          key={kind}
          kind={kind}
          title={kind}
          columns={[t('col.name'), t('col.namespace'), t('col.ready'), 'Pod', t('col.images')]}
        >
          {(w) => [
            w.namespace,
            kind === 'CronJob' ? '' : `${w.ready}/${w.desired}`,
            <span key="pods" className={styles.cells}>
              {podsOf(w)
                .slice(0, 24)
                .map((p) => (
                  <span key={p.uid} className={styles.mini}>
                    <PodCell pod={p} />
                  </span>
                ))}
            </span>,
            <span key="images" className="mono muted">
              {w.images.join(', ')}
            </span>,
          ]}
        </KindTable>
      ))}
    </>
  )
}

function KindTable({
  kind,
  title,
  columns,
  children,
}: {
  kind: string
  title: string
  columns: string[]
  children: (w: WorkloadCard) => ReactNode[]
}) {
  const all = useKind<WorkloadCard>(kind).filter(
    (w) => kind !== 'ReplicaSet' || w.desired > 0 || !w.owner,
  )
  return (
    <Table
      title={title}
      columns={columns}
      rows={all.map((w) => ({ card: w, cells: children(w) }))}
    />
  )
}

function NetworkList() {
  const t = useWords()
  const services = useKind<ServiceCard>('Service')
  const slices = useKind<SliceCard>('EndpointSlice')
  return (
    <Table
      title="Service"
      columns={[
        t('col.name'),
        t('col.namespace'),
        t('col.type'),
        t('col.clusterip'),
        t('col.ports'),
        t('col.endpoints'),
      ]}
      rows={services.map((s) => ({
        card: s,
        cells: [
          s.namespace,
          s.type,
          <span key="ip" className="mono">
            {s.clusterIP}
          </span>,
          s.ports
            .map((p) => `${p.port}${p.nodePort ? `:${p.nodePort}` : ''}/${p.protocol}`)
            .join(', '),
          slices
            .filter((x) => x.namespace === s.namespace && x.service === s.name)
            .flatMap((x) => x.endpoints.filter((e) => e.ready).map((e) => e.ip))
            .join(', '),
        ],
      }))}
    />
  )
}

function Disks() {
  const t = useWords()
  const claims = useKind<ClaimCard>('PersistentVolumeClaim')
  const volumes = useKind<VolumeCard>('PersistentVolume')
  return (
    <>
      <Table
        title="PersistentVolumeClaim"
        columns={[
          t('col.name'),
          t('col.namespace'),
          t('col.status'),
          t('col.volume'),
          t('col.capacity'),
          t('col.modes'),
          t('col.class'),
        ]}
        rows={claims.map((c) => ({
          card: c,
          cells: [c.namespace, c.phase, c.volume, c.asked, c.modes.join(', '), c.storageClass],
        }))}
      />
      <Table
        title="PersistentVolume"
        columns={[
          t('col.name'),
          t('col.status'),
          t('col.capacity'),
          t('col.modes'),
          t('col.claim'),
          t('col.class'),
        ]}
        rows={volumes.map((v) => ({
          card: v,
          cells: [v.phase, v.capacity, v.modes.join(', '), v.claim, v.storageClass],
        }))}
      />
    </>
  )
}

const LESSONS: readonly { word: MessageId; line: string }[] = [
  { word: 'learn.rollout', line: 'kubectl set image deployment/web nginx=nginx:1.28' },
  { word: 'learn.scale', line: 'kubectl scale deployment web --replicas=8' },
  {
    word: 'learn.unschedulable',
    line: 'kubectl create deployment greedy --image=nginx:1.27 && kubectl set resources deployment greedy --requests=cpu=9',
  },
  { word: 'learn.image', line: 'kubectl run typo --image=nginx:1.161' },
  { word: 'learn.service', line: 'kubectl expose deployment web --name=shop --port=80' },
]

function Learn() {
  const t = useWords()
  const run = (line: string) => {
    prefer({ view: 'map', dock: 'terminal' })
    setTimeout(() => typeLine(line), 200)
  }
  return (
    <section>
      <h2 className="strong">{t('learn.title')}</h2>
      <p className="muted">{t('learn.text')}</p>
      <ul className={styles.lessons}>
        {LESSONS.map((l) => (
          <li key={l.line}>
            <button type="button" onClick={() => run(l.line)}>
              <span className="strong">{t(l.word)}</span>
              <code>{l.line}</code>
            </button>
          </li>
        ))}
        <li className={styles.plain}>
          <span className="strong">{t('learn.kill')}</span>
        </li>
      </ul>
    </section>
  )
}
