/** All controllers, in the order in which they are started. */

import { attachdetach } from './attachdetach/attachdetach.ts'
import { clusterroleaggregation } from './clusterroleaggregation/clusterroleaggregation.ts'
import { cronjob } from './cronjob/cronjob.ts'
import { csrapproving } from './csrapproving/csrapproving.ts'
import { csrcleaner } from './csrcleaner/csrcleaner.ts'
import { csrsigning } from './csrsigning/csrsigning.ts'
import { daemonset } from './daemonset/daemonset.ts'
import { deployment } from './deployment/deployment.ts'
import { disruption } from './disruption/disruption.ts'
import { endpoints } from './endpoints/endpoints.ts'
import { endpointslice } from './endpointslice/endpointslice.ts'
import { endpointslicemirroring } from './endpointslicemirroring/endpointslicemirroring.ts'
import { ephemeral } from './ephemeral/ephemeral.ts'
import { flowcontrol } from './flowcontrol/flowcontrol.ts'
import type { ControllerDefinition } from './framework.ts'
import { garbagecollector } from './garbagecollector/garbagecollector.ts'
import { horizontalpodautoscaler } from './horizontalpodautoscaler/hpa.ts'
import { job } from './job/job.ts'
import { namespace } from './namespace/namespace.ts'
import { nodeipam } from './nodeipam/nodeipam.ts'
import { nodelifecycle } from './nodelifecycle/nodelifecycle.ts'
import { persistentvolumebinder } from './persistentvolume/binder.ts'
import { localpathprovisioner } from './persistentvolume/provisioner.ts'
import { podgc } from './podgc/podgc.ts'
import { pvcprotection } from './pvcprotection/pvcprotection.ts'
import { pvprotection } from './pvprotection/pvprotection.ts'
import { replicaset, replication } from './replicaset/replicaset.ts'
import { resourcequota } from './resourcequota/resourcequota.ts'
import { rootcacertpublisher } from './rootcacertpublisher/rootcacertpublisher.ts'
import { serviceaccount } from './serviceaccount/serviceaccount.ts'
import { serviceaccounttoken } from './serviceaccounttoken/serviceaccounttoken.ts'
import { servicecidr } from './servicecidr/servicecidr.ts'
import { statefulset } from './statefulset/statefulset.ts'
import { tainteviction } from './tainteviction/tainteviction.ts'
import { ttl } from './ttl/ttl.ts'
import { ttlafterfinished } from './ttlafterfinished/ttlafterfinished.ts'
import { validatingadmissionpolicystatus } from './validatingadmissionpolicystatus/validatingadmissionpolicystatus.ts'
import { volumeexpand } from './volumeexpand/volumeexpand.ts'

/** The controllers of the manager. */
export const controllers: readonly ControllerDefinition[] = [
  serviceaccounttoken,
  endpoints,
  endpointslice,
  endpointslicemirroring,
  replication,
  podgc,
  resourcequota,
  serviceaccount,
  garbagecollector,
  namespace,
  daemonset,
  job,
  deployment,
  replicaset,
  horizontalpodautoscaler,
  disruption,
  statefulset,
  cronjob,
  csrsigning,
  csrapproving,
  csrcleaner,
  ttl,
  nodeipam,
  nodelifecycle,
  tainteviction,
  persistentvolumebinder,
  localpathprovisioner,
  attachdetach,
  volumeexpand,
  pvcprotection,
  pvprotection,
  ephemeral,
  clusterroleaggregation,
  ttlafterfinished,
  rootcacertpublisher,
  servicecidr,
  validatingadmissionpolicystatus,
  flowcontrol,
]
