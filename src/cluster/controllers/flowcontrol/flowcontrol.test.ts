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
