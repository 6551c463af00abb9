/**
 * Clients that we did not write, against the Node host: the kubectl on the PATH (and others named by KUBECTLS), and
 * @kubernetes/client-node.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import {
  AppsV1Api,
  CoreV1Api,
  Exec,
  KubeConfig,
  Log,
  makeInformer,
  PatchStrategy,
  PortForward,
  setHeaderOptions,
} from '@kubernetes/client-node'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeRequest } from '../testing/certificates.ts'

const dir = mkdtempSync(join(tmpdir(), 'kubarium-'))
const kubeconfig = join(dir, 'config')
let server: ChildProcess | undefined

beforeAll(async () => {
  await build({
    logLevel: 'error',
    build: {
      ssr: 'src/server/main.ts',
      outDir: join(process.cwd(), '.cache/clients-test'),
      emptyOutDir: true,
    },
  })
  const args = [
    '.cache/clients-test/main.js',
    '--port',
    '0',
    '--nodes',
    '2',
    '--speed',
    '20',
    '--kubeconfig',
    kubeconfig,
  ]
  server = spawn(process.execPath, args, { stdio: 'ignore' })
  const until = Date.now() + 30_000
  while (!existsSync(kubeconfig) && Date.now() < until) await pause(100)
  await pause(1500)
}, 60_000)

afterAll(() => {
  server?.kill()
  rmSync(dir, { recursive: true, force: true })
})

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** Tries until it holds, for what takes real time. */
async function eventually<T>(ask: () => Promise<T>, holds: (v: T) => boolean): Promise<T> {
  const until = Date.now() + 20_000
  for (;;) {
    const v = await ask()
    if (holds(v) || Date.now() > until) return v
    await pause(150)
  }
}

const kubectls = (process.env.KUBECTLS ?? 'kubectl')
  .split(',')
  .filter((k) => spawnSync(k, ['version', '--client']).status === 0)
if (kubectls.length === 0) console.warn('SKIPPED: no kubectl on the PATH')

describe.skipIf(kubectls.length === 0).each(kubectls)('real %s', (binary) => {
  const run = (line: string[], input?: string) => {
    const done = spawnSync(binary, line, {
      encoding: 'utf8',
      timeout: 40_000,
      env: { ...process.env, KUBECONFIG: kubeconfig },
      ...(input === undefined ? {} : { input }),
    })
    return { out: done.stdout, err: done.stderr, code: done.status }
  }

  test('creates, waits, lists, explains, deletes', () => {
    expect(run(['create', 'deployment', 'web', '--image=nginx:1.27', '--replicas=2']).out).toBe(
      'deployment.apps/web created\n',
    )
    expect(run(['rollout', 'status', 'deployment/web', '--timeout=30s']).out).toContain(
      'successfully rolled out',
    )
    expect(run(['get', 'pods', '-l', 'app=web', '-o', 'name']).out.trim().split('\n')).toHaveLength(
      2,
    )
    expect(run(['explain', 'deployment.spec.replicas']).out).toContain('FIELD: replicas <integer>')
    expect(run(['get', 'pod', 'nope']).err).toBe(
      'Error from server (NotFound): pods "nope" not found\n',
    )
  })

  test('applies on both sides, and sees conflicts', () => {
    const map = (v: string) =>
      `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {colour: ${v}}\n`
    expect(run(['apply', '-f', '-'], map('blue')).out).toBe('configmap/settings created\n')
    expect(run(['apply', '-f', '-'], map('blue')).out).toBe('configmap/settings unchanged\n')
    expect(
      run(['apply', '--server-side', '--field-manager=ann', '-f', '-'], map('red')).err,
    ).toContain('Apply failed with 1 conflict')
    expect(run(['delete', 'cm', 'settings']).code).toBe(0)
  })

  test('gets a certificate, and comes in with it', () => {
    const { pem, privateKey } = makeRequest({ name: 'alice', organization: ['devs'] })
    const files = { request: join(dir, 'a.csr'), key: join(dir, 'a.key'), cert: join(dir, 'a.crt') }
    writeFileSync(files.key, privateKey.export({ type: 'pkcs8', format: 'pem' }))
    const ask = {
      apiVersion: 'certificates.k8s.io/v1',
      kind: 'CertificateSigningRequest',
      metadata: { name: 'alice' },
      spec: {
        request: Buffer.from(pem).toString('base64'),
        signerName: 'kubernetes.io/kube-apiserver-client',
        usages: ['client auth'],
      },
    }
    expect(run(['create', '-f', '-'], JSON.stringify(ask)).code).toBe(0)
    expect(run(['certificate', 'approve', 'alice']).code).toBe(0)
    const issued = 'jsonpath={.status.certificate}'
    expect(run(['wait', 'csr/alice', `--for=${issued}`, '--timeout=20s']).code).toBe(0)
    const { out } = run(['get', 'csr', 'alice', '-o', issued])
    writeFileSync(files.cert, Buffer.from(out, 'base64'))
    const server = run(['config', 'view', '-o', 'jsonpath={.clusters[0].cluster.server}']).out
    const root = ['get', 'cm', 'kube-root-ca.crt', '-o', 'jsonpath={.data.ca\\.crt}']
    writeFileSync(join(dir, 'ca.crt'), run(root).out)
    writeFileSync(join(dir, 'none'), '')
    const alice = [
      `--kubeconfig=${join(dir, 'none')}`,
      `--server=${server}`,
      `--certificate-authority=${join(dir, 'ca.crt')}`,
      `--client-certificate=${files.cert}`,
      `--client-key=${files.key}`,
    ]
    expect(run([...alice, 'auth', 'whoami', '-o', 'jsonpath={.status.userInfo.groups}']).out).toBe(
      '["devs","system:authenticated"]',
    )
    expect(run([...alice, 'get', 'pods']).err).toContain('User "alice" cannot list resource "pods"')
  })

  test('reads logs, runs commands with their exit codes, copies nothing it should not', () => {
    expect(run(['logs', 'deploy/web']).out).toContain('start worker processes')
    const done = run(['exec', 'deploy/web', '--', 'sh', '-c', 'echo out; echo err >&2; exit 3'])
    expect(done).toMatchObject({ out: 'out\n', code: 3 })
    expect(done.err).toContain('err\n')
    expect(run(['exec', '-i', 'deploy/web', '--', 'cat'], 'through stdin').out).toBe(
      'through stdin',
    )
    expect(run(['delete', 'deployment', 'web', '--wait=false']).code).toBe(0)
  })
})

describe('@kubernetes/client-node', () => {
  const load = () => {
    const config = new KubeConfig()
    config.loadFromFile(kubeconfig)
    return config
  }

  test('informs, patches, scales', async () => {
    const config = load()
    const apps = config.makeApiClient(AppsV1Api)
    const core = config.makeApiClient(CoreV1Api)
    const seen: string[] = []
    const list = () =>
      core.listNamespacedPod({ namespace: 'default', labelSelector: 'app=informed' })
    const informer = makeInformer(config, '/api/v1/namespaces/default/pods', list, 'app=informed')
    informer.on('add', (pod) => seen.push(pod.metadata?.name ?? ''))
    informer.on('error', () => undefined)
    await informer.start()
    await apps.createNamespacedDeployment({
      namespace: 'default',
      body: {
        metadata: { name: 'informed' },
        spec: {
          replicas: 1,
          selector: { matchLabels: { app: 'informed' } },
          template: {
            metadata: { labels: { app: 'informed' } },
            spec: { containers: [{ name: 'c', image: 'nginx:1.27' }] },
          },
        },
      },
    })
    await apps.patchNamespacedDeployment(
      { name: 'informed', namespace: 'default', body: { spec: { replicas: 3 } } },
      setHeaderOptions('Content-Type', PatchStrategy.MergePatch),
    )
    await eventually(
      async () => seen.length,
      (n) => n >= 3,
    )
    expect(new Set(seen).size).toBe(3)
    const ready = await eventually(
      async () =>
        (await apps.readNamespacedDeployment({ name: 'informed', namespace: 'default' })).status
          ?.readyReplicas ?? 0,
      (n) => n === 3,
    )
    expect(ready).toBe(3)
    await informer.stop()
  })

  test('executes, follows logs, forwards a port', async () => {
    const config = load()
    const core = config.makeApiClient(CoreV1Api)
    const pods = await core.listNamespacedPod({
      namespace: 'default',
      labelSelector: 'app=informed',
    })
    const name = pods.items[0]?.metadata?.name ?? ''
    const out = new PassThrough()
    let text = ''
    out.on('data', (d: Buffer) => {
      text += d.toString()
    })
    const status = await new Promise<{ status?: string }>((resolve, reject) => {
      new Exec(config)
        .exec('default', name, 'c', ['sh', '-c', 'echo hello'], out, null, null, false, resolve)
        .catch(reject)
    })
    expect(status.status).toBe('Success')
    expect(text).toBe('hello\n')

    const lines = new PassThrough()
    let log = ''
    lines.on('data', (d: Buffer) => {
      log += d.toString()
    })
    lines.on('error', () => undefined)
    await new Log(config).log('default', name, 'c', lines, { follow: true })
    await eventually(
      async () => log,
      (l) => l.includes('start worker processes'),
    )
    expect(log).toContain('start worker processes')

    const input = new PassThrough()
    const output = new PassThrough()
    let answer = ''
    output.on('data', (d: Buffer) => {
      answer += d.toString()
    })
    await new PortForward(config).portForward('default', name, [80], output, null, input)
    input.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await eventually(
      async () => answer,
      (a) => a.includes('Welcome'),
    )
    expect(answer).toContain('HTTP/1.1 200 OK')
    input.end()

    // The log ends with its container, and the stream with the log.
    const ended = new Promise((resolve) => lines.once('end', resolve))
    await config
      .makeApiClient(AppsV1Api)
      .deleteNamespacedDeployment({ name: 'informed', namespace: 'default' })
    await ended
  })
})
