/** A pod's cell as a thing to click, open a menu on, and delete by key. */
import { ContextMenu } from 'radix-ui'
import { useWords } from '../i18n/i18n.ts'
import { select } from '../store/selection.ts'
import type { PodCard } from '../store/world.ts'
import { crashPod, deletePod } from './actions.ts'
import styles from './cards.module.css'
import { PodCell } from './PodCell.tsx'

interface Props {
  readonly pod: PodCard
  readonly selected: boolean
  readonly taintedSince?: { readonly key: string; readonly since: number } | undefined
}

/** A pod on the map. */
export function PodButton({ pod, selected, taintedSince }: Props) {
  const t = useWords()
  const label = `Pod ${pod.namespace}/${pod.name}: ${pod.status} ${pod.ready}/${pod.containers}`
  return (
    <ContextMenu.Root>
      <ContextMenu.Trigger asChild>
        <button
          type="button"
          className={`${styles.cellButton} nodrag`}
          title={`${pod.namespace}/${pod.name}\n${pod.status} ${pod.ready}/${pod.containers}${pod.restarts ? ` ↻${pod.restarts}` : ''}`}
          aria-label={label}
          data-testid="pod"
          data-pod={pod.name}
          data-look={pod.look}
          onClick={(e) => {
            e.stopPropagation()
            select(pod)
          }}
          onKeyDown={(e) => {
            if (e.key === 'Delete') deletePod(pod.namespace, pod.name)
          }}
        >
          <PodCell pod={pod} selected={selected} taintedSince={taintedSince} />
        </button>
      </ContextMenu.Trigger>
      <ContextMenu.Portal>
        <ContextMenu.Content className="menu" aria-label={t('pod.menu', { name: pod.name })}>
          <ContextMenu.Item onSelect={() => select(pod, 'why')}>{t('pod.why')}</ContextMenu.Item>
          <ContextMenu.Item onSelect={() => select(pod, 'logs')}>{t('pod.logs')}</ContextMenu.Item>
          <ContextMenu.Item onSelect={() => select(pod, 'yaml')}>
            {t('inspector.yaml')}
          </ContextMenu.Item>
          <hr />
          <ContextMenu.Item onSelect={() => crashPod(pod.namespace, pod.name)}>
            {t('pod.crash')}
          </ContextMenu.Item>
          <ContextMenu.Item className="bad" onSelect={() => deletePod(pod.namespace, pod.name)}>
            {t('pod.delete')}
            <kbd>Del</kbd>
          </ContextMenu.Item>
        </ContextMenu.Content>
      </ContextMenu.Portal>
    </ContextMenu.Root>
  )
}
