/**
 * DefaultStorageClass and StorageObjectInUseProtection.
 * @source plugin/pkg/admission/storage/storageclass/setdefault, storageobjectinuseprotection
 */
import type { PersistentVolumeClaim, StorageClass } from '../../api/generated/types.ts'
import { compareText } from '../../api/meta/json.ts'
import type { AnyObject } from '../../api/object.ts'
import type { AdmissionPlugin } from './chain.ts'

const DEFAULTS = [
  'storageclass.kubernetes.io/is-default-class',
  'storageclass.beta.kubernetes.io/is-default-class',
]
const BETA_CLASS = 'volume.beta.kubernetes.io/storage-class'

/** Claims that name no class get the newest default. */
export const defaultStorageClass: AdmissionPlugin = {
  name: 'DefaultStorageClass',
  wants: (s, operation, sub) =>
    s.gr.resource === 'persistentvolumeclaims' && operation === 'CREATE' && sub === '',
  *admit(a, r) {
    const claim = a.object as unknown as PersistentVolumeClaim
    const spec = claim.spec
    if (!spec || spec.storageClassName !== undefined) return
    if (claim.metadata.annotations?.[BETA_CLASS] !== undefined) return
    const { cache } = r.builtin('storage.k8s.io', 'v1', 'storageclasses')
    yield* cache.ready()
    const name = newestDefault([...cache.state.values()], DEFAULTS)?.metadata.name
    if (name !== undefined) spec.storageClassName = name
  },
}

/** The newest object with one of the annotations set to true; by name among equals. */
export function newestDefault<T extends AnyObject | StorageClass>(
  list: readonly T[],
  annotations: readonly string[],
): T | undefined {
  const marked = list.filter((o) => annotations.some((a) => o.metadata.annotations?.[a] === 'true'))
  const time = (o: T) => o.metadata.creationTimestamp ?? ''
  marked.sort(
    (x, y) =>
      compareText(time(y), time(x)) || compareText(x.metadata.name ?? '', y.metadata.name ?? ''),
  )
  return marked[0]
}

const FINALIZERS: Readonly<Record<string, string>> = {
  persistentvolumeclaims: 'kubernetes.io/pvc-protection',
  persistentvolumes: 'kubernetes.io/pv-protection',
}

/** Claims and volumes are not removed while they are used. */
export const storageObjectInUseProtection: AdmissionPlugin = {
  name: 'StorageObjectInUseProtection',
  wants: (s, operation, sub) =>
    s.gr.group === '' &&
    FINALIZERS[s.gr.resource] !== undefined &&
    operation === 'CREATE' &&
    sub === '',
  *admit(a) {
    const finalizer = FINALIZERS[a.served.gr.resource]
    const m = a.object?.metadata
    if (!m || !finalizer || m.finalizers?.includes(finalizer)) return
    m.finalizers = [...(m.finalizers ?? []), finalizer]
  },
}
