/** The tour: what is said, what may be done for the reader, and what in the cluster it waits for. */
import type { NodeCard, PodCard, WorkloadCard } from '../../protocol/cards.ts'
import { bridge } from '../bridge/bridge.ts'
import { typeLine } from '../dock/typed.ts'
import type { MessageId } from '../i18n/i18n.ts'
import { prefer } from '../store/preferences.ts'
import { select, selection } from '../store/selection.ts'
import { cards, type ServiceCard, worldStore } from '../store/world.ts'
import { powerOff, sendRequest } from '../topology/actions.ts'
import { stage } from '../topology/director.ts'

/** One step. */
export interface TourStep {
  readonly say: MessageId
  /** What "do it for me" does; undefined: there is nothing to do but read. */
  readonly act?: () => void
  /** What to type, when it can be typed. */
  readonly line?: string
  /** Whether what it waits for has happened; undefined: the reader says so. */
  readonly holds?: () => boolean
  /** Selector of what it speaks of. */
  readonly at: string
}

/** The node that the tour takes away. */
export const VICTIM = 'node-2'
const SCALE = 'kubectl scale deployment web --replicas=6'
const IMAGE = 'kubectl set image deployment/web nginx=nginx:1.28'

/** The steps, in order. They speak of the first cluster. */
export const STEPS: readonly TourStep[] = [
  { say: 'tour.hello', at: '[data-testid=node]' },
  { say: 'tour.scale', line: SCALE, act: () => type(SCALE), holds: scaled, at: '.xterm' },
  { say: 'tour.rollout', line: IMAGE, act: () => type(IMAGE), holds: updated, at: '.xterm' },
  {
    say: 'tour.request',
    act: request,
    holds: () => stage.getState().walk !== undefined,
    at: '[data-testid=service][data-service=web]',
  },
  {
    say: 'tour.kill',
    act: () => powerOff(VICTIM),
    holds: () => worldStore.getState().machines[VICTIM] === 'off',
    at: `[data-testid=node][data-node=${VICTIM}]`,
  },
  {
    say: 'tour.silence',
    act: () => void bridge.until(`node/${VICTIM} NotReady`),
    holds: () => node()?.ready !== 'True',
    at: `[data-testid=node][data-node=${VICTIM}]`,
  },
  {
    say: 'tour.heal',
    act: () => void bridge.advance(330_000),
    holds: healed,
    at: '[data-testid=focus]',
  },
  {
    say: 'tour.why',
    act: () => {
      const pod = webPods().find((p) => p.node !== VICTIM)
      if (pod) select(pod, 'why')
    },
    holds: () => selection.getState().tab === 'why' && selection.getState().selected !== undefined,
    at: '[data-testid=inspector]',
  },
  {
    say: 'tour.back',
    act: () => void bridge.look({ at: Math.max(0, cards.now - 300_000) }),
    holds: () => worldStore.getState().past !== undefined,
    at: '[data-testid=timeline]',
  },
  { say: 'tour.end', at: '[data-testid=past]' },
]

function type(line: string): void {
  prefer({ dock: 'terminal' })
  // The terminal may have to be put on the page first.
  setTimeout(() => void typeLine(line), 150)
}

function request(): void {
  const web = cards.find<ServiceCard>('Service', 'default', 'web')
  if (web) sendRequest(web)
}

function web(): WorkloadCard | undefined {
  return cards.find<WorkloadCard>('Deployment', 'default', 'web')
}

function node(): NodeCard | undefined {
  return cards.find<NodeCard>('Node', '', VICTIM)
}

function webPods(): PodCard[] {
  return [...cards.of<PodCard>('Pod')].filter(
    (p) => p.namespace === 'default' && p.name.startsWith('web-') && p.deleting === undefined,
  )
}

function scaled(): boolean {
  const w = web()
  return w !== undefined && w.desired >= 6 && w.ready === w.desired
}

function updated(): boolean {
  const w = web()
  if (!w?.images.includes('nginx:1.28')) return false
  return w.updated === w.desired && w.ready === w.desired && w.current === w.desired
}

function healed(): boolean {
  const pods = webPods()
  return pods.length > 0 && pods.every((p) => p.node !== VICTIM && p.look === 'ready')
}
