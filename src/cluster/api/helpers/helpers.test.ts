import { expect, test } from 'vitest'
import type { Node, PersistentVolume, PersistentVolumeClaim, Pod } from '../generated/types.ts'
import { matchesRequiredNodeAffinity } from './nodeaffinity.ts'
import { isPodAvailable } from './pods.ts'
import { podRequests } from './requests.ts'
import { tolerates, untoleratedTaint } from './tolerations.ts'
import { findMatchingVolume, volumeMismatch } from './volumes.ts'

const pod = (spec: Pod['spec']): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p' },
  spec: spec as NonNullable<Pod['spec']>,
})

test('requests: containers and sidecars add up, init containers count at their peak', () => {
  const r = podRequests(
    pod({
      containers: [
        { name: 'a', resources: { requests: { cpu: '500m', memory: '1Gi' } } },
        { name: 'b', resources: { requests: { cpu: '1' } } },
      ],
      initContainers: [
        { name: 's', restartPolicy: 'Always', resources: { requests: { cpu: '200m' } } },
        { name: 'i', resources: { requests: { cpu: '2', memory: '10Mi' } } },
      ],
      overhead: { memory: '1Mi' },
    }),
  )
  expect(r.get('cpu')).toBe(2200)
  expect(r.get('memory')).toBe(1024 ** 3 + 1024 ** 2)
})

test('node affinity: selector and one matching term; an empty term matches nothing', () => {
  const node: Node = {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'n', labels: { disk: '8', os: 'linux' } },
  }
  const want = (terms: object[], nodeSelector?: Record<string, string>) =>
    matchesRequiredNodeAffinity(
      pod({
        containers: [],
        ...(nodeSelector ? { nodeSelector } : {}),
        affinity: {
          nodeAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms as never },
          },
        },
      }),
      node,
    )
  expect(want([{ matchExpressions: [{ key: 'disk', operator: 'Gt', values: ['5'] }] }])).toBe(true)
  expect(want([{ matchExpressions: [{ key: 'disk', operator: 'Lt', values: ['5'] }] }])).toBe(false)
  expect(want([{}])).toBe(false)
  expect(want([{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n'] }] }])).toBe(
    true,
  )
  expect(want([{ matchExpressions: [{ key: 'x', operator: 'DoesNotExist' }] }], { os: 'w' })).toBe(
    false,
  )
})

test('tolerations: key, value and effect; an empty key with Exists tolerates all', () => {
  const taint = { key: 'k', value: 'v', effect: 'NoSchedule' } as const
  expect(tolerates({ key: 'k', value: 'v' }, taint)).toBe(true)
  expect(tolerates({ key: 'k', value: 'w' }, taint)).toBe(false)
  expect(tolerates({ operator: 'Exists' }, taint)).toBe(true)
  expect(tolerates({ key: 'k', operator: 'Exists', effect: 'NoExecute' }, taint)).toBe(false)
  expect(untoleratedTaint([taint], [], ['NoExecute'])).toBeUndefined()
  expect(untoleratedTaint([taint], [], ['NoSchedule'])).toBe(taint)
})

test('a pod is available only after minReadySeconds', () => {
  const p = { ...pod({ containers: [] }) }
  p.status = {
    conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' }],
  }
  const at = Date.parse('2026-01-01T00:00:09Z')
  expect(isPodAvailable(p, 0, at)).toBe(true)
  expect(isPodAvailable(p, 10, at)).toBe(false)
  expect(isPodAvailable(p, 9, at)).toBe(true)
})

test('the smallest volume that fits is found, or the one promised', () => {
  const volume = (name: string, size: string, claim?: string): PersistentVolume => ({
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name },
    spec: {
      capacity: { storage: size },
      accessModes: ['ReadWriteOnce'],
      ...(claim ? { claimRef: { namespace: 'd', name: claim } } : {}),
    },
    status: { phase: 'Available' },
  })
  const claim: PersistentVolumeClaim = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { namespace: 'd', name: 'c' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '2Gi' } } },
  }
  const all = [volume('big', '10Gi'), volume('fit', '3Gi'), volume('small', '1Gi')]
  expect(findMatchingVolume(claim, all)?.metadata.name).toBe('fit')
  expect(findMatchingVolume(claim, all, { delayed: true })).toBeUndefined()
  const promised = volume('mine', '20Gi', 'c')
  expect(findMatchingVolume(claim, [...all, promised])).toBe(promised)
  expect(volumeMismatch(volume('x', '5Gi', 'other'), claim)).toBe('claimed by d/other')
  expect(volumeMismatch(all[2] as PersistentVolume, claim)).toBe('too small')
})
