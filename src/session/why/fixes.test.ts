import '../tools.ts'
import { expect, test } from 'vitest'
import { run } from '../../testing/terminal.ts'
import { Session } from '../session.ts'
import { tryFixes } from './fixes.ts'

const JOB = `kubectl apply -f - <<'EOF'
apiVersion: batch/v1
kind: Job
metadata: {name: once}
spec:
  ttlSecondsAfterFinished: 60
  template: {spec: {restartPolicy: Never, containers: [{name: c, image: "busybox:1.36", command: ["true"]}]}}
EOF`

test('what goes without any change is not blamed on the change that is tried', () => {
  const s = new Session({ nodes: 2, seed: 5 })
  s.runUntil(20_000)
  run(s, JOB)
  s.runUntil(s.now + 15_000)
  run(s, 'kubectl create deployment shop --image=nginx:oops')
  s.runUntil(s.now + 15_000)
  expect(run(s, 'kubectl get job once --no-headers').out).toContain('Complete')
  const about = { kind: 'Deployment', namespace: 'default', name: 'shop' }
  const [fix] = [...tryFixes(s.recording(), s.now, about)]
  expect(fix).toMatchObject({ works: true, broke: [] })
  // Meanwhile it was cleaned away.
  s.runUntil(s.now + 95_000)
  expect(run(s, 'kubectl get job once').err).toContain('NotFound')
})
