import { expect, test } from 'vitest'
import { schemas } from '../api/schema.ts'
import { decode } from './decode.ts'

const container = { name: 'c', img: 'x', image: 'x', env: [{ nam: 'a', name: 'A' }] }

test('unknown fields are named in the order in which kubectl sends members, else as they stand', () => {
  const pod = { spec: { containers: [container] } }
  const unknownOf = (sorted: boolean) => {
    const notes = { unknown: [] as string[], sorted }
    decode(schemas.Pod as NonNullable<typeof schemas.Pod>, pod, notes)
    return notes.unknown.map((u) => u.replace('spec.containers[0].', ''))
  }
  expect(unknownOf(true)).toEqual(['env[0].nam', 'img'])
  expect(unknownOf(false)).toEqual(['img', 'env[0].nam'])
})

test('the first wrong type in that order is the one that is told', () => {
  const wrong = { ...container, ports: [{ containerPort: '80' }], command: 'run' }
  const read = () =>
    decode(
      schemas.Pod as NonNullable<typeof schemas.Pod>,
      { spec: { containers: [wrong] } },
      { unknown: [], sorted: true },
    )
  expect(read).toThrow('Container.spec.containers.command of type []string')
})
