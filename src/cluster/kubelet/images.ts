/**
 * Makes sure that a container's image is on the node, with the events and waits that go with it.
 * @source pkg/kubelet/images/image_manager.go EnsureImageExists
 */
import { PullFailure } from '../runtime/runtime.ts'
import type { Millis } from '../sim/clock.ts'
import type { Task } from '../sim/task.ts'
import { goDuration } from './duration.ts'
import type { KubeletContext } from './kubelet.ts'
import type { ContainerRecord, PodRecord } from './podrecord.ts'

/** Image pull backoff. @unit ms */
const PULL_BACKOFF = { first: 10_000, max: 300_000 } as const

type Say = (type: 'Normal' | 'Warning', reason: string, text: string) => void
type Ensured = { ok: true } | { ok: false; retryMs: Millis | undefined }

/** Pulls when the policy says so. A failure leaves the reason in `c.waiting` and says when to come again. */
export function* ensureImage(
  kubelet: KubeletContext,
  record: PodRecord,
  c: ContainerRecord,
  say: Say,
): Task<Ensured> {
  const { runtime, world } = kubelet
  const name = c.spec.image ?? ''
  const reference = runtime.parse(name)
  if (!reference) {
    const text = `Failed to apply default image tag "${name}": couldn't parse image name "${name}": invalid reference format`
    c.waiting = { reason: 'InvalidImageName', message: text }
    say('Warning', 'InspectFailed', text)
    say('Warning', 'Failed', `Error: InvalidImageName`)
    return { ok: false, retryMs: backOff(c, world.clock.now) }
  }
  const present = runtime.has(reference)
  const policy = c.spec.imagePullPolicy ?? (reference.tag === 'latest' ? 'Always' : 'IfNotPresent')
  if (present && policy !== 'Always') {
    c.image = present
    say(
      'Normal',
      'Pulled',
      `Container image "${name}" already present on machine and can be accessed by the pod`,
    )
    return { ok: true }
  }
  if (policy === 'Never') {
    const text = `Container image "${name}" is not present with pull policy of Never`
    c.waiting = { reason: 'ErrImageNeverPull', message: text }
    say('Warning', 'ErrImageNeverPull', text)
    say('Warning', 'Failed', 'Error: ErrImageNeverPull')
    return { ok: false, retryMs: backOff(c, world.clock.now) }
  }
  say('Normal', 'Pulling', `Pulling image "${name}"`)
  try {
    const { image, tookMs, waitedMs } = yield* runtime.pull(reference)
    c.image = image
    c.pullBackoffMs = 0
    say(
      'Normal',
      'Pulled',
      `Successfully pulled image "${name}" in ${goDuration(tookMs)} (${goDuration(waitedMs)} including waiting). Image size: ${image.bytes} bytes.`,
    )
    return { ok: true }
  } catch (e) {
    if (!(e instanceof PullFailure)) throw e
    const text = `failed to pull image "${name}": ${e.message}`
    say('Warning', 'Failed', `Failed to pull image "${name}": ${e.message}`)
    say('Warning', 'Failed', 'Error: ErrImagePull')
    c.waiting = { reason: 'ErrImagePull', message: text }
    yield* kubelet.report(record)
    const retryMs = backOff(c, world.clock.now)
    kubelet.after(retryMs > 10_000 ? 12_000 : 1500, () => {
      // The next look finds it in backoff and says so once per wait.
      if (c.current?.running || c.pullNotBefore <= world.clock.now) return
      c.waiting = {
        reason: 'ImagePullBackOff',
        message: `Back-off pulling image "${name}": ErrImagePull: ${text}`,
      }
      say('Normal', 'BackOff', `Back-off pulling image "${name}"`)
      say('Warning', 'Failed', 'Error: ImagePullBackOff')
      kubelet.wakePod(record.uid)
    })
    return { ok: false, retryMs }
  }
}

function backOff(c: ContainerRecord, now: Millis): Millis {
  c.pullBackoffMs =
    c.pullBackoffMs === 0 ? PULL_BACKOFF.first : Math.min(c.pullBackoffMs * 2, PULL_BACKOFF.max)
  c.pullNotBefore = now + c.pullBackoffMs
  return c.pullBackoffMs
}
