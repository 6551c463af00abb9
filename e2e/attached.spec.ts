/**
 * The page attached to the Node host, and the real kubectl on the PATH, on the same cluster: what one prints, the other
 * prints. Ages and what a second call cannot repeat are masked, nothing else.
 *
 * The kubectl on the PATH may be older than the 1.36 that the page speaks. Left out because their text is known to
 * differ between 1.32 and 1.36, or from call to call: `version` (its own number), `--help` and `options` (flags came
 * and went), `create` without arguments (its help), `config` (local files), `logs -l` (pods in the order of a Go map),
 * `describe configmap` of several keys (the same). In `describe pod` the page names the container of an event.
 * The 1.32 on the machine where this was written is a wrapper's build, which begins some errors with `Error:` or a log line
 * where upstream's says `error:`; lines that meet those are left out, too.
 * Not yet alike: `explain` of a field whose type has words of its own, help texts, and `get events --sort-by=.metadata.name` (names
 * that differ in hexadecimal digits).
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import { MORE_READS, MORE_TIMED, SLIPS, ZOO } from './attached.lines.ts'

const dir = mkdtempSync(join(tmpdir(), 'kubarium-attached-'))
const hasKubectl = spawnSync('kubectl', ['version', '--client']).status === 0
if (!hasKubectl) console.warn('SKIPPED: no kubectl on the PATH, nothing to compare the page with')

let server: ChildProcess | undefined
let address = ''

test.beforeAll(async () => {
  const args = ['--port', '0', '--nodes', '2', '--ui', '--kubeconfig', join(dir, 'config')]
  server = spawn(process.execPath, ['dist-server/main.js', ...args])
  let said = ''
  server.stdout?.on('data', (d: Buffer) => {
    said += d.toString()
  })
  server.stderr?.on('data', (d: Buffer) => {
    said += d.toString()
  })
  await expect
    .poll(() => /The page is at (\S+)/.exec(said)?.[1] ?? '', { timeout: 30_000 })
    .not.toBe('')
  address = /The page is at (\S+)/.exec(said)?.[1] ?? ''
})

test.afterAll(() => {
  server?.kill()
  rmSync(dir, { recursive: true, force: true })
})

async function attach(page: Page): Promise<void> {
  await page.goto(`${address}&lang=en&theme=dark`)
  await page.evaluate(() => window.kubarium.ready)
  await expect(page.getByTestId('control-plane')).toBeVisible()
}

interface Said {
  stdout: string
  stderr: string
  code: number
}

/** Our kubectl, in the page's terminal. */
function ours(page: Page, line: string, stdin?: string): Promise<Said> {
  return page.evaluate(
    ([l, s]) =>
      Promise.race([
        window.kubarium.kubectl(l as string, s),
        new Promise<Said>((resolve) =>
          setTimeout(() => resolve({ stdout: '', stderr: 'no end after 5 s', code: -1 }), 5000),
        ),
      ]),
    [line, stdin] as const,
  )
}

/** The kubectl on the PATH. */
function theirs(line: string, stdin?: string): Said {
  const done = spawnSync('sh', ['-c', line], {
    encoding: 'utf8',
    timeout: 5000,
    env: { PATH: process.env.PATH, HOME: dir, TZ: 'UTC', KUBECONFIG: join(dir, 'config') },
    input: stdin ?? '',
  })
  return { stdout: done.stdout, stderr: done.stderr, code: done.status ?? -1 }
}

const WEB = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels: {app: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: nginx
          image: nginx:1.27
          ports: [{containerPort: 80}]
          env: [{name: COLOUR, value: blue}]
          resources: {requests: {cpu: 100m, memory: 64Mi}, limits: {memory: 128Mi}}
          readinessProbe: {httpGet: {path: /, port: 80}}
          volumeMounts: [{name: settings, mountPath: /etc/settings}]
      volumes:
        - name: settings
          configMap: {name: settings}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports: [{name: http, port: 80, targetPort: 80}]
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {colour: blue}
---
apiVersion: v1
kind: Secret
metadata: {name: word}
stringData: {password: hunter2}
`

/** Lines that only read: both see the same paused cluster. */
const READS = [
  'get nodes',
  'get nodes -o wide',
  'get nodes -o name',
  'get node node-1 -o yaml',
  'get node node-1 -o json',
  'get node node-1 --show-labels',
  'get nodes -L kubernetes.io/os,kubernetes.io/arch',
  'get namespaces',
  'get pods -n ns-a',
  'get pods -n ns-a -o wide',
  'get pods -A',
  'get pods -n kube-system -o wide --sort-by=.metadata.name',
  'get pods -n ns-a -o yaml',
  'get pods -n ns-a -o json',
  'get pods -n ns-a -l app=web -o name',
  'get pods -n ns-a --no-headers',
  'get pods -n ns-a --field-selector=status.phase=Running',
  'get pods -n ns-a --field-selector=status.phase=Failed',
  `get pods -n ns-a -o jsonpath='{range .items[*]}{.metadata.name}{"\\t"}{.status.podIP}{"\\n"}{end}'`,
  `get pods -n ns-a -o jsonpath='{.items[?(@.status.phase=="Running")].spec.nodeName}'`,
  'get pods -n ns-a -o custom-columns=NAME:.metadata.name,IMAGE:.spec.containers[*].image,NONE:.spec.nothing',
  `get pods -n ns-a -o go-template='{{range .items}}{{.metadata.name}} {{len .spec.containers}}{{"\\n"}}{{end}}'`,
  'get deploy,rs,svc,cm,secret -n ns-a',
  'get all -n ns-a',
  'get all -n ns-a -o wide',
  'get deployment web -n ns-a -o yaml',
  'get deployment web -n ns-a -o yaml --show-managed-fields',
  'get secret word -n ns-a -o yaml',
  'get endpointslices -n ns-a',
  'get endpoints -n ns-a',
  'get events -n ns-a',
  'get events -n ns-a -o name',
  'get sa,roles,rolebindings -n kube-system',
  'get clusterroles',
  'get storageclasses,priorityclasses,crd',
  'get leases -n kube-node-lease',
  'get --raw /version',
  'get --raw /api/v1/namespaces/ns-a',
  'get --raw /healthz',
  'get jobs -n ns-a',
  'describe node node-1',
  'describe deployment web -n ns-a',
  'describe rs -n ns-a',
  'describe pods -n ns-a',
  'describe service web -n ns-a',
  'describe configmap settings -n ns-a',
  'describe secret word -n ns-a',
  'describe namespace ns-a',
  'describe clusterrole view',
  'describe clusterrolebinding cluster-admin',
  'describe serviceaccount default -n ns-a',
  'describe endpointslices -n ns-a',
  'api-resources',
  'api-resources -o wide',
  'api-resources --namespaced=false -o name',
  'api-resources --api-group=apps',
  'api-versions',
  'explain deployment.spec.replicas',
  'explain service.spec.type',
  'explain configmap --recursive',
  'explain pod.spec.nothing',
  'rollout status deployment/web -n ns-a',
  'rollout history deployment/web -n ns-a',
  'rollout history deployment/web -n ns-a --revision=1',
  'auth can-i create pods -n ns-a',
  'auth can-i get pods --as=system:serviceaccount:ns-a:default -n ns-a',
  'auth can-i --list --as=system:serviceaccount:ns-a:default -n ns-a',
  'auth whoami',
  'wait --for=condition=Available deployment/web -n ns-a --timeout=5s',
]

/** Lines that reach a kubelet, which takes a moment: compared while time runs. */
const TIMED = [
  'logs deploy/web -n ns-a --tail=0',
  'logs nope -n ns-a',
  'exec deploy/web -n ns-a -- cat /etc/settings/colour',
  `exec deploy/web -n ns-a -- sh -c 'exit 3'`,
]

/** Lines that write: ours in one namespace, theirs in its twin. */
const WRITES = [
  'label deployment web tier=front -n NS',
  'label deployment web tier=front -n NS',
  'label deployment web tier=back -n NS',
  'label deployment web tier=back --overwrite -n NS',
  'label deployment web tier- -n NS',
  'annotate deployment web note=hello -n NS',
  'annotate deployment web note- -n NS',
  'scale deployment web --replicas=3 -n NS',
  'scale deployment web --current-replicas=7 --replicas=4 -n NS',
  'set image deployment/web nginx=nginx:1.28 -n NS',
  'set image deployment/web nobody=nginx:1.28 -n NS',
  'set env deployment/web COLOUR=red -n NS',
  'set env deployment/web --list -n NS',
  'set resources deployment web --limits=cpu=200m -n NS',
  'rollout restart deployment/web -n NS',
  'rollout pause deployment/web -n NS',
  'rollout pause deployment/web -n NS',
  'rollout resume deployment/web -n NS',
  'rollout undo deployment/web -n NS --dry-run=server',
  `patch deployment web -n NS -p '{"spec":{"minReadySeconds":1}}'`,
  `patch deployment web -n NS -p '{"spec":{"minReadySeconds":1}}'`,
  `patch cm settings -n NS --type=json -p '[{"op":"replace","path":"/data/colour","value":"red"}]'`,
  `patch cm settings -n NS --type=json -p '[{"op":"remove","path":"/data/none"}]'`,
  'create deployment extra --image=busybox --dry-run=client -o yaml -n NS',
  'create deployment extra --image=busybox --dry-run=server -n NS',
  'create configmap more --from-literal=a=1 -n NS',
  'create configmap more --from-literal=a=1 -n NS',
  'create secret generic s1 --from-literal=k=v -n NS',
  'create service clusterip web2 --tcp=80:80 -n NS',
  'create job once --image=busybox -n NS -- true',
  'create cronjob often --image=busybox --schedule="*/5 * * * *" -n NS',
  'create role reader --verb=get,list --resource=pods -n NS',
  'create rolebinding reads --role=reader --serviceaccount=NS:default -n NS',
  'create quota few --hard=pods=20 -n NS',
  'get quota -n NS',
  'expose deployment web --name=web3 --port=8080 --target-port=80 -n NS',
  'autoscale deployment web --min=2 --max=4 -n NS --dry-run=server',
  'run one --image=nginx:1.27 -n NS --dry-run=server',
  'delete cm more -n NS --dry-run=server',
  'delete cm more -n NS',
  'delete cm more -n NS',
  'delete cm more -n NS --ignore-not-found',
  'delete deployment web -n NS --dry-run=server',
  'taint node node-2 k=v:NoSchedule --dry-run=server',
  'cordon node-2 --dry-run=server',
  'drain node-2 --dry-run=server',
]

/** Lines that must fail, the same way. */
const ERRORS = [
  'get pod nope',
  'get nothings',
  'get pods web -n nowhere',
  'get pods -o nonsense',
  'get pods -l "a in (b"',
  'get pods --field-selector=spec.nothing=1',
  'describe pod nope',
  'scale deployment nope --replicas=1',
  'label pod nope a=b',
  'create deployment BAD_NAME --image=nginx',
  'create namespace ns-a',
  'rollout status deployment/nope',
  'logs nope',
  'exec nope -- ls',
  'delete',
  'get',
  'delete deployment nope',
  'explain nothings',
  'set image deployment/web',
  'apply -f nowhere.yaml',
  'expose deployment nope',
  'patch cm settings',
]

/** Manifests given to `-f -`. */
const FILES: readonly [string, string][] = [
  ['diff -n NS -f -', WEB.replace('replicas: 2', 'replicas: 5')],
  ['apply -n NS --dry-run=server -f -', WEB],
  ['apply -n NS --dry-run=client -f -', WEB],
  ['apply -n NS -f -', WEB.replace('colour: blue', 'colour: green')],
  ['apply -n NS --server-side -f -', WEB.replace('colour: blue', 'colour: grey')],
  ['apply -n NS --server-side --force-conflicts -f -', WEB.replace('colour: blue', 'colour: grey')],
  ['apply -n NS -f -', WEB.replace('image: nginx:1.27', 'immage: nginx:1.27')],
  ['apply -n NS -f -', 'kind: ConfigMap\nmetadata: {name: x}\n'],
  ['apply -n NS -f -', 'apiVersion: v1\nkind: Nothing\nmetadata: {name: x}\n'],
  ['create -n NS -f -', WEB],
  ['replace -n NS -f -', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n'],
  ['delete -n NS --dry-run=server -f -', WEB],
  ['get -n NS -f - -o name', WEB],
]

/** Hides ages, the twin namespaces' names, and what the local machine names. */
function masked(s: Said): string {
  const mask = (text: string) =>
    text
      .replace(/\bns-[ab]\b/g, 'ns-x')
      .replace(/\b(\d+[smhd]){1,2}(?= ago|\b)/g, (a, _b, at: number, all: string) =>
        /\n|^/.test(all[at - 1] ?? '\n') || / {2}|\(| /.test(all.slice(at - 1, at)) ? 'AGE' : a,
      )
      .replace(/AGE +/g, 'AGE ')
      .replace(/^( +\w+ +\w+ +AGE kubelet +)spec\.(?:initC|c)ontainers\{\w+\}: /gm, '$1')
      // Since 1.33 ports are named.
      .replace(/^( +(?:Host )?Port: +\d+\/\w+) \(\w+\)$/gm, '$1')
      .replace(/(\/tmp\/)?(LIVE|MERGED)-\d+/g, '$2')
      .replace(/^(---|\+\+\+|diff) .*$/gm, (l) => l.replace(/\t.*$/, ''))
      .replace(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[.\d]*(Z| \+\d{4})?/g, 'TIME')
  return `${mask(s.stdout)}\n--- stderr\n${mask(s.stderr)}\n--- exit ${s.code}`
}

test('prints in the page what the real kubectl prints', async ({ page }) => {
  test.skip(!hasKubectl, 'no kubectl on the PATH')
  test.setTimeout(480_000)
  await attach(page)
  for (const ns of ['ns-a', 'ns-b']) {
    expect((await ours(page, `create namespace ${ns}`)).code).toBe(0)
    for (const file of [WEB, ZOO]) expect(theirs(`kubectl apply -n ${ns} -f -`, file).code).toBe(0)
    for (const what of ['deployment/web', 'sts/db'])
      expect((await ours(page, `rollout status ${what} -n ${ns}`)).code).toBe(0)
  }
  await page.evaluate(() => window.kubarium.advance('30s'))
  const wrong: string[] = []
  let compared = 0
  const answers = async (line: string, stdin?: string) => ({
    mine: masked(await ours(page, line.replaceAll('NS', 'ns-a'), stdin)),
    real: masked(theirs(`kubectl ${line.replaceAll('NS', 'ns-b')}`, stdin)),
  })
  const reads = new Set([...READS, ...MORE_READS, ...ERRORS])
  const compare = async (line: string, stdin?: string) => {
    let { mine, real } = await answers(line, stdin)
    // The order of a Go map, or a second that passed between the two, is not there twice.
    if (mine !== real && reads.has(line)) ({ mine, real } = await answers(line, stdin))
    compared++
    if (process.env.VERBOSE) console.log(line)
    if (mine !== real) wrong.push(`$ kubectl ${line}\n${difference(real, mine)}`)
  }
  for (const line of [...TIMED, ...MORE_TIMED]) await compare(line)
  await page.evaluate(() => window.kubarium.speed(0))
  for (const line of [...READS, ...MORE_READS, ...ERRORS, ...WRITES, ...SLIPS]) await compare(line)
  for (const [line, file] of FILES) await compare(line, file)
  console.log(`${compared} commands compared, ${wrong.length} differ`)
  expect(wrong.join('\n\n')).toBe('')
})

/** From the first line that differs on: five of each, with what cannot be seen made visible. */
function difference(real: string, mine: string): string {
  const [a, b] = [real.split('\n'), mine.split('\n')]
  const from = a.findIndex((l, i) => l !== b[i])
  const at = from < 0 ? a.length : from
  const some = (x: string[], sign: string) =>
    x.slice(at, at + 5).map((l) => `${sign} ${JSON.stringify(l)}`)
  return [`line ${at + 1}`, ...some(a, '- real:'), ...some(b, '+ ours:')].join('\n')
}

test('why, asked in a page that is attached: the verdict, what was tried on copies, and the fix at work', async ({
  page,
}) => {
  await attach(page)
  // The cluster is shared: the story before may have left it standing.
  await page.evaluate(() => window.kubarium.speed(1))
  expect((await ours(page, 'create namespace asked')).code).toBe(0)
  await ours(page, 'create deployment shop --image=nginx:oops -n asked')
  await page.evaluate(() => window.kubarium.advance('20s'))
  await page.locator('[data-testid=pod][data-pod^=shop-]').first().click()
  await page.getByTestId('inspect-why').click()
  await expect(page.getByTestId('verdict')).toContainText('The registry has no image nginx:oops')
  await page.getByTestId('find-fix').click()
  const fix = page.getByTestId('fix').first()
  await expect(fix).toContainText('kubectl set image deployment/shop -n asked nginx=nginx:')
  await expect(fix).toContainText('works: well after', { timeout: 60_000 })
  await expect(page.getByTestId('fixes')).toHaveAttribute('data-left', '0', { timeout: 60_000 })
  await expect(page.getByTestId('what-if')).toBeVisible()
  await fix.getByTestId('apply-fix').click()
  await expect
    .poll(async () => (await ours(page, 'get deployment shop -n asked --no-headers')).stdout, {
      timeout: 60_000,
    })
    .toMatch(/shop +1\/1/)
})
