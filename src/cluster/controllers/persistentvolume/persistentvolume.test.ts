import { expect, test } from 'vitest'
import { makePod } from '../../../testing/builders.ts'
import { createFullPlane } from '../../../testing/fullplane.ts'
import type { PersistentVolume, PersistentVolumeClaim } from '../../api/generated/types.ts'

const volume = (name: string, size: string, modes: string[], spec: object = {}): PersistentVolume =>
  ({
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name },
    spec: {
      storageClassName: 'manual',
      capacity: { storage: size },
      accessModes: modes,
      persistentVolumeReclaimPolicy: 'Retain',
      hostPath: { path: `/data/${name}` },
      ...spec,
    },
  }) as PersistentVolume

const claim = (name: string, size: string, spec: object = {}): PersistentVolumeClaim =>
  ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, namespace: 'default' },
    spec: {
      storageClassName: 'manual',
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: size } },
      ...spec,
    },
  }) as PersistentVolumeClaim

function setUp() {
  const cp = createFullPlane()
  const addVolume = (v: PersistentVolume) => cp.do((c) => c.create('PersistentVolume', v))
  const addClaim = (p: PersistentVolumeClaim) => cp.do((c) => c.create('PersistentVolumeClaim', p))
  const getClaim = (name: string) => cp.get('PersistentVolumeClaim', 'default', name)
  const phase = (name: string) => cp.get('PersistentVolume', '', name).status?.phase
  const addClass = (name: string, provisioner: string, mode: string, more: object = {}) =>
    cp.do((c) =>
      c.create('StorageClass', {
        apiVersion: 'storage.k8s.io/v1',
        kind: 'StorageClass',
        metadata: { name },
        provisioner,
        reclaimPolicy: 'Delete',
        volumeBindingMode: mode as 'Immediate',
        ...more,
      }),
    )
  return { cp, addVolume, addClaim, getClaim, phase, addClass }
}

const RWO = ['ReadWriteOnce']

test('fewest access modes first, then the smallest; the writes in upstream order', () => {
  const { cp, addVolume, addClaim, getClaim, phase } = setUp()
  addVolume(volume('v10', '10Gi', RWO))
  addVolume(volume('v3', '3Gi', RWO))
  addVolume(volume('v5', '5Gi', [...RWO, 'ReadWriteMany']))
  addVolume(volume('v20', '20Gi', RWO))
  cp.advance(500)
  expect(phase('v3')).toBe('Available')
  cp.flow()
  addClaim(claim('four', '4Gi'))
  cp.advance(500)
  const own = cp.flow().filter((l) => l.startsWith('persistent-volume'))
  expect(own).toEqual([
    'persistent-volume-binder update persistentvolumes',
    'persistent-volume-binder update persistentvolumes/status',
    'persistent-volume-binder update persistentvolumeclaims',
    'persistent-volume-binder update persistentvolumeclaims/status',
  ])
  expect(getClaim('four').spec?.volumeName).toBe('v10')
  expect(getClaim('four').status).toMatchObject({
    phase: 'Bound',
    accessModes: RWO,
    capacity: { storage: '10Gi' },
  })
  expect(getClaim('four').metadata.annotations).toEqual({
    'pv.kubernetes.io/bind-completed': 'yes',
    'pv.kubernetes.io/bound-by-controller': 'yes',
  })
  const why = cp.world.trace.since(0).find((r) => r.text === 'bind to v10')
  expect(why?.detail).toMatchObject({ chosen: 'v10' })
  addClaim(claim('huge', '21Gi'))
  cp.advance(500)
  expect(cp.events()).toContain(
    'ProvisioningFailed: storageclass.storage.k8s.io "manual" not found',
  )
})

test('a volume whose claim is gone is kept, failed or left to its driver', () => {
  const { cp, addVolume, addClaim, getClaim, phase } = setUp()
  addVolume(volume('keep', '1Gi', RWO))
  addVolume(
    volume('nfs', '2Gi', RWO, {
      hostPath: undefined,
      nfs: { server: 's', path: '/e' },
      persistentVolumeReclaimPolicy: 'Delete',
    }),
  )
  addClaim(claim('a', '1Gi'))
  addClaim(claim('b', '2Gi'))
  cp.advance(500)
  for (const name of ['a', 'b']) {
    cp.do((c) => c.delete('PersistentVolumeClaim', { namespace: 'default', name }))
  }
  cp.advance(500)
  expect([phase('keep'), phase('nfs')]).toEqual(['Released', 'Failed'])
  const text =
    'error getting deleter volume plugin for volume "nfs": no deletable volume plugin matched'
  expect(cp.get('PersistentVolume', '', 'nfs').status?.message).toBe(text)
  addClaim(claim('a', '1Gi'))
  cp.advance(500)
  expect(getClaim('a').status?.phase).toBe('Pending')
  cp.do((c) =>
    c.patch('PersistentVolume', { namespace: '', name: 'keep' }, 'json', [
      { op: 'remove', path: '/spec/claimRef' },
    ]),
  )
  cp.advance(500)
  expect(getClaim('a').status?.phase).toBe('Bound')
})

test('claims in use and bound volumes are protected', () => {
  const { cp, addVolume, addClaim } = setUp()
  addVolume(volume('v', '1Gi', RWO))
  addClaim(claim('data', '1Gi'))
  cp.advance(500)
  const volumes = [{ name: 'd', persistentVolumeClaim: { claimName: 'data' } }]
  cp.do((c) => c.create('Pod', makePod('user', { volumes })))
  cp.advance(1000)
  cp.do((c) => c.delete('PersistentVolumeClaim', { namespace: 'default', name: 'data' }))
  cp.do((c) => c.delete('PersistentVolume', { namespace: '', name: 'v' }))
  cp.advance(1000)
  expect(cp.all('PersistentVolumeClaim').length).toBe(1)
  expect(cp.all('PersistentVolume').length).toBe(1)
  cp.do((c) => c.delete('Pod', { namespace: 'default', name: 'user' }))
  cp.advance(3000)
  expect(cp.all('PersistentVolumeClaim')).toEqual([])
  expect(cp.all('PersistentVolume')).toEqual([])
})

test('waiting claims say what they wait for', () => {
  const { cp, addClaim, addClass, getClaim } = setUp()
  addClass('wffc', 'kubernetes.io/no-provisioner', 'WaitForFirstConsumer')
  addClass('ext', 'csi.example.com', 'Immediate')
  addClaim(claim('w', '1Gi', { storageClassName: 'wffc' }))
  addClaim(claim('e', '1Gi', { storageClassName: 'ext' }))
  cp.advance(500)
  expect(cp.events()).toContain(
    'WaitForFirstConsumer: waiting for first consumer to be created before binding',
  )
  expect(cp.events().some((e) => e.startsWith('ExternalProvisioning: Waiting for a volume'))).toBe(
    true,
  )
  expect(getClaim('e').metadata.annotations).toEqual({
    'volume.beta.kubernetes.io/storage-provisioner': 'csi.example.com',
    'volume.kubernetes.io/storage-provisioner': 'csi.example.com',
  })
})

test('the first consumer decides: a volume is bound, or made, on its node', () => {
  const { cp, addVolume, addClaim, addClass, getClaim } = setUp()
  addClass('wffc', 'kubernetes.io/no-provisioner', 'WaitForFirstConsumer')
  addClass('local-path', 'rancher.io/local-path', 'WaitForFirstConsumer')
  const term = {
    matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: ['node-3'] }],
  }
  const nodeAffinity = { required: { nodeSelectorTerms: [term] } }
  addVolume(volume('disk', '1Gi', RWO, { storageClassName: 'wffc', nodeAffinity }))
  addClaim(claim('w', '1Gi', { storageClassName: 'wffc' }))
  addClaim(claim('p', '1Gi', { storageClassName: 'local-path' }))
  cp.advance(500)
  const user = (name: string, claimName: string) =>
    makePod(name, { volumes: [{ name: 'd', persistentVolumeClaim: { claimName } }] })
  cp.do((c) => c.create('Pod', user('one', 'w')))
  cp.do((c) => c.create('Pod', user('two', 'p')))
  cp.advance(5000)
  expect(cp.get('Pod', 'default', 'one').spec?.nodeName).toBe('node-3')
  expect(getClaim('w').spec?.volumeName).toBe('disk')
  expect(cp.get('Pod', 'default', 'two').status?.phase).toBe('Running')
  const made = getClaim('p').spec?.volumeName as string
  expect(made).toBe(`pvc-${getClaim('p').metadata.uid}`)
  cp.do((c) => c.delete('Pod', { namespace: 'default', name: 'two' }))
  cp.do((c) => c.delete('PersistentVolumeClaim', { namespace: 'default', name: 'p' }))
  cp.advance(5000)
  expect(cp.all('PersistentVolume').map((v) => v.metadata.name)).toEqual(['disk'])
})

test('a volume to be recycled is wiped by a pod and free again; what no plugin can wipe has failed', () => {
  const { cp, addVolume, addClaim, getClaim, phase } = setUp()
  addVolume(volume('again', '1Gi', RWO, { persistentVolumeReclaimPolicy: 'Recycle' }))
  addClaim(claim('c', '1Gi'))
  cp.advance(1000)
  expect(getClaim('c').status?.phase).toBe('Bound')
  cp.do((c) => c.delete('PersistentVolumeClaim', { namespace: 'default', name: 'c' }))
  cp.advance(300)
  expect(phase('again')).toBe('Released')
  expect(cp.all('Pod').map((p) => p.metadata.name)).toEqual(['recycler-for-again'])
  cp.advance(2500)
  expect(phase('again')).toBe('Available')
  expect(cp.all('Pod')).toEqual([])
  expect(cp.get('PersistentVolume', '', 'again').spec?.claimRef).toBeUndefined()
  expect(cp.events()).toContain('VolumeRecycled: Volume recycled')
})

test('classes of Kubernetes itself provision nothing; named volumes say what does not fit', () => {
  const { cp, addVolume, addClaim, addClass } = setUp()
  addClass('plain', 'kubernetes.io/no-provisioner', 'Immediate')
  addClaim(claim('a', '1Gi', { storageClassName: 'plain' }))
  addVolume(volume('v', '1Gi', RWO))
  addClaim(claim('b', '1Gi', { volumeName: 'v', volumeMode: 'Block', storageClassName: 'plain' }))
  cp.advance(1000)
  expect(cp.events()).toContain(
    'ProvisioningFailed: no volume plugin matched name: kubernetes.io/no-provisioner',
  )
  expect(cp.events()).toContain(
    'VolumeMismatch: Cannot bind to requested volume "v": storageClassName does not match',
  )
})
