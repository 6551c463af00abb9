/**
 * Kinds that are stored and printed, with the few defaults that show; nothing in the cluster acts on them yet.
 * @source pkg/printers/internalversion/printers.go, pkg/apis/{storage,flowcontrol,admissionregistration,resource}
 */
import type { Column, ResourceDefinition } from '../api/definition.ts'
import type {
  APIService,
  CSIDriver,
  CSINode,
  CSIStorageCapacity,
  FlowSchema,
  MutatingWebhook,
  MutatingWebhookConfiguration,
  PodTemplate,
  PriorityLevelConfiguration,
  ValidatingWebhook,
  ValidatingWebhookConfiguration,
  VolumeAttachment,
  VolumeAttributesClass,
} from '../api/generated/types.ts'
import { conditionOf } from '../api/meta/conditions.ts'
import { formatLabels } from '../api/meta/labels.ts'
import type { KubeObject } from '../api/object.ts'
import { own } from './own.ts'
import { ageColumn, column, nameColumn, podTemplateColumns } from './shared/columns.ts'
import { defaultPodSpec } from './shared/poddefaults.ts'
import { validateWebhooks } from './shared/webhooks.ts'

const STORAGE = 'storage.k8s.io'
const FLOW = 'flowcontrol.apiserver.k8s.io'
const ADMISSION = 'admissionregistration.k8s.io'

function aged<T extends KubeObject>(...middle: Column<T>[]): Column<T>[] {
  return [nameColumn<T>(), ...middle, ageColumn<T>()]
}

const apiservice = own<APIService>('apiregistration.k8s.io', 'v1', 'APIService', {
  columns: aged<APIService>(
    column('Service', (o) => {
      const s = o.spec?.service
      return s ? `${s.namespace}/${s.name}` : 'Local'
    }),
    column('Available', (o) => {
      const c = conditionOf(o.status?.conditions, 'Available')
      if (!c) return 'Unknown'
      return c.status === 'True' ? 'True' : `${c.status} (${c.reason ?? ''})`
    }),
  ),
})

const csidriver = own<CSIDriver>(STORAGE, 'v1', 'CSIDriver', {
  defaults(o) {
    const s = o.spec
    s.attachRequired ??= true
    s.podInfoOnMount ??= false
    s.storageCapacity ??= false
    s.fsGroupPolicy ??= 'ReadWriteOnceWithFSType'
    s.volumeLifecycleModes ??= ['Persistent']
    s.requiresRepublish ??= false
    s.seLinuxMount ??= false
  },
  columns: aged<CSIDriver>(
    column('AttachRequired', (o) => o.spec.attachRequired ?? true),
    column('PodInfoOnMount', (o) => o.spec.podInfoOnMount ?? false),
    column('StorageCapacity', (o) => o.spec.storageCapacity ?? false),
    column(
      'TokenRequests',
      (o) => (o.spec.tokenRequests ?? []).map((t) => t.audience).join(',') || '<unset>',
    ),
    column('RequiresRepublish', (o) => o.spec.requiresRepublish ?? false),
    column('Modes', (o) => (o.spec.volumeLifecycleModes ?? []).join(',') || '<none>'),
  ),
})

const csinode = own<CSINode>(STORAGE, 'v1', 'CSINode', {
  columns: aged<CSINode>(
    column('Drivers', (o) => o.spec.drivers?.length ?? 0, { type: 'integer' }),
  ),
})

const csistoragecapacity = own<CSIStorageCapacity>(STORAGE, 'v1', 'CSIStorageCapacity', {
  columns: [
    nameColumn(),
    column<CSIStorageCapacity>('StorageClassName', (o) => o.storageClassName),
    column<CSIStorageCapacity>('Capacity', (o) => o.capacity ?? ''),
  ],
})

const volumeattachment = own<VolumeAttachment>(STORAGE, 'v1', 'VolumeAttachment', {
  columns: aged<VolumeAttachment>(
    column('Attacher', (o) => o.spec.attacher),
    column('PV', (o) => o.spec.source.persistentVolumeName ?? ''),
    column('Node', (o) => o.spec.nodeName),
    column('Attached', (o) => o.status?.attached ?? false),
  ),
})

const volumeattributesclass = own<VolumeAttributesClass>(STORAGE, 'v1', 'VolumeAttributesClass', {
  columns: aged<VolumeAttributesClass>(column('DriverName', (o) => o.driverName)),
})

const flowschema = own<FlowSchema>(FLOW, 'v1', 'FlowSchema', {
  defaults(o) {
    if (o.spec) o.spec.matchingPrecedence ??= 1000
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

const prioritylevel = own<PriorityLevelConfiguration>(FLOW, 'v1', 'PriorityLevelConfiguration', {
  columns: aged<PriorityLevelConfiguration>(
    column('Type', (o) => o.spec?.type ?? ''),
    column('NominalConcurrencyShares', (o) =>
      String(
        o.spec?.limited?.nominalConcurrencyShares ??
          o.spec?.exempt?.nominalConcurrencyShares ??
          '<none>',
      ),
    ),
    column('Queues', (o) => String(o.spec?.limited?.limitResponse?.queuing?.queues ?? '<none>')),
    column('HandSize', (o) =>
      String(o.spec?.limited?.limitResponse?.queuing?.handSize ?? '<none>'),
    ),
    column('QueueLengthLimit', (o) =>
      String(o.spec?.limited?.limitResponse?.queuing?.queueLengthLimit ?? '<none>'),
    ),
  ),
})

type Webhook = MutatingWebhook | ValidatingWebhook

function defaultWebhook(w: Webhook): void {
  w.failurePolicy ??= 'Fail'
  w.matchPolicy ??= 'Equivalent'
  w.namespaceSelector ??= {}
  w.objectSelector ??= {}
  w.timeoutSeconds ??= 10
  if (w.clientConfig?.service) w.clientConfig.service.port ??= 443
  for (const r of w.rules ?? []) r.scope ??= '*'
}

const mutatingwebhook = own<MutatingWebhookConfiguration>(
  ADMISSION,
  'v1',
  'MutatingWebhookConfiguration',
  {
    defaults(o) {
      for (const w of o.webhooks ?? []) {
        defaultWebhook(w)
        w.reinvocationPolicy ??= 'Never'
      }
    },
    validate: (o) => validateWebhooks(o.webhooks),
    columns: aged<MutatingWebhookConfiguration>(
      column('Webhooks', (o) => o.webhooks?.length ?? 0, { type: 'integer' }),
    ),
  },
)

const validatingwebhook = own<ValidatingWebhookConfiguration>(
  ADMISSION,
  'v1',
  'ValidatingWebhookConfiguration',
  {
    defaults(o) {
      for (const w of o.webhooks ?? []) defaultWebhook(w)
    },
    validate: (o) => validateWebhooks(o.webhooks),
    columns: aged<ValidatingWebhookConfiguration>(
      column('Webhooks', (o) => o.webhooks?.length ?? 0, { type: 'integer' }),
    ),
  },
)

const podtemplate = own<PodTemplate>('', 'v1', 'PodTemplate', {
  defaults(o) {
    if (o.template?.spec) defaultPodSpec(o.template.spec)
  },
  columns: [
    nameColumn(),
    ...podTemplateColumns<PodTemplate>(
      (o) => o.template?.spec,
      () => '',
    )
      .slice(0, 2)
      .map((c) => ({ ...c, priority: 0 })),
    column<PodTemplate>('Pod Labels', (o) => formatLabels(o.template?.metadata?.labels)),
  ],
})

/** All of them. */
export const plainKinds: readonly ResourceDefinition[] = [
  apiservice,
  csidriver,
  csinode,
  csistoragecapacity,
  flowschema,
  mutatingwebhook,
  podtemplate,
  prioritylevel,
  validatingwebhook,
  volumeattachment,
  volumeattributesclass,
]
