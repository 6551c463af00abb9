/** What a picture of the wall shows of the cluster, beyond where things are. */

import type { Translate } from '../i18n/i18n.ts'
import { marker, spotlight } from '../layers/marks.ts'
import { selection } from '../store/selection.ts'
import { cards, worldStore } from '../store/world.ts'
import { type NodeVerdict, stage } from '../topology/director.ts'
import { matcher, quest, seeks } from './find.ts'
import { inkOf, type Palette } from './ink.ts'
import type { GroupLabel, Mood, Scene } from './paint.ts'
import { type Cell, type Group, LOOKS, PENDING, type Plan } from './plan.ts'

/** What a scene is made of. */
interface Given {
  readonly plan: Plan
  readonly palette: Palette
  readonly t: Translate
  readonly near: boolean
  /** Whether the scheduler's verdicts are shown. */
  readonly scheduling: boolean
}

/** The scene as it is now. */
export function sceneOf({ plan, palette, t, near, scheduling }: Given): Scene {
  const { on, number } = quest.getState()
  const looking = seeks(on)
  const matches = matcher(on, (p) => inkOf(p).root)
  const decision = scheduling ? stage.getState().scheduling : undefined
  const verdicts = new Map(decision?.verdicts.map((v) => [v.node, v]))
  const { machines } = worldStore.getState()
  const lit = spotlight()
  const marks = marker()
  const moodOf = (g: Group): Mood => {
    if (plan.grouping !== 'node' || !g.node) return ''
    if (g.node.ready !== 'True' || machines[g.key] === 'off') return 'lost'
    if (decision?.chosen === g.key) return 'win'
    return verdicts.get(g.key)?.filteredBy === undefined ? '' : 'dim'
  }
  return {
    palette,
    moodOf,
    labelOf: (g) => labelOf(plan, g, t, machines[g.key] === 'off', verdicts.get(g.key)),
    bright: (cell: Cell) => {
      if (lit && !lit(cell.pod)) return false
      if (!looking) return true
      if (cell.asked !== number) {
        cell.asked = number
        cell.bright = matches(cell.pod)
      }
      return cell.bright
    },
    marks: marks && ((cell: Cell) => marks(cell.pod)),
    selected: selection.getState().selected?.uid,
    now: cards.now,
    bare: near,
  }
}

function labelOf(
  plan: Plan,
  g: Group,
  t: Translate,
  off: boolean,
  verdict: NodeVerdict | undefined,
): GroupLabel {
  const ready = g.looks[LOOKS.indexOf('ready')] ?? 0
  const pods = t('wall.ready', { ready, n: g.count })
  const node = plan.grouping === 'node' ? g.node : undefined
  if (!node) {
    const title = g.key === PENDING ? t('tray.title') : g.key
    return { title, state: '', tone: '', note: pods, bars: [] }
  }
  const gi = (b: number) => (b / 1024 ** 3).toFixed(1)
  const lost = off || node.ready !== 'True'
  const state = off
    ? t('node.off')
    : node.ready === 'True'
      ? node.cordoned
        ? t('node.cordoned')
        : verdict?.filteredBy
          ? `${verdict.filteredBy}: ${verdict.reason ?? ''}`
          : verdict?.total !== undefined
            ? t('node.verdict.passed', { score: verdict.total })
            : t('node.ready')
      : t(node.ready === 'False' ? 'node.notready' : 'node.unknown')
  return {
    title: node.name,
    state,
    tone: lost ? 'bad' : node.cordoned || verdict?.filteredBy ? 'warn' : 'good',
    note: pods,
    bars: [
      {
        share: node.cpu ? g.cpu / node.cpu : 0,
        text: t('node.cores', { a: (g.cpu / 1000).toFixed(1), b: (node.cpu / 1000).toFixed(1) }),
      },
      {
        share: node.memory ? g.mem / node.memory : 0,
        text: t('node.gib', { a: gi(g.mem), b: gi(node.memory) }),
      },
    ],
  }
}
