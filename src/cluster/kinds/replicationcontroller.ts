/** ReplicationController. @source pkg/apis/core/v1/defaults.go, printers.go printReplicationController */
import type { ReplicationController, ReplicationControllerSpec } from '../api/generated/types.ts'
import { invalidValue, required } from '../api/meta/field.ts'
import { formatLabels, matchesSet } from '../api/meta/labels.ts'
import type { FieldError } from '../api/meta/status.ts'
import { own } from './own.ts'
import { ageColumn, column, nameColumn, podTemplateColumns } from './shared/columns.ts'
import { defaultPodSpec } from './shared/poddefaults.ts'
import { nonNegative, validatePodTemplate, validateRunningTemplate } from './shared/podtemplate.ts'
import { workloadWarnings } from './shared/podwarnings.ts'

type Rc = ReplicationController

/** The kind. */
export const replicationcontroller = own<Rc>('', 'v1', 'ReplicationController', {
  defaults(o) {
    const spec = o.spec as ReplicationControllerSpec
    const labels = spec.template?.metadata?.labels
    if (labels) {
      spec.selector ??= { ...labels }
      o.metadata.labels ??= { ...labels }
    }
    spec.replicas ??= 1
    if (spec.template?.spec) defaultPodSpec(spec.template.spec)
  },
  validate: (o) => validate(o.spec as ReplicationControllerSpec),
  strategy: {
    defaultPropagation: 'Orphan',
    prepareForCreate(o) {
      o.status = { replicas: 0 }
    },
    warnings: (o, old, c) => (c.subresource === '' ? workloadWarnings(o, old) : []),
  },
  columns: [
    nameColumn(),
    column<Rc>('Desired', (o) => o.spec?.replicas ?? 0, { type: 'integer' }),
    column<Rc>('Current', (o) => o.status?.replicas ?? 0, { type: 'integer' }),
    column<Rc>('Ready', (o) => o.status?.readyReplicas ?? 0, { type: 'integer' }),
    ageColumn(),
    ...podTemplateColumns<Rc>(
      (o) => o.spec?.template?.spec,
      (o) => formatLabels(o.spec?.selector),
    ),
  ],
})

function validate(spec: ReplicationControllerSpec): FieldError[] {
  const out = [
    ...nonNegative(spec.minReadySeconds, 'spec.minReadySeconds'),
    ...nonNegative(spec.replicas, 'spec.replicas'),
  ]
  if (Object.keys(spec.selector ?? {}).length === 0) out.push(required('spec.selector'))
  if (!spec.template) return [...out, required('spec.template')]
  const labels = spec.template.metadata?.labels
  if (!matchesSet(spec.selector, labels)) {
    const text = '`selector` does not match template `labels`'
    out.push(invalidValue('spec.template.metadata.labels', labels ?? null, text))
  }
  out.push(...validatePodTemplate(spec.template, 'spec.template'))
  out.push(...validateRunningTemplate(spec.template, 'spec.template', 'ReplicationController'))
  return out
}
