import { expect, test } from 'vitest'
import { admissionCluster } from './admission/cluster.testing.ts'

const { send, said } = admissionCluster()

function refusal(path: string, body: object): string[] {
  const text = said(send('POST', path, { body })) ?? ''
  return text
    .replace(/^[^[]*is invalid: \[?/, '')
    .replace(/\]$/, '')
    .split(/, (?=spec|driver|param)/)
}

const FLOW = '/apis/flowcontrol.apiserver.k8s.io/v1'
const STORAGE = '/apis/storage.k8s.io/v1'

test('a FlowSchema needs a level, and rules that say whom and what', () => {
  const rules = [
    {
      subjects: [{ kind: 'User', group: { name: 'g' } }],
      nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['x', '/a*'] }],
    },
    { subjects: [] },
  ]
  const spec = { priorityLevelConfiguration: { name: '' }, matchingPrecedence: 1, rules }
  expect(refusal(`${FLOW}/flowschemas`, { metadata: { name: 'a' }, spec })).toEqual([
    "spec.matchingPrecedence: Invalid value: 1: only the schema named 'exempt' may have matchingPrecedence 1",
    'spec.priorityLevelConfiguration.name: Required value: must reference a priority level',
    "spec.rules[0].subjects[0].user: Required value: user is required when subject kind is 'User'",
    "spec.rules[0].subjects[0].group: Forbidden: group is forbidden when subject kind is not 'Group'",
    'spec.rules[0].nonResourceRules[0].nonResourceURLs[0]: Invalid value: "x": must start with slash',
    'spec.rules[0].nonResourceRules[0].nonResourceURLs[1]: Invalid value: "/a*": wildcard can only do suffix matching',
    'spec.rules[1].subjects: Required value: subjects must contain at least one value',
    'spec.rules[1]: Required value: at least one of resourceRules and nonResourceRules has to be non-empty',
  ])
})

test('a priority level is exempt by name only, and its queues are sane', () => {
  const level = (spec: object) =>
    refusal(`${FLOW}/prioritylevelconfigurations`, { metadata: { name: 'a' }, spec })
  expect(level({ type: 'Exempt' })).toEqual([
    "spec.type: Invalid value: \"Exempt\": type must be 'Exempt' if and only if name is 'exempt'",
  ])
  const queuing = { queues: 4, handSize: 5, queueLengthLimit: -1 }
  const limited = { lendablePercent: 101, limitResponse: { type: 'Queue', queuing } }
  expect(level({ type: 'Limited', limited })).toEqual([
    'spec.limited.limitResponse.queuing.queueLengthLimit: Invalid value: -1: must be positive',
    'spec.limited.limitResponse.queuing.handSize: Invalid value: 5: should not be greater than queues (4)',
    'spec.limited.lendablePercent: Invalid value: 101: must be between 0 and 100, inclusive',
  ])
})

test('a CSIDriver keeps what its volumes rely on', () => {
  const spec = { attachRequired: true, tokenRequests: [{ audience: 'a' }, { audience: 'a' }] }
  const driver = { metadata: { name: 'd.example.com' }, spec }
  expect(refusal(`${STORAGE}/csidrivers`, driver)).toEqual([
    'spec.tokenRequests[1].audience: Duplicate value: "a"',
  ])
  send('POST', `${STORAGE}/csidrivers`, { body: { ...driver, spec: {} } })
  const got = send('GET', `${STORAGE}/csidrivers/d.example.com`).body as { spec: object }
  const body = { ...got, spec: { ...got.spec, attachRequired: false } }
  expect(said(send('PUT', `${STORAGE}/csidrivers/d.example.com`, { body }))).toContain(
    'spec.attachedRequired: Invalid value: false: field is immutable',
  )
})

test('a VolumeAttachment names one volume', () => {
  const spec = { attacher: 'd.example.com', nodeName: 'n', source: {} }
  expect(refusal(`${STORAGE}/volumeattachments`, { metadata: { name: 'a' }, spec })).toEqual([
    'spec.source: Required value: must specify exactly one of inlineVolumeSpec and persistentVolumeName',
  ])
})
