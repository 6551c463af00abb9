/** Says aloud what changes in the cluster, for those who do not see it; polite, and never more often than is bearable. */
import { useEffect, useState } from 'react'
import type { NodeCard, PodCard } from '../../protocol/cards.ts'
import { useWords } from '../i18n/i18n.ts'
import { cards, worldStore } from '../store/world.ts'
import { changesSince, heardOf } from './changes.ts'

/** Pause between announcements. @unit real ms */
const PAUSE_MS = 2000
/** Beyond so many pods only nodes are told of: a crowd is no news. */
const PODS_MAX = 2000

/** The live region; always on the page. */
export function Announcer() {
  const t = useWords()
  const [text, setText] = useState('')
  useEffect(() => {
    let before = snapshot()
    let born = false
    const timer = setInterval(() => {
      const pods = crowd()
      const nodes = [...cards.of<NodeCard>('Node')]
      const said = born ? changesSince(before, pods, nodes, t) : []
      before = heardOf(pods, nodes)
      // The first scene is not news.
      born = worldStore.getState().booted && worldStore.getState().speed > 0
      if (said.length > 0) setText(said.join(t('list.sentences')))
    }, PAUSE_MS)
    return () => clearInterval(timer)
  }, [t])
  return (
    <div className="visually-hidden" role="log" aria-live="polite" data-testid="announcer">
      {text}
    </div>
  )
}

function snapshot() {
  return heardOf(crowd(), cards.of<NodeCard>('Node'))
}

function crowd(): PodCard[] {
  const size = cards.byKind.get('Pod')?.size ?? 0
  return size > PODS_MAX ? [] : [...cards.of<PodCard>('Pod')]
}
