/**
 * Prefers nodes that already have the pod's images.
 * @source pkg/scheduler/framework/plugins/imagelocality/image_locality.go
 */
import type { Handle, Plugin } from '../framework/interface.ts'
import { SKIP } from '../framework/interface.ts'

const MB = 1024 * 1024
const MIN = 23 * MB
const MAX_PER_CONTAINER = 1000 * MB

/** Scores by bytes of the pod's images present, scaled by how widely an image is spread. */
export function imageLocality(handle: Handle): Plugin {
  const { cache } = handle
  return {
    name: 'ImageLocality',
    preScore(s, pod) {
      if (cache.imageNodes.size === 0) return SKIP
      const containers = [
        ...(pod.pod.spec?.initContainers ?? []),
        ...(pod.pod.spec?.containers ?? []),
      ]
      const images = containers.map((c) => normalizedImage(c.image ?? ''))
      if (!images.some((i) => cache.imageNodes.has(i))) return SKIP
      s.set('ImageLocality', images)
      return undefined
    },
    scorer(s) {
      const images = s.get<string[]>('ImageLocality') ?? []
      const total = cache.list().length
      const max = MAX_PER_CONTAINER * images.length
      return (node) => {
        let sum = 0
        for (const i of images) {
          const size = node.images.get(i)
          if (size) sum += Math.floor((size * (cache.imageNodes.get(i) ?? 0)) / total)
        }
        const bounded = Math.min(Math.max(sum, MIN), max)
        return Math.floor((100 * (bounded - MIN)) / (max - MIN))
      }
    },
  }
}

/** An image without tag or digest means `latest`. */
function normalizedImage(name: string): string {
  return name.lastIndexOf(':') <= name.lastIndexOf('/') ? `${name}:latest` : name
}
