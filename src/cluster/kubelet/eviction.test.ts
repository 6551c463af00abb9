import { expect, test } from 'vitest'
import { run, start } from '../../testing/onenode.ts'
import type { Container, Pod } from '../api/generated/types.ts'
import type { Cluster } from '../cluster.ts'
import { evictionMessage, rankByMemory } from './eviction.ts'
import { scoreAdjust } from './oom.ts'

const MI = 1024 ** 2

function use(name: string, bytes: number, request?: string, priority = 0) {
  const containers: Container[] = [
    { name: 'c', image: 'x', ...(request ? { resources: { requests: { memory: request } } } : {}) },
  ]
  const pod: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: { containers, priority },
  }
  return { pod, bytes, containers: [{ name: 'c', bytes }] }
}

test('over its request goes first, then low priority, then the most over', () => {
  const ranked = rankByMemory([
    use('within', 900 * MI, '1Gi'),
    use('over-important', 600 * MI, '256Mi', 1000),
    use('over-a-little', 300 * MI, '256Mi'),
    use('over-a-lot', 200 * MI),
  ])
  expect(ranked.map((u) => u.pod.metadata.name)).toEqual([
    'over-a-lot',
    'over-a-little',
    'over-important',
    'within',
  ])
})

test('the message has the words of a kubelet', () => {
  expect(evictionMessage(use('p', 700 * MI, '256Mi'), 52 * MI)).toBe(
    'The node was low on resource: memory. Threshold quantity: 100Mi, available: 52Mi. Container c was using 700Mi, request is 256Mi, has larger consumption of memory. ',
  )
  expect(evictionMessage(use('p', 700 * MI), 52 * MI)).toContain('was using 700Mi, request is 0,')
  expect(evictionMessage(use('p', 100 * MI, '256Mi'), 53_248 * 1024)).toBe(
    'The node was low on resource: memory. Threshold quantity: 100Mi, available: 52Mi. ',
  )
})

test('the kernel is told whom to end first', () => {
  const adjust = (u: { pod: Pod }) =>
    scoreAdjust(u.pod, u.pod.spec?.containers[0] as Container, 8192 * MI)
  expect(adjust(use('best-effort', 0))).toBe(1000)
  expect(adjust(use('burstable', 0, '4Gi'))).toBe(500)
  expect(adjust(use('small', 0, '1Mi'))).toBe(999)
  expect(adjust(use('system', 0, undefined, 2_000_001_000))).toBe(-997)
})

function create(cluster: Cluster, name: string, c: Omit<Container, 'name'>): void {
  const pod: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default' },
    spec: { containers: [{ name: 'c', ...c }] },
  }
  run(cluster, () => cluster.admin.create('Pod', pod))
}

const get = (cluster: Cluster, name: string) =>
  run(cluster, () => cluster.admin.get('Pod', { namespace: 'default', name }))
const forward = (cluster: Cluster, ms: number) =>
  cluster.world.clock.run({ until: cluster.world.clock.now + ms })
const node = (cluster: Cluster) => run(cluster, () => cluster.admin.list('Node')).items[0]
const pressure = (cluster: Cluster) =>
  node(cluster)?.status?.conditions?.find((c) => c.type === 'MemoryPressure')
const reasons = (cluster: Cluster, kind: string) =>
  run(cluster, () => cluster.admin.list('Event'))
    .items.filter((e) => e.involvedObject.kind === kind)
    .map((e) => e.reason)

const hog = (mi: number): Omit<Container, 'name'> => ({
  image: 'registry.k8s.io/e2e-test-images/agnhost:2.53',
  args: ['stress', `--mem-total=${mi}Mi`, '--mem-alloc-size=500Mi', '--mem-alloc-sleep=1s'],
  resources: { requests: { memory: '256Mi' } },
})

test('a hog is evicted, the node is under pressure for five minutes more, and then takes pods again', () => {
  const cluster = start()
  create(cluster, 'web', {
    image: 'nginx:1.27',
    resources: { requests: { memory: '64Mi' } },
  })
  forward(cluster, 8000)
  create(cluster, 'hog', hog(7700))
  forward(cluster, 50_000)
  const { status } = get(cluster, 'hog')
  expect(status).toMatchObject({ phase: 'Failed', reason: 'Evicted' })
  expect(status?.message).toMatch(
    /^The node was low on resource: memory\. Threshold quantity: 100Mi, available: \d+\w+\. Container c was using \d+\w+, request is 256Mi, has larger consumption of memory\. $/,
  )
  expect(status?.conditions?.find((c) => c.type === 'DisruptionTarget')).toMatchObject({
    status: 'True',
    reason: 'TerminationByKubelet',
  })
  expect(get(cluster, 'web').status?.phase).toBe('Running')
  expect(reasons(cluster, 'Pod')).toContain('Evicted')
  expect(reasons(cluster, 'Node')).toContain('EvictionThresholdMet')
  expect(reasons(cluster, 'Node')).toContain('NodeHasInsufficientMemory')
  expect(pressure(cluster)).toMatchObject({
    status: 'True',
    reason: 'KubeletHasInsufficientMemory',
    message: 'kubelet has insufficient memory available',
  })
  expect(node(cluster)?.spec?.taints).toEqual([
    expect.objectContaining({ key: 'node.kubernetes.io/memory-pressure', effect: 'NoSchedule' }),
  ])
  create(cluster, 'late', { image: 'nginx:1.27' })
  forward(cluster, 200_000)
  expect(get(cluster, 'late').status?.phase).toBe('Pending')
  forward(cluster, 140_000)
  expect(pressure(cluster)).toMatchObject({ status: 'False' })
  expect(reasons(cluster, 'Node')).toContain('NodeHasSufficientMemory')
  forward(cluster, 20_000)
  expect(get(cluster, 'late').status?.phase).toBe('Running')
})

test('under pressure a node refuses a pod without requests that is bound to it by hand', () => {
  const cluster = start()
  create(cluster, 'hog', hog(7700))
  forward(cluster, 50_000)
  const name = node(cluster)?.metadata.name ?? ''
  const spec = { nodeName: name, containers: [{ name: 'c', image: 'nginx:1.27' }] }
  const pod: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'default' },
    spec,
  }
  run(cluster, () => cluster.admin.create('Pod', pod))
  forward(cluster, 5000)
  expect(get(cluster, 'p').status).toMatchObject({
    phase: 'Failed',
    reason: 'Evicted',
    message: 'Pod was rejected: The node had condition: [MemoryPressure]. ',
  })
})

test('more than the machine has at once: the kernel ends the worst before the kubelet looks', () => {
  const cluster = start()
  create(cluster, 'web', { image: 'nginx:1.27', resources: { requests: { memory: '64Mi' } } })
  create(cluster, 'hog', {
    image: 'polinux/stress',
    command: ['stress', '--vm', '1', '--vm-bytes', '9G'],
  })
  forward(cluster, 12_000)
  const [c] = get(cluster, 'hog').status?.containerStatuses ?? []
  expect(c?.state?.terminated ?? c?.lastState?.terminated).toMatchObject({
    exitCode: 137,
    reason: 'OOMKilled',
  })
  expect(get(cluster, 'web').status?.containerStatuses?.[0]?.restartCount).toBe(0)
  expect(reasons(cluster, 'Node')).toContain('SystemOOM')
})

test('ordinary work causes no pressure', () => {
  const cluster = start()
  for (const n of [1, 2, 3, 4])
    create(cluster, `p${n}`, {
      image: 'mysql:8',
      env: [{ name: 'MYSQL_ALLOW_EMPTY_PASSWORD', value: '1' }],
    })
  forward(cluster, 60_000)
  expect(pressure(cluster)?.status).toBe('False')
})
