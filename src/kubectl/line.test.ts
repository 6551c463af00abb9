import './every.ts'
import { expect, it } from 'vitest'
import { spawn } from '../cluster/sim/task.ts'
import { createWorld } from '../cluster/sim/world.ts'
import { runLine } from './line.ts'

function shell(line: string, files = new Map<string, string>()) {
  const world = createWorld({ seed: 1, epochMs: 0 })
  let out = ''
  let err = ''
  let code = -1
  spawn(world, 'test', 'line', function* () {
    const deps = {
      world,
      *request() {
        return { status: 404, headers: {}, body: '404 page not found' }
      },
    }
    const take = { stdout: (t: string) => (out += t), stderr: (t: string) => (err += t) }
    code = yield* runLine(deps, line, { files, ...take })
  })
  world.clock.run({})
  return { out, err, code, now: world.clock.now, files }
}

it.each([
  ["echo 'a b' c", 'a b c\n'],
  ['A=x; echo "$A-$(echo y | tr y z)"', 'x-z\n'],
  ['printf "b\\na\\n" | sort | head -1', 'a\n'],
  ['false && echo no || echo yes', 'yes\n'],
  ['cat <<EOF | grep -v b\na\nb\nEOF', 'a\n'],
  ["cat <<'EOF'\n$A\nEOF", '$A\n'],
  ["printf 'a1\\nb2\\n' | sed -n 's/[a-z]\\([0-9]\\)/<\\1>/p'", '<1>\n<2>\n'],
  ["printf '1\\n2\\n3\\n' | sed '2d;s/3/x/'", '1\nx\n'],
  ["printf 'x\\ny\\n' | wc -l", '2\n'],
  ["echo 'a b  c' | cut -d' ' -f2", 'b\n'],
])('%s', (line, want) => {
  expect(shell(line).out).toBe(want)
})

it('redirects into the home folder and reads it back', () => {
  const s = shell('echo one > dir/f.txt; echo two >> dir/f.txt; cat < dir/f.txt; ls dir')
  expect(s.out).toBe('one\ntwo\nf.txt\n')
})

it('sleeps on virtual time', () => {
  expect(shell('sleep 2').now).toBe(2000)
})

it('says what it does not know', () => {
  expect(shell('frobnicate')).toMatchObject({
    err: 'bash: frobnicate: command not found\n',
    code: 127,
  })
  expect(shell("echo 'a")).toMatchObject({ code: 2 })
})
