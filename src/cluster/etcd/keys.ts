/** An ordered map of string keys, over a B+ tree library: point reads by hash, ranges in key order. */
import * as btree from 'sorted-btree'

// The package is CommonJS: bundlers and Node disagree on where its default export lands.
type Tree<V> = import('sorted-btree').default<string, V>
type TreeClass = new <V>(
  entries?: [string, V][],
  compare?: (a: string, b: string) => number,
) => Tree<V>
const found = btree as unknown as { default: TreeClass | { default: TreeClass } }
const BTree = ('default' in found.default ? found.default.default : found.default) as TreeClass

/** Keys in code-unit order. */
export class OrderedKeys<V> {
  private readonly byKey = new Map<string, V>()
  private readonly tree = new BTree<true>(undefined, compare)

  get(key: string): V | undefined {
    return this.byKey.get(key)
  }

  set(key: string, value: V): void {
    if (!this.byKey.has(key)) this.tree.set(key, true)
    this.byKey.set(key, value)
  }

  delete(key: string): void {
    this.byKey.delete(key)
    this.tree.delete(key)
  }

  /** Visits keys in `[from, to)` in order; `visit` must not change the map. */
  forRange(from: string, to: string, visit: (value: V, key: string) => void): void {
    this.tree.forRange(from, to, false, (key: string) => {
      visit(this.byKey.get(key) as V, key)
    })
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
