/**
 * The macros over two variables: index and element of a list, key and value of a map.
 * @source github.com/google/cel-go/ext/comprehensions.go
 */
import { type Environment, Optional } from '@marcbachmann/cel-js'
import { deepEqual } from '../../api/meta/json.ts'

interface Node {
  readonly op: string
  readonly args: unknown
}
interface Scope {
  forkWithVariable(name: string, type: unknown): Scope
  reuse(parent: Scope): Scope
  setIterValue(v: unknown, ev: Runner): Scope
}
interface Checker {
  check(node: Node, scope: Scope): unknown
  getType(name: string): unknown
}
interface Runner {
  run(node: Node, scope: Scope): unknown
}
interface Expanded {
  readonly args: readonly Node[]
  readonly receiver: Node
  readonly ast: Node
}
/** A macro being checked and run; the checker leaves the two scopes in it. */
interface Macro extends Expanded {
  outer?: Scope
  inner?: Scope
}
type Pair = readonly [unknown, unknown]
type Step = (pairs: readonly Pair[], on: (node: number, p: Pair) => unknown) => unknown

/** Makes the two-variable macros known, and `existsOne`. */
export function registerMacros(env: Environment): void {
  const count = (pairs: readonly Pair[], on: (node: number, p: Pair) => unknown) =>
    pairs.filter((p) => on(2, p) === true).length
  add(env, 'all', 3, 'bool', (pairs, on) => pairs.every((p) => on(2, p) === true))
  add(env, 'exists', 3, 'bool', (pairs, on) => pairs.some((p) => on(2, p) === true))
  add(env, 'existsOne', 3, 'bool', (pairs, on) => count(pairs, on) === 1)
  add(env, 'exists_one', 3, 'bool', (pairs, on) => count(pairs, on) === 1)
  add(env, 'transformList', 3, 'list', (pairs, on) => pairs.map((p) => on(2, p)))
  add(env, 'transformList', 4, 'list', (pairs, on) =>
    pairs.filter((p) => on(2, p) === true).map((p) => on(3, p)),
  )
  add(env, 'transformMap', 3, 'map', (pairs, on) => object(pairs.map((p) => [p[0], on(2, p)])))
  add(env, 'transformMap', 4, 'map', (pairs, on) =>
    object(pairs.filter((p) => on(2, p) === true).map((p) => [p[0], on(3, p)])),
  )
  add(env, 'transformMapEntry', 3, 'map', (pairs, on) =>
    object(pairs.flatMap((p) => pairsOf(on(2, p), true))),
  )
}

/** `optional.optMap(x, f)` and `optional.optFlatMap(x, f)`; optionals are equal when both hold the same or nothing. */
export function registerOptionals(env: Environment): void {
  const add = (name: string, of: (v: unknown) => unknown) =>
    env.registerFunction(
      `optional.${name}(ast, ast): optional`,
      ({ args, receiver, ast }: Expanded) => ({
        args,
        receiver,
        ast,
        async: false,
        typeCheck(checker: Checker, m: Macro, scope: Scope) {
          checker.check(m.receiver, scope)
          m.inner = scope.forkWithVariable(nameOf(m.args[0]), checker.getType('dyn'))
          checker.check(m.args[1] as Node, m.inner)
          return checker.getType('optional')
        },
        evaluate(ev: Runner, m: Macro, scope: Scope) {
          const held = ev.run(m.receiver, scope) as Optional
          if (!held.hasValue()) return held
          const inner = (m as Required<Macro>).inner.reuse(scope)
          return of(ev.run(m.args[1] as Node, inner.setIterValue(held.value(), ev)))
        },
      }),
    )
  add('optMap', (v) => Optional.of(v))
  add('optFlatMap', (v) => v)
  env.registerOperator('optional == optional', (a: Optional, b: Optional) => {
    if (!a.hasValue() || !b.hasValue()) return a.hasValue() === b.hasValue()
    return same(a.value(), b.value())
  })
}

function same(a: unknown, b: unknown): boolean {
  return typeof a === 'bigint' || typeof b === 'bigint' ? a === b : deepEqual(a, b)
}

function object(pairs: readonly Pair[]): Record<string, unknown> {
  const out: Record<string, unknown> = {}
  for (const [k, v] of pairs) out[String(k)] = v
  return out
}

function pairsOf(v: unknown, mapOnly = false): Pair[] {
  if (Array.isArray(v) && !mapOnly) return v.map((x, i) => [BigInt(i), x])
  if (v instanceof Map) return [...v.entries()]
  return Object.entries(v as Record<string, unknown>)
}

function add(env: Environment, name: string, args: number, returns: string, step: Step): void {
  const signature = `list.${name}(${Array(args).fill('ast').join(', ')}): ${returns}`
  env.registerFunction(signature, ({ args: nodes, receiver, ast }: Expanded) => ({
    args: nodes,
    receiver,
    ast,
    async: false,
    typeCheck(checker: Checker, m: Macro, scope: Scope) {
      checker.check(m.receiver, scope)
      m.outer = scope.forkWithVariable(nameOf(m.args[0]), checker.getType('dyn'))
      m.inner = m.outer.forkWithVariable(nameOf(m.args[1]), checker.getType('dyn'))
      for (const node of m.args.slice(2)) checker.check(node, m.inner)
      return checker.getType(returns)
    },
    evaluate(ev: Runner, m: Macro, scope: Scope) {
      const { outer, inner } = m as Required<Macro>
      return step(pairsOf(ev.run(m.receiver, scope)), (i, [k, v]) => {
        const first = outer.reuse(scope).setIterValue(k, ev)
        return ev.run(m.args[i] as Node, inner.reuse(first).setIterValue(v, ev))
      })
    },
  }))
}

function nameOf(node: Node | undefined): string {
  if (node?.op === 'id' && typeof node.args === 'string') return node.args
  throw new SyntaxError('argument must be a simple name')
}
