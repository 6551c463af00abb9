import { expect, test } from 'vitest'
import type { Pod, PodSpec } from '../cluster/api/generated/types.ts'
import { podSecurity } from './securityview.ts'

const pod = (spec: PodSpec): Pod => ({ apiVersion: 'v1', kind: 'Pod', metadata: {}, spec })

test('a privileged pod on the network of its node keeps to no level', () => {
  const made = podSecurity(
    pod({
      hostNetwork: true,
      serviceAccountName: 'builder',
      containers: [{ name: 'a', securityContext: { privileged: true } }],
    }),
  )
  expect(made).toEqual({
    account: 'builder',
    keeps: 'privileged',
    risks: ['privileged', 'hostNetwork'],
    root: true,
  })
})

test('a plain pod keeps to baseline and may be root; a hardened one keeps to restricted', () => {
  expect(podSecurity(pod({ containers: [{ name: 'a' }] }))).toMatchObject({
    keeps: 'baseline',
    risks: [],
    root: true,
  })
  const hardened = podSecurity(
    pod({
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name: 'a',
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
        },
      ],
    }),
  )
  expect(hardened).toMatchObject({ keeps: 'restricted', root: false })
})

test("a container's own user goes before the pod's", () => {
  const spec: PodSpec = {
    securityContext: { runAsUser: 1000 },
    containers: [{ name: 'a' }, { name: 'b', securityContext: { runAsUser: 0 } }],
  }
  expect(podSecurity(pod(spec)).root).toBe(true)
  expect(podSecurity(pod({ ...spec, containers: [{ name: 'a' }] })).root).toBe(false)
})
