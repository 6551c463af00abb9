/** Every kind that is served, in discovery order; kinds with a file of their own replace the derived ones. */
import type { ResourceDefinition } from '../api/definition.ts'
import { resources } from '../api/resources.ts'
import {
  mutatingadmissionpolicy,
  mutatingadmissionpolicybinding,
  validatingadmissionpolicy,
  validatingadmissionpolicybinding,
} from './admissionpolicy.ts'
import { certificatesigningrequest } from './certificatesigningrequest.ts'
import { configmap } from './configmap.ts'
import { controllerrevision } from './controllerrevision.ts'
import { cronjob } from './cronjob.ts'
import {
  csidriver,
  csinode,
  csistoragecapacity,
  volumeattachment,
  volumeattributesclass,
} from './csi.ts'
import { customresourcedefinition } from './customresourcedefinition.ts'
import { daemonset } from './daemonset.ts'
import { deployment } from './deployment.ts'
import { derive } from './derive.ts'
import { endpoints, endpointslice } from './endpoints.ts'
import { event, newEvent } from './event.ts'
import { flowschema, prioritylevelconfiguration } from './flowcontrol.ts'
import { horizontalpodautoscaler, horizontalpodautoscalerV1 } from './horizontalpodautoscaler.ts'
import { ingress, ingressclass } from './ingress.ts'
import { job } from './job.ts'
import { lease } from './lease.ts'
import { limitrange } from './limitrange.ts'
import { namespace } from './namespace.ts'
import { networkpolicy } from './networkpolicy.ts'
import { node } from './node.ts'
import { persistentvolume } from './persistentvolume.ts'
import { persistentvolumeclaim } from './persistentvolumeclaim.ts'
import { plainKinds } from './plain.ts'
import { pod } from './pod.ts'
import { poddisruptionbudget } from './poddisruptionbudget.ts'
import { priorityclass } from './priorityclass.ts'
import { clusterrole, clusterrolebinding, role, rolebinding } from './rbac.ts'
import { replicaset } from './replicaset.ts'
import { replicationcontroller } from './replicationcontroller.ts'
import { resourcequota } from './resourcequota.ts'
import { runtimeclass } from './runtimeclass.ts'
import { secret } from './secret.ts'
import { service } from './service.ts'
import { serviceaccount } from './serviceaccount.ts'
import { ipaddress, servicecidr } from './servicecidr.ts'
import { statefulset } from './statefulset.ts'
import { storageclass } from './storageclass.ts'

/** Definitions with a file of their own. */
const own: readonly ResourceDefinition[] = [
  ...plainKinds,
  certificatesigningrequest,
  clusterrole,
  clusterrolebinding,
  configmap,
  controllerrevision,
  cronjob,
  csidriver,
  csinode,
  csistoragecapacity,
  customresourcedefinition,
  daemonset,
  deployment,
  endpoints,
  endpointslice,
  event,
  flowschema,
  horizontalpodautoscaler,
  horizontalpodautoscalerV1,
  ingress,
  ingressclass,
  ipaddress,
  job,
  lease,
  limitrange,
  namespace,
  networkpolicy,
  newEvent,
  node,
  persistentvolume,
  persistentvolumeclaim,
  pod,
  poddisruptionbudget,
  priorityclass,
  prioritylevelconfiguration,
  replicaset,
  replicationcontroller,
  resourcequota,
  role,
  rolebinding,
  runtimeclass,
  secret,
  service,
  serviceaccount,
  servicecidr,
  statefulset,
  storageclass,
  volumeattachment,
  volumeattributesclass,
  mutatingadmissionpolicy,
  mutatingadmissionpolicybinding,
  validatingadmissionpolicy,
  validatingadmissionpolicybinding,
]

const byName = new Map(own.map((d) => [`${d.group}/${d.version}/${d.plural}`, d]))

/** All built-in definitions. */
export const definitions: readonly ResourceDefinition[] = resources.map(
  (r) => byName.get(`${r.group}/${r.version}/${r.plural}`) ?? derive(r),
)
