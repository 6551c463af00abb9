/**
 * The flow control no cluster can do without: `exempt` and `catch-all` are as the server made them. Values are shown by
 * the names Go's own types have.
 * @source pkg/apis/flowcontrol/{types.go,validation/validation.go}, pkg/apis/flowcontrol/internalbootstrap
 */
import type {
  FlowSchemaSpec,
  PolicyRulesWithSubjects,
  PriorityLevelConfigurationSpec,
} from '../../api/generated/types.ts'
import { flowBootstrap, MANDATORY } from '../../api/helpers/flowcontrol.ts'
import { invalidValue } from '../../api/meta/field.ts'
import { deepEqual } from '../../api/meta/json.ts'
import type { FieldError } from '../../api/meta/status.ts'

/** The error of a mandatory schema that differs. */
export function fixedSchema(name: string, spec: FlowSchemaSpec): FieldError[] {
  if (!MANDATORY.includes(name)) return []
  const fixed = flowBootstrap('FlowSchema').find((o) => o.metadata.name === name)
  if (deepEqual(spec, fixed?.spec)) return []
  return [invalidValue('spec', schemaShown(spec), `spec of '${name}' must equal the fixed value`)]
}

/** The error of a mandatory level that differs; how much `exempt` has is the operator's to say. */
export function fixedLevel(name: string, spec: PriorityLevelConfigurationSpec): FieldError[] {
  if (!MANDATORY.includes(name)) return []
  const fixed = flowBootstrap('PriorityLevelConfiguration').find((o) => o.metadata.name === name)
  const [is, due] = [spec, fixed?.spec as PriorityLevelConfigurationSpec]
  const free = name === 'exempt' && spec.exempt
  if (deepEqual(is, free ? { ...due, exempt: spec.exempt } : due)) return []
  const but = name === 'exempt' ? " except the 'spec.exempt' field" : ''
  const text = `spec of '${name}'${but} must equal the fixed value`
  return [invalidValue('spec', levelShown(spec), text)]
}

function schemaShown(s: FlowSchemaSpec): unknown {
  return {
    PriorityLevelConfiguration: { Name: s.priorityLevelConfiguration.name },
    MatchingPrecedence: s.matchingPrecedence ?? 0,
    DistinguisherMethod: s.distinguisherMethod ? { Type: s.distinguisherMethod.type } : null,
    Rules: s.rules?.map(ruleShown) ?? null,
  }
}

function ruleShown(r: PolicyRulesWithSubjects): unknown {
  const name = (o: { name: string } | undefined) => (o ? { Name: o.name } : null)
  const account = (o: { name: string; namespace: string }) => ({
    Namespace: o.namespace,
    Name: o.name,
  })
  return {
    Subjects: r.subjects.map((s) => ({
      Kind: s.kind,
      User: name(s.user),
      Group: name(s.group),
      ServiceAccount: s.serviceAccount ? account(s.serviceAccount) : null,
    })),
    ResourceRules:
      r.resourceRules?.map((x) => ({
        Verbs: x.verbs,
        APIGroups: x.apiGroups,
        Resources: x.resources,
        ClusterScope: x.clusterScope ?? false,
        Namespaces: x.namespaces ?? null,
      })) ?? null,
    NonResourceRules:
      r.nonResourceRules?.map((x) => ({ Verbs: x.verbs, NonResourceURLs: x.nonResourceURLs })) ??
      null,
  }
}

function levelShown(s: PriorityLevelConfigurationSpec): unknown {
  const { limited, exempt } = s
  const queuing = limited?.limitResponse?.queuing
  const shown = queuing && {
    Queues: queuing.queues,
    HandSize: queuing.handSize,
    QueueLengthLimit: queuing.queueLengthLimit,
  }
  return {
    Type: s.type,
    Limited: limited
      ? {
          NominalConcurrencyShares: limited.nominalConcurrencyShares ?? 0,
          LimitResponse: { Type: limited.limitResponse?.type ?? '', Queuing: shown ?? null },
          LendablePercent: limited.lendablePercent ?? null,
          BorrowingLimitPercent: limited.borrowingLimitPercent ?? null,
        }
      : null,
    Exempt: exempt
      ? {
          NominalConcurrencyShares: exempt.nominalConcurrencyShares ?? null,
          LendablePercent: exempt.lendablePercent ?? null,
        }
      : null,
  }
}
