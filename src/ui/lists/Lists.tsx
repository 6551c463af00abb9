/** The other views: workloads, network, disks, the gallery. */
import type { ReactNode } from 'react'
import { formatLabelSelector } from '../../cluster/api/meta/labels.ts'
import type { ClaimCard, PlainCard, PolicyCard, VolumeCard } from '../../protocol/cards.ts'
import { useWords } from '../i18n/i18n.ts'
import { Learn } from '../learn/Learn.tsx'
import type { View } from '../store/preferences.ts'
import { select } from '../store/selection.ts'
import {
  type AnyCard,
  cards,
  type PodCard,
  type ServiceCard,
  type SliceCard,
  useKind,
  useSlowTopic,
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
      {view === 'workloads' ? <CustomKinds /> : null}
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
  none,
  aligned = false,
}: {
  title: string
  /** Its columns stand below those of its neighbours. */
  aligned?: boolean
  /** What would be here, and how it comes to be. */
  none?: ReactNode
  columns: readonly string[]
  rows: readonly { card: AnyCard; cells: readonly ReactNode[] }[]
}) {
  const t = useWords()
  return (
    <section>
      <h2 className="strong">{title}</h2>
      {rows.length === 0 ? <p className="muted">{none ?? t('list.none')}</p> : null}
      {rows.length > 0 ? (
        <table className={aligned ? styles.aligned : ''}>
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

/** The line that makes the first of a kind. */
const BEGIN = {
  Deployment: 'kubectl create deployment web --image=nginx:1.27',
  StatefulSet: '',
  DaemonSet: '',
  Job: 'kubectl create job once --image=busybox -- date',
  CronJob: 'kubectl create cronjob often --image=busybox --schedule="* * * * *" -- date',
  ReplicaSet: '',
} as const

function Workloads() {
  const t = useWords()
  useTopic('Pod')
  const kinds = Object.keys(BEGIN) as (keyof typeof BEGIN)[]
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
          none={
            <>
              {t(`list.none.${kind}`)} <code>{BEGIN[kind]}</code>
            </>
          }
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

/** What custom resource definitions brought, kind by kind. */
function CustomKinds() {
  const t = useWords()
  useSlowTopic('now', 1000)
  return cards
    .customKinds()
    .map(({ kind, apiVersion, objects }) => (
      <Table
        key={kind}
        title={`${kind} (${apiVersion})`}
        columns={[t('col.name'), t('col.namespace')]}
        rows={objects.map((card) => ({ card, cells: [card.namespace] }))}
      />
    ))
}

function KindTable({
  kind,
  title,
  columns,
  none,
  children,
}: {
  kind: string
  title: string
  columns: string[]
  none: ReactNode
  children: (w: WorkloadCard) => ReactNode[]
}) {
  const all = useKind<WorkloadCard>(kind).filter(
    (w) => kind !== 'ReplicaSet' || w.desired > 0 || !w.owner,
  )
  return (
    <Table
      title={title}
      columns={columns}
      none={none}
      aligned
      rows={all.map((w) => ({ card: w, cells: children(w) }))}
    />
  )
}

function NetworkList() {
  const t = useWords()
  const services = useKind<ServiceCard>('Service')
  const slices = useKind<SliceCard>('EndpointSlice')
  return (
    <>
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
      <Ingresses />
      <Policies />
    </>
  )
}

function Ingresses() {
  const t = useWords()
  const all = useKind<PlainCard>('Ingress')
  return (
    <Table
      title="Ingress"
      columns={[t('col.name'), t('col.namespace'), t('col.rules')]}
      rows={all.map((i) => ({ card: i, cells: [i.namespace, i.note] }))}
      none={
        <>
          {t('list.none.ingress')}{' '}
          <code>kubectl create ingress web --rule="web.example/*=web:80"</code>
        </>
      }
    />
  )
}

function Policies() {
  const t = useWords()
  const all = useKind<PolicyCard>('NetworkPolicy')
  return (
    <Table
      title="NetworkPolicy"
      columns={[t('col.name'), t('col.namespace'), t('col.selects'), t('col.policytypes')]}
      rows={all.map((p) => ({
        card: p,
        cells: [
          p.namespace,
          selectorText(p.selector) || t('list.allpods'),
          [...(p.ingress ? ['Ingress'] : []), ...(p.egress ? ['Egress'] : [])].join(', '),
        ],
      }))}
      none={t('list.none.policy')}
    />
  )
}

function selectorText(s: PolicyCard['selector']): string {
  const text = formatLabelSelector(s)
  return text.startsWith('<') ? '' : text
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
