/** Numbered places: each comer takes the lowest free one and keeps it until it leaves, so that nothing reshuffles. */
export class Slots {
  private readonly taken: boolean[] = []
  /** No place below this one is free. */
  private low = 0

  /** The lowest free place, now taken. */
  take(): number {
    while (this.taken[this.low]) this.low++
    this.taken[this.low] = true
    return this.low++
  }

  /** Frees a place. */
  give(slot: number): void {
    this.taken[slot] = false
    if (slot < this.low) this.low = slot
  }
}
