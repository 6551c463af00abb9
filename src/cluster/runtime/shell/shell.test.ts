import { expect, test } from 'vitest'
import { Network } from '../../network/network.ts'
import { spawn } from '../../sim/task.ts'
import { createWorld } from '../../sim/world.ts'
import { Container } from '../container.ts'
import { busybox } from '../images/busybox.ts'

/** Runs a script as a container's main process. @returns its output, exit code and how long it took in ms */
function run(
  script: string,
  args: readonly string[] = [],
): { out: string; code: number; ms: number } {
  const world = createWorld({ seed: 1, epochMs: Date.UTC(2026, 4, 4, 9, 0, 0) })
  const container = new Container(
    world,
    new Network(world),
    'a'.repeat(64),
    {
      name: 'c',
      attempt: 0,
      imageName: 'busybox',
      image: busybox,
      command: ['sh', '-c', script, 'script', ...args],
      args: undefined,
      env: new Map([['NAME', 'glass']]),
      workingDir: undefined,
      mounts: [],
      memoryLimit: 0,
      readOnlyRoot: false,
      interactive: false,
      hostname: 'pod-1',
      source: { place: 'default/pod-1', ip: '10.244.1.2', node: 'node-1', namespace: 'default' },
      terminationMessagePath: '',
    },
    'node-1/containerd/a',
    world.random.split('test'),
  )
  container.start()
  world.clock.run({ until: 3_600_000 })
  const text = container.log.all().map((l) => l.text)
  return { out: text.join('\n'), code: container.exit?.code ?? -1, ms: container.exit?.at ?? -1 }
}

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: shell text, not templates of ours
const CASES: readonly [string, string, string][] = [
  [
    'words, quotes and variables',
    `a=1; b="x $a y"; echo "$b" '$a' \${NAME} \${MISSING:-none} \${#NAME}`,
    'x 1 y $a glass none 5',
  ],
  [
    'fields are split outside quotes',
    `v="a  b"; for x in $v; do echo [$x]; done; echo "[$v]"`,
    '[a]\n[b]\n[a  b]',
  ],
  [
    'lists and conditions',
    'true && echo yes || echo no; false && echo yes || echo no; ! false && echo not',
    'yes\nno\nnot',
  ],
  [
    'if, elif, else',
    'x=2; if [ $x -eq 1 ]; then echo one; elif [ $x -eq 2 ]; then echo two; else echo more; fi',
    'two',
  ],
  ['while with arithmetic', 'i=0; while [ $i -lt 3 ]; do i=$((i+1)); echo $i; done', '1\n2\n3'],
  [
    'until, break, continue',
    'i=0; until false; do i=$((i+1)); [ $i = 2 ] && continue; [ $i = 4 ] && break; echo $i; done',
    '1\n3',
  ],
  [
    'case with patterns',
    'for f in a.txt b.sh c; do case $f in *.txt) echo text;; *.sh|*.py) echo script;; *) echo other;; esac; done',
    'text\nscript\nother',
  ],
  [
    'functions with arguments and return',
    'f() { echo "got $1 of $#"; return 3; }; f a b; echo $?',
    'got a of 2\n3',
  ],
  [
    'command substitution and pipes',
    'echo "n=$(seq 5 | wc -l)"; echo hello | tr a-z A-Z | cut -c1-4',
    'n=5\nHELL',
  ],
  [
    'files and redirections',
    'echo one > /tmp/f; echo two >> /tmp/f; cat < /tmp/f; cat /nope 2>/dev/null || echo missing',
    'one\ntwo\nmissing',
  ],
  ['here-documents', 'cat <<END\nhi $NAME\nEND', 'hi glass'],
  ['positional parameters', 'echo $1 $2 $#; shift; echo $1', 'p q 2\nq'],
  ['a subshell keeps its variables', 'x=1; (x=2; echo $x); echo $x', '2\n1'],
  [
    'prefix and suffix removal',
    'p=/a/b/c.tar.gz; echo ${p##*/} ${p%.*} ${p%%.*}',
    'c.tar.gz /a/b/c.tar /a/b/c',
  ],
  [
    'dates are virtual',
    'date +%Y-%m-%dT%H:%M:%S; sleep 90; date +%H:%M:%S',
    '2026-05-04T09:00:00\n09:01:30',
  ],
  ['errexit stops', 'set -e; echo a; false; echo b', 'a'],
]
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: shell text, not templates of ours

test.each(CASES)('%s', (_name, script, expected) => {
  expect(run(script, ['p', 'q']).out).toBe(expected)
})

test('exit codes: exit, unknown commands, errors of syntax', () => {
  expect(run('exit 7').code).toBe(7)
  expect(run('nosuchcommand')).toMatchObject({ code: 127, out: 'script: nosuchcommand: not found' })
  expect(run('if then').code).toBe(2)
  expect(run('set -e; false; echo never').code).toBe(1)
})

test('sleeping costs virtual time, and a busy loop cannot stop the world', () => {
  expect(run('sleep 2; sleep 1.5').ms).toBe(3500)
  const busy = run('i=0; while [ $i -lt 2000 ]; do i=$((i+1)); done; echo $i')
  expect(busy.out).toBe('2000')
  expect(busy.ms).toBeGreaterThan(0)
})

test('a trap runs when the container is told to stop', () => {
  const world = createWorld({ seed: 1, epochMs: 0 })
  spawn(world, 'test', 'nothing', function* () {})
  expect(run("trap 'echo bye' EXIT; echo work").out).toBe('work\nbye')
})
