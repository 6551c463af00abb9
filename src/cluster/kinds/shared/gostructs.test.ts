import { expect, test } from 'vitest'
import { goPodSpec, goStruct, goTemplate } from './gostructs.ts'

test('a struct has all its members, in order, and zeros for what is not there', () => {
  const port = { containerPort: 80, protocol: 'TCP' as const }
  const container = goStruct('Container', { name: 'c', image: 'x', ports: [port], tty: true })
  expect(container).toMatchObject({
    Name: 'c',
    Command: null,
    WorkingDir: '',
    Ports: [{ Name: '', HostPort: 0, ContainerPort: 80, Protocol: 'TCP', HostIP: '' }],
    Resources: { Limits: null, Requests: null, Claims: null },
    Stdin: false,
    TTY: true,
  })
  expect(Object.keys(container).slice(0, 4)).toEqual(['Name', 'Image', 'Command', 'Args'])
  expect(goStruct('HTTPGet', { path: '/', port: 'web' })).toEqual({
    Path: '/',
    Port: 'web',
    Host: '',
    Scheme: '',
    HTTPHeaders: null,
  })
})

test("the host's namespaces stand in the security context; metadata keeps the names of the wire", () => {
  const spec = {
    containers: [],
    hostPID: true,
    securityContext: { seLinuxOptions: { level: 's0' } },
  }
  expect(goPodSpec(spec).SecurityContext).toMatchObject({
    HostNetwork: false,
    HostPID: true,
    SELinuxOptions: { User: '', Role: '', Type: '', Level: 's0' },
  })
  expect(goPodSpec({ containers: [], hostPID: true }).SecurityContext).toBeNull()
  expect(Object.keys(goTemplate({ metadata: { labels: { a: 'b' } }, spec }))).toEqual([
    'labels',
    'Spec',
  ])
})
