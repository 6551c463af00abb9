/**
 * DefaultIngressClass: Ingresses that name no class get the newest default.
 * @source plugin/pkg/admission/network/defaultingressclass/admission.go
 */
import type { Ingress } from '../../api/generated/types.ts'
import type { AdmissionPlugin } from './chain.ts'
import { newestDefault } from './storage.ts'

const DEFAULT = ['ingressclass.kubernetes.io/is-default-class']
const OLD_CLASS = 'kubernetes.io/ingress.class'

/** The plugin. */
export const defaultIngressClass: AdmissionPlugin = {
  name: 'DefaultIngressClass',
  wants: (s, operation, sub) =>
    s.gr.resource === 'ingresses' && operation === 'CREATE' && sub === '',
  *admit(a, r) {
    const ingress = a.object as unknown as Ingress
    if (ingress.spec?.ingressClassName !== undefined) return
    if (ingress.metadata.annotations?.[OLD_CLASS] !== undefined) return
    const { cache } = r.builtin('networking.k8s.io', 'v1', 'ingressclasses')
    yield* cache.ready()
    const name = newestDefault([...cache.state.values()], DEFAULT)?.metadata.name
    if (name !== undefined) ingress.spec = { ...ingress.spec, ingressClassName: name }
  },
}
