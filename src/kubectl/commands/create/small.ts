/**
 * `kubectl create namespace`, `serviceaccount`, `priorityclass`, `quota` and `poddisruptionbudget`.
 * @source staging/src/k8s.io/kubectl/pkg/cmd/create/create_namespace.go, create_serviceaccount.go,
 *   create_priorityclass.go, create_quota.go, create_pdb.go
 */
import type { LabelSelector } from '../../../cluster/api/generated/types.ts'
import { parseSelector } from '../../../cluster/api/meta/selectorparser.ts'
import type { Command } from '../../command.ts'
import { CliError, messageOf } from '../../errors.ts'
import { generatorCommand, metadataOf, parseResources } from './generator.ts'

/** `create namespace`. */
export const namespace: Command = generatorCommand({
  name: 'namespace',
  aliases: ['ns'],
  use: 'NAME [--dry-run=server|client|none] [options]',
  short: 'Create a namespace with the specified name',
  examples: '# Create a new namespace named my-namespace\nkubectl create namespace my-namespace',
  build: (_k, name) => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: metadataOf(name),
    spec: {},
    status: {},
  }),
})

/** `create serviceaccount`. */
export const serviceaccount: Command = generatorCommand({
  name: 'serviceaccount',
  aliases: ['sa'],
  use: 'NAME [--dry-run=server|client|none] [options]',
  short: 'Create a service account with the specified name',
  examples: '# Create a new service account\nkubectl create serviceaccount my-service-account',
  failure: () => 'failed to create serviceaccount: ',
  build: (_k, name) => ({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: metadataOf(name) }),
})

/** `create priorityclass`. */
export const priorityclass: Command = generatorCommand({
  name: 'priorityclass',
  aliases: ['pc'],
  use: 'NAME --value=VALUE --global-default=BOOL [--dry-run=server|client|none] [options]',
  short: 'Create a priority class with the specified name',
  examples:
    '# Create a priority class\nkubectl create priorityclass high --value=1000 --description="high one"',
  flags: [
    {
      name: 'description',
      kind: 'string',
      usage: 'A text that says when this priority class should be used.',
    },
    {
      name: 'global-default',
      kind: 'bool',
      default: 'false',
      usage: 'Whether this is the default priority.',
    },
    {
      name: 'preemption-policy',
      kind: 'string',
      default: 'PreemptLowerPriority',
      usage: 'The policy for preempting pods with lower priority.',
    },
    { name: 'value', kind: 'int', default: '0', usage: 'The value of this priority class.' },
  ],
  failure: () => 'failed to create priorityclass: ',
  build: (k, name) => ({
    apiVersion: 'scheduling.k8s.io/v1',
    ...(k.flags.string('description') ? { description: k.flags.string('description') } : {}),
    ...(k.flags.bool('global-default') ? { globalDefault: true } : {}),
    kind: 'PriorityClass',
    metadata: metadataOf(name),
    preemptionPolicy: k.flags.string('preemption-policy'),
    value: k.flags.int('value'),
  }),
})

/** `create quota`. */
export const quota: Command = generatorCommand({
  name: 'quota',
  aliases: ['resourcequota'],
  use: 'NAME [--hard=key1=value1,key2=value2] [--scopes=Scope1,Scope2] [options]',
  short: 'Create a quota with the specified name',
  examples: '# Create a quota\nkubectl create quota my-quota --hard=cpu=1,memory=1G,pods=2',
  flags: [
    {
      name: 'hard',
      kind: 'string',
      usage: 'A comma-delimited set of resource=quantity pairs that define a hard limit.',
    },
    {
      name: 'scopes',
      kind: 'string',
      usage: 'A comma-delimited set of quota scopes that must all match each object.',
    },
  ],
  failure: () => 'failed to create quota: ',
  build(k, name) {
    const hard = k.flags.string('hard')
    const scopes = k.flags.string('scopes')
    for (const scope of scopes ? scopes.split(',') : [])
      if (scope === '') throw new CliError(`invalid resource quota scope ""`)
    return {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: metadataOf(name),
      spec: {
        ...(hard ? { hard: parseResources(hard) } : {}),
        ...(scopes ? { scopes: scopes.split(',') } : {}),
      },
      status: {},
    }
  },
})

/** `create poddisruptionbudget`. */
export const poddisruptionbudget: Command = generatorCommand({
  name: 'poddisruptionbudget',
  aliases: ['pdb'],
  use: 'NAME --selector=SELECTOR --min-available=N [--dry-run=server|client|none] [options]',
  short: 'Create a pod disruption budget with the specified name',
  examples:
    '# Keep one pod of the app\nkubectl create pdb my-pdb --selector=app=web --min-available=1',
  flags: [
    {
      name: 'max-unavailable',
      kind: 'string',
      usage: 'The maximum number or percentage of unavailable pods.',
    },
    {
      name: 'min-available',
      kind: 'string',
      usage: 'The minimum number or percentage of available pods.',
    },
    { name: 'selector', kind: 'string', usage: 'A label selector to use for this budget.' },
  ],
  failure: () => 'failed to create poddisruptionbudgets: ',
  build(k, name) {
    const selector = k.flags.string('selector')
    const min = k.flags.string('min-available')
    const max = k.flags.string('max-unavailable')
    if (!selector) throw new CliError('a selector must be specified')
    if (!max && !min)
      throw new CliError('one of min-available or max-unavailable must be specified')
    if (max && min) throw new CliError('min-available and max-unavailable cannot be both specified')
    return {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: metadataOf(name),
      spec: {
        ...(max ? { maxUnavailable: intOrPercent(max, 'max-unavailable') } : {}),
        ...(min ? { minAvailable: intOrPercent(min, 'min-available') } : {}),
        selector: labelSelectorOf(selector),
      },
      status: { currentHealthy: 0, desiredHealthy: 0, disruptionsAllowed: 0, expectedPods: 0 },
    }
  },
})

function intOrPercent(text: string, flag: string): number | string {
  if (!/^[0-9]+%?$/.test(text))
    throw new CliError(`invalid format specified for ${flag}, it must be an integer or percentage`)
  return text.endsWith('%') ? text : Number(text)
}

const OPERATORS: Readonly<Record<string, string>> = {
  in: 'In',
  notin: 'NotIn',
  '!=': 'NotIn',
  exists: 'Exists',
  '!': 'DoesNotExist',
}

/** A LabelSelector of a selector as typed. @throws CliError */
export function labelSelectorOf(text: string): LabelSelector {
  const matchLabels: Record<string, string> = {}
  const matchExpressions: NonNullable<LabelSelector['matchExpressions']> = []
  try {
    for (const r of parseSelector(text)) {
      if (r.op === '=') matchLabels[r.key] = r.values[0] ?? ''
      else {
        const operator = OPERATORS[r.op]
        if (!operator) throw new CliError(`"${r.op}" isn't supported in label selectors`)
        const values = r.values.length > 0 ? { values: [...r.values] } : {}
        matchExpressions.push({ key: r.key, operator, ...values })
      }
    }
  } catch (error) {
    if (error instanceof CliError) throw error
    throw new CliError(`couldn't parse the selector string "${text}": ${messageOf(error)}`)
  }
  return {
    ...(matchExpressions.length > 0 ? { matchExpressions } : {}),
    ...(Object.keys(matchLabels).length > 0 ? { matchLabels } : {}),
  }
}
