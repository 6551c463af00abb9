/** Requests for subresources. @source pkg/registry/core/rest/storage_core.go (what is served under what) */
import { failure, methodNotAllowed, notFound } from '../../api/meta/status.ts'
import type { ApiResponse } from '../../api/transport.ts'
import type { Task } from '../../sim/task.ts'
import type { Call } from '../call.ts'
import { objectResponse } from '../content.ts'
import type { Registry } from '../registry/registry.ts'
import { serveBinding } from '../subresources/binding.ts'
import { serveEviction } from '../subresources/eviction.ts'
import { serveNode } from '../subresources/node.ts'
import { scaleColumns, serveScale } from '../subresources/scale.ts'
import { serveFinalize, serveResource } from './resource.ts'
import { serveToken } from './review.ts'

/** Serves a request below an object. */
export function* serveSubresource(r: Registry, c: Call): Task<ApiResponse> {
  const { served, subresource, info } = c
  if (served.definition.subresources?.[subresource] === undefined) {
    if (served.custom) throw notFound(served.gr, info.name)
    // Below a group's root go-restful answers with a Status, unlike for paths that nothing serves.
    throw failure(404, 'NotFound', 'the server could not find the requested resource', {})
  }
  switch (subresource) {
    case 'status':
      if (!['get', 'update', 'patch'].includes(info.verb)) break
      return yield* serveResource(r, c)
    case 'scale':
      return objectResponse(asScale(c), 200, yield* serveScale(r, c))
    case 'binding':
      return yield* serveBinding(r, c, info.name)
    case 'eviction':
      return yield* serveEviction(r, c)
    case 'token':
      return yield* serveToken(r, c)
    case 'finalize':
      return yield* serveFinalize(r, c)
    case 'log':
    case 'exec':
    case 'attach':
    case 'portforward':
    case 'proxy':
      if (served.gr.resource !== 'pods') break
      return yield* serveNode(r, c, r.nodes)
    case 'ephemeralcontainers':
    case 'resize':
    case 'approval':
      return yield* serveResource(r, c)
  }
  throw methodNotAllowed(served.gr, info.verb)
}

/** The call as one for a Scale: nothing is converted, and its own columns are printed. */
function asScale(c: Call): Call {
  const { toServed: _, ...served } = c.served
  return {
    ...c,
    served: { ...served, definition: { ...served.definition, columns: scaleColumns } },
  }
}
