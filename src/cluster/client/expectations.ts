/**
 * Expectations: what a controller has asked for and not yet seen in its cache. Until they are met its cache is known to
 * be stale, and it must not create or delete more.
 * @source pkg/controller/controller_utils.go ControllerExpectations, UIDTrackingControllerExpectations
 */
import type { Millis } from '../sim/clock.ts'
import type { World } from '../sim/world.ts'

/** After this long an unmet expectation is dropped. */
export const EXPECTATIONS_TIMEOUT_MS: Millis = 5 * 60_000

interface Expected {
  creations: number
  deletions: number
  readonly uids: Set<string>
  readonly since: Millis
}

/** Expectations by work-queue key. */
export class Expectations {
  private readonly byKey = new Map<string, Expected>()

  constructor(private readonly world: World) {}

  /** True when nothing is awaited, or it was awaited too long. */
  met(key: string): boolean {
    const e = this.byKey.get(key)
    if (!e) return true
    if (e.creations <= 0 && e.deletions <= 0) return true
    return this.world.clock.now - e.since > EXPECTATIONS_TIMEOUT_MS
  }

  /** Awaits `n` creations. */
  expectCreations(key: string, n: number): void {
    this.set(key, n, [])
  }

  /** Awaits the deletion of those objects (uids, or keys where a controller tracks keys). */
  expectDeletions(key: string, uids: readonly string[]): void {
    this.set(key, 0, uids)
  }

  /** Awaits both at once. */
  expect(key: string, creations: number, uids: readonly string[]): void {
    this.set(key, creations, uids)
  }

  creationObserved(key: string): void {
    const e = this.byKey.get(key)
    if (e) e.creations--
  }

  /** A deletion not awaited is not counted. */
  deletionObserved(key: string, uid: string): void {
    const e = this.byKey.get(key)
    if (e?.uids.delete(uid)) e.deletions--
  }

  /** Gives up on creations that will not come (they failed or were skipped). */
  lowerCreations(key: string, n: number): void {
    const e = this.byKey.get(key)
    if (e) e.creations -= n
  }

  forget(key: string): void {
    this.byKey.delete(key)
  }

  private set(key: string, creations: number, uids: readonly string[]): void {
    const since = this.world.clock.now
    this.byKey.set(key, { creations, deletions: uids.length, uids: new Set(uids), since })
  }
}
