/** The admission plugins that are on by default, in upstream's order. @source pkg/kubeapiserver/options/plugins.go */
import {
  certificateApproval,
  certificateSigning,
  certificateSubjectRestriction,
} from './certificates.ts'
import type { AdmissionPlugin } from './chain.ts'
import { defaultIngressClass } from './defaultingressclass.ts'
import { defaultTolerationSeconds } from './defaulttolerationseconds.ts'
import { limitRanger } from './limitranger.ts'
import { mutatingAdmissionPolicy } from './mutatingpolicy.ts'
import { namespaceLifecycle } from './namespacelifecycle.ts'
import { podSecurity } from './podsecurity.ts'
import { podTopologyLabels } from './podtopologylabels.ts'
import { validatingAdmissionPolicy } from './policy.ts'
import { priority } from './priority.ts'
import { rbacEscalation } from './rbacescalation.ts'
import { resourceQuota } from './resourcequota.ts'
import { runtimeClass } from './runtimeclass.ts'
import { serviceAccount } from './serviceaccount.ts'
import { defaultStorageClass, storageObjectInUseProtection } from './storage.ts'
import { taintNodesByCondition } from './taintnodes.ts'
import { mutatingWebhooks, validatingWebhooks } from './webhooks.ts'

/** In the order in which they are asked. */
export const admissionPlugins: readonly AdmissionPlugin[] = [
  namespaceLifecycle,
  limitRanger,
  serviceAccount,
  taintNodesByCondition,
  podSecurity,
  priority,
  defaultTolerationSeconds,
  defaultStorageClass,
  storageObjectInUseProtection,
  runtimeClass,
  certificateApproval,
  certificateSigning,
  certificateSubjectRestriction,
  defaultIngressClass,
  podTopologyLabels,
  rbacEscalation,
  mutatingAdmissionPolicy,
  mutatingWebhooks,
  validatingAdmissionPolicy,
  validatingWebhooks,
  resourceQuota,
]
