/**
 * A pod's volumes on this node: what each is backed by, what must exist first, and files that follow their ConfigMap.
 * @source pkg/kubelet/volumemanager, pkg/volume/{configmap,secret,projected,downwardapi,emptydir,hostpath}
 */
import type {
  ConfigMap,
  DownwardAPIVolumeFile,
  KeyToPath,
  PersistentVolume,
  Pod,
  Secret,
  VolumeProjection,
  Volume as VolumeSpec,
} from '../api/generated/types.ts'
import { needsAttach, nodeVolumeName } from '../api/helpers/attach.ts'
import { claimNameOf } from '../api/helpers/volumes.ts'
import { decodeBase64 } from '../api/meta/base64.ts'
import { ApiError, isReason } from '../api/meta/status.ts'
import type { Client } from '../client/client.ts'
import { emptyVolume, type Volume } from '../runtime/filesystem.ts'
import type { Task } from '../sim/task.ts'
import { WireError } from '../sim/wire.ts'
import { fieldValue, resourceValue } from './env.ts'

/** Mounting cannot go on; reason and message are the event's. */
export class MountError extends Error {
  override name = 'MountError'
  constructor(
    readonly reason: 'FailedMount' | 'FailedAttachVolume',
    message: string,
  ) {
    super(message)
  }
}

/** A volume that is not at this node yet; the kubelet waits. */
export class NotAttached extends Error {
  override name = 'NotAttached'
  /** @param volume its name in the pod */
  constructor(readonly volume: string) {
    super(`volume ${volume} is not attached`)
  }
}

/** Data that outlives pods: host paths of a node, and what claims are bound to. Shared by all kubelets. */
export class Disks {
  private readonly volumes = new Map<string, Volume>()
  /** The volume of that name, made when first asked for. */
  get(name: string): Volume {
    let v = this.volumes.get(name)
    if (!v) {
      v = emptyVolume()
      this.volumes.set(name, v)
    }
    return v
  }
  delete(name: string): void {
    this.volumes.delete(name)
  }
}

/** What volumes need of the node. */
export interface VolumeHost {
  readonly node: string
  readonly client: Client
  readonly disks: Disks
  readonly hostIp: string
  readonly allocatable: { cpuMillis: number; memoryBytes: number }
}

/**
 * Mounts all volumes of a pod.
 * @param uses gets the names of attachable volumes, as the node reports them
 * @throws MountError, NotAttached
 */
export function* mountVolumes(
  host: VolumeHost,
  pod: Pod,
  uses: Set<string>,
): Task<Map<string, Volume>> {
  const mounted = new Map<string, Volume>()
  for (const spec of pod.spec?.volumes ?? []) {
    mounted.set(spec.name, yield* mount(host, pod, spec, uses))
  }
  return mounted
}

/** Whether a pod has volumes whose files follow an API object. */
export function followsConfiguration(pod: Pod): boolean {
  return (pod.spec?.volumes ?? []).some(
    (v) => v.configMap ?? v.secret ?? v.projected ?? v.downwardAPI,
  )
}

/** Brings the files of configuration volumes up to date. @returns names of volumes that changed */
export function* refresh(
  host: VolumeHost,
  pod: Pod,
  mounted: ReadonlyMap<string, Volume>,
): Task<string[]> {
  const changed: string[] = []
  for (const spec of pod.spec?.volumes ?? []) {
    const volume = mounted.get(spec.name)
    if (!volume || !(spec.configMap ?? spec.secret ?? spec.projected ?? spec.downwardAPI)) continue
    let files: Map<string, string>
    try {
      files = yield* configurationFiles(host, pod, spec)
    } catch (e) {
      // A source that has been deleted leaves the old files in place, as upstream does.
      if (e instanceof MountError) continue
      throw e
    }
    const same =
      files.size === volume.files.size && [...files].every(([k, v]) => volume.files.get(k) === v)
    if (same) continue
    volume.files.clear()
    for (const [k, v] of files) volume.files.set(k, v)
    changed.push(spec.name)
  }
  return changed
}

function* mount(host: VolumeHost, pod: Pod, spec: VolumeSpec, uses: Set<string>): Task<Volume> {
  if (spec.hostPath) return yield* hostPath(host, spec)
  const claimName = claimNameOf(pod, spec)
  if (claimName !== undefined) {
    const pv = yield* claimed(host, pod, claimName)
    if (pv.spec?.csi) yield* waitForAttach(host, pv, spec.name, uses)
    const local = pv.spec?.local?.path ?? pv.spec?.hostPath?.path
    return host.disks.get(local ? `host://${host.node}${local}` : `pv://${pv.metadata.name}`)
  }
  if (spec.configMap ?? spec.secret ?? spec.projected ?? spec.downwardAPI) {
    const volume = emptyVolume()
    for (const [k, v] of yield* configurationFiles(host, pod, spec)) volume.files.set(k, v)
    return volume
  }
  if (spec.nfs) return host.disks.get(`nfs://${spec.nfs.server}${spec.nfs.path}`)
  return emptyVolume()
}

function* hostPath(host: VolumeHost, spec: VolumeSpec): Task<Volume> {
  const path = spec.hostPath?.path ?? '/'
  const type = spec.hostPath?.type ?? ''
  const volume = host.disks.get(`host://${host.node}${path}`)
  const empty = volume.files.size === 0 && volume.directories.size === 0
  const system = [
    '/',
    '/var',
    '/var/log',
    '/var/lib',
    '/etc',
    '/proc',
    '/sys',
    '/run',
    '/tmp',
    '/dev',
    '/lib/modules',
    '/usr',
    '/var/lib/docker/containers',
    '/var/lib/kubelet',
    '/boot',
  ]
  if (type === 'Directory' && empty && !system.includes(path)) {
    throw new MountError(
      'FailedMount',
      `MountVolume.SetUp failed for volume "${spec.name}" : hostPath type check failed: ${path} is not a directory`,
    )
  }
  if ((type === 'File' || type === 'Socket') && empty && !/\.sock$|^\/etc\//.test(path)) {
    const noun = type === 'File' ? 'file' : 'socket file'
    throw new MountError(
      'FailedMount',
      `MountVolume.SetUp failed for volume "${spec.name}" : hostPath type check failed: ${path} is not a ${noun}`,
    )
  }
  if (type === 'FileOrCreate' && empty) volume.files.set('/', '')
  return volume
}

/** The volume that a claim is bound to. */
function* claimed(host: VolumeHost, pod: Pod, name: string): Task<PersistentVolume> {
  const namespace = pod.metadata.namespace ?? ''
  const lost = (message: string) => new MountError('FailedMount', message)
  const pvc = yield* reached(
    host.client.get('PersistentVolumeClaim', { namespace, name }),
    `error processing PVC ${namespace}/${name}: failed to fetch PVC from API server`,
    lost,
  )
  const target = pvc?.spec?.volumeName
  if (!pvc) throw lost(`persistentvolumeclaim "${name}" not found`)
  if (!target || pvc.status?.phase !== 'Bound') {
    throw lost(`persistentvolumeclaim "${name}" not bound`)
  }
  const pv = yield* reached(
    host.client.get('PersistentVolume', { namespace: '', name: target }),
    `error processing PVC ${namespace}/${name}: failed to fetch PV ${target} from API server`,
    lost,
  )
  if (!pv) throw lost(`persistentvolume "${target}" not found`)
  return pv
}

/** @throws NotAttached until the controller says that the volume is at this node */
function* waitForAttach(
  host: VolumeHost,
  pv: PersistentVolume,
  volume: string,
  uses: Set<string>,
): Task<void> {
  const wait = () => new NotAttached(volume)
  const name = pv.spec?.csi?.driver ?? ''
  const driver = yield* reached(host.client.get('CSIDriver', { namespace: '', name }), '', wait)
  if (!needsAttach(pv, driver)) return
  uses.add(nodeVolumeName(pv))
  const key = { namespace: '', name: host.node }
  const node = yield* reached(host.client.get('Node', key), '', wait)
  if (!node?.status?.volumesAttached?.some((v) => v.name === nodeVolumeName(pv))) throw wait()
}

function* configurationFiles(
  host: VolumeHost,
  pod: Pod,
  spec: VolumeSpec,
): Task<Map<string, string>> {
  const files = new Map<string, string>()
  const fail = (message: string) =>
    new MountError('FailedMount', `MountVolume.SetUp failed for volume "${spec.name}" : ${message}`)
  const ns = pod.metadata.namespace ?? ''
  if (spec.configMap) {
    yield* fromConfigMap(
      host,
      ns,
      { ...spec.configMap, name: spec.configMap.name ?? '' },
      files,
      fail,
    )
  } else if (spec.secret) {
    yield* fromSecret(host, ns, { ...spec.secret, name: spec.secret.secretName ?? '' }, files, fail)
  } else if (spec.downwardAPI) downward(host, pod, spec.downwardAPI.items ?? [], files)
  for (const source of spec.projected?.sources ?? [])
    yield* projected(host, pod, source, files, fail)
  return files
}

function* projected(
  host: VolumeHost,
  pod: Pod,
  source: VolumeProjection,
  files: Map<string, string>,
  fail: (m: string) => MountError,
): Task<void> {
  const ns = pod.metadata.namespace ?? ''
  if (source.configMap) {
    yield* fromConfigMap(
      host,
      ns,
      { ...source.configMap, name: source.configMap.name ?? '' },
      files,
      fail,
    )
  }
  if (source.secret) {
    yield* fromSecret(host, ns, { ...source.secret, name: source.secret.name ?? '' }, files, fail)
  }
  if (source.downwardAPI) downward(host, pod, source.downwardAPI.items ?? [], files)
  if (source.serviceAccountToken) {
    const path = source.serviceAccountToken.path
    // The token itself is asked for by TokenRequest when a process first needs one; its file is always there.
    files.set(`/${path}`, `token-of-${ns}-${pod.spec?.serviceAccountName ?? 'default'}`)
  }
}

interface KeyedSource {
  readonly name: string
  readonly items?: KeyToPath[]
  readonly optional?: boolean
}

function* fromConfigMap(
  host: VolumeHost,
  namespace: string,
  source: KeyedSource,
  files: Map<string, string>,
  fail: (m: string) => MountError,
): Task<void> {
  const cm: ConfigMap | undefined = yield* configuration(
    host.client.get('ConfigMap', { namespace, name: source.name }),
    'configmap',
    fail,
  )
  if (!cm) {
    if (source.optional) return
    throw fail(`configmap "${source.name}" not found`)
  }
  const data = new Map(Object.entries(cm.data ?? {}))
  for (const [k, v] of Object.entries(cm.binaryData ?? {})) data.set(k, decodeBase64(v) ?? '')
  place(data, source, files, fail)
}

function* fromSecret(
  host: VolumeHost,
  namespace: string,
  source: KeyedSource,
  files: Map<string, string>,
  fail: (m: string) => MountError,
): Task<void> {
  const secret: Secret | undefined = yield* configuration(
    host.client.get('Secret', { namespace, name: source.name }),
    'secret',
    fail,
  )
  if (!secret) {
    if (source.optional) return
    throw fail(`secret "${source.name}" not found`)
  }
  const data = new Map(
    Object.entries(secret.data ?? {}).map(([k, v]) => [k, decodeBase64(v) ?? ''] as const),
  )
  place(data, source, files, fail)
}

function place(
  data: ReadonlyMap<string, string>,
  source: KeyedSource,
  files: Map<string, string>,
  fail: (m: string) => MountError,
): void {
  if (!source.items?.length) {
    for (const [k, v] of data) files.set(`/${k}`, v)
    return
  }
  for (const item of source.items) {
    const value = data.get(item.key)
    if (value !== undefined) files.set(`/${item.path}`, value)
    else if (!source.optional) throw fail(`references non-existent config key: ${item.key}`)
  }
}

function downward(
  host: VolumeHost,
  pod: Pod,
  items: readonly DownwardAPIVolumeFile[],
  files: Map<string, string>,
): void {
  const from = { hostIp: host.hostIp, podIp: pod.status?.podIP ?? '' }
  for (const item of items) {
    const value = item.fieldRef
      ? fieldValue(pod, item.fieldRef.fieldPath, from)
      : item.resourceFieldRef && pod.spec?.containers[0]
        ? resourceValue(pod, pod.spec.containers[0], item.resourceFieldRef, host)
        : ''
    files.set(`/${item.path}`, value)
  }
}

/**
 * Reads a ConfigMap or Secret; the API server that cannot be reached is a failure like any other.
 * @source pkg/kubelet/util/manager/watch_based_manager.go
 */
export function configuration<T>(
  call: Task<T>,
  kind: 'configmap' | 'secret',
  fail: (message: string) => Error,
): Task<T | undefined> {
  return reached(
    call,
    `failed to sync ${kind} cache: timed out waiting for the condition`,
    fail,
    true,
  )
}

/** Turns NotFound into undefined, and what else the API server says, or its silence, into a failure of the caller's. */
function* reached<T>(
  call: Task<T>,
  message: string,
  fail: (message: string) => Error,
  plain = false,
): Task<T | undefined> {
  try {
    return yield* optional(call)
  } catch (e) {
    if (e instanceof WireError || e instanceof ApiError)
      throw fail(plain ? message : `${message}: ${e.message}`)
    throw e
  }
}

/** Turns NotFound into undefined. */
export function* optional<T>(call: Task<T>): Task<T | undefined> {
  try {
    return yield* call
  } catch (e) {
    if (isReason(e, 'NotFound')) return undefined
    throw e
  }
}
