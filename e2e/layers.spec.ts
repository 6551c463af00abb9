import { expect, open, test } from './page.ts'

const POLICY = `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: api-only, namespace: default}
spec: {podSelector: {matchLabels: {app: api}}, policyTypes: [Ingress]}
`

test('a Service that is pointed at leads to its endpoints, and to nobody else', async ({
  page,
}) => {
  const glass = await open(page)
  await glass.speed(0)
  await expect(page.getByTestId('endpoint-line')).toHaveCount(0)
  await page.locator('[data-service=web]').hover()
  const pods = await page
    .getByTestId('endpoint-line')
    .evaluateAll((all) => all.map((l) => l.getAttribute('data-pod')).sort())
  const { stdout } = await glass.kubectl(
    "get endpointslices -l kubernetes.io/service-name=web -o jsonpath='{.items[*].endpoints[*].targetRef.name}'",
  )
  expect(pods).toEqual(stdout.replaceAll("'", '').trim().split(/\s+/).sort())
  await page.keyboard.press('3')
  await expect(page.getByTestId('endpoint-line')).toHaveCount(0)
})

test('each layer has a key, which is a letter while somebody writes', async ({ page }) => {
  const glass = await open(page)
  await glass.speed(0)
  await page.locator('body').click({ position: { x: 500, y: 24 } })
  await page.keyboard.press('2')
  await expect(page.getByTestId('layer-ownership')).toHaveAttribute('aria-pressed', 'true')
  await expect(page.getByTestId('legend-ownership')).toContainText('Deployment web 4/4')
  const web = page.locator('[data-testid=thread][data-owner^=web-]')
  await expect(web).toHaveAttribute('data-pods', '4')
  await page.getByTestId('find-text').fill('')
  await page.getByTestId('find-text').press('6')
  await expect(page.getByTestId('layer-security')).toHaveAttribute('aria-pressed', 'false')
  await page.getByTestId('layer-security').click()
  await expect(page.getByTestId('layer-security')).toHaveAttribute('aria-pressed', 'true')
})

test('storage: pod, claim and volume are joined', async ({ page }) => {
  const glass = await open(page)
  await glass.speed(0)
  await page.getByTestId('layer-storage').click()
  const bound = await glass.kubectl("get pvc data-redis-0 -o jsonpath='{.spec.volumeName}'")
  await expect(page.locator('[data-testid=claim-line][data-pod=redis-0]')).toHaveAttribute(
    'data-volume',
    bound.stdout.replaceAll("'", '').trim(),
  )
})

test('security and network mark the pods that they are about', async ({ page }) => {
  const glass = await open(page)
  await glass.kubectl('apply -f -', POLICY)
  await glass.kubectl('label ns default pod-security.kubernetes.io/enforce=baseline')
  await glass.speed(0)
  const marks = (pod: string) => page.locator(`[data-testid=pod][data-pod^=${pod}] svg[data-marks]`)
  await expect(marks('api-')).toHaveCount(3)
  await expect(marks('web-')).toHaveCount(0)
  await page.getByTestId('layer-network').click()
  await expect(marks('api-')).toHaveCount(0)
  await page.getByTestId('layer-security').click()
  await expect(marks('kube-proxy-').first()).toHaveAttribute('data-marks', '1')
  await expect(marks('web-').first()).toHaveAttribute('data-marks', '2')
  await expect(page.getByTestId('legend-security')).toContainText('default: baseline')
})

test('the network view tells of Services, Ingresses and policies, and what is missing', async ({
  page,
}) => {
  const glass = await open(page)
  await page.getByRole('navigation').getByRole('button', { name: 'Network', exact: true }).click()
  await expect(page.getByText('so every pod may reach every other')).toBeVisible()
  await expect(page.getByText('kubectl create ingress web')).toBeVisible()
  await glass.kubectl('create ingress web --rule=web.example/*=web:80')
  await glass.kubectl(
    'apply -f -',
    'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: closed}\nspec: {podSelector: {matchLabels: {app: api}}, policyTypes: [Ingress]}',
  )
  await expect(page.getByRole('row', { name: /web\.example/ })).toContainText('→ web:80')
  await expect(page.getByRole('row', { name: /^closed/ })).toContainText('app=api')
})
