import { expect, test } from 'vitest'
import type { PodCard } from '../protocol/cards.ts'
import type { Ask, Tell } from '../protocol/protocol.ts'
import '../session/tools.ts'
import { Session } from '../session/session.ts'
import { Host } from './host.ts'

type Asked = Ask extends infer A ? (A extends { id: number } ? Omit<A, 'id'> : never) : never

function openHost() {
  const waiting = new Map<number, (tell: Tell) => void>()
  const nodeOf = new Map<string, string>()
  let output = ''
  let id = 0
  const host = new Host((tell) => {
    if (tell.type === 'output') output += tell.text
    if (tell.type === 'frame') {
      for (const c of tell.put) if (c.kind === 'Pod') nodeOf.set(c.uid, (c as PodCard).node)
    }
    if (tell.type === 'done' || tell.type === 'failed') waiting.get(tell.id)?.(tell)
  })
  const ask = (what: Asked) =>
    new Promise<Tell>((answered) => {
      id++
      waiting.set(id, answered)
      host.hear({ ...what, id } as Ask)
    })
  const bound = () => [...nodeOf.values()].filter((n) => n !== '').length
  return { ask, bound, said: () => output }
}

test('a rollout that falls into one instant leaves room for other asks, and none enters in its midst', async () => {
  const { ask, bound, said } = openHost()
  const config = { nodes: 20, bare: true, hollow: true, latencyMs: 0 }
  await ask({ type: 'start', recording: new Session(config).recording() })
  await ask({
    type: 'kubectl',
    line: 'kubectl create deployment many --image=nginx --replicas=900',
  })
  // Time can be stopped in the midst of it.
  expect(await ask({ type: 'speed', speed: 0 })).toMatchObject({ type: 'done' })
  expect(bound()).toBeLessThan(900)
  await ask({ type: 'kubectl', line: 'kubectl get pods --no-headers -o wide' })
  expect(said().match(/ node-\d+ /g)).toHaveLength(900)
  expect(bound()).toBe(900)
})
