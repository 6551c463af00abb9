import { expect, test } from 'vitest'
import { takeApart } from './described.ts'

test('names and values are told apart, more values belong to the name above, tables stay', () => {
  const text = `Name:             web
Labels:           app=web
                  tier=front
Controlled By:  ReplicaSet/web-1
Containers:
  nginx:
    Image:         nginx:1.27
    Mounts:
      /var/run from token (ro)
Conditions:
  Type     Status
  Ready    True`
  expect(takeApart(text)).toEqual([
    { indent: 0, name: 'Name:', values: ['web'] },
    { indent: 0, name: 'Labels:', values: ['app=web', 'tier=front'] },
    { indent: 0, name: 'Controlled By:', values: ['ReplicaSet/web-1'] },
    { lines: ['Containers:', '  nginx:'] },
    { indent: 4, name: 'Image:', values: ['nginx:1.27'] },
    {
      lines: [
        '    Mounts:',
        '      /var/run from token (ro)',
        'Conditions:',
        '  Type     Status',
        '  Ready    True',
      ],
    },
  ])
})
