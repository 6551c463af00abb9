/** Objects of a real cluster come in, what was made goes out, and comes in again as it was. */
import { readFileSync } from 'node:fs'
import type { Page } from '@playwright/test'
import { expect, open, test } from './page.ts'

const REAL = `apiVersion: v1
kind: List
items:
- apiVersion: apps/v1
  kind: Deployment
  metadata: {name: front, namespace: shop, uid: u1, resourceVersion: "7", creationTimestamp: "2026-01-01T00:00:00Z"}
  spec:
    replicas: 2
    selector: {matchLabels: {app: front}}
    template:
      metadata: {labels: {app: front}}
      spec: {nodeName: ip-10-0-0-1, containers: [{name: c, image: "nginx:1.27", envFrom: [{secretRef: {name: word}}]}]}
  status: {replicas: 2}
- apiVersion: apps/v1
  kind: ReplicaSet
  metadata: {name: front-1, namespace: shop, ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: front, uid: u1}]}
- {apiVersion: v1, kind: Service, metadata: {name: front, namespace: shop}, spec: {clusterIP: 10.0.9.9, clusterIPs: [10.0.9.9], selector: {app: front}, ports: [{port: 80}]}}
- {apiVersion: v1, kind: Secret, metadata: {name: word, namespace: shop}, data: {password: aHVudGVyMg==}}
- {apiVersion: v1, kind: Pod, metadata: {name: alone, namespace: shop}, spec: {containers: [{name: c, image: "nginx:1.27"}]}}
- apiVersion: apiextensions.k8s.io/v1
  kind: CustomResourceDefinition
  metadata: {name: gadgets.example.com}
  spec:
    group: example.com
    names: {kind: Gadget, listKind: GadgetList, plural: gadgets, singular: gadget}
    scope: Namespaced
    versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}]
- {apiVersion: example.com/v1, kind: Gadget, metadata: {name: g, namespace: shop}, size: 3}
`

const dialog = (page: Page) => page.getByTestId('import')

async function openImport(page: Page, text: string): Promise<void> {
  await page.getByTestId('share').click()
  await page.getByTestId('share.import').click()
  await dialog(page).getByLabel('YAML or JSON').fill(text)
  await dialog(page).getByRole('button', { name: 'Show what would be made' }).click()
}

test('what would be made is shown, then made, also while time is paused', async ({ page }) => {
  const glass = await open(page, '&scenario=empty-cluster')
  await glass.speed(0)
  await openImport(page, 'a: [')
  await expect(dialog(page).getByRole('alert')).toContainText('error parsing')
  await dialog(page).getByLabel('YAML or JSON').fill(REAL)
  await dialog(page).getByRole('button', { name: 'Show what would be made' }).click()
  const rows = dialog(page).getByTestId('plan').locator('tbody tr')
  await expect(rows).toHaveText([
    /^Namespaceshop$/,
    /^CustomResourceDefinitiongadgets/,
    /^Secretshopwordvalue replaced$/,
    /^Serviceshopfront$/,
    /^Podshopalone$/,
    /^Deploymentshopfront$/,
    /^Gadgetshopg$/,
  ])
  await expect(dialog(page)).toContainText('left to their owners: 1 ReplicaSet')
  expect((await glass.kubectl('get namespace shop')).stderr).toContain('NotFound')
  await dialog(page).getByRole('button', { name: 'Make 7 objects' }).click()
  await expect(page.getByTestId('notice')).toContainText('7 objects imported.', { timeout: 60_000 })
  await expect(page.getByTestId('play')).toHaveAccessibleName('Play')
  await glass.advance('60s')
  const ready = await glass.kubectl(
    'get deployment front -n shop -o jsonpath={.status.readyReplicas}',
  )
  expect(ready.stdout).toBe('2')
  const secret = await glass.kubectl('get secret word -n shop -o jsonpath={.data.password}')
  expect(Buffer.from(secret.stdout, 'base64').toString()).toBe('masked')
  expect((await glass.kubectl('get gadget g -n shop -o jsonpath={.size}')).stdout).toBe('3')
})

test('what was made is exported, and dropped into another cluster it is the same', async ({
  page,
}) => {
  await open(page)
  const exported = async () => {
    await page.getByTestId('share').click()
    const [saved] = await Promise.all([
      page.waitForEvent('download'),
      page.getByTestId('share.export').click(),
    ])
    return readFileSync(await saved.path(), 'utf8')
  }
  const first = await exported()
  expect(first).toContain('name: redis')
  expect(first).not.toContain('kube-system')
  const glass = await open(page, '&scenario=empty-cluster')
  await page.getByTestId('share').click()
  await page.getByTestId('share.export').click()
  await expect(page.getByTestId('notice')).toContainText('nothing to export')
  const files = await page.evaluateHandle((t) => {
    const transfer = new DataTransfer()
    transfer.items.add(new File([t], 'all.yaml'))
    return transfer
  }, first)
  await page.dispatchEvent('body', 'dragenter', { dataTransfer: files })
  await page.dispatchEvent('body', 'drop', { dataTransfer: files })
  await dialog(page)
    .getByRole('button', { name: /^Make \d+ objects$/ })
    .click()
  await expect(page.getByTestId('notice')).toContainText('objects imported.')
  await glass.settle()
  expect(await exported()).toBe(first)
})
