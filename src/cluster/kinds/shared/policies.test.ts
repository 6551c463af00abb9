import { expect, test } from 'vitest'
import type { FieldError } from '../../api/meta/status.ts'

import { validateActions, validateMatch, validateParamRef } from './policies.ts'

const texts = (list: FieldError[]) => list.map((e) => `${e.field}: ${e.body}`)

test('a binding denies or warns, not both, and says each once', () => {
  expect(texts(validateActions(['Deny', 'Audit'], 'a'))).toEqual([])
  expect(texts(validateActions(undefined, 'a'))).toEqual(['a: Required value'])
  expect(texts(validateActions(['Deny', 'Warn', 'Deny'], 'a'))).toEqual([
    'a[2]: Duplicate value: "Deny"',
    'a: Invalid value: ["Deny","Warn","Deny"]: must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)',
  ])
})

test('params are named or selected, and their absence has an answer', () => {
  expect(texts(validateParamRef({}, 'p'))).toEqual([
    'p: Required value: one of name or selector must be specified',
    'p.parameterNotFoundAction: Required value',
  ])
})

test('a star stands alone among versions', () => {
  const rule = { apiGroups: [''], resources: ['pods'], operations: ['CREATE' as const] }
  const match = { matchPolicy: 'Exact' as const, namespaceSelector: {}, objectSelector: {} }
  const rules = [{ ...rule, apiVersions: ['*', 'v1'] }]
  expect(texts(validateMatch({ ...match, resourceRules: rules }, 'm'))).toEqual([
    'm.resourceRules[0].apiVersions: Invalid value: ["*","v1"]: if \'*\' is present, must not specify other API versions',
  ])
})
