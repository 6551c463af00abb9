/** Server-side apply. @source staging/src/k8s.io/apiserver/pkg/endpoints/handlers/patch.go applyPatcher */
import { unsupportedMediaType } from '../../api/meta/status.ts'
import type { Task } from '../../sim/task.ts'
import type { Call } from '../call.ts'
import type { Registry } from '../registry/registry.ts'
import type { Updated } from '../registry/update.ts'

/** Serves an apply patch. */
export function* serveApply(_r: Registry, _c: Call): Task<Updated> {
  throw unsupportedMediaType('server-side apply')
}
