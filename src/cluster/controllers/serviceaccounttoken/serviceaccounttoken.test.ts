import { expect, test } from 'vitest'
import { createFullPlane } from '../../../testing/fullplane.ts'

test('a token Secret is filled, and goes with its account', () => {
  const cp = createFullPlane()
  const metadata = { name: 'quiet', namespace: 'default' }
  cp.do((c) => c.create('ServiceAccount', { apiVersion: 'v1', kind: 'ServiceAccount', metadata }))
  cp.do((c) =>
    c.create('Secret', {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        name: 'quiet-token',
        namespace: 'default',
        annotations: { 'kubernetes.io/service-account.name': 'quiet' },
      },
      type: 'kubernetes.io/service-account-token',
    }),
  )
  cp.advance(500)
  const secret = cp.get('Secret', 'default', 'quiet-token')
  expect(Object.keys(secret.data ?? {}).sort()).toEqual(['ca.crt', 'namespace', 'token'])
  expect(secret.data?.namespace).toBe('ZGVmYXVsdA==')
  cp.do((c) => c.delete('ServiceAccount', metadata))
  cp.advance(500)
  expect(cp.all('Secret')).toEqual([])
})
