/**
 * ServiceAccount: every pod runs as one, and gets its token as a volume unless it declines.
 * @source plugin/pkg/admission/serviceaccount/admission.go
 */
import type { Container, Pod, ServiceAccount } from '../../api/generated/types.ts'
import { randomSuffix } from '../../api/meta/names.ts'
import { forbidden } from '../../api/meta/status.ts'
import type { Call } from '../call.ts'
import type { AdmissionPlugin, Attributes } from './chain.ts'

const MOUNT_PATH = '/var/run/secrets/kubernetes.io/serviceaccount'
const PREFIX = 'kube-api-access-'
/** One hour and some, so that kubelets renew before clients notice. */
const TOKEN_SECONDS = 3607
const MIRROR = 'kubernetes.io/config.mirror'

/** The plugin. */
export const serviceAccount: AdmissionPlugin = {
  name: 'ServiceAccount',
  wants: (s, operation, sub) =>
    s.gr.group === '' && s.gr.resource === 'pods' && operation === 'CREATE' && sub === '',
  *admit(a, r) {
    const pod = a.object as unknown as Pod
    const spec = pod.spec
    // Mirrors of static pods run before any account is known.
    if (!spec || pod.metadata.annotations?.[MIRROR] !== undefined) return
    spec.serviceAccountName ||= 'default'
    spec.serviceAccount = spec.serviceAccountName
    const accounts = r.builtin('', 'v1', 'serviceaccounts')
    yield* accounts.cache.ready()
    const account = r.cached<ServiceAccount>(accounts, a.namespace, spec.serviceAccountName)
    if (!account) throw missing(a, spec.serviceAccountName)
    const mounts = spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true
    if (mounts) mountToken(pod, a.call)
    if ((spec.imagePullSecrets?.length ?? 0) === 0 && account.imagePullSecrets) {
      spec.imagePullSecrets = account.imagePullSecrets.map((s) => ({ ...s }))
    }
  },
}

function missing(a: Attributes, name: string): Error {
  const text = `error looking up service account ${a.namespace}/${name}: serviceaccount "${name}" not found`
  return forbidden(a.served.gr, a.name, text)
}

function mountToken(pod: Pod, c: Call): void {
  const spec = pod.spec as NonNullable<Pod['spec']>
  const known = spec.volumes?.find((v) => v.name.startsWith(PREFIX))
  const name = known?.name ?? PREFIX + randomSuffix(c.random)
  let used = false
  const mount = (c: Container) => {
    if (c.volumeMounts?.some((m) => m.mountPath === MOUNT_PATH)) return
    c.volumeMounts = [...(c.volumeMounts ?? []), { name, readOnly: true, mountPath: MOUNT_PATH }]
    used = true
  }
  for (const c of spec.initContainers ?? []) mount(c)
  for (const c of spec.containers) mount(c)
  if (used && !known) spec.volumes = [...(spec.volumes ?? []), tokenVolume(name)]
}

function tokenVolume(name: string): NonNullable<NonNullable<Pod['spec']>['volumes']>[number] {
  return {
    name,
    projected: {
      sources: [
        { serviceAccountToken: { expirationSeconds: TOKEN_SECONDS, path: 'token' } },
        { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
        {
          downwardAPI: {
            items: [
              {
                path: 'namespace',
                fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' },
              },
            ],
          },
        },
      ],
      defaultMode: 420,
    },
  }
}
