import '../../session/tools.ts'
import { expect, test } from 'vitest'
import { Session } from '../../session/session.ts'
import { run } from '../../testing/terminal.ts'

test('files and folders go into a container and come back', () => {
  const s = new Session(
    { nodes: 1 },
    { 'web/index.html': '<h1>hello</h1>\n', 'web/css/a.css': 'a{}\n' },
  )
  s.runUntil(20_000)
  run(s, 'kubectl run box --image=busybox -- sleep 3600')
  run(s, 'kubectl wait pod/box --for=condition=Ready --timeout=60s')
  expect(run(s, 'kubectl cp web/index.html box:/tmp/page.html')).toEqual({
    out: '',
    err: '',
    code: 0,
  })
  expect(run(s, 'kubectl exec box -- cat /tmp/page.html').out).toBe('<h1>hello</h1>\n')
  expect(run(s, 'kubectl cp web default/box:/srv').code).toBe(0)
  expect(run(s, 'kubectl cp box:/tmp/page.html back.html').code).toBe(0)
  expect(s.files.get('back.html')).toBe('<h1>hello</h1>\n')
  run(s, 'kubectl exec box -- sh -c "mkdir -p /d/e; echo one > /d/one; echo two > /d/e/two"')
  expect(run(s, 'kubectl cp box:/d copy')).toMatchObject({ code: 0, err: '' })
  expect([...s.files.keys()].filter((f) => f.startsWith('copy')).sort()).toEqual([
    'copy/e/two',
    'copy/one',
  ])
})

test('what cannot be copied says why', () => {
  const s = new Session({ nodes: 1 })
  s.runUntil(20_000)
  expect(run(s, 'kubectl cp nothing box:/tmp').err).toBe(
    "error: nothing doesn't exist in local filesystem\n",
  )
  expect(run(s, 'kubectl cp a:/x b:/y').err).toContain('one of src or dest must be a local file')
  expect(run(s, 'kubectl cp box:/x y').err).toBe(
    'Error from server (NotFound): pods "box" not found\n',
  )
  expect(run(s, 'kubectl cp x').err).toContain('source and destination are required')
})
