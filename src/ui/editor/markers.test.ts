import { expect, test } from 'vitest'
import { marksOf, pathsIn } from './markers.ts'

const TEXT = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: -1
  template:
    spec:
      containers:
        - name: nginx
          image: nginx
          imagePulPolicy: Always
`

test('an unknown field is marked at its own line', () => {
  const marks = marksOf(
    TEXT,
    'Error from server (BadRequest): error when creating "STDIN": Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: unknown field "spec.template.spec.containers[0].imagePulPolicy"',
  )
  expect(marks.map((m) => m.line)).toEqual([12])
})

test('several validation errors are marked, each at its field or the nearest that exists', () => {
  const stderr =
    'The Deployment "web" is invalid: \n* spec.replicas: Invalid value: -1: must be greater than or equal to 0\n* spec.selector: Required value'
  expect(marksOf(TEXT, stderr).map((m) => [m.line, m.message])).toEqual([
    [6, 'Invalid value: -1: must be greater than or equal to 0'],
    [6, 'Required value'],
  ])
})

test('another object of the same file is left alone', () => {
  expect(
    marksOf(TEXT, 'The Deployment "other" is invalid: spec.replicas: Invalid value: -1: x'),
  ).toEqual([])
  expect(pathsIn('nothing here: at all')).toEqual([])
})
