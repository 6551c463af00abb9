/** A pushed sequence of items with an end: watches, followed logs. Buffers until somebody listens. */

/** Who listens; both calls happen in the pusher's step. */
export interface StreamListener<T> {
  items(items: readonly T[]): void
  ended(reason: unknown): void
}

/** Producer and consumer meet here. Either side may end it. */
export class Stream<T> {
  private listener: StreamListener<T> | undefined
  private buffer: T[] = []
  private endReason: { reason: unknown } | undefined
  /** Called once when the consumer cancels. */
  onCancel: (() => void) | undefined

  get closed(): boolean {
    return this.endReason !== undefined
  }

  push(item: T): void {
    if (this.endReason) return
    if (this.listener) this.listener.items([item])
    else this.buffer.push(item)
  }

  pushAll(items: readonly T[]): void {
    if (this.endReason || items.length === 0) return
    if (this.listener) this.listener.items(items)
    else for (const i of items) this.buffer.push(i)
  }

  /** The producer ends the stream; `reason` is undefined for a normal end. */
  end(reason?: unknown): void {
    if (this.endReason) return
    this.endReason = { reason }
    this.listener?.ended(reason)
  }

  /** The consumer starts listening; what was buffered comes at once. */
  listen(listener: StreamListener<T>): void {
    this.listener = listener
    if (this.buffer.length > 0) {
      const items = this.buffer
      this.buffer = []
      listener.items(items)
    }
    if (this.endReason) listener.ended(this.endReason.reason)
  }

  /** The consumer goes away. */
  cancel(): void {
    if (this.endReason) return
    this.endReason = { reason: 'cancelled' }
    this.listener = undefined
    this.onCancel?.()
  }
}
