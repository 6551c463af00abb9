/**
 * Which pods each Service selects, kept true from pod to pod so that no event costs a look at all pods.
 * @source pkg/controller/util/endpoint, staging/src/k8s.io/endpointslice/util/controller_utils.go
 */
import type { Pod, Service, ServicePort } from '../api/generated/types.ts'
import { isPodReady, isPodTerminal } from '../api/helpers/pods.ts'
import { matchesSet } from '../api/meta/labels.ts'
import { keyOf } from '../api/object.ts'
import type { Informers } from '../client/informer.ts'
import { type ControllerContext, omitEmpty } from './framework.ts'
import { podInformer } from './podcontrol.ts'

/** Called with the key of a Service whose pods changed, or that changed itself. */
export type ServiceChanged = (key: string) => void

/** Pods by Service. */
export interface ServicePods {
  /** Pods that the Service selects, in the order they came; empty without a selector. */
  of(service: Service): Iterable<Pod>
  /** How many those are. */
  count(service: Service): number
  on(f: ServiceChanged): void
}

const trackers = new WeakMap<Informers, ServicePods>()

/** The tracker that the controllers of one manager share. */
export function servicePods(c: ControllerContext): ServicePods {
  const known = trackers.get(c.informers)
  if (known) return known
  const made = new Tracker(c)
  trackers.set(c.informers, made)
  return made
}

class Tracker implements ServicePods {
  private readonly members = new Map<string, Map<string, Pod>>()
  private readonly listeners: ServiceChanged[] = []
  private readonly services

  constructor(c: ControllerContext) {
    this.services = c.informers.for('Service')
    const pods = podInformer(c)
    this.services.on({
      added: (s) => {
        this.fill(s, pods.list(s.metadata.namespace))
        this.tell(keyOf(s))
      },
      updated: (old, s) => {
        if (old.spec?.selector !== s.spec?.selector) {
          this.fill(s, pods.list(s.metadata.namespace))
        }
        this.tell(keyOf(s))
      },
      deleted: (s) => {
        this.members.delete(keyOf(s))
        this.tell(keyOf(s))
      },
    })
    pods.on({
      added: (p) => this.podChanged(undefined, p),
      updated: (old, p) => this.podChanged(old, p),
      deleted: (p) => this.podGone(p),
    })
  }

  of(service: Service): Iterable<Pod> {
    return this.members.get(keyOf(service))?.values() ?? []
  }

  count(service: Service): number {
    return this.members.get(keyOf(service))?.size ?? 0
  }

  on(f: ServiceChanged): void {
    this.listeners.push(f)
    for (const s of this.services.list()) f(keyOf(s))
  }

  private tell(key: string): void {
    for (const f of this.listeners) f(key)
  }

  private fill(service: Service, pods: Iterable<Pod>): void {
    const set = new Map<string, Pod>()
    if (hasSelector(service)) {
      for (const p of pods) {
        if (matchesSet(service.spec?.selector, p.metadata.labels)) set.set(keyOf(p), p)
      }
    }
    this.members.set(keyOf(service), set)
  }

  private podChanged(old: Pod | undefined, pod: Pod): void {
    const key = keyOf(pod)
    const matters = !old || endpointChanged(old, pod)
    for (const s of this.services.list(pod.metadata.namespace)) {
      const set = this.members.get(keyOf(s))
      if (!set || !hasSelector(s)) continue
      const is = matchesSet(s.spec?.selector, pod.metadata.labels)
      const was = set.has(key)
      if (is) set.set(key, pod)
      else if (was) set.delete(key)
      if ((is || was) && (matters || is !== was)) this.tell(keyOf(s))
    }
  }

  private podGone(pod: Pod): void {
    const key = keyOf(pod)
    for (const s of this.services.list(pod.metadata.namespace)) {
      if (this.members.get(keyOf(s))?.delete(key)) this.tell(keyOf(s))
    }
  }
}

function hasSelector(s: Service): boolean {
  return s.spec?.selector !== undefined && s.spec.type !== 'ExternalName'
}

function endpointChanged(old: Pod, pod: Pod): boolean {
  return (
    isPodReady(old) !== isPodReady(pod) ||
    old.status?.podIP !== pod.status?.podIP ||
    isPodTerminal(old) !== isPodTerminal(pod) ||
    !old.metadata.deletionTimestamp !== !pod.metadata.deletionTimestamp ||
    old.spec !== pod.spec ||
    old.metadata.labels !== pod.metadata.labels
  )
}

/** True for a pod that belongs among the endpoints at all. */
export function isEndpoint(pod: Pod, includeTerminating: boolean): boolean {
  if (isPodTerminal(pod) || !pod.status?.podIP) return false
  return includeTerminating || !pod.metadata.deletionTimestamp
}

/** One port of a Service as it is on a pod; undefined when the pod has no port of that name. */
export function targetPort(pod: Pod, port: ServicePort): number | undefined {
  const target = port.targetPort ?? port.port
  if (typeof target === 'number') return target || port.port
  const sidecars = pod.spec?.initContainers?.filter((c) => c.restartPolicy === 'Always') ?? []
  for (const c of [...(pod.spec?.containers ?? []), ...sidecars]) {
    for (const p of c.ports ?? []) {
      const protocol = p.protocol ?? 'TCP'
      if (p.name === target && protocol === (port.protocol ?? 'TCP')) return p.containerPort
    }
  }
  return undefined
}

/** The Service's ports as they are on a pod. */
export function endpointPorts(service: Service, pod: Pod) {
  const out: {
    name: string
    port: number
    protocol: 'TCP' | 'UDP' | 'SCTP'
    appProtocol?: string
  }[] = []
  for (const p of service.spec?.ports ?? []) {
    const port = targetPort(pod, p)
    if (port === undefined) continue
    out.push({
      name: p.name ?? '',
      port,
      protocol: p.protocol ?? 'TCP',
      ...omitEmpty({ appProtocol: p.appProtocol }),
    } as (typeof out)[number])
  }
  return out
}

/** True when the pod's own DNS name under the Service exists. */
export function hasHostname(service: Service, pod: Pod): boolean {
  const { hostname, subdomain } = pod.spec ?? {}
  return !!hostname && subdomain === service.metadata.name
}

/** Marks what changed last; consumers measure their delay by it. */
export const LAST_CHANGE = 'endpoints.kubernetes.io/last-change-trigger-time'
/** On endpoints of a Service without cluster IP. */
export const HEADLESS = 'service.kubernetes.io/headless'

/** True for a Service without a cluster IP. */
export function isHeadless(service: Service): boolean {
  return service.spec?.clusterIP === 'None'
}
