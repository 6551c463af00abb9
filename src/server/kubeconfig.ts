/** The kubeconfig that the host writes. */
import { stringify } from 'yaml'

/** What it says. */
export interface KubeconfigOptions {
  readonly server: string
  readonly ca?: string
  readonly token: string
}

/** Kubeconfig text for one cluster and its administrator. */
export function kubeconfig(o: KubeconfigOptions): string {
  const authority = o.ca
    ? { 'certificate-authority-data': Buffer.from(o.ca).toString('base64') }
    : {}
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'kubarium', cluster: { server: o.server, ...authority } }],
    contexts: [{ name: 'kubarium', context: { cluster: 'kubarium', user: 'kubernetes-admin' } }],
    'current-context': 'kubarium',
    users: [{ name: 'kubernetes-admin', user: { token: o.token } }],
  })
}
