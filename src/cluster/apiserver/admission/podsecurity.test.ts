import { expect, test } from 'vitest'
import { violations } from './podsecuritychecks.ts'
import { labelFaults, policyOf } from './podsecuritylabels.ts'

const PREFIX = 'pod-security.kubernetes.io/'

test('what is enforced is warned of too, unless said otherwise', () => {
  const enforced = policyOf({ [`${PREFIX}enforce`]: 'restricted' })
  expect(enforced.warn).toEqual({ level: 'restricted', version: 'latest' })
  const less = policyOf({ [`${PREFIX}enforce`]: 'restricted', [`${PREFIX}warn`]: 'baseline' })
  expect(less.warn.level).toBe('baseline')
})

test('labels name levels and versions that exist', () => {
  const faults = labelFaults({ [`${PREFIX}enforce`]: 'foo', [`${PREFIX}warn-version`]: '1.20' })
  expect(faults.map((e) => `${e.field}: ${e.body}`)).toEqual([
    'metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: "foo": must be one of privileged, baseline, restricted',
    'metadata.labels[pod-security.kubernetes.io/warn-version]: Invalid value: "1.20": must be "latest" or "v1.x"',
  ])
})

test('the baseline speaks first, then the restricted level', () => {
  const spec = {
    hostNetwork: true,
    securityContext: { seLinuxOptions: { type: 'foo', user: 'u' } },
    containers: [{ name: 'c', image: 'x' }],
  }
  const reasons = (version: string) =>
    violations({ level: 'restricted', version }, { spec }).map((v) => v.reason)
  expect(reasons('latest')).toEqual([
    'host namespaces',
    'seLinuxOptions',
    'allowPrivilegeEscalation != false',
    'unrestricted capabilities',
    'runAsNonRoot != true',
    'seccompProfile',
  ])
  expect(reasons('v1.21')).not.toContain('unrestricted capabilities')
})
