/**
 * Requests for groups that are served elsewhere are passed on, while their APIService is available.
 * @source staging/src/k8s.io/kube-aggregator/pkg/apiserver/handler_proxy.go
 */
import { failure } from '../../api/meta/status.ts'
import type { ApiRequest, ApiResponse } from '../../api/transport.ts'
import type { Task } from '../../sim/task.ts'
import { isTyped } from '../body.ts'
import type { Registry } from '../registry/registry.ts'
import type { ResourceRequest } from '../requestinfo.ts'

const UNABLE = 'the server is currently unable to handle the request'

/** Passes a request on; undefined when no APIService claims its group. @throws ApiError ServiceUnavailable */
export function* serveAggregated(
  r: Registry,
  request: ApiRequest,
  info: ResourceRequest,
): Task<ApiResponse | undefined> {
  const api = r.aggregated.find((a) => a.group === info.group && a.version === info.version)
  const state = api?.state() ?? 'absent'
  if (!api || state === 'absent') return undefined
  if (state === 'available') return yield* api.handler.handle(request)
  if (isTyped(request.headers['content-type'], request.headers.accept)) {
    const asked = `${request.method.toLowerCase()} ${info.resource}.${info.group}`
    throw failure(503, 'ServiceUnavailable', `${UNABLE} (${asked})`)
  }
  const headers = { 'content-type': 'text/plain; charset=utf-8' }
  return { status: 503, headers, body: 'service unavailable\n' }
}
