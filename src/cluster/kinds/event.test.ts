import { expect, test } from 'vitest'
import type { RequestContext } from '../api/definition.ts'
import type { Event } from '../api/generated/types.ts'
import type { AnyObject } from '../api/object.ts'
import { event, newEvent } from './event.ts'

const about = { kind: 'Pod', name: 'p', namespace: 'other' }
const base = {
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name: 'e', namespace: 'ev' },
  involvedObject: about,
} as Event & AnyObject

test('an event of old must lie with its object; one of events.k8s.io must be whole', () => {
  const c = {} as RequestContext
  const texts = (list: { field: string; body: string }[] | undefined) =>
    list?.map((e) => `${e.field}: ${e.body}`)
  const apart = 'involvedObject.namespace: Invalid value: "other": does not match event.namespace'
  expect(texts(event.validate?.(base, undefined, c))).toEqual([apart])
  expect(texts(newEvent.validate?.({ ...base, type: 'Foo' }, undefined, c))).toEqual([
    apart,
    'eventTime: Required value',
    'type: Invalid value: "": has invalid value: Foo',
  ])
})

test('what Go writes for want of omitempty is written', () => {
  const o = structuredClone(base)
  event.defaults?.(o)
  expect(o).toMatchObject({ eventTime: null, lastTimestamp: null, reportingComponent: '' })
})
