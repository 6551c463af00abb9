/**
 * Kinds that are stored and printed, with the few defaults that show; nothing in the cluster acts on them yet.
 * @source pkg/printers/internalversion/printers.go, pkg/apis/{admissionregistration,resource}
 */
import type { Column, ResourceDefinition } from '../api/definition.ts'
import type {
  APIService,
  DeviceClass,
  MutatingWebhook,
  MutatingWebhookConfiguration,
  PodTemplate,
  ResourceClaimTemplate,
  ResourceSlice,
  ResourceV1ResourceClaim,
  ValidatingWebhook,
  ValidatingWebhookConfiguration,
} from '../api/generated/types.ts'
import { conditionOf } from '../api/meta/conditions.ts'
import { formatLabels } from '../api/meta/labels.ts'
import type { KubeObject } from '../api/object.ts'
import { own } from './own.ts'
import { ageColumn, column, nameColumn, podTemplateColumns } from './shared/columns.ts'
import { defaultPodSpec } from './shared/poddefaults.ts'
import { validatePodTemplate } from './shared/podtemplate.ts'
import { templateWarnings } from './shared/podwarnings.ts'
import { validateWebhooks } from './shared/webhooks.ts'

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
  validate: (o) => (o.template ? validatePodTemplate(o.template, 'template') : []),
  strategy: { warnings: (o) => templateWarnings(o.template, 'template') },
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

const DRA = 'resource.k8s.io'

const deviceclass = own<DeviceClass>(DRA, 'v1', 'DeviceClass', { columns: aged() })

const resourceclaimtemplate = own<ResourceClaimTemplate>(DRA, 'v1', 'ResourceClaimTemplate', {
  columns: aged(),
})

const resourceclaim = own<ResourceV1ResourceClaim>(DRA, 'v1', 'ResourceClaim', {
  columns: aged<ResourceV1ResourceClaim>(column('State', claimState)),
})

/** Everything that can be said of a claim at once: it is going, it has a device, somebody uses it. */
function claimState(o: ResourceV1ResourceClaim): string {
  const going = o.metadata.deletionTimestamp !== undefined
  const out = going ? ['deleted'] : []
  if (!o.status?.allocation) return [...out, ...(going ? [] : ['pending'])].join(',')
  out.push('allocated')
  if ((o.status.reservedFor?.length ?? 0) > 0) out.push('reserved')
  return out.join(',')
}

const resourceslice = own<ResourceSlice>(DRA, 'v1', 'ResourceSlice', {
  columns: aged<ResourceSlice>(
    column('Node', (o) => o.spec?.nodeName ?? ''),
    column('Driver', (o) => o.spec?.driver ?? ''),
    column('Pool', (o) => o.spec?.pool?.name ?? ''),
  ),
})

/** All of them. */
export const plainKinds: readonly ResourceDefinition[] = [
  apiservice,
  deviceclass,
  resourceclaim,
  resourceclaimtemplate,
  resourceslice,
  mutatingwebhook,
  podtemplate,
  validatingwebhook,
]
