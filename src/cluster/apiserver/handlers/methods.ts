/**
 * Which methods are served where: anything else is refused before it is looked at.
 * @source staging/src/k8s.io/apiserver/pkg/endpoints/installer.go registerResourceHandlers, go-restful's router
 */
import { failure } from '../../api/meta/status.ts'
import type { Call } from '../call.ts'

/** Verbs of subresources that are made anew or asked for, not kept. */
const SUBRESOURCE_VERBS: Readonly<Record<string, readonly string[]>> = {
  approval: ['get', 'update', 'patch'],
  binding: ['create'],
  ephemeralcontainers: ['get', 'update', 'patch'],
  eviction: ['create'],
  finalize: ['update'],
  log: ['get'],
  resize: ['get', 'update', 'patch'],
  scale: ['get', 'update', 'patch'],
  status: ['get', 'update', 'patch'],
  token: ['create'],
}

/** Verbs of a collection and of an object in it. */
const COLLECTION = ['list', 'watch', 'create', 'deletecollection']
const ITEM = ['get', 'watch', 'update', 'patch', 'delete']

/** @throws ApiError MethodNotAllowed, NotFound where the path itself is none that is served */
export function checkMethod(c: Call): void {
  const { info, served } = c
  const { namespaced } = served.definition
  const misplaced = namespaced
    ? info.name !== '' && info.namespace === ''
    : info.namespace !== '' && info.resource !== 'namespaces'
  if (misplaced) {
    throw failure(404, 'NotFound', 'the server could not find the requested resource', {})
  }
  const { subresource, verb } = info
  // What is not served at all is told later, in its own words.
  if (subresource && served.definition.subresources?.[subresource] === undefined) return
  const allowed = subresource ? SUBRESOURCE_VERBS[subresource] : own(c)
  if (!allowed || allowed.includes(verb)) return
  const text = 'the server does not allow this method on the requested resource'
  throw failure(405, 'MethodNotAllowed', text, {})
}

function own(c: Call): readonly string[] {
  const { info, served } = c
  const place = info.name ? ITEM : COLLECTION
  const everywhere = served.definition.namespaced && info.namespace === ''
  return place.filter(
    (v) => served.info.verbs.includes(v) && (!everywhere || v === 'list' || v === 'watch'),
  )
}
