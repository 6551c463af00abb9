import { expect, test } from 'vitest'
import type { Container, PodSpec } from '../../api/generated/types.ts'
import { base64Fault } from '../../api/meta/base64.ts'
import { validateNodeSelector } from './placement.ts'
import { defaultPodSpec } from './poddefaults.ts'
import { validatePodSpec } from './podtemplate.ts'
import { validateQuotaResourceName, validateResources } from './resources.ts'

function errors(spec: Partial<PodSpec>, pod?: string): string[] {
  const whole: PodSpec = { containers: [{ name: 'c', image: 'x' }], ...spec }
  defaultPodSpec(whole)
  return validatePodSpec(whole, 'spec', pod).map((e) => `${e.field}: ${e.body}`)
}

const container = (c: Partial<Container>) => ({ containers: [{ name: 'c', image: 'x', ...c }] })

test('variables name fields that exist, keys that can be, maps that have a name', () => {
  const from = (valueFrom: object) => errors(container({ env: [{ name: 'E', valueFrom }] }))
  expect(from({ fieldRef: { fieldPath: 'spec.foo' } })).toEqual([
    'spec.containers[0].env[0].valueFrom.fieldRef.fieldPath: Invalid value: "spec.foo": error converting fieldPath: field label not supported: spec.foo',
  ])
  expect(from({ fieldRef: { fieldPath: 'status.phase' } })[0]).toContain(
    'fieldPath: Unsupported value: "status.phase": supported values: "metadata.name"',
  )
  expect(from({ fieldRef: { fieldPath: "metadata.labels['a']" } })).toEqual([])
  expect(from({ resourceFieldRef: { resource: 'limits.gpu' } })[0]).toContain(
    'resourceFieldRef.resource: Unsupported value: "limits.gpu": supported values: "limits.cpu"',
  )
  expect(from({ resourceFieldRef: { resource: 'limits.cpu', divisor: '2' } })).toEqual([
    'spec.containers[0].env[0].valueFrom.resourceFieldRef.divisor: Invalid value: "limits.cpu": only divisor\'s values 1m and 1 are supported with the cpu resource',
  ])
  expect(from({ secretKeyRef: { name: 's', key: 'a/b' } })[0]).toContain('secretKeyRef.key')
  expect(errors(container({ envFrom: [{}, { configMapRef: { name: '' } }] }))).toEqual([
    'spec.containers[0].envFrom: Invalid value: "": must specify one of: `configMapRef` or `secretRef`',
    'spec.containers[0].envFrom[1].configMapRef.name: Required value',
  ])
})

test('paths stay where they belong, and some errors name the list', () => {
  const volumes = [{ name: 'v', emptyDir: {} }]
  const mount = (m: object) =>
    errors({ ...container({ volumeMounts: [{ name: 'v', mountPath: '/a', ...m }] }), volumes })
  expect(mount({ subPath: '/../x' })).toEqual([
    'spec.containers[0].volumeMounts.subPath: Invalid value: "/../x": must be a relative path',
    'spec.containers[0].volumeMounts.subPath: Invalid value: "/../x": must not contain \'..\'',
  ])
  expect(mount({ recursiveReadOnly: 'Enabled' })).toEqual([
    'spec.containers[0].volumeMounts.recursiveReadOnly: Forbidden: may only be specified when readOnly is true',
  ])
  expect(mount({ mountPropagation: 'Bidirectional' })[0]).toContain('only to privileged containers')
  const items = [{ key: 'k', path: '..data' }]
  expect(errors({ volumes: [{ name: 'v', configMap: { name: 'c', items } }] })).toEqual([
    'spec.volumes[0].configMap.items[0].path: Invalid value: "..data": must not start with \'..\'',
  ])
})

test('resources are known, whole where counted, and equal where they cannot be shared', () => {
  const said = (r: object) => validateResources(r, 'r').map((e) => `${e.field}: ${e.body}`)
  expect(said({ limits: { gpu: '1' } })).toEqual([
    'r.limits[gpu]: Invalid value: "gpu": must be a standard resource type or fully qualified',
    'r.limits[gpu]: Invalid value: "gpu": must be a standard resource for containers',
  ])
  expect(said({ limits: { 'hugepages-2Mi': '3Mi', cpu: '1' } })).toEqual([
    'r.limits[hugepages-2Mi]: Invalid value: "3Mi": 3Mi is not positive integer multiple of hugepages-2Mi',
  ])
  expect(said({ requests: { 'a.b/c': '1' }, limits: { 'a.b/c': '2' } })).toEqual([
    'r.requests: Invalid value: "1": must be equal to a.b/c limit of 2',
  ])
  expect(validateQuotaResourceName('foo', 'q').length).toBe(2)
  expect(validateQuotaResourceName('count/jobs.batch', 'q')).toEqual([])
})

test('security contexts are checked to the bottom, and shown as the internal type', () => {
  const seccompProfile = { type: 'RuntimeDefault', localhostProfile: 'x' } as const
  expect(errors(container({ securityContext: { seccompProfile } }))).toEqual([
    'spec.containers[0].securityContext.seccompProfile.localhostProfile: Invalid value: {"Type":"RuntimeDefault","LocalhostProfile":"x"}: can only be set when seccomp type is Localhost',
  ])
  const sysctls = [{ name: 'Bad', value: '1' }]
  expect(errors({ securityContext: { fsGroup: -1, sysctls } }).length).toBe(2)
  expect(errors({ hostUsers: false, hostNetwork: true })).toEqual([
    'spec.hostNetwork: Forbidden: when `pod.Spec.HostUsers` is false',
  ])
})

test('of repeated spread constraints the earlier one is named', () => {
  const c = { maxSkew: 1, topologyKey: 'z', whenUnsatisfiable: 'ScheduleAnyway' as const }
  expect(errors({ topologySpreadConstraints: [c, { ...c, matchLabelKeys: ['a'] }] })).toEqual([
    'spec.topologySpreadConstraints[0].{topologyKey, whenUnsatisfiable}: Duplicate value: "{z, ScheduleAnyway}"',
    'spec.topologySpreadConstraints[1].matchLabelKeys: Forbidden: must not be specified when labelSelector is not set',
  ])
})

test('a node is selected by labels that can be, or by its name alone', () => {
  const term = (t: object) =>
    validateNodeSelector({ nodeSelectorTerms: [t] }, 's').map((e) => `${e.field}: ${e.body}`)
  const bad = { key: 'a', operator: 'In', values: ['b c'] }
  expect(term({ matchExpressions: [bad] })[0]).toMatch(/matchExpressions\[0\]\.values\[0\]: Inv/)
  expect(term({ matchFields: [{ key: 'x', operator: 'Exists' }] })).toEqual([
    's.nodeSelectorTerms[0].matchFields[0].operator: Invalid value: "Exists": not a valid selector operator',
    's.nodeSelectorTerms[0].matchFields[0].key: Invalid value: "x": not a valid field selector key',
  ])
})

test("a pod's own rules go beyond its template's", () => {
  const ports = [{ containerPort: 80, hostPort: 0 }]
  const host = { ...container({ ports }), hostNetwork: true }
  expect(errors(host)).toEqual([])
  expect(errors(host, 'p')).toEqual([
    'spec.containers[0].ports[0].hostPort: Invalid value: 0: must match `containerPort` when `hostNetwork` is true',
  ])
  const rules = [{ action: 'Restart', exitCodes: { operator: 'Is', values: [1] } }] as never
  expect(errors(container({ restartPolicyRules: rules }))).toEqual([
    'spec.containers[0].restartPolicy: Required value: must specify restartPolicy when restart rules are used',
    'spec.containers[0].restartPolicyRules[0].exitCodes.operator: Unsupported value: "Is": supported values: "In", "NotIn"',
  ])
})

test('base64 fails where Go says it does', () => {
  expect(base64Fault('Zm9v')).toBeUndefined()
  expect(base64Fault('Zm8=\n')).toBeUndefined()
  expect(base64Fault('not base64!')).toBe(3)
  expect(base64Fault('Zm8')).toBe(0)
  expect(base64Fault('Zm9vZm8')).toBe(4)
  expect(base64Fault('Zg=x')).toBe(3)
  expect(base64Fault('Zm8=x')).toBe(4)
})

test("volumes have upstream's defaults, an image's by its tag", () => {
  const spec = {
    containers: [{ name: 'c', image: 'x' }],
    volumes: [
      { name: 'a', image: { reference: 'x' } },
      { name: 'b', image: { reference: 'x:1' } },
      { name: 'c', iscsi: { targetPortal: 'p', iqn: 'iqn.x', lun: 0 } },
      { name: 'd', rbd: { monitors: ['m'], image: 'i' } },
      { name: 'e', azureDisk: { diskName: 'n', diskURI: 'u' } },
    ],
  } as PodSpec
  defaultPodSpec(spec)
  expect(spec.volumes?.map((v) => v.image?.pullPolicy)).toEqual([
    'Always',
    'IfNotPresent',
    undefined,
    undefined,
    undefined,
  ])
  expect(spec.volumes?.[2]?.iscsi).toMatchObject({ iscsiInterface: 'default' })
  expect(spec.volumes?.[3]?.rbd).toMatchObject({ pool: 'rbd', user: 'admin' })
  expect(spec.volumes?.[4]?.azureDisk).toMatchObject({ cachingMode: 'ReadWrite', fsType: 'ext4' })
})
