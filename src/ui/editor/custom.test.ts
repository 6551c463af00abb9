import { expect, test } from 'vitest'
import { customKinds } from './custom.ts'

const CRD = {
  spec: {
    group: 'example.com',
    names: { kind: 'Widget' },
    versions: [
      {
        name: 'v1',
        served: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                required: ['size'],
                properties: {
                  size: { type: 'integer', minimum: 1, description: 'How big' },
                  port: { 'x-kubernetes-int-or-string': true },
                  extra: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
                  note: { type: 'string', nullable: true },
                },
              },
            },
          },
        },
      },
      { name: 'v0', served: false },
    ],
  },
}

test('served versions become kinds; what would be pruned is refused', () => {
  const [widget, ...more] = customKinds({ items: [CRD] })
  expect(more).toEqual([])
  expect(widget).toMatchObject({
    apiVersion: 'example.com/v1',
    kind: 'Widget',
    schema: {
      properties: {
        metadata: { $ref: '#/definitions/ObjectMeta' },
        spec: {
          required: ['size'],
          additionalProperties: false,
          properties: {
            size: { type: 'integer', minimum: 1, description: 'How big' },
            port: { oneOf: [{ type: 'string' }, { type: 'number' }] },
            extra: { type: 'object' },
            note: { type: ['string', 'null'] },
          },
        },
      },
    },
  })
  expect(customKinds(undefined)).toEqual([])
})
