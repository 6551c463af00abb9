/** Services in front of the pods, with the client outside. A click sends a real request through the network. */
import { Send } from 'lucide-react'
import { useWords } from '../i18n/i18n.ts'
import { pointAtService } from '../layers/layers.ts'
import { usePreference } from '../store/preferences.ts'
import { select } from '../store/selection.ts'
import { type ServiceCard, type SliceCard, useKind } from '../store/world.ts'
import { sendRequest } from './actions.ts'
import styles from './cards.module.css'
import { useStage } from './director.ts'
import { More } from './More.tsx'

const SHOWN = 5
const DOTS = 10

/** Services that the strip shows, in order. */
export function useShownServices(): ServiceCard[] {
  return useServices().slice(0, SHOWN)
}

function useServices(): ServiceCard[] {
  const system = usePreference((p) => p.showSystem)
  const all = useKind<ServiceCard>('Service')
  const own = all.filter(
    (s) => !/^kube-/.test(s.namespace) && !(s.namespace === 'default' && s.name === 'kubernetes'),
  )
  return own.length > 0 || !system ? own : all
}

/** The strip of Services. */
export function ServicesCard() {
  const t = useWords()
  const all = useServices()
  const services = all.slice(0, SHOWN)
  const walk = useStage((s) => s.walk)
  return (
    <section
      className={`${styles.card} ${styles.services}`}
      aria-label={t('services.title')}
      data-testid="services"
    >
      <div className={styles.client}>
        <span className={styles.chipTitle}>{t('client.title')}</span>
        <span className={styles.chipNote}>{t('client.sub')}</span>
      </div>
      {services.length === 0 ? (
        <p className="small muted" style={{ alignSelf: 'center' }}>
          {t('services.none')}
        </p>
      ) : null}
      {services.map((s) => (
        <Service
          key={s.uid}
          service={s}
          hot={
            walk?.hops.some(
              (h) => h.kind === 'service' && h.place === `${s.namespace}/${s.name}`,
            ) ?? false
          }
        />
      ))}
      <More n={all.length - SHOWN} line="services" />
    </section>
  )
}

function Service({ service, hot }: { service: ServiceCard; hot: boolean }) {
  const t = useWords()
  const slices = useKind<SliceCard>('EndpointSlice').filter(
    (x) => x.namespace === service.namespace && x.service === service.name,
  )
  const endpoints = slices.flatMap((x) => x.endpoints)
  const ready = endpoints.filter((e) => e.ready).length
  const chosen = useStage((s) => s.walk?.hops.find((h) => h.kind === 'pod')?.place.split('/')[1])
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: what is used are the buttons inside; pointing only shows lines
    <div
      className={`${styles.service} ${hot ? styles.hot : ''}`}
      onPointerEnter={() => pointAtService(service.uid)}
      onPointerLeave={() => pointAtService('')}
      onFocus={() => pointAtService(service.uid)}
      onBlur={() => pointAtService('')}
      data-testid="service"
      data-service={service.name}
      data-service-uid={service.uid}
    >
      <div className={styles.head}>
        <button type="button" className={`${styles.name} nodrag`} onClick={() => select(service)}>
          {service.name}
        </button>
        <span className="small muted">{service.type}</span>
        <button
          type="button"
          className={`nodrag ${styles.push} accent`}
          title={t('services.send')}
          aria-label={t('services.send.to', { name: service.name })}
          onClick={() => sendRequest(service)}
        >
          <Send size={14} aria-hidden="true" />
        </button>
      </div>
      <p className="mono muted">
        {service.clusterIP}
        {service.ports[0] ? `:${service.ports[0].port}` : ''}
        {service.ports[0]?.nodePort ? ` → ${service.ports[0].nodePort}` : ''}
      </p>
      <div className={styles.dots}>
        {endpoints.slice(0, DOTS).map((e) => (
          <i
            key={e.ip}
            className={`${e.ready ? '' : styles.not} ${hot && e.pod === chosen ? styles.chosen : ''}`}
          />
        ))}
        <span>
          {endpoints.length ? t('services.ready', { n: ready }) : t('services.noendpoints')}
        </span>
      </div>
    </div>
  )
}
