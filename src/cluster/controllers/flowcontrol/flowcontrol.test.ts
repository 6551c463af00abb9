import { expect, test } from 'vitest'
import { createFullPlane } from '../../../testing/fullplane.ts'
import type { FlowSchema } from '../../api/generated/types.ts'

test('a FlowSchema tells whether its level exists, and is told when that changes', () => {
  const cp = createFullPlane()
  const schema: FlowSchema = {
    apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
    kind: 'FlowSchema',
    metadata: { name: 'mine' },
    spec: { priorityLevelConfiguration: { name: 'gold' } },
  }
  cp.do((c) => c.create('FlowSchema', schema))
  cp.advance(500)
  const dangling = () => cp.get('FlowSchema', '', 'mine').status?.conditions?.[0]
  expect(dangling()).toMatchObject({ type: 'Dangling', status: 'True', reason: 'NotFound' })
  cp.do((c) =>
    c.create('PriorityLevelConfiguration', {
      apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
      kind: 'PriorityLevelConfiguration',
      metadata: { name: 'gold' },
      spec: { type: 'Limited', limited: { limitResponse: { type: 'Reject' } } },
    }),
  )
  cp.advance(500)
  expect(dangling()).toMatchObject({ status: 'False', reason: 'Found' })
})

test('what the server brought along comes back; the mandatory ones cannot even be changed', () => {
  const cp = createFullPlane()
  cp.advance(1000)
  const annotations = (o: FlowSchema) => o.metadata.annotations
  const edit = (name: string, matchingPrecedence: number, own = false) => {
    const is = cp.get('FlowSchema', '', name)
    const said = own ? { 'apf.kubernetes.io/autoupdate-spec': 'false' } : annotations(is)
    const spec = { ...is.spec, matchingPrecedence } as FlowSchema['spec']
    const metadata = { ...is.metadata, annotations: { ...said } }
    cp.do((c) => c.update('FlowSchema', { ...is, metadata, spec }))
  }
  expect(() => edit('catch-all', 9999)).toThrow("spec of 'catch-all' must equal the fixed value")
  edit('probes', 7)
  edit('global-default', 7777, true)
  cp.do((c) => c.delete('FlowSchema', { namespace: '', name: 'catch-all' }))
  const mine = cp.get('FlowSchema', '', 'system-nodes')
  const { uid: _u, resourceVersion: _r, ...rest } = mine.metadata
  cp.do((c) => c.create('FlowSchema', { ...mine, metadata: { ...rest, name: 'stray' } }))
  cp.advance(61_000)
  expect(cp.get('FlowSchema', '', 'probes').spec?.matchingPrecedence).toBe(2)
  expect(cp.get('FlowSchema', '', 'global-default').spec?.matchingPrecedence).toBe(7777)
  expect(cp.get('FlowSchema', '', 'catch-all').spec?.matchingPrecedence).toBe(10_000)
  expect(cp.all('FlowSchema').map((s) => s.metadata.name)).not.toContain('stray')
})
