import { describe, expect, it } from 'vitest'
import { type Flag, parseDuration, parseFlags } from './flags.ts'

const flags: readonly Flag[] = [
  { name: 'namespace', short: 'n', kind: 'string', usage: '' },
  { name: 'watch', short: 'w', kind: 'bool', usage: '' },
  { name: 'all', short: 'A', kind: 'bool', usage: '' },
  { name: 'replicas', kind: 'int', default: '1', usage: '' },
  { name: 'verb', kind: 'strings', usage: '' },
  { name: 'env', kind: 'array', usage: '' },
  { name: 'dry-run', kind: 'string', bare: 'unchanged', usage: '' },
  { name: 'timeout', kind: 'duration', default: '30s', usage: '' },
]
const parse = (...argv: string[]) => parseFlags(argv, flags, 'kubectl get')

describe('parseFlags', () => {
  it.each([
    [['-n', 'x']],
    [['-nx']],
    [['-n=x']],
    [['--namespace', 'x']],
    [['--namespace=x']],
    [['-wnx']],
  ])('reads %j', (argv) => {
    expect(parse(...argv).string('namespace')).toBe('x')
  })

  it('groups booleans, splits lists, keeps arrays whole', () => {
    const f = parse('-wA', '--verb=get,list', '--verb', 'watch', '--env', 'a=1,2', 'pods')
    expect(f.bool('watch') && f.bool('all')).toBe(true)
    expect(f.strings('verb')).toEqual(['get', 'list', 'watch'])
    expect(f.strings('env')).toEqual(['a=1,2'])
    expect(f.args).toEqual(['pods'])
  })

  it('knows defaults, bare values and what follows --', () => {
    const f = parse('--dry-run', 'a', '--', '-w', 'b')
    expect(f.int('replicas')).toBe(1)
    expect(f.string('dry-run')).toBe('unchanged')
    expect(f.duration('timeout')).toBe(30_000)
    expect(f.args).toEqual(['a', '-w', 'b'])
    expect(f.dash).toBe(1)
    expect(f.bool('watch')).toBe(false)
  })

  it.each([
    [['--foo'], 'unknown flag: --foo'],
    [['-q'], "unknown shorthand flag: 'q' in -q"],
    [['-n'], "flag needs an argument: 'n' in -n"],
    [['--namespace'], 'flag needs an argument: --namespace'],
    [
      ['--replicas=x'],
      'invalid argument "x" for "--replicas" flag: strconv.ParseInt: parsing "x": invalid syntax',
    ],
    [
      ['-w=maybe'],
      'invalid argument "maybe" for "-w, --watch" flag: strconv.ParseBool: parsing "maybe": invalid syntax',
    ],
    [
      ['--timeout=5'],
      'invalid argument "5" for "--timeout" flag: time: missing unit in duration "5"',
    ],
  ])('refuses %j', (argv, message) => {
    expect(() => parse(...argv)).toThrow(`${message}\nSee 'kubectl get --help' for usage.`)
  })
})

describe('parseDuration', () => {
  it.each([
    ['1h30m', 5_400_000],
    ['0', 0],
    ['1.5s', 1500],
    ['-5s', -5000],
    ['300ms', 300],
    ['5', undefined],
    ['x', undefined],
  ])('%s', (text, ms) => {
    expect(parseDuration(text)).toBe(ms)
  })
})
