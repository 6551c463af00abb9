/**
 * Mutating plugins are asked a second time when one of them changed what others had already seen.
 * @source staging/src/k8s.io/apiserver/pkg/admission/reinvocation.go, plugin/policy/mutating/reinvocationcontext.go
 */
import { deepEqual } from '../../api/meta/json.ts'
import type { AnyObject } from '../../api/object.ts'

/** What one request's admission remembers between its two rounds. */
export interface Reinvocation {
  /** True in the second round. */
  second: boolean
  /** True when there is to be a second round. */
  wanted: boolean
  readonly plugins: Map<string, Reinvoked>
}

/** A fresh memory for one request. */
export function newReinvocation(): Reinvocation {
  return { second: false, wanted: false, plugins: new Map() }
}

/** One plugin's part of it. */
export class Reinvoked {
  private last: AnyObject | undefined
  private readonly invoked = new Set<string>()
  private readonly due = new Set<string>()

  private constructor(private readonly rounds: Reinvocation) {}

  /** The part of the plugin of that name; none where nothing is asked twice. */
  static of(
    a: { readonly reinvocation?: Reinvocation | undefined },
    name: string,
  ): Reinvoked | undefined {
    const rounds = a.reinvocation
    if (!rounds) return undefined
    let part = rounds.plugins.get(name)
    if (!part) {
      part = new Reinvoked(rounds)
      rounds.plugins.set(name, part)
    }
    return part
  }

  /** The plugin's turn begins: what others changed since makes everything due that may be asked again. */
  begin(object: AnyObject | undefined): void {
    if (this.rounds.second && !deepEqual(this.last, object)) this.requireAll()
  }

  /** True when the one of that key is to be asked in this round. */
  wanted(key: string): boolean {
    return !this.rounds.second || this.due.has(key)
  }

  /** The one just asked changed the object. */
  changed(): void {
    this.requireAll()
    this.rounds.wanted = true
  }

  /** The one of that key may be asked again. */
  again(key: string): void {
    this.invoked.add(key)
  }

  /** The plugin's turn ends. */
  end(object: AnyObject | undefined): void {
    this.last = object && { ...object }
  }

  private requireAll(): void {
    for (const key of this.invoked) this.due.add(key)
    this.invoked.clear()
  }
}
