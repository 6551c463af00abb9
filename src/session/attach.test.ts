import './tools.ts'
import { expect, test } from 'vitest'
import { run } from '../testing/terminal.ts'
import { Session } from './session.ts'

const DISK = `apiVersion: v1
kind: List
items:
- {apiVersion: storage.k8s.io/v1, kind: CSIDriver, metadata: {name: disk.example.com}, spec: {}}
- apiVersion: v1
  kind: PersistentVolume
  metadata: {name: disk}
  spec:
    capacity: {storage: 1Gi}
    accessModes: [ReadWriteOnce]
    storageClassName: ""
    csi: {driver: disk.example.com, volumeHandle: vol-1}
- apiVersion: v1
  kind: PersistentVolumeClaim
  metadata: {name: data}
  spec: {accessModes: [ReadWriteOnce], storageClassName: "", resources: {requests: {storage: 1Gi}}}
`
const pod = (name: string, node: string) => `apiVersion: v1
kind: Pod
metadata: {name: ${name}}
spec:
  nodeName: ${node}
  terminationGracePeriodSeconds: 1
  containers: [{name: c, image: "nginx:1.27", volumeMounts: [{name: d, mountPath: /d}]}]
  volumes: [{name: d, persistentVolumeClaim: {claimName: data}}]
`

function setUp(): { s: Session; say: (line: string, input?: string) => string } {
  const s = new Session({ nodes: 2 })
  s.runUntil(20_000)
  const say = (line: string, input?: string) => {
    const done = run(s, line, input)
    return done.out + done.err
  }
  return { s, say }
}

const attached =
  "kubectl get volumeattachments -o jsonpath='{.items[*].spec.nodeName} {.items[*].status.attached}'"

test('a disk follows its pod: attached, mounted, let go, attached elsewhere', () => {
  const { s, say } = setUp()
  say('kubectl apply -f -', DISK)
  s.runUntil(s.now + 2000)
  say('kubectl apply -f -', pod('a', 'node-1'))
  s.runUntil(s.now + 1000)
  expect(say('kubectl get pod a')).toContain('ContainerCreating')
  s.runUntil(s.now + 15_000)
  expect(say('kubectl get pod a')).toContain('Running')
  expect(say(attached)).toBe('node-1 true')
  const onNode =
    "kubectl get node node-1 -o jsonpath='{.status.volumesAttached[*].name} {.status.volumesInUse}'"
  const name = 'kubernetes.io/csi/disk.example.com^vol-1'
  expect(say(onNode)).toBe(`${name} ["${name}"]`)
  say('kubectl exec a -- sh -c "echo kept > /d/file"')

  // One node only: the second pod waits, and says for whom.
  say('kubectl apply -f -', pod('b', 'node-2'))
  s.runUntil(s.now + 5000)
  const events = say('kubectl get events --field-selector involvedObject.name=b')
  expect(events).toContain('FailedAttachVolume')
  expect(events).toContain(
    'Multi-Attach error for volume "disk" Volume is already used by pod(s) a',
  )

  say('kubectl delete pod a')
  s.runUntil(s.now + 30_000)
  expect(say(attached)).toBe('node-2 true')
  expect(say(onNode).trim()).toBe('')
  expect(say('kubectl exec b -- cat /d/file')).toBe('kept\n')
})

test('without a driver nobody attaches, and that is said after two minutes', () => {
  const { s, say } = setUp()
  say('kubectl apply -f -', DISK)
  say('kubectl delete csidriver disk.example.com')
  say('kubectl apply -f -', pod('a', 'node-1'))
  s.runUntil(s.now + 140_000)
  expect(say('kubectl describe pod a')).toContain(
    'AttachVolume.Attach failed for volume "disk" : timed out waiting for external-attacher of disk.example.com CSI driver to attach volume vol-1',
  )
  expect(say('kubectl describe pod a')).toContain('Unable to attach or mount volumes')
})

test('a lost machine keeps its disk for six minutes, or until it is out of service', () => {
  const { s, say } = setUp()
  say('kubectl apply -f -', DISK)
  s.runUntil(s.now + 2000)
  say('kubectl apply -f -', pod('a', 'node-1'))
  s.runUntil(s.now + 15_000)
  s.cluster.powerOff('node-1')
  s.runUntil(s.now + 60_000)
  say('kubectl delete pod a --force --grace-period=0')
  say('kubectl apply -f -', pod('b', 'node-2'))
  s.runUntil(s.now + 60_000)
  expect(say('kubectl get pod b')).toContain('ContainerCreating')
  say('kubectl taint node node-1 node.kubernetes.io/out-of-service=nodeshutdown:NoExecute')
  s.runUntil(s.now + 15_000)
  expect(say('kubectl get pod b')).toContain('Running')
})
