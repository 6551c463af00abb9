/** busybox: a shell and small tools; without a command its shell ends at once. */
import type { ImageBehaviour } from '../image.ts'

export const busybox: ImageBehaviour = {
  repositories: [
    'docker.io/library/busybox',
    'registry.k8s.io/e2e-test-images/busybox',
    'registry.k8s.io/busybox',
    'k8s.gcr.io/busybox',
    'gcr.io/google_containers/busybox',
    'quay.io/prometheus/busybox',
  ],
  bytes: 2_160_000,
  entrypoint: [],
  cmd: ['sh'],
  shell: 'busybox',
}
