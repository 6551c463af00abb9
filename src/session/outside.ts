/**
 * Clients outside the session: real kubectl, operators. What they do is logged like a person's commands, so that a host
 * which others reach too can make copies of its cluster. What only reads changes nothing and is left out.
 */
import type { ApiHandler, ApiRequest, ApiResponse, Duplex } from '../cluster/api/transport.ts'
import { spawn, type Task } from '../cluster/sim/task.ts'
import type { World } from '../cluster/sim/world.ts'

/** A request as its transport read it; a copy needs no cause. */
export type OutsideRequest = Omit<ApiRequest, 'cause'>

/** What a client outside did. Bytes and maps are as they came: such a log never leaves its host. */
export type OutsideCommand =
  | { readonly kind: 'request'; readonly call: number; readonly request: OutsideRequest }
  /** Bytes into the channel that the n-th such request opened; undefined data closes a side of it. */
  | {
      readonly kind: 'input'
      readonly call: number
      readonly channel: number
      readonly data: string | Uint8Array | undefined
    }
  | { readonly kind: 'hang-up'; readonly call: number }

/** Subresources that a GET acts through. */
const ACTING = /\/(exec|attach|portforward|proxy)(\/|$)/
/** Where outside clients stand. */
const PLACE = 'outside'

function onlyReads({ method, path }: ApiRequest): boolean {
  return (method === 'GET' || method === 'HEAD' || method === 'OPTIONS') && !ACTING.test(path)
}

/** The way of outside clients to an API server. */
export class Outside implements ApiHandler {
  private calls = 0
  private readonly channels = new Map<number, Duplex>()

  constructor(
    private readonly world: World,
    private readonly api: ApiHandler,
    private readonly log: (command: OutsideCommand) => void,
  ) {}

  /** Serves one request. Whoever hosts it lets it begin only when all that was due before has happened. */
  *handle(request: ApiRequest): Task<ApiResponse> {
    if (onlyReads(request)) return yield* this.api.handle(request)
    const call = ++this.calls
    const { cause: _, ...asked } = request
    this.log({ kind: 'request', call, request: asked })
    const response = yield* this.api.handle(request)
    const { channel } = response
    return channel ? { ...response, channel: this.tapped(call, channel) } : response
  }

  /** Does again what was logged. */
  again(command: OutsideCommand): void {
    const { world, channels } = this
    const self = this
    spawn(world, PLACE, command.kind, function* () {
      if (command.kind === 'request') {
        const { channel } = yield* self.api.handle({ ...command.request, cause: 0 })
        if (!channel) return
        channels.set(command.call, channel)
        channel.output.listen({ items() {}, ended: () => void channels.delete(command.call) })
      } else if (command.kind === 'input')
        channels.get(command.call)?.input(command.channel, command.data)
      else channels.get(command.call)?.close()
    })
  }

  private tapped(call: number, channel: Duplex): Duplex {
    return {
      output: channel.output,
      input: (number, data) => {
        this.log({ kind: 'input', call, channel: number, data })
        channel.input(number, data)
      },
      close: () => {
        this.log({ kind: 'hang-up', call })
        channel.close()
      },
    }
  }
}
