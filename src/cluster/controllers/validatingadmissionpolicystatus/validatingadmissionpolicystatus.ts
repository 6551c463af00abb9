/**
 * Tells authors of policies which fields their expressions name that the kinds they are for do not have.
 * @source pkg/controller/validatingadmissionpolicystatus/controller.go, apiserver/pkg/admission/plugin/policy/validating/typechecking.go
 */

import { shapeOf, unknownField } from '../../api/celfields.ts'
import type { ExpressionWarning, ValidatingAdmissionPolicy } from '../../api/generated/types.ts'
import { resources } from '../../api/resources.ts'
import { schemaOf } from '../../api/schema.ts'
import type { Task } from '../../sim/task.ts'
import { type ControllerContext, callKey, defineController, startLoop } from '../framework.ts'

const NAME = 'validatingadmissionpolicy-status'
/** Kinds looked at, at most. */
const KINDS_MAX = 10

/** The controller. */
export const validatingadmissionpolicystatus = defineController({
  name: `${NAME}-controller`,
  start,
})

function start(c: ControllerContext): void {
  const policies = c.informers.for('ValidatingAdmissionPolicy')
  const queue = startLoop({
    context: c,
    kind: 'ValidatingAdmissionPolicy',
    workers: 1,
    reconcile,
  })
  const look = (o: ValidatingAdmissionPolicy) => queue.add(o.metadata.name ?? '')
  policies.on({ added: look, updated: (_old, o) => look(o) })

  function* reconcile(name: string): Task<void> {
    const o = policies.get('', name)
    const generation = o?.metadata.generation ?? 0
    if (!o || generation <= (o.status?.observedGeneration ?? 0)) return
    const expressionWarnings = typeWarnings(o)
    const typeChecking = expressionWarnings.length > 0 ? { expressionWarnings } : {}
    const body = {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name },
      status: { observedGeneration: generation, typeChecking },
    }
    const how = { subresource: 'status', fieldManager: NAME, force: true }
    yield* c.client.patch('ValidatingAdmissionPolicy', callKey(o), 'apply', body, how)
  }
}

interface Kind {
  readonly group: string
  readonly version: string
  readonly kind: string
}

/** The kinds that rules name one by one; patterns are not followed. */
function kindsOf(o: ValidatingAdmissionPolicy): Kind[] {
  const found = new Map<string, Kind>()
  for (const r of o.spec?.matchConstraints?.resourceRules ?? []) {
    const all = [...(r.apiGroups ?? []), ...(r.apiVersions ?? []), ...(r.resources ?? [])]
    if (all.some((x) => x.includes('*'))) continue
    for (const k of resources) {
      const meant =
        r.apiGroups?.includes(k.group) &&
        r.apiVersions?.includes(k.version) &&
        r.resources?.includes(k.plural)
      if (meant) found.set(`${k.group}/${k.version}, Kind=${k.kind}`, k)
    }
  }
  return [...found.keys()]
    .sort()
    .slice(0, KINDS_MAX)
    .map((id) => found.get(id) as Kind)
}

/** What is wrong with a policy's expressions, by field. */
export function typeWarnings(o: ValidatingAdmissionPolicy): ExpressionWarning[] {
  const kinds = kindsOf(o)
  const out: ExpressionWarning[] = []
  const check = (fieldRef: string, expression: string | undefined) => {
    const found = kinds.flatMap((k) => {
      const object = shapeOf(schemaOf(k.group, k.version, k.kind))
      const fault = expression && unknownField(expression, { object, oldObject: object })
      return fault ? [`${k.group}/${k.version}, Kind=${k.kind}: ${fault}`] : []
    })
    if (found.length > 0) out.push({ fieldRef, warning: found.join('\n') })
  }
  o.spec?.variables?.forEach((v, i) => {
    check(`spec.variables[${i}].expression`, v.expression)
  })
  o.spec?.validations?.forEach((v, i) => {
    check(`spec.validations[${i}].expression`, v.expression)
    check(`spec.validations[${i}].messageExpression`, v.messageExpression)
  })
  return out
}
