import { expect, open, test } from './page.ts'

test('scheduling: nodes that fail a filter dim with the reason, scores show, the pod flies to the winner', async ({
  page,
}) => {
  const glass = await open(page)
  await glass.kubectl('cordon node-3')
  await glass.speed(0.25)
  const flight = page.getByTestId('flight-pod').first().waitFor({ state: 'attached' })
  await glass.kubectl('run lonely --image=nginx:1.27')
  await expect(
    page.locator('[data-testid=node][data-node=node-3][data-verdict=filtered]'),
  ).toContainText('NodeUnschedulable')
  const winner = page.locator('[data-testid=node][data-verdict=wins]')
  await expect(winner).toHaveCount(1)
  await expect(winner.getByTestId('scores')).toBeVisible()
  const chosen = await winner.getAttribute('data-node')
  await flight
  const bound = await glass.kubectl("get pod lonely -o jsonpath='{.spec.nodeName}'")
  expect(bound.stdout).toBe(chosen)
})

test('rolling update: old and new ReplicaSet side by side within the limits', async ({ page }) => {
  const glass = await open(page)
  await glass.kubectl('set image deployment/web nginx=nginx:1.28')
  const focus = page.locator('[data-testid=focus][data-scene=rollout]')
  await expect(focus).toBeVisible()
  await expect(focus.getByTestId('replicaset')).toHaveCount(2)
  await expect(focus.getByTestId('limits')).toContainText('at most 5')
  await expect(focus.getByTestId('limits')).toContainText('at least 3')
  await glass.settle()
  await expect(focus).toHaveCount(0)
  const status = await glass.kubectl('rollout status deployment/web')
  expect(status.stdout).toContain('successfully rolled out')
  const images = await glass.kubectl(
    "get pods -l app=web -o jsonpath='{.items[*].spec.containers[0].image}'",
  )
  expect(new Set(images.stdout.split(' '))).toEqual(new Set(['nginx:1.28']))
})

test('service routing: client, DNS, Service, endpoint, answer, with the rule that chose', async ({
  page,
}) => {
  const glass = await open(page)
  await page
    .locator('[data-testid=service][data-service=web]')
    .getByRole('button', { name: /Send a request/ })
    .click()
  const focus = page.locator('[data-testid=focus][data-scene=walk]')
  await expect(focus.locator('[data-kind=answer]')).toContainText('200')
  const kinds = await focus
    .getByTestId('hop')
    .evaluateAll((hops) => hops.map((h) => h.getAttribute('data-kind')))
  expect(kinds).toEqual(['client', 'dns', 'service', 'pod', 'answer'])
  await expect(focus.locator('[data-kind=service]')).toContainText('1 of 4 endpoints')
  await glass.kubectl('scale deployment web --replicas=0')
  await glass.settle()
  await page
    .locator('[data-testid=service][data-service=web]')
    .getByRole('button', { name: /Send a request/ })
    .click()
  await expect(focus.locator('[data-kind=failure]')).toContainText('no endpoints')
})

const VOLUMES = `apiVersion: v1
kind: PersistentVolume
metadata: {name: small}
spec:
  capacity: {storage: 1Gi}
  accessModes: [ReadWriteOnce]
  storageClassName: manual
  hostPath: {path: /mnt/small}
---
apiVersion: v1
kind: PersistentVolume
metadata: {name: fitting}
spec:
  capacity: {storage: 5Gi}
  accessModes: [ReadWriteOnce]
  storageClassName: manual
  hostPath: {path: /mnt/fitting}
`
const CLAIM = `apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec:
  accessModes: [ReadWriteOnce]
  storageClassName: manual
  resources: {requests: {storage: 3Gi}}
`

test('volume binding: candidates that do not fit say why, the match plugs in', async ({ page }) => {
  const glass = await open(page)
  await glass.kubectl('apply -f -', VOLUMES)
  await glass.advance('2s')
  await glass.kubectl('apply -f -', CLAIM)
  await glass.advance('2s')
  const focus = page.locator('[data-testid=focus][data-scene=bind]')
  await expect(focus).toBeVisible()
  await expect(focus.locator('[data-testid=candidate][data-fits=true]')).toContainText('fitting')
  await expect(
    focus.locator('[data-testid=candidate][data-fits=false]', { hasText: /^small/ }),
  ).toBeVisible()
  const claim = await glass.kubectl("get pvc data -o jsonpath='{.status.phase} {.spec.volumeName}'")
  expect(claim.stdout).toBe('Bound fitting')
})
