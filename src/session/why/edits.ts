/** Changes as terminal lines: what a person would type to change a workload's template, or to make a Pod anew. */
import type { Container, Pod, PodSpec } from '../../cluster/api/generated/types.ts'
import type { JsonObject } from '../../cluster/api/meta/json.ts'
import type { AnyObject, KubeObject } from '../../cluster/api/object.ts'
import { strategicPatch } from '../../cluster/api/patch/strategic.ts'
import { schemaOf } from '../../cluster/api/schema.ts'
import { toYaml } from '../../kubectl/printers/yaml.ts'
import { aboutOf, type Look } from './look.ts'

/** ` -n x`, or nothing for the default namespace. */
export function inNamespace(o: { metadata: { namespace?: string } }): string {
  const { namespace } = o.metadata
  return namespace && namespace !== 'default' ? ` -n ${namespace}` : ''
}

/** The object at the top of the owners: what has to change for a change to last. */
export function headOf(look: Look, o: KubeObject): KubeObject {
  const ref = o.metadata.ownerReferences?.find((r) => r.controller)
  if (!ref) return o
  const namespace = o.metadata.namespace ?? ''
  const owner = look.any({ kind: ref.kind, namespace, name: ref.name })
  return owner ? headOf(look, owner) : o
}

/** A patch as an argument in quotes. */
export function patchArgument(patch: unknown): string {
  return `'${JSON.stringify(patch).replaceAll("'", "'\\''")}'`
}

/** `kubectl patch` of one object. */
export function patchLine(o: KubeObject, patch: unknown, type?: 'merge' | 'json'): string {
  const how = type ? ` --type=${type}` : ''
  return `kubectl patch ${o.kind.toLowerCase()} ${o.metadata.name}${inNamespace(o)}${how} -p ${patchArgument(patch)}`
}

/** The line that changes the spec of a Pod's template for good: at the head of its owners, or of the Pod itself. */
export function templateLine(look: Look, pod: Pod, spec: unknown): string {
  return headLine(headOf(look, pod), spec, pod)
}

/** The same for a head that has no pod (yet). */
export function headLine(head: KubeObject, spec: unknown, pod?: Pod): string {
  const { name } = head.metadata
  switch (head.kind) {
    case 'Deployment':
    case 'DaemonSet':
      return patchLine(head, { spec: { template: { spec } } })
    case 'StatefulSet':
    case 'ReplicaSet':
    case 'ReplicationController':
      // These wait for the broken pod, or keep it: it has to be made anew.
      return `${patchLine(head, { spec: { template: { spec } } })}${pod ? ` && ${deletion(pod)}` : ''}`
    case 'CronJob':
      return patchLine(head, { spec: { jobTemplate: { spec: { template: { spec } } } } })
    case 'Job':
      return remake(head as AnyObject, { template: { spec } })
    case 'Pod':
      return remake(head as AnyObject, spec as JsonObject)
    default:
      return `kubectl edit ${head.kind.toLowerCase()} ${name}${inNamespace(head)}`
  }
}

/** `kubectl delete pod x`, for its owner to make it anew. */
export function deletion(pod: Pod): string {
  return `kubectl delete pod ${pod.metadata.name}${inNamespace(pod)}`
}

/** Replaces an object whose spec cannot be changed: deleted and made anew from a manifest with the change. */
export function remake(o: AnyObject, spec: JsonObject): string {
  const group = o.apiVersion.includes('/') ? o.apiVersion.slice(0, o.apiVersion.indexOf('/')) : ''
  const version = o.apiVersion.slice(o.apiVersion.indexOf('/') + 1)
  const schema = schemaOf(group, version, o.kind)
  const now = { ...(o as unknown as JsonObject) }
  const changed = schema ? strategicPatch(now, { spec }, schema) : { ...now, spec }
  return `kubectl replace --force -f - <<'EOF'\n${toYaml(plain(changed as unknown as AnyObject))}EOF`
}

/** An object as a person would have written it: without what the cluster filled in. */
export function plain(o: AnyObject): unknown {
  const { name, namespace, labels } = o.metadata
  const spec = o.spec as JsonObject
  return {
    apiVersion: o.apiVersion,
    kind: o.kind,
    metadata: {
      name,
      ...(namespace && namespace !== 'default' ? { namespace } : {}),
      ...own(labels),
    },
    spec: plainSpec(o.kind, spec),
  }
}

/** An object as a person would write it for another namespace: all that it says, but for what was given to it there. */
export function copied(o: AnyObject, namespace: string): unknown {
  const { metadata, status: _, ...said } = o as unknown as JsonObject & { metadata: object }
  const { labels, name } = o.metadata
  const spec = o.spec ? { spec: without(plainSpec(o.kind, o.spec as JsonObject), GIVEN_THERE) } : {}
  return { ...said, metadata: { name, namespace, ...own(labels) }, ...spec }
}

/** What a Service or a claim was given where it is. */
const GIVEN_THERE: Readonly<Record<string, unknown>> = {
  clusterIP: undefined,
  clusterIPs: undefined,
  volumeName: undefined,
}

function plainSpec(kind: string, spec: JsonObject): JsonObject {
  if (kind === 'Pod') return plainPod(spec as unknown as PodSpec)
  if (kind === 'Job') return plainJob(spec)
  return without(spec, CLAIM_DEFAULTS)
}

const CLAIM_DEFAULTS: Readonly<Record<string, unknown>> = {
  volumeMode: 'Filesystem',
  volumeName: undefined,
}

/** Labels that the Job controller adds, which a new Job gets anew. */
const GIVEN = /controller-uid|job-name/

function own(labels: Readonly<Record<string, string>> | undefined): { labels?: object } {
  const kept = Object.entries(labels ?? {}).filter(([k]) => !GIVEN.test(k))
  return kept.length > 0 ? { labels: Object.fromEntries(kept) } : {}
}

const JOB_DEFAULTS: Readonly<Record<string, unknown>> = {
  completionMode: 'NonIndexed',
  suspend: false,
  manualSelector: false,
  podReplacementPolicy: 'TerminatingOrFailed',
}

function plainJob(spec: JsonObject): JsonObject {
  const { selector: _, template, ...rest } = spec
  const t = template as { metadata?: { labels?: Record<string, string> }; spec: PodSpec }
  const labels = own(t.metadata?.labels)
  return {
    ...without(rest, JOB_DEFAULTS),
    template: {
      ...('labels' in labels ? { metadata: labels } : {}),
      spec: plainPod(t.spec),
    },
  }
}

const POD_DEFAULTS: Readonly<Record<string, unknown>> = {
  dnsPolicy: 'ClusterFirst',
  schedulerName: 'default-scheduler',
  terminationGracePeriodSeconds: 30,
  enableServiceLinks: true,
  preemptionPolicy: 'PreemptLowerPriority',
  priority: 0,
  serviceAccount: undefined,
  serviceAccountName: 'default',
}
const CONTAINER_DEFAULTS: Readonly<Record<string, unknown>> = {
  terminationMessagePath: '/dev/termination-log',
  terminationMessagePolicy: 'File',
  imagePullPolicy: undefined,
}

function plainPod(spec: PodSpec): JsonObject {
  const { containers, initContainers, volumes, tolerations, ...rest } = spec
  const { nodeName: _, ...kept } = without(rest, POD_DEFAULTS)
  const kube = (name: string) => name.startsWith('kube-api-access-')
  const wanted = volumes?.filter((v) => !kube(v.name)) ?? []
  const borne = tolerations?.filter((t) => !/not-ready|unreachable/.test(t.key ?? '')) ?? []
  const bare = (c: Container) => {
    const mounts = c.volumeMounts?.filter((m) => !kube(m.name)) ?? []
    const { volumeMounts: __, ...more } = without(c, CONTAINER_DEFAULTS)
    return mounts.length > 0 ? { ...more, volumeMounts: mounts } : more
  }
  return {
    ...kept,
    ...(initContainers?.length ? { initContainers: initContainers.map(bare) } : {}),
    containers: containers.map(bare),
    ...(wanted.length > 0 ? { volumes: wanted } : {}),
    ...(borne.length > 0 ? { tolerations: borne } : {}),
  }
}

/** Leaves out what has its default (or any value, where the default depends), and empty objects. */
function without(o: object, defaults: Readonly<Record<string, unknown>>): JsonObject {
  return Object.fromEntries(
    Object.entries(o).filter(([k, v]) => {
      if (k in defaults && (defaults[k] === undefined || defaults[k] === v)) return false
      return !(typeof v === 'object' && v !== null && Object.keys(v).length === 0)
    }),
  )
}

/** Words for an object in a command: `deployment/web -n shop`. */
export function target(o: KubeObject): string {
  return `${o.kind.toLowerCase()}/${o.metadata.name}${inNamespace(o)}`
}

/** Names the head of a pod. */
export function headAbout(look: Look, pod: Pod) {
  return aboutOf(headOf(look, pod))
}
