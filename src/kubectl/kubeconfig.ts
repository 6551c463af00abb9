/**
 * The kubeconfig in the home folder (`.kube/config`): which context, which namespace. Without a file there is one
 * cluster, named as kubeadm names it.
 * @source staging/src/k8s.io/client-go/tools/clientcmd/api/v1/types.go
 */
import { parseYaml } from './manifest.ts'
import { toYaml } from './printers/yaml.ts'

/** Where the file lives in the home folder. */
export const KUBECONFIG = '.kube/config'

/** clientcmd's Config in its file form. */
export interface Kubeconfig {
  readonly apiVersion: 'v1'
  readonly kind: 'Config'
  readonly preferences: Readonly<Record<string, unknown>>
  readonly clusters: readonly { name: string; cluster: Readonly<Record<string, unknown>> }[]
  readonly contexts: readonly { name: string; context: Context }[]
  readonly users: readonly { name: string; user: Readonly<Record<string, unknown>> }[]
  readonly 'current-context': string
}

/** One context. */
export interface Context {
  readonly cluster?: string
  readonly namespace?: string
  readonly user?: string
}

/** What kubeadm would have written. */
export const defaultKubeconfig: Kubeconfig = {
  apiVersion: 'v1',
  kind: 'Config',
  preferences: {},
  clusters: [
    {
      name: 'kubernetes',
      cluster: {
        'certificate-authority-data': 'DATA+OMITTED',
        server: 'https://10.0.0.10:6443',
      },
    },
  ],
  contexts: [
    {
      name: 'kubernetes-admin@kubernetes',
      context: { cluster: 'kubernetes', user: 'kubernetes-admin' },
    },
  ],
  users: [
    {
      name: 'kubernetes-admin',
      user: { 'client-certificate-data': 'DATA+OMITTED', 'client-key-data': 'DATA+OMITTED' },
    },
  ],
  'current-context': 'kubernetes-admin@kubernetes',
}

/** Reads the file of a home folder. */
export function readKubeconfig(files: ReadonlyMap<string, string> | undefined): Kubeconfig {
  const text = files?.get(KUBECONFIG)
  if (!text) return defaultKubeconfig
  const v = parseYaml(text)
  if (typeof v !== 'object' || v === null) return defaultKubeconfig
  return { ...defaultKubeconfig, ...(v as Partial<Kubeconfig>) }
}

/** Writes the file into a home folder. */
export function writeKubeconfig(files: Map<string, string>, config: Kubeconfig): void {
  files.set(KUBECONFIG, toYaml(config))
}

/** The context in use; empty when it does not exist. */
export function currentContext(config: Kubeconfig, override: string): Context {
  const name = override || config['current-context']
  return config.contexts.find((c) => c.name === name)?.context ?? {}
}

/** The address of a context's API server; '' when it has none. */
export function serverOf(config: Kubeconfig, context: Context): string {
  const cluster = config.clusters.find((c) => c.name === context.cluster)
  return String(cluster?.cluster.server ?? '')
}
