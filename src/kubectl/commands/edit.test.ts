import '../../session/tools.ts'
import { expect, test } from 'vitest'
import { replay } from '../../session/replay.ts'
import { Session } from '../../session/session.ts'
import { run, start } from '../../testing/terminal.ts'

/** Runs a line whose editor answers with what `write` makes of each text shown. */
function edit(s: Session, line: string, write: (text: string, round: number) => string) {
  const shown: string[] = []
  const { id, said } = start(s, line, { editing: (text) => shown.push(text) })
  for (let round = 0; round < 5 && said.code < 0; round++) {
    s.runUntil(s.now + 1000)
    const text = shown.shift()
    if (text !== undefined) s.edited(id, write(text, round))
    s.runUntil(s.now + 1000)
  }
  return said
}

function started(): Session {
  const s = new Session({ nodes: 1 })
  s.runUntil(20_000)
  run(s, 'kubectl create deployment web --image=nginx:1.27')
  return s
}

test('edit changes what was written in the editor, and a replay writes the same', () => {
  const s = started()
  const said = edit(s, 'kubectl edit deployment web', (t) =>
    t.replace('replicas: 1', 'replicas: 3'),
  )
  expect(said).toMatchObject({ out: 'deployment.apps/web edited\n', err: '', code: 0 })
  expect(run(s, "kubectl get deploy web -o jsonpath='{.spec.replicas}'").out).toBe('3')
  const again = replay(s.recording(), s.now)
  expect(again.digest()).toBe(s.digest())
})

test('what the server refuses comes back with the reason at the top; unchanged it is given up', () => {
  const s = started()
  const tops: string[] = []
  const said = edit(s, 'kubectl edit deployment web', (t, round) => {
    tops.push(t.slice(0, 500))
    return round === 0 ? t.replace('replicas: 1', 'replicas: -1') : t
  })
  expect(tops[1]).toContain('# deployments.apps "web" was not valid:')
  expect(tops[1]).toContain(
    '# * spec.replicas: Invalid value: -1: must be greater than or equal to 0',
  )
  expect(said.code).toBe(1)
  expect(said.err).toContain('error: Edit cancelled, no valid changes were saved.')
})

test('nothing changed, nothing done; create --edit makes what was written', () => {
  const s = started()
  expect(edit(s, 'kubectl edit deployment web', (t) => t)).toMatchObject({
    code: 0,
    err: 'Edit cancelled, no changes made.\n',
  })
  run(s, 'kubectl create configmap a --from-literal=k=v --dry-run=client -o yaml > a.yaml')
  const said = edit(s, 'kubectl create --edit -f a.yaml', (t) => t.replace('k: v', 'k: w'))
  expect(said).toMatchObject({ out: 'configmap/a created\n', code: 0 })
  expect(run(s, "kubectl get cm a -o jsonpath='{.data.k}'").out).toBe('w')
  const twice = edit(s, 'kubectl create --edit -f a.yaml', (t) => t.replace('k: v', 'k: x'))
  expect(twice.code).toBe(1)
  expect(twice.err).toContain('A copy of your changes has been stored to "/tmp/kubectl-edit-')
  expect(twice.err).toContain('AlreadyExists')
})

test('apply edit-last-applied changes what was applied, not the object', () => {
  const s = started()
  run(s, 'kubectl create configmap b --from-literal=k=v --dry-run=client -o yaml > b.yaml')
  run(s, 'kubectl apply -f b.yaml')
  const said = edit(s, 'kubectl apply edit-last-applied cm/b', (t) => t.replace('k: v', 'k: w'))
  expect(said).toMatchObject({ out: 'configmap/b edited\n', code: 0 })
  expect(run(s, 'kubectl apply view-last-applied cm/b').out).toContain('k: w')
  expect(run(s, "kubectl get cm b -o jsonpath='{.data.k}'").out).toBe('v')
})
