/** The one menu of the map: what can be done to the node or pod under the pointer (or the focus). */
import { ContextMenu } from 'radix-ui'
import { type ReactNode, useState } from 'react'
import { watchedThrough } from '../bridge/transport.ts'
import { useFingers } from '../components/media.ts'
import { useWords } from '../i18n/i18n.ts'
import { deletePodLine, drainLine } from '../inspector/whatifs.ts'
import { askWhatIf, select } from '../store/selection.ts'
import { cards, type NodeCard, type PodCard, worldStore } from '../store/world.ts'
import {
  cordon,
  crashPod,
  cutLink,
  deletePod,
  drain,
  mendLink,
  powerOff,
  powerOn,
} from './actions.ts'

/** Wraps the map; anything inside with `data-uid` has a menu. */
export function MapMenu({ children }: { children: ReactNode }) {
  const fingers = useFingers()
  const [uid, setUid] = useState<string>()
  const card = uid === undefined ? undefined : cards.all.get(uid)
  return (
    // The finger that lets go after a long press would close a menu that lets the rest be touched.
    <ContextMenu.Root modal={fingers}>
      <ContextMenu.Trigger
        asChild
        onContextMenu={(e) => setUid(uidAt(e))}
        // A long press opens it too, in some browsers without a context menu event.
        onPointerDown={(e) => {
          if (e.pointerType === 'touch') setUid(uidAt(e))
        }}
      >
        {children}
      </ContextMenu.Trigger>
      <ContextMenu.Portal>
        {card?.kind === 'Pod' ? (
          <PodMenu pod={card as PodCard} />
        ) : card?.kind === 'Node' ? (
          <NodeMenu node={card as NodeCard} />
        ) : (
          <span />
        )}
      </ContextMenu.Portal>
    </ContextMenu.Root>
  )
}

function uidAt(e: { target: EventTarget }): string | undefined {
  return (e.target as HTMLElement).closest<HTMLElement>('[data-uid]')?.dataset.uid
}

/** Why, and what if: of a cluster that is only watched neither is known. */
function Asking({
  of,
  line,
  word,
}: {
  of: PodCard | NodeCard
  line: string
  word: 'whatif.menu.delete' | 'whatif.menu.drain'
}) {
  const t = useWords()
  if (watchedThrough() !== undefined) return null
  return (
    <>
      <ContextMenu.Item onSelect={() => select(of, 'why')}>{t('pod.why')}</ContextMenu.Item>
      <ContextMenu.Item onSelect={() => askWhatIf(of, line)}>{t(word)}</ContextMenu.Item>
    </>
  )
}

function PodMenu({ pod }: { pod: PodCard }) {
  const t = useWords()
  return (
    <ContextMenu.Content className="menu" aria-label={t('pod.menu', { name: pod.name })}>
      <Asking of={pod} line={deletePodLine(pod.namespace, pod.name)} word="whatif.menu.delete" />
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
  )
}

function NodeMenu({ node }: { node: NodeCard }) {
  const t = useWords()
  const { machines, faults } = worldStore.getState()
  const off = machines[node.name] === 'off'
  const cut = faults.includes(`cut ${node.name} kube-apiserver-1`)
  return (
    <ContextMenu.Content className="menu" aria-label={t('node.menu', { name: node.name })}>
      {off ? (
        <ContextMenu.Item onSelect={() => powerOn(node.name)}>
          {t('node.power-on')}
        </ContextMenu.Item>
      ) : (
        <ContextMenu.Item className="bad" onSelect={() => powerOff(node.name)}>
          {t('node.power-off')}
          <kbd>Del</kbd>
        </ContextMenu.Item>
      )}
      <ContextMenu.Item onSelect={() => (cut ? mendLink(node.name) : cutLink(node.name))}>
        {t(cut ? 'node.mend' : 'node.cut')}
      </ContextMenu.Item>
      <hr />
      <ContextMenu.Item onSelect={() => cordon(node.name, !node.cordoned)}>
        {t(node.cordoned ? 'node.uncordon' : 'node.cordon')}
      </ContextMenu.Item>
      <ContextMenu.Item onSelect={() => drain(node.name)}>{t('node.drain')}</ContextMenu.Item>
      <hr />
      <Asking of={node} line={drainLine(node.name)} word="whatif.menu.drain" />
      <ContextMenu.Item onSelect={() => select(node, 'summary')}>
        {t('node.describe')}
      </ContextMenu.Item>
    </ContextMenu.Content>
  )
}
