/** `kubectl create token`. @source staging/src/k8s.io/kubectl/pkg/cmd/create/create_token.go */
import type { Command } from '../../command.ts'
import { CliError, messageOf, StatusError } from '../../errors.ts'
import { outputFlags, printerFor } from '../../printers/output.ts'
import { nameArgument } from './generator.ts'

const BINDABLE: Readonly<Record<string, string>> = { Pod: 'v1', Secret: 'v1', Node: 'v1' }

type TokenRequest = { readonly status?: { readonly token?: string } }

/** Requests a token of a service account and prints it. */
export const token: Command = {
  name: 'token',
  use: 'token SERVICE_ACCOUNT_NAME [options]',
  short: 'Request a service account token',
  examples: '# Request a token of the service account "myapp"\nkubectl create token myapp',
  flags: [
    ...outputFlags,
    { name: 'audience', kind: 'array', usage: 'Audience of the requested token.' },
    { name: 'bound-object-kind', kind: 'string', usage: 'Kind of an object to bind the token to.' },
    { name: 'bound-object-name', kind: 'string', usage: 'Name of an object to bind the token to.' },
    { name: 'bound-object-uid', kind: 'string', usage: 'UID of an object to bind the token to.' },
    { name: 'duration', kind: 'duration', usage: 'Requested lifetime of the issued token.' },
  ],
  *run(k) {
    const name = nameArgument(k)
    const f = k.flags
    const kind = f.string('bound-object-kind')
    if (kind && !BINDABLE[kind])
      throw new CliError(
        `supported --bound-object-kind values are ${Object.keys(BINDABLE).sort().join(', ')}`,
      )
    if (kind && !f.string('bound-object-name'))
      throw new CliError('--bound-object-name is required if --bound-object-kind is provided')
    if (!kind && f.string('bound-object-name'))
      throw new CliError('--bound-object-name can only be set if --bound-object-kind is provided')
    const seconds = f.duration('duration') / 1000
    if (seconds < 0) throw new CliError('--duration must be greater than or equal to 0')
    if (seconds % 1 !== 0)
      throw new CliError('--duration cannot be expressed in units less than seconds')
    const uid = f.string('bound-object-uid')
    const audiences = f.strings('audience')
    const bound = {
      kind,
      apiVersion: BINDABLE[kind],
      name: f.string('bound-object-name'),
      ...(uid ? { uid } : {}),
    }
    const body = {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      metadata: { creationTimestamp: null },
      spec: {
        audiences: audiences.length > 0 ? audiences : null,
        boundObjectRef: kind ? bound : null,
        expirationSeconds: seconds > 0 ? seconds : null,
      },
      status: { expirationTimestamp: null, token: '' },
    }
    const path = `/api/v1/namespaces/${k.namespace}/serviceaccounts/${name}/token`
    let answer: TokenRequest
    try {
      answer = (yield* k.client.object('POST', path, { body })) as unknown as TokenRequest
    } catch (error) {
      if (!(error instanceof StatusError)) throw error
      throw new CliError(`failed to create token: ${messageOf(error)}`)
    }
    if (!answer.status?.token)
      throw new CliError('failed to create token: no token in server response')
    if (f.string('output') === '') k.out(`${answer.status.token}\n`)
    else {
      const printer = printerFor(k, {})
      const full = { ...answer, apiVersion: body.apiVersion, kind: body.kind }
      printer.print(full as never)
      printer.flush()
    }
    return undefined
  },
}
