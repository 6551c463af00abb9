/**
 * Keeps what is served in step with the CustomResourceDefinitions there are: names and conditions, and the removal of
 * all objects with their definition.
 * @source staging/src/k8s.io/apiextensions-apiserver/pkg/controller/{status,establish,finalizer}
 */
import type { CustomResourceDefinition as Crd } from '../../api/generated/types.ts'
import { isTrue } from '../../api/meta/conditions.ts'
import { formatTime } from '../../api/meta/time.ts'
import type { AnyObject } from '../../api/object.ts'
import type { WatchEvent } from '../../api/transport.ts'
import { prefixEnd } from '../../etcd/store.ts'
import { sleep, spawn, type Task } from '../../sim/task.ts'
import type { Place } from '../../sim/wire.ts'
import { carryNote } from '../registry/managedfields.ts'
import type { Registry } from '../registry/registry.ts'
import { objectOf, unstamped } from '../registry/storage.ts'
import { compileCrd, shownAs } from './customresource.ts'

const FINALIZER = 'customresourcecleanup.apiextensions.k8s.io'
/** Finalized objects are looked for again this often. */
const CLEANUP_MS = 500
const ROUNDS_MAX = 10

/** Starts watching definitions. */
export function* watchDefinitions(r: Registry, place: Place): Task<void> {
  const crds = r.builtin('apiextensions.k8s.io', 'v1', 'customresourcedefinitions')
  yield* crds.cache.ready()
  const stream = crds.cache.watch({
    filter: { namespace: '', labels: [], fields: [] },
    since: undefined,
    bookmarks: false,
    apiVersion: crds.apiVersion,
    kind: 'CustomResourceDefinition',
  })
  stream.listen({
    items: (events) => {
      for (const e of events as WatchEvent[]) take(r, place, e)
    },
    ended: () => {
      spawn(r.world, place, 'watch definitions', () => watchDefinitions(r, place))
    },
  })
}

function take(r: Registry, place: Place, e: WatchEvent): void {
  const crd = e.object as unknown as Crd
  if (e.type === 'DELETED') {
    withdraw(r, crd)
    return
  }
  if (crd.metadata.deletionTimestamp) {
    if (crd.metadata.finalizers?.includes(FINALIZER)) {
      spawn(r.world, place, 'custom resource cleanup', () => cleanUp(r, place, crd))
    }
    return
  }
  serve(r, crd)
  if (!isTrue(crd.status?.conditions, 'Established') || !hasStored(crd)) {
    spawn(r.world, place, 'establish', () => establish(r, crd.metadata.name ?? ''))
  }
}

function hasStored(crd: Crd): boolean {
  const storage = crd.spec?.versions.find((v) => v.storage)?.name ?? ''
  return crd.status?.storedVersions?.includes(storage) ?? false
}

function withdraw(r: Registry, crd: Crd): void {
  const group = crd.spec?.group ?? ''
  const plural = crd.spec?.names.plural ?? ''
  for (const s of [...r.all()]) {
    const d = s.definition
    if (s.custom && d.group === group && d.plural === plural) r.withdraw(group, d.version, plural)
  }
}

function serve(r: Registry, crd: Crd): void {
  const versions = compileCrd(crd)
  const known = r.lookup(
    crd.spec?.group ?? '',
    versions[0]?.definition.version ?? '',
    crd.spec?.names.plural ?? '',
  )
  const generation = crd.metadata.generation ?? 0
  if (known?.source === crd.metadata.uid && known?.sourceGeneration === generation) return
  withdraw(r, crd)
  const storage = crd.spec?.versions.find((v) => v.storage)?.name ?? ''
  const stored = `${crd.spec?.group}/${storage}`
  for (const v of versions) {
    const own = `${v.definition.group}/${v.definition.version}`
    const convert =
      own === stored
        ? {}
        : {
            toServed: (o: AnyObject) => shownAs(crd, v.definition.version, o),
            toStored: (o: AnyObject) => shownAs(crd, storage, o),
          }
    r.serve(v.definition, v.info, {
      custom: true,
      source: crd.metadata.uid ?? '',
      sourceGeneration: generation,
      ...convert,
      ...(v.deprecated ? { deprecated: v.deprecated } : {}),
    })
  }
}

/** Names are accepted and the kind is established, in a moment of their own. */
function* establish(r: Registry, name: string): Task<void> {
  yield* change(r, name, (crd) => {
    const now = formatTime(r.world.clock.unixMs)
    const storage = crd.spec?.versions.find((v) => v.storage)?.name ?? ''
    const before = crd.status?.storedVersions ?? []
    const condition = (type: string, reason: string, message: string) => ({
      type,
      status: 'True',
      lastTransitionTime: now,
      reason,
      message,
    })
    const conditions = [
      condition('NamesAccepted', 'NoConflicts', 'no conflicts found'),
      condition('Established', 'InitialNamesAccepted', 'the initial names have been accepted'),
    ]
    return {
      ...crd,
      status: {
        ...crd.status,
        conditions,
        acceptedNames: crd.spec?.names ?? { kind: '', plural: '' },
        storedVersions: before.includes(storage) ? before : [...before, storage],
      },
    }
  })
}

function* change(r: Registry, name: string, f: (crd: Crd) => Crd | undefined): Task<void> {
  const { prefix } = r.builtin('apiextensions.k8s.io', 'v1', 'customresourcedefinitions').cache
  const key = prefix + name
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const kv = (yield* r.store.range({ key })).kvs[0]
    if (!kv) return
    const current = objectOf(kv)
    const next = f(current as unknown as Crd) as unknown as AnyObject | undefined
    if (next) carryNote(current, next)
    const op = next
      ? ({ op: 'put', key, value: unstamped(next) } as const)
      : ({ op: 'delete', key } as const)
    const done = yield* r.store.txn([{ key, modRevision: kv.modRevision }], [op], [])
    if (done.succeeded) return
  }
}

/** Deletes all objects of a kind, waits for their finalizers, and lets the definition go. */
function* cleanUp(r: Registry, place: Place, crd: Crd): Task<void> {
  const prefix = `/registry/${crd.spec?.group}/${crd.spec?.names.plural}/`
  for (;;) {
    const { kvs } = yield* r.store.range({ key: prefix, end: prefixEnd(prefix) })
    let left = 0
    for (const kv of kvs) {
      const o = objectOf(kv)
      const held = (o.metadata.finalizers?.length ?? 0) > 0
      if (held) left++
      if (held && o.metadata.deletionTimestamp) continue
      const now = formatTime(r.world.clock.unixMs)
      const metadata = { ...o.metadata, deletionTimestamp: now, deletionGracePeriodSeconds: 0 }
      const op = held
        ? ({ op: 'put', key: kv.key, value: unstamped({ ...o, metadata }) } as const)
        : ({ op: 'delete', key: kv.key } as const)
      yield* r.store.txn([{ key: kv.key, modRevision: kv.modRevision }], [op], [])
    }
    if (left === 0) break
    yield* sleep(r.world, place, CLEANUP_MS, { background: true })
  }
  yield* change(r, crd.metadata.name ?? '', (now) => {
    const finalizers = (now.metadata.finalizers ?? []).filter((f) => f !== FINALIZER)
    if (finalizers.length === 0) return undefined
    return { ...now, metadata: { ...now.metadata, finalizers } }
  })
}
