/** Commands that listen on a port until someone stops them. */
import { Deferred, type Task } from '../cluster/sim/task.ts'
import { CliError } from './errors.ts'
import type { Invocation } from './invocation.ts'

/**
 * Listens until the command is interrupted, or until `end` is told why it is over.
 * @throws CliError what `end` was told; that nothing can listen here
 */
export function* untilEnded(
  k: Invocation,
  listen: (end: (error: CliError) => void) => void,
): Task<number> {
  if (!k.io.listen)
    throw new CliError('unable to listen on any port: nothing can connect to it here')
  const over = new Deferred<CliError>()
  listen((error) => over.resolve(error))
  throw yield* over.wait()
}
