/**
 * The ways a kubectl command fails, and the text and exit code of each.
 * @source staging/src/k8s.io/kubectl/pkg/cmd/util/helpers.go CheckErr
 */
import type { Status } from '../cluster/api/generated/types.ts'

/** A failure that prints `error: message`. */
export class CliError extends Error {
  override name = 'CliError'
  constructor(
    message: string,
    readonly code = 1,
  ) {
    super(message)
  }
}

/** Ends the command with this code and prints nothing more. */
export class Exit extends Error {
  override name = 'Exit'
  constructor(readonly code: number) {
    super(`exit ${code}`)
  }
}

/** A failure reported by the API server. */
export class StatusError extends Error {
  override name = 'StatusError'
  constructor(readonly status: Status) {
    super(status.message ?? '')
  }
  get reason(): string {
    return this.status.reason ?? ''
  }
}

/** A failure whose words are printed as they are, without `error:`. */
export class PlainError extends Error {
  override name = 'PlainError'
}

/** Several failures, printed one after the other. */
export class ManyErrors extends Error {
  override name = 'ManyErrors'
  constructor(readonly errors: readonly unknown[]) {
    const texts = errors.map(messageOf)
    super(texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`)
  }
}

/** Throws what has been collected: nothing, the one error, or all of them. */
export function throwAll(errors: readonly unknown[]): void {
  if (errors.length === 1) throw errors[0]
  if (errors.length > 1) throw new ManyErrors(errors)
}

/** True for an API failure of that reason. */
export function isReason(error: unknown, ...reasons: string[]): error is StatusError {
  return error instanceof StatusError && reasons.includes(error.reason)
}

/** True for the failures a user may cause; anything else is a bug of ours and is rethrown. */
export function isExpected(error: unknown): boolean {
  return [CliError, StatusError, ManyErrors, PlainError].some((c) => error instanceof c)
}

/** The error's own words, as Go's `%v` prints it inside a longer message. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** A misuse: the message, then where help is. */
export function usageError(path: string, message: string): CliError {
  return new CliError(`${message}\nSee '${path} -h' for help and examples`)
}

/** The same API failure with its message put in context: `error when creating "f": ...`. */
export function addSource(error: unknown, verb: string, source: string): unknown {
  if (!source) return error
  if (error instanceof StatusError) {
    const message = `error when ${verb} "${source}": ${error.message}`
    return new StatusError({ ...error.status, message })
  }
  if (error instanceof CliError)
    return new CliError(`error when ${verb} "${source}": ${error.message}`, error.code)
  return error
}

/** What stderr shows for a failure, with a newline at the end. */
export function errorText(error: unknown): string {
  if (error instanceof ManyErrors) return error.errors.map(oneOfMany).join('')
  if (error instanceof PlainError) return `${error.message}\n`
  if (!(error instanceof StatusError)) {
    const m = messageOf(error)
    return `${m.startsWith('error: ') ? m : `error: ${m}`}\n`
  }
  if (error.reason === 'Invalid') return invalidText(error.status)
  return statusText(error)
}

/** Beside others an error is shown by its message alone: upstream formats aggregates more simply. */
function oneOfMany(error: unknown): string {
  if (error instanceof ManyErrors) return error.errors.map(oneOfMany).join('')
  if (error instanceof StatusError) return statusText(error)
  return `${messageOf(error)}\n`
}

function statusText(error: StatusError): string {
  if (error.reason === 'Unauthorized')
    return `error: You must be logged in to the server (${error.message})\n`
  const reason = error.reason && error.reason !== 'Unknown' ? ` (${error.reason})` : ''
  return `Error from server${reason}: ${error.message}\n`
}

function invalidText(status: Status): string {
  const d = status.details
  let subject = 'The request is invalid'
  if (!d) return `${subject}${status.message ? `: ${status.message}` : ''}\n`
  if (d.kind || d.name) subject = `The ${d.kind ?? ''} "${d.name ?? ''}" is invalid`
  else if (status.message && !d.causes?.length) subject += `: ${status.message}`
  if (!d.causes?.length) return `${subject}\n`
  const lines = [...new Set(d.causes.map((c) => `${c.field ?? ''}: ${c.message ?? ''}`))]
  if (lines.length === 1) return `${subject}: ${lines[0]}\n`
  return `${subject}: \n${lines.map((l) => `* ${l}\n`).join('')}`
}
