/** Small objects for tests. */
import type { Pod, Service } from '../cluster/api/generated/types.ts'

/** A pod of the default namespace with one container. */
export function makePod(name: string, spec: object = {}, meta: object = {}): Pod {
  const containers = [{ name: 'c', image: 'nginx' }]
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', ...meta },
    spec: { containers, ...spec },
  } as Pod
}

/** A Service of the default namespace on port 80. */
export function makeService(
  name: string,
  selector: Record<string, string>,
  spec: object = {},
): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'default' },
    spec: { selector, ports: [{ port: 80, targetPort: 8080, protocol: 'TCP' }], ...spec },
  } as Service
}
