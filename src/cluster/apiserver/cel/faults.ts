/**
 * The expressions of policies, webhooks and definitions, compiled when these are written.
 * @source pkg/apis/admissionregistration/validation, staging/src/k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation
 */

import { type Shape, shapeOf, shapeWith, unknownField } from '../../api/celfields.ts'
import type {
  CustomResourceDefinition,
  MatchCondition,
  MutatingAdmissionPolicy,
  MutatingWebhookConfiguration,
  ParamKind,
  ValidatingAdmissionPolicy,
  Variable,
} from '../../api/generated/types.ts'
import { invalidValue } from '../../api/meta/field.ts'
import type { FieldError } from '../../api/meta/status.ts'
import type { AnyObject } from '../../api/object.ts'
import { schemaOf } from '../../api/schema.ts'
import { isShared } from '../../kinds/customresourcedefinition.ts'
import { ruleFaults } from '../crd/rules.ts'
import type { RawSchema } from '../crd/structural.ts'
import { defaultFaults } from '../crd/validate.ts'
import { compileFault } from './compile.ts'

const BASE = ['object', 'oldObject', 'namespaceObject', 'request', 'authorizer']

/** Field errors of the expressions that an object holds. */
export function expressionFaults(o: AnyObject): FieldError[] {
  switch (o.kind) {
    case 'ValidatingAdmissionPolicy':
      return ofValidating(o as unknown as ValidatingAdmissionPolicy)
    case 'MutatingAdmissionPolicy':
      return ofMutating(o as unknown as MutatingAdmissionPolicy)
    case 'ValidatingWebhookConfiguration':
    case 'MutatingWebhookConfiguration':
      return ((o as unknown as MutatingWebhookConfiguration).webhooks ?? []).flatMap((w, i) =>
        ofConditions(w.matchConditions, BASE, `webhooks[${i}].matchConditions`),
      )
    case 'CustomResourceDefinition':
      return ofDefinition(o as unknown as CustomResourceDefinition)
    default:
      return []
  }
}

/** What the variables of policies hold that are the same for all kinds. */
const GVK = shapeWith({ group: 'open', version: 'open', kind: 'open' })
const GVR = shapeWith({ group: 'open', version: 'open', resource: 'open' })
const KNOWN: Readonly<Record<string, Shape>> = {
  request: shapeWith({
    kind: GVK,
    resource: GVR,
    subResource: 'open',
    requestKind: GVK,
    requestResource: GVR,
    requestSubResource: 'open',
    name: 'open',
    namespace: 'open',
    operation: 'open',
    userInfo: shapeWith({ username: 'open', uid: 'open', groups: 'open', extra: 'open' }),
    dryRun: 'open',
    options: 'open',
  }),
  namespaceObject: shapeOf(schemaOf('', 'v1', 'Namespace')),
}

/** @param own names of the policy's own variables that the expression may use */
function fault(
  expression: string | undefined,
  variables: readonly string[],
  returns: string,
  field: string,
  own: readonly Variable[] = [],
): FieldError[] {
  if (!expression?.trim()) return []
  const members = Object.fromEntries(own.map((v) => [v.name, 'open' as const]))
  const unknown = unknownField(expression, { ...KNOWN, variables: shapeWith(members) })
  const text =
    compileFault(expression, { variables, returns }) ??
    (unknown && `compilation failed: ${unknown}`)
  return text === undefined ? [] : [invalidValue(field, expression, text)]
}

function ofConditions(
  list: readonly MatchCondition[] | undefined,
  variables: readonly string[],
  field: string,
): FieldError[] {
  return (list ?? []).flatMap((c, i) =>
    fault(c.expression, variables, 'bool', `${field}[${i}].expression`),
  )
}

function ofVariables(
  list: readonly Variable[] | undefined,
  variables: readonly string[],
): FieldError[] {
  return (list ?? []).flatMap((v, i) =>
    // Each may use those before it.
    fault(v.expression, variables, 'any', `spec.variables[${i}].expression`, list?.slice(0, i)),
  )
}

function namesFor(kind: ParamKind | undefined, variables: readonly Variable[] | undefined) {
  const plain = kind ? [...BASE, 'params'] : BASE
  return { plain, composed: variables && variables.length > 0 ? [...plain, 'variables'] : plain }
}

function ofValidating(o: ValidatingAdmissionPolicy): FieldError[] {
  const { spec } = o
  const { plain, composed } = namesFor(spec?.paramKind, spec?.variables)
  const own = spec?.variables ?? []
  const validations = (spec?.validations ?? []).flatMap((v, i) => [
    ...fault(v.expression, composed, 'bool', `spec.validations[${i}].expression`, own),
    ...fault(
      v.messageExpression,
      composed.filter((x) => x !== 'authorizer'),
      'string',
      `spec.validations[${i}].messageExpression`,
      own,
    ),
  ])
  return [
    ...ofConditions(spec?.matchConditions, plain, 'spec.matchConditions'),
    ...ofVariables(spec?.variables, composed),
    ...validations,
    ...(spec?.auditAnnotations ?? []).flatMap((x, i) =>
      fault(x.valueExpression, composed, 'any', `spec.auditAnnotations[${i}].valueExpression`, own),
    ),
  ]
}

function ofMutating(o: MutatingAdmissionPolicy): FieldError[] {
  const { spec } = o
  const { plain, composed } = namesFor(spec?.paramKind, spec?.variables)
  const own = spec?.variables ?? []
  return [
    ...ofConditions(spec?.matchConditions, plain, 'spec.matchConditions'),
    ...ofVariables(spec?.variables, composed),
    ...(spec?.mutations ?? []).flatMap((m, i) => {
      const at = `spec.mutations[${i}]`
      return m.patchType === 'JSONPatch'
        ? fault(m.jsonPatch?.expression, composed, 'list', `${at}.jsonPatch.expression`, own)
        : fault(
            m.applyConfiguration?.expression,
            composed,
            'MadeObject',
            `${at}.applyConfiguration.expression`,
            own,
          )
    }),
  ]
}

/** With one schema for all versions, the schema counts as the definition's own. */
function ofDefinition(o: CustomResourceDefinition): FieldError[] {
  const versions = o.spec.versions ?? []
  const shared = isShared(o.spec, 'schema')
  return versions.slice(0, shared ? 1 : versions.length).flatMap((v, i) => {
    const schema = v.schema?.openAPIV3Schema as unknown as RawSchema | undefined
    if (!schema) return []
    const at = shared ? 'spec.validation' : `spec.versions[${i}].schema`
    const path = `${at}.openAPIV3Schema`
    return [...ruleFaults(schema, path), ...defaultFaults(schema, path)]
  })
}
