/** ReplicaSet and ReplicationController. @source pkg/apis/apps/validation/validation.go ValidateReplicaSetSpec */
import type { ReplicaSet, ReplicaSetSpec } from '../api/generated/types.ts'
import { invalidValue, required } from '../api/meta/field.ts'
import { deepEqual } from '../api/meta/json.ts'
import { formatLabelSelector } from '../api/meta/labels.ts'
import type { FieldError } from '../api/meta/status.ts'
import { own } from './own.ts'
import { ageColumn, column, nameColumn, podTemplateColumns } from './shared/columns.ts'
import { defaultPodSpec } from './shared/poddefaults.ts'
import {
  nonNegative,
  validatePodTemplate,
  validateRunningTemplate,
  validateSelected,
} from './shared/podtemplate.ts'
import { workloadWarnings } from './shared/podwarnings.ts'

/** The kind. */
export const replicaset = own<ReplicaSet>('apps', 'v1', 'ReplicaSet', {
  defaults(o) {
    const spec = o.spec as ReplicaSetSpec
    spec.replicas ??= 1
    if (spec.template?.spec) defaultPodSpec(spec.template.spec)
  },
  validate: (o, old) => [
    ...validateSpec(o.spec as ReplicaSetSpec),
    ...(old && !deepEqual(o.spec?.selector, old.spec?.selector)
      ? [invalidValue('spec.selector', o.spec?.selector ?? null, 'field is immutable')]
      : []),
  ],
  strategy: {
    prepareForCreate(o) {
      o.status = { replicas: 0 }
    },
    warnings: (o, old, c) => {
      // A Deployment has been warned of already; its sets repeat nothing.
      return c.subresource !== '' || o.metadata.ownerReferences ? [] : workloadWarnings(o, old)
    },
  },
  columns: [
    nameColumn(),
    column<ReplicaSet>('Desired', (o) => o.spec?.replicas ?? 0, { type: 'integer' }),
    column<ReplicaSet>('Current', (o) => o.status?.replicas ?? 0, { type: 'integer' }),
    column<ReplicaSet>('Ready', (o) => o.status?.readyReplicas ?? 0, { type: 'integer' }),
    ageColumn(),
    ...podTemplateColumns<ReplicaSet>(
      (o) => o.spec?.template?.spec,
      (o) => formatLabelSelector(o.spec?.selector),
    ),
  ],
  fields: { 'status.replicas': (o) => String(o.status?.replicas ?? 0) },
})

function validateSpec(spec: ReplicaSetSpec): FieldError[] {
  const out = [
    ...nonNegative(spec.replicas, 'spec.replicas'),
    ...nonNegative(spec.minReadySeconds, 'spec.minReadySeconds'),
  ]
  const { template } = spec
  if (!template) return [...out, required('spec.template')]
  out.push(
    ...validateSelected(spec.selector, SELECTOR_TEXTS, template, () => [
      ...validatePodTemplate(template, 'spec.template'),
      ...validateRunningTemplate(template, 'spec.template', 'ReplicaSet'),
    ]),
  )
  return out
}

const SELECTOR_TEXTS = {
  empty: 'empty selector is invalid for deployment',
  invalid: 'invalid label selector',
}
