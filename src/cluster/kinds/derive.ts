/**
 * A kind without a file of its own: stored, listed, printed by name and age, its spec and status told apart, all
 * derived from discovery facts and the generated schema.
 */
import type { ResourceDefinition } from '../api/definition.ts'
import type { ResourceInfo } from '../api/resources.ts'
import { type Schema, schemaOf } from '../api/schema.ts'

const ANYTHING: Schema = { type: 'object', preserveUnknownFields: true }

/** Kinds that count changes of their spec in metadata.generation. */
const COUNTED = new Set([
  'APIService',
  'CronJob',
  'CustomResourceDefinition',
  'DaemonSet',
  'Deployment',
  'EndpointSlice',
  'FlowSchema',
  'Ingress',
  'IngressClass',
  'Job',
  'MutatingAdmissionPolicy',
  'MutatingAdmissionPolicyBinding',
  'MutatingWebhookConfiguration',
  'NetworkPolicy',
  'Pod',
  'PodDisruptionBudget',
  'PodTemplate',
  'PriorityClass',
  'PriorityLevelConfiguration',
  'ReplicaSet',
  'ReplicationController',
  'ResourceSlice',
  'StatefulSet',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
  'ValidatingWebhookConfiguration',
])

/** True when changes of the kind's spec are counted. */
export function countsGeneration(kind: string): boolean {
  return COUNTED.has(kind)
}

/** What discovery and the schemas say of a kind, as a definition; a kind's own file spreads it and adds the rest. */
export function derive(info: ResourceInfo): ResourceDefinition {
  const subresources: Record<string, unknown> = {}
  for (const s of info.subresources ?? []) subresources[s.name] = true
  return {
    group: info.group,
    version: info.version,
    kind: info.kind,
    plural: info.plural,
    singular: info.singular,
    shortNames: info.shortNames ?? [],
    categories: info.categories ?? [],
    namespaced: info.namespaced,
    verbs: info.verbs,
    schema: schemaOf(info.group, info.version, info.kind) ?? ANYTHING,
    subresources: subresources as ResourceDefinition['subresources'],
    columns: [
      { name: 'Name', value: (o) => o.metadata.name ?? '' },
      { name: 'Created At', value: (o) => o.metadata.creationTimestamp ?? '' },
    ],
  }
}
