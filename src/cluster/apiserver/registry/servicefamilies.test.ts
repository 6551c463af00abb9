import { expect, test } from 'vitest'
import type { ServiceSpec } from '../../api/generated/types.ts'
import { initFamilies } from './servicefamilies.ts'

function said(spec: ServiceSpec, old?: ServiceSpec): string[] {
  return initFamilies(spec, old).map((e) => `${e.field}: ${e.body}`)
}

test('one family is the default, two must be asked for, and this cluster has one', () => {
  const plain: ServiceSpec = { type: 'ClusterIP' }
  expect(said(plain)).toEqual([])
  expect(plain).toMatchObject({ ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack' })
  expect(said({ ipFamilies: ['IPv4', 'IPv6'] })).toEqual([
    `spec.ipFamilyPolicy: Invalid value: "SingleStack": must be 'RequireDualStack' or 'PreferDualStack' when multiple IP families are specified`,
  ])
  expect(said({ ipFamilyPolicy: 'RequireDualStack', ipFamilies: ['IPv6'] })).toEqual([
    'spec.ipFamilyPolicy: Invalid value: "RequireDualStack": this cluster is not configured for dual-stack services',
    'spec.ipFamilies[0]: Invalid value: "IPv6": not configured on this cluster',
  ])
})

test('addresses are told by their first, fit their families, and are of two families', () => {
  expect(said({ clusterIPs: ['10.96.0.7'] })).toEqual([
    'spec.clusterIPs: Invalid value: ["10.96.0.7"]: must be empty when `clusterIP` is not specified',
  ])
  const clusterIP = '10.96.0.7'
  expect(said({ clusterIP, clusterIPs: ['10.96.0.8'] })[0]).toContain('first value must match')
  expect(said({ clusterIP, clusterIPs: [clusterIP, '10.96.0.8'] })[0]).toContain(
    'may specify no more than one IP for each IP family',
  )
  expect(said({ clusterIP: 'fd00::1', clusterIPs: ['fd00::1'] })).toEqual([
    'spec.clusterIPs[0]: Invalid value: ["fd00::1"]: IPv6 is not configured on this cluster',
  ])
})

test('what has neither address nor selector may have both families', () => {
  const spec: ServiceSpec = { clusterIP: 'None', clusterIPs: ['None'], ipFamilies: ['IPv6'] }
  expect(said(spec)).toEqual([])
  expect(spec).toMatchObject({
    ipFamilies: ['IPv6', 'IPv4'],
    ipFamilyPolicy: 'RequireDualStack',
  })
  expect(said({ ...spec, selector: { a: 'b' } })).toHaveLength(2)
})

test('the second family goes by saying that one is wanted', () => {
  const both: ServiceSpec = {
    clusterIP: 'None',
    clusterIPs: ['None'],
    ipFamilies: ['IPv4', 'IPv6'],
    ipFamilyPolicy: 'RequireDualStack',
  }
  expect(said({ ...both, ipFamilies: ['IPv4'] }, both)[0]).toContain(
    "must be 'SingleStack' to release the secondary IP family",
  )
  const one: ServiceSpec = { ...both, ipFamilyPolicy: 'SingleStack' }
  expect(said(one, both)).toEqual([])
  expect(one.ipFamilies).toEqual(['IPv4'])
})
