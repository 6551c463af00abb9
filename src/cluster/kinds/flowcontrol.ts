/** FlowSchema and PriorityLevelConfiguration. @source pkg/apis/flowcontrol/{v1/defaults.go,validation/validation.go} */
import type {
  FlowSchema,
  FlowSchemaSpec,
  LimitResponse,
  PriorityLevelConfiguration,
  PriorityLevelConfigurationSpec,
  QueuingConfiguration,
} from '../api/generated/types.ts'
import { conditionOf } from '../api/meta/conditions.ts'
import { forbiddenField, invalidValue, notSupported, required } from '../api/meta/field.ts'
import type { FieldError } from '../api/meta/status.ts'
import { dnsSubdomain } from '../api/meta/validation.ts'
import { own } from './own.ts'
import { ageColumn, column, nameColumn } from './shared/columns.ts'
import { fixedLevel, fixedSchema } from './shared/flowfixed.ts'
import { validateFlowRule } from './shared/flowrules.ts'

const GROUP = 'flowcontrol.apiserver.k8s.io'
const PRECEDENCE = { usual: 1000, max: 10_000 }
const EXEMPT = 'exempt'
const QUEUES_MAX = 10_000_000
const HASH_BITS = 60
const WHOLE = 'must be a non-negative integer'

/** Which requests belong to which priority level. */
export const flowschema = own<FlowSchema>(GROUP, 'v1', 'FlowSchema', {
  defaults(o) {
    if (o.spec) o.spec.matchingPrecedence ??= PRECEDENCE.usual
  },
  validate(o) {
    const [name, spec] = [o.metadata.name ?? '', o.spec as FlowSchemaSpec]
    return [...validateSchema(name, spec), ...fixedSchema(name, spec)]
  },
  columns: [
    nameColumn(),
    column<FlowSchema>('PriorityLevel', (o) => o.spec?.priorityLevelConfiguration.name ?? ''),
    column<FlowSchema>('MatchingPrecedence', (o) => o.spec?.matchingPrecedence ?? 0, {
      type: 'integer',
    }),
    column<FlowSchema>('DistinguisherMethod', (o) => o.spec?.distinguisherMethod?.type ?? '<none>'),
    ageColumn(),
    column<FlowSchema>('MissingPL', (o) => {
      const c = conditionOf(
        o.status?.conditions as { type: string; status: string }[] | undefined,
        'Dangling',
      )
      return c?.status ?? '?'
    }),
  ],
})

/** How many requests of a level run at once, and what happens to the others. */
export const prioritylevelconfiguration = own<PriorityLevelConfiguration>(
  GROUP,
  'v1',
  'PriorityLevelConfiguration',
  {
    defaults: (o) => defaultLevel(o.spec),
    validate(o) {
      const [name, spec] = [o.metadata.name ?? '', o.spec as PriorityLevelConfigurationSpec]
      return [...validateLevel(name, spec), ...fixedLevel(name, spec)]
    },
    columns: [
      nameColumn(),
      column<PriorityLevelConfiguration>('Type', (o) => o.spec?.type ?? ''),
      column<PriorityLevelConfiguration>('NominalConcurrencyShares', (o) =>
        String(
          o.spec?.limited?.nominalConcurrencyShares ??
            o.spec?.exempt?.nominalConcurrencyShares ??
            '<none>',
        ),
      ),
      ...(['queues', 'handSize', 'queueLengthLimit'] as const).map((f) =>
        column<PriorityLevelConfiguration>(f[0]?.toUpperCase() + f.slice(1), (o) =>
          String(o.spec?.limited?.limitResponse?.queuing?.[f] ?? '<none>'),
        ),
      ),
      ageColumn(),
    ],
  },
)

function defaultLevel(spec: PriorityLevelConfigurationSpec | undefined): void {
  if (spec?.type === 'Exempt') {
    spec.exempt ??= {}
    spec.exempt.nominalConcurrencyShares ??= 0
    spec.exempt.lendablePercent ??= 0
  }
  const limited = spec?.limited
  if (!limited) return
  limited.nominalConcurrencyShares ??= 30
  limited.lendablePercent ??= 0
  const queuing = limited.limitResponse?.queuing
  if (!queuing) return
  queuing.queues ??= 64
  queuing.handSize ??= 8
  queuing.queueLengthLimit ??= 50
}

function validateSchema(name: string, spec: FlowSchemaSpec): FieldError[] {
  const out: FieldError[] = []
  const at = 'spec.matchingPrecedence'
  const precedence = spec.matchingPrecedence ?? 0
  if (precedence <= 0) out.push(invalidValue(at, precedence, 'must be a positive value'))
  if (precedence > PRECEDENCE.max)
    out.push(invalidValue(at, precedence, `must not be greater than ${PRECEDENCE.max}`))
  if (precedence === 1 && name !== EXEMPT) {
    const text = "only the schema named 'exempt' may have matchingPrecedence 1"
    out.push(invalidValue(at, precedence, text))
  }
  const method = spec.distinguisherMethod
  if (method && !['ByNamespace', 'ByUser'].includes(method.type)) {
    const shown = { Type: method.type }
    out.push(notSupported('spec.distinguisherMethod.type', shown, ['ByNamespace', 'ByUser']))
  }
  const level = spec.priorityLevelConfiguration?.name
  const path = 'spec.priorityLevelConfiguration.name'
  if (!level) out.push(required(path, 'must reference a priority level'))
  else for (const m of dnsSubdomain(level)) out.push(invalidValue(path, level, m))
  spec.rules?.forEach((r, i) => {
    out.push(...validateFlowRule(r, `spec.rules[${i}]`))
  })
  return out
}

function validateLevel(name: string, spec: PriorityLevelConfigurationSpec): FieldError[] {
  const out: FieldError[] = []
  const type = spec.type as string
  if ((name === EXEMPT) !== (type === 'Exempt')) {
    const text = "type must be 'Exempt' if and only if name is 'exempt'"
    out.push(invalidValue('spec.type', type, text))
  }
  if (type === 'Exempt') {
    if (spec.limited)
      out.push(forbiddenField('spec.limited', 'must be nil if the type is not Limited'))
    const shares = spec.exempt?.nominalConcurrencyShares ?? 0
    const at = 'spec.exempt.nominalConcurrencyShares'
    if (shares < 0) out.push(invalidValue(at, shares, WHOLE))
    out.push(...percent(spec.exempt?.lendablePercent, 'spec.exempt.lendablePercent'))
  } else if (type === 'Limited') {
    if (spec.exempt) out.push(forbiddenField('spec.exempt', 'must be nil if the type is Limited'))
    if (spec.limited) out.push(...validateLimited(spec))
    else out.push(required('spec.limited', 'must not be empty when type is Limited'))
  } else out.push(notSupported('spec.type', type, ['Exempt', 'Limited']))
  return out
}

function percent(value: number | undefined, path: string): FieldError[] {
  if (value === undefined || (value >= 0 && value <= 100)) return []
  return [invalidValue(path, value, 'must be between 0 and 100, inclusive')]
}

function validateLimited(spec: PriorityLevelConfigurationSpec): FieldError[] {
  const at = 'spec.limited'
  const { nominalConcurrencyShares: shares, borrowingLimitPercent: most } = spec.limited ?? {}
  const out: FieldError[] = []
  if ((shares ?? 0) < 0) out.push(invalidValue(`${at}.nominalConcurrencyShares`, shares, WHOLE))
  out.push(...validateResponse(spec.limited?.limitResponse, `${at}.limitResponse`))
  out.push(...percent(spec.limited?.lendablePercent, `${at}.lendablePercent`))
  if ((most ?? 0) < 0) out.push(invalidValue(`${at}.borrowingLimitPercent`, most, WHOLE))
  return out
}

function validateResponse(r: LimitResponse | undefined, at: string): FieldError[] {
  const type = r?.type as string | undefined
  const path = `${at}.queuing`
  if (type === 'Reject') {
    const text = 'must be nil if limited.limitResponse.type is not Limited'
    return r?.queuing ? [forbiddenField(path, text)] : []
  }
  if (type !== 'Queue') return [notSupported(`${at}.type`, type ?? '', ['Queue', 'Reject'])]
  if (r?.queuing) return validateQueuing(r.queuing, path)
  return [required(path, 'must not be empty if limited.limitResponse.type is Limited')]
}

function validateQueuing(q: QueuingConfiguration, at: string): FieldError[] {
  const out: FieldError[] = []
  const { queues = 0, handSize = 0, queueLengthLimit = 0 } = q
  const positive = (field: string, value: number) => {
    if (value <= 0) out.push(invalidValue(`${at}.${field}`, value, 'must be positive'))
    return value > 0
  }
  positive('queueLengthLimit', queueLengthLimit)
  if (positive('queues', queues) && queues > QUEUES_MAX)
    out.push(invalidValue(`${at}.queues`, queues, `must not be greater than ${QUEUES_MAX}`))
  if (!positive('handSize', handSize)) return out
  const bits = Math.ceil(entropyBits(queues, handSize))
  if (handSize > queues) {
    const text = `should not be greater than queues (${queues})`
    out.push(invalidValue(`${at}.handSize`, handSize, text))
  } else if (bits > HASH_BITS) {
    const text = `required entropy bits of deckSize ${queues} and handSize ${handSize} should not be greater than ${HASH_BITS}`
    out.push(invalidValue(`${at}.handSize`, handSize, text))
  }
  return out
}

/** Bits that deal a hand of queues. @source staging/src/k8s.io/apiserver/pkg/util/shufflesharding */
function entropyBits(queues: number, hand: number): number {
  return Math.log2(queues) * hand
}
