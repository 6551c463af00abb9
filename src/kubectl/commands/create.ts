/** `kubectl create -f` and the group of generators. @source staging/src/k8s.io/kubectl/pkg/cmd/create/create.go */
import type { Command } from '../command.ts'
import { editBeforeCreate } from '../editing.ts'
import { addSource, CliError, Exit, isExpected, throwAll } from '../errors.ts'
import { commandHelp } from '../help.ts'
import { outputFlags } from '../printers/output.ts'
import { rawBody, rawRequest } from '../raw.ts'
import { documentErrors, fileFlags, hasFiles, readFiles } from '../resource.ts'
import {
  createObject,
  dryRunFlag,
  fieldManagerFlag,
  fieldValidation,
  operationPrinter,
  recorded,
  recordFlag,
  saveConfigFlag,
  validateFlag,
  withSavedConfig,
} from '../writes.ts'
import { configmap, secret } from './create/config.ts'
import { ingress, service } from './create/network.ts'
import { clusterrole, clusterrolebinding, role, rolebinding } from './create/rbac.ts'
import {
  namespace,
  poddisruptionbudget,
  priorityclass,
  quota,
  serviceaccount,
} from './create/small.ts'
import { token } from './create/token.ts'
import { cronjob, deployment, job } from './create/workloads.ts'

/** Creates resources from files or generators. */
export const create: Command = {
  name: 'create',
  use: 'create -f FILENAME [options]',
  short: 'Create a resource from a file or from stdin',
  long: 'Create a resource from a file or from stdin.\n\nJSON and YAML formats are accepted.',
  examples: [
    '# Create a pod from a file\nkubectl create -f ./pod.yaml',
    '# Create a pod from what is typed in\ncat pod.yaml | kubectl create -f -',
  ].join('\n\n'),
  flags: [
    ...outputFlags,
    ...fileFlags,
    dryRunFlag,
    {
      name: 'edit',
      kind: 'bool',
      default: 'false',
      usage: 'Edit the API resource before creating',
    },
    fieldManagerFlag('kubectl-create'),
    { name: 'raw', kind: 'string', usage: 'Raw URI to POST to the server.' },
    recordFlag,
    saveConfigFlag,
    { name: 'selector', short: 'l', kind: 'string', usage: 'Selector (label query) to filter on.' },
    validateFlag,
  ],
  subcommands: [
    clusterrole,
    clusterrolebinding,
    configmap,
    cronjob,
    deployment,
    ingress,
    job,
    namespace,
    poddisruptionbudget,
    priorityclass,
    quota,
    role,
    rolebinding,
    secret,
    service,
    serviceaccount,
    token,
  ],
  *run(k) {
    if (!hasFiles(k)) {
      k.err('Error: must specify one of -f and -k\n\n')
      if (k.args.length > 0) throw k.usage(`unknown command "${k.args.join(' ')}"`)
      k.err(commandHelp(create, k.path))
      throw new Exit(1)
    }
    if (k.args.length > 0) throw k.usage(`Unexpected args: [${k.args.join(' ')}]`)
    if (k.flags.string('raw'))
      return yield* rawRequest(k, 'POST', k.flags.string('raw'), rawBody(k))
    const validate = fieldValidation(k) !== 'Ignore'
    const infos = yield* readFiles(k, { validate })
    if (infos.length === 0 && documentErrors(infos).length === 0)
      throw new CliError('no objects passed to create')
    const printer = operationPrinter(k, 'created')
    const errors: unknown[] = [...documentErrors(infos)]
    for (const info of infos) {
      const object = withSavedConfig(k, recorded(k, info.object))
      try {
        if (k.flags.bool('edit')) {
          yield* editBeforeCreate(k, info, function* (written) {
            printer.print(yield* createObject(k, { ...info, object: withSavedConfig(k, written) }))
          })
          continue
        }
        const made = k.dryRun() === 'client' ? object : yield* createObject(k, { ...info, object })
        printer.print(made)
      } catch (error) {
        if (!isExpected(error)) throw error
        errors.push(addSource(error, 'creating', info.source))
      }
    }
    printer.flush()
    throwAll(errors)
    return undefined
  },
}
