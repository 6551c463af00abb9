/** The memory hog of Kubernetes' own tests: `agnhost stress`, which once was the image vish/stress. */
import { quantityValue } from '../../api/meta/quantity.ts'
import type { Task } from '../../sim/task.ts'
import type { Process } from '../process.ts'

const PACE_MS = 100
const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000 }

/**
 * Takes memory in pieces up to a total, and keeps cores busy, until it is ended.
 * @source test/images/agnhost/stress (flags mem-total, mem-alloc-size, mem-alloc-sleep, cpus)
 */
export function* allocate(p: Process, argv: readonly string[]): Task<number> {
  const flag = (name: string, otherwise: string) => {
    const i = argv.findIndex((a) => new RegExp(`^--?${name}(=|$)`).test(a))
    const a = argv[i]
    if (a === undefined) return otherwise
    return a.includes('=') ? a.slice(a.indexOf('=') + 1) : (argv[i + 1] ?? otherwise)
  }
  const total = quantityValue(flag('mem-total', '0'))
  const piece = Math.max(1, quantityValue(flag('mem-alloc-size', '4Ki')))
  const cpus = Number(flag('cpus', '0'))
  const duration = /^(\d+)(ms|s|m)$/.exec(flag('mem-alloc-sleep', '1ms'))
  const pause = Math.max(1, Number(duration?.[1] ?? 1) * (UNITS[duration?.[2] ?? 'ms'] ?? 1))
  const pace = Math.max(PACE_MS, pause)
  // The Go runtime ends a process 1 that handles nothing with 2.
  p.on('SIGTERM', () => p.exit(2))
  p.err(
    `Allocating "${flag('mem-total', '0')}" memory, in "${flag('mem-alloc-size', '4Ki')}" chunks\n`,
  )
  for (let had = 0; had < total; ) {
    had = Math.min(total, had + piece * Math.max(1, Math.floor(pace / pause)))
    p.use(had + 1_500_000, cpus * 1000)
    yield* p.sleep(pace)
  }
  p.use(total + 1_500_000, cpus * 1000)
  p.err(`Allocated "${flag('mem-total', '0')}" memory\n`)
  return yield* p.serveForever()
}
