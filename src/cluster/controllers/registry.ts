/** All controllers, in the order in which they are started. */
import { deployment } from './deployment/deployment.ts'
import { endpoints } from './endpoints/endpoints.ts'
import { endpointslice } from './endpointslice/endpointslice.ts'
import type { ControllerDefinition } from './framework.ts'
import { garbagecollector } from './garbagecollector/garbagecollector.ts'
import { namespace } from './namespace/namespace.ts'
import { replicaset, replication } from './replicaset/replicaset.ts'

/** The controllers of the manager. */
export const controllers: readonly ControllerDefinition[] = [
  endpoints,
  endpointslice,
  replication,
  garbagecollector,
  namespace,
  deployment,
  replicaset,
]
