import '../session/tools.ts'
import { expect, test } from 'vitest'
import { conditionOf } from '../session/condition.ts'
import { replay } from '../session/replay.ts'
import { Session } from '../session/session.ts'
import { run } from '../testing/terminal.ts'
import { scenarios } from './index.ts'
import { type Scenario, stageOf } from './scenario.ts'

/** How long the cluster may take after the last line of a solution. @unit virtual ms */
const AFTER_MS = 400_000

/** Sets the stage on a real session; every line must succeed. */
function stage(scene: Scenario): Session {
  const s = new Session(scene.cluster, scene.files)
  for (const step of stageOf(scene)) {
    if ('run' in step) s.runUntil(s.now + step.run)
    else if ('quiet' in step) s.settle(step.quiet)
    else if ('fault' in step) s.fault(step.fault)
    else expect(run(s, step.line), step.line).toMatchObject({ code: 0 })
  }
  return s
}

test.each(scenarios.map((s) => [s.id, s] as const))(
  '%s: the stage can be set, the goal is reached by the solution and not before',
  { timeout: 240_000 },
  (_id, scene) => {
    const s = stage(scene)
    const { task } = scene
    if (!task) return
    const open = () => task.goal.filter((c) => !conditionOf(s, c)())
    expect(open(), 'goal before the solution').not.toEqual([])
    for (const line of task.solution) expect(run(s, line), line).toMatchObject({ code: 0 })
    const until = s.now + AFTER_MS
    while (open().length > 0 && s.now < until) s.runUntil(s.now + 5000)
    expect(open(), 'goal after the solution').toEqual([])
  },
)

test('a scene is in its recording: faults too', () => {
  const scene = scenarios.find((x) => x.id === 'node-lost') as Scenario
  const s = stage(scene)
  expect(s.ground().machines['node-2']).toBe('off')
  const again = replay(s.recording(), s.now)
  expect(again.ground().machines['node-2']).toBe('off')
  expect(again.digest()).toBe(s.digest())
})

test('both languages say something, answers and hints are in place', () => {
  const texts = (value: unknown): { en: string; zh: string }[] => {
    if (typeof value !== 'object' || value === null) return []
    if ('en' in value && 'zh' in value) return [value as { en: string; zh: string }]
    return Object.values(value).flatMap(texts)
  }
  for (const scene of scenarios) {
    for (const t of texts(scene)) {
      expect(t.en.trim() && t.zh.trim(), scene.id).toBeTruthy()
    }
    for (const t of texts([scene.title, scene.about, scene.task?.question ?? []]))
      expect(/[一-鿿]/.test(t.zh), t.en).toBe(true)
    const p = scene.task?.predict
    if (p) expect(p.answers[p.right], scene.id).toBeDefined()
  }
  expect(new Set(scenarios.map((x) => x.id)).size).toBe(scenarios.length)
})
