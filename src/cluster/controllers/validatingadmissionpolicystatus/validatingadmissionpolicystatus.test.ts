import { expect, test } from 'vitest'
import { createFullPlane } from '../../../testing/fullplane.ts'
import type { ValidatingAdmissionPolicy } from '../../api/generated/types.ts'

test('a policy is told of fields that its kinds do not have', () => {
  const cp = createFullPlane()
  const policy: ValidatingAdmissionPolicy = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name: 'p' },
    spec: {
      matchConstraints: {
        resourceRules: [
          {
            apiGroups: ['apps'],
            apiVersions: ['v1'],
            operations: ['CREATE'],
            resources: ['deployments'],
          },
        ],
      },
      validations: [
        { expression: 'object.replicas > 1' },
        { expression: "object.spec.replicas > 1 && object.metadata.labels.any == 'object.x'" },
      ],
    },
  }
  cp.do((c) => c.create('ValidatingAdmissionPolicy', policy))
  cp.advance(500)
  expect(cp.get('ValidatingAdmissionPolicy', '', 'p').status).toEqual({
    observedGeneration: 1,
    typeChecking: {
      expressionWarnings: [
        {
          fieldRef: 'spec.validations[0].expression',
          warning:
            "apps/v1, Kind=Deployment: ERROR: <input>:1:7: undefined field 'replicas'\n | object.replicas > 1\n | ......^",
        },
      ],
    },
  })
})
