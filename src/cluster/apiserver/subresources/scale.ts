/**
 * The scale subresource: one shape (autoscaling/v1 Scale) over everything that has replicas.
 * @source pkg/registry/apps/deployment/storage/storage.go ScaleREST
 */
import type { Column } from '../../api/definition.ts'
import type { Scale } from '../../api/generated/types.ts'
import { age } from '../../api/meta/duration.ts'
import { invalidValue } from '../../api/meta/field.ts'
import { isObject, type JsonObject } from '../../api/meta/json.ts'
import { formatSelector, selectorOf } from '../../api/meta/labels.ts'
import { conflict, invalid, OPTIMISTIC_LOCK } from '../../api/meta/status.ts'
import type { AnyObject } from '../../api/object.ts'
import { schemaNamed } from '../../api/schema.ts'
import type { Task } from '../../sim/task.ts'
import { decodeObject } from '../body.ts'
import type { Call } from '../call.ts'
import { readPatch } from '../handlers/patch.ts'
import { getObject } from '../registry/read.ts'
import type { Registry } from '../registry/registry.ts'
import { updateObject } from '../registry/update.ts'

const SCALE = { kind: 'Scale', apiVersion: 'autoscaling/v1' } as const

/** Serves get, update and patch of a scale. */
export function* serveScale(r: Registry, c: Call): Task<AnyObject> {
  const { name } = c.info
  const current = yield* getObject(r, c, name)
  if (c.info.verb === 'get') return scaleOf(c, current)
  const schema = schemaNamed('Scale')
  const next =
    c.info.verb === 'patch'
      ? readPatch(c).apply(scaleOf(c, current), { ...SCALE, schema })
      : decodeObject(c, { kind: 'Scale', schema })
  const scale = next as unknown as Scale
  const replicas = scale.spec?.replicas ?? 0
  if (replicas < 0) {
    const error = invalidValue('spec.replicas', replicas, 'must be greater than or equal to 0')
    throw invalid({ group: 'autoscaling', kind: 'Scale' }, name, [error])
  }
  const pinned = c.info.verb === 'update' ? scale.metadata.resourceVersion : undefined
  const { object } = yield* updateObject(r, { ...c, subresource: 'scale' }, name, (o) => {
    if (pinned && pinned !== o.metadata.resourceVersion) {
      throw conflict(c.served.gr, name, OPTIMISTIC_LOCK)
    }
    return { ...o, metadata: { ...o.metadata }, ...withReplicas(c, o, replicas) }
  })
  return scaleOf(c, object)
}

function paths(c: Call) {
  const s = c.served.definition.subresources?.scale
  if (isObject(s))
    return s as unknown as {
      specReplicasPath: string
      statusReplicasPath: string
      labelSelectorPath?: string
    }
  return { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' }
}

function at(o: unknown, path: string): unknown {
  let v = o
  for (const key of path.split('.').filter(Boolean)) v = isObject(v) ? v[key] : undefined
  return v
}

function withReplicas(c: Call, o: AnyObject, replicas: number): JsonObject {
  const [first = 'spec', ...rest] = paths(c).specReplicasPath.split('.').filter(Boolean)
  return { [first]: set(o[first], rest, replicas) }
}

function set(v: unknown, path: string[], value: unknown): unknown {
  const [key, ...rest] = path
  if (key === undefined) return value
  const o = isObject(v) ? v : {}
  return { ...o, [key]: set(o[key], rest, value) }
}

function scaleOf(c: Call, o: AnyObject): AnyObject {
  const p = paths(c)
  const { name, namespace, uid, resourceVersion, creationTimestamp } = o.metadata
  const selector = selectorText(o, p.labelSelectorPath)
  return {
    ...SCALE,
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: dropZero({ replicas: (at(o, p.specReplicasPath) as number | undefined) ?? 0 }),
    status: {
      replicas: (at(o, p.statusReplicasPath) as number | undefined) ?? 0,
      ...(selector ? { selector } : {}),
    },
  } as AnyObject
}

function dropZero(spec: { replicas: number }): object {
  return spec.replicas === 0 ? {} : spec
}

function selectorText(o: AnyObject, path: string | undefined): string {
  if (path) return (at(o, path) as string | undefined) ?? ''
  const selector = (o.spec as JsonObject | undefined)?.selector
  if (!isObject(selector)) return ''
  // A ReplicationController's selector is a plain map.
  if (o.kind === 'ReplicationController') {
    return Object.keys(selector)
      .sort()
      .map((k) => `${k}=${selector[k]}`)
      .join(',')
  }
  return formatSelector(selectorOf(selector) ?? [])
}

/** What `kubectl get --subresource=scale` prints. */
export const scaleColumns: readonly Column<AnyObject>[] = [
  { name: 'Name', format: 'name', value: (o) => o.metadata.name ?? '' },
  {
    name: 'Desired',
    type: 'integer',
    value: (o) => (at(o, '.spec.replicas') as number | undefined) ?? 0,
  },
  {
    name: 'Available',
    type: 'integer',
    value: (o) => (at(o, '.status.replicas') as number | undefined) ?? 0,
  },
  { name: 'Age', value: (o, now) => age(o.metadata.creationTimestamp, now) },
]
