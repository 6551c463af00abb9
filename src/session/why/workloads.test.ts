import '../tools.ts'
import { expect, test } from 'vitest'
import { run } from '../../testing/terminal.ts'
import { Session } from '../session.ts'
import { Look } from './look.ts'
import { podsOf, worstPod } from './workloads.ts'

test('of many pods that look alike a few are asked, and the one that does not is found', () => {
  const s = new Session({ nodes: 4, bare: true, hollow: true, latencyMs: 0 })
  run(s, 'kubectl create deployment web --image=nginx:1.27 --replicas=60')
  s.runUntil(s.now + 20_000)
  const [owner] = new Look(s.cluster).list('ReplicaSet', 'default')
  if (!owner) throw new Error('no ReplicaSet')
  const look = new Look(s.cluster)
  let walks = 0
  const { backwards } = look
  look.backwards = (visit) => {
    walks++
    backwards.call(look, visit)
  }
  const pods = podsOf(look, owner)
  expect(pods).toHaveLength(60)
  expect(worstPod(look, pods)).toBeUndefined()
  expect(walks).toBeLessThan(10)

  const last = pods.at(-1)?.metadata.name
  const waiting = JSON.stringify({
    status: {
      conditions: [{ type: 'Ready', status: 'False' }],
      containerStatuses: [
        {
          name: 'nginx',
          image: 'nginx:1.27',
          imageID: '',
          ready: false,
          restartCount: 4,
          state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off' } },
        },
      ],
    },
  })
  run(s, `kubectl patch pod ${last} --subresource=status -p '${waiting}'`)
  const worst = worstPod(new Look(s.cluster), podsOf(new Look(s.cluster), owner))
  expect(worst).toMatchObject({ about: { name: last } })
})
