import './tools.ts'
import { expect, test } from 'vitest'
import type { Walk } from '../cluster/network/http.ts'
import type { TrafficRequest } from '../protocol/protocol.ts'
import { type Ran, run } from '../testing/terminal.ts'
import { Session } from './session.ts'

function apply(s: Session, manifest: string): Ran {
  const done = run(s, 'kubectl apply -f -', manifest)
  expect(done).toMatchObject({ code: 0, err: '' })
  return done
}

function ask(s: Session, request: TrafficRequest): Walk {
  let walk: Walk | undefined
  s.traffic(request, (w) => {
    walk = w
  })
  const until = s.now + 20_000
  while (!walk && s.now < until) s.runUntil(s.now + 50)
  if (!walk) throw new Error('the walk ends')
  return walk
}

const policy = (name: string, spec: string) => `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: ${name}}
spec: ${spec}
`

test('a NetworkPolicy drops what it does not allow, and says which policy it was', () => {
  const s = new Session({ nodes: 2 })
  s.runUntil(20_000)
  run(s, 'kubectl create deployment web --image=nginx:1.27 --port=80')
  run(s, 'kubectl expose deployment web')
  run(s, 'kubectl run client --image=curlimages/curl --labels=role=client -- sleep infinity')
  s.settle(90_000)
  const curl = () => run(s, 'kubectl exec client -- curl -s -m 5 -o /dev/null -w %{http_code} web')
  expect(curl()).toMatchObject({ code: 0, out: '200' })

  apply(s, policy('deny-all', '{podSelector: {}, policyTypes: [Ingress]}'))
  s.runUntil(s.now + 1000)
  expect(curl().code).not.toBe(0)
  const walk = ask(s, { from: 'default/client', host: 'web', port: 80 })
  expect(walk.result).toEqual({ ok: false, why: 'timeout' })
  expect(walk.hops.at(-1)?.note).toMatch(
    /^NetworkPolicy default\/deny-all: ingress to default\/web-\S+ TCP 80 dropped$/,
  )
  // Probes come from the node and pass; the pod stays as it was.
  expect(run(s, 'kubectl get deployment web').out).toContain('1/1')

  const from = 'ingress: [{from: [{podSelector: {matchLabels: {role: client}}}]}]'
  apply(s, policy('allow', `{podSelector: {matchLabels: {app: web}}, ${from}}`))
  s.runUntil(s.now + 1000)
  expect(curl()).toMatchObject({ code: 0, out: '200' })

  apply(s, policy('no-egress', '{podSelector: {}, policyTypes: [Egress]}'))
  s.runUntil(s.now + 1000)
  const dns = ask(s, { from: 'default/client', host: 'web', port: 80 })
  expect(dns.result).toEqual({ ok: false, why: 'dns-unavailable' })
  expect(dns.hops.at(-1)?.note).toContain('default/no-egress: egress from default/client to UDP 53')
})

test('metrics-server shows what nodes and pods use, once it has looked twice', () => {
  const s = new Session({ nodes: 2 })
  s.runUntil(20_000)
  expect(run(s, 'kubectl top nodes')).toMatchObject({
    code: 1,
    err: 'error: Metrics API not available\n',
  })
  s.runUntil(90_000)
  expect(run(s, 'kubectl get apiservice v1beta1.metrics.k8s.io --no-headers').out).toMatch(
    /^v1beta1.metrics.k8s.io +kube-system\/metrics-server +True /,
  )
  const nodes = run(s, 'kubectl top nodes').out.trim().split('\n')
  expect(nodes.map((l) => l.split(/\s+/)[0])).toEqual(['NAME', 'control-1', 'node-1', 'node-2'])
  expect(nodes[2]).toMatch(/^node-1 +\d+m +\d+% +\d+Mi +\d+%/)
  const pods = run(s, 'kubectl top pods -n kube-system').out
  expect(pods).toMatch(/^kube-apiserver-control-1 +45m +250Mi/m)
  const api = run(s, 'kubectl api-resources --api-group=metrics.k8s.io --no-headers').out
  expect(api).toMatch(/^nodes +metrics.k8s.io\/v1beta1 +false +NodeMetrics\npods /)

  run(s, 'kubectl scale deployment metrics-server -n kube-system --replicas=0')
  s.runUntil(s.now + 40_000)
  expect(run(s, 'kubectl top nodes').err).toBe('error: Metrics API not available\n')
  const raw = run(s, 'kubectl get --raw /apis/metrics.k8s.io/v1beta1/nodes')
  expect(raw.err).toContain('the server is currently unable to handle the request')
})

const PHP_APACHE = `apiVersion: apps/v1
kind: Deployment
metadata: {name: php-apache}
spec:
  selector: {matchLabels: {run: php-apache}}
  template:
    metadata: {labels: {run: php-apache}}
    spec:
      containers:
      - name: php-apache
        image: registry.k8s.io/hpa-example
        ports: [{containerPort: 80}]
        resources: {limits: {cpu: 500m}, requests: {cpu: 200m}}
---
apiVersion: v1
kind: Service
metadata: {name: php-apache, labels: {run: php-apache}}
spec:
  ports: [{port: 80}]
  selector: {run: php-apache}
`

test('the autoscaler follows the load up, and down after its stabilization', () => {
  const s = new Session({ nodes: 3, keepRecords: 20_000 })
  s.runUntil(60_000)
  apply(s, PHP_APACHE)
  run(s, 'kubectl autoscale deployment php-apache --cpu=50% --min=1 --max=10')
  s.runUntil(s.now + 90_000)
  const replicas = () =>
    Number(run(s, "kubectl get deployment php-apache -o jsonpath='{.spec.replicas}'").out)
  expect(replicas()).toBe(1)
  expect(run(s, 'kubectl get hpa php-apache --no-headers').out).toContain('cpu: 0%/50%')

  const loop = 'while true; do wget -q -O- http://php-apache; done'
  const made = run(
    s,
    `kubectl run load-generator --image=busybox:1.28 --restart=Never -- /bin/sh -c "${loop}"`,
  )
  expect(made.err).toBe('')
  s.runUntil(s.now + 240_000)
  const busy = replicas()
  expect(busy).toBeGreaterThanOrEqual(5)
  const events = run(s, 'kubectl get events --field-selector reason=SuccessfulRescale').out
  expect(events).toContain('cpu resource utilization (percentage of request) above target')

  run(s, 'kubectl delete pod load-generator --now')
  s.runUntil(s.now + 240_000)
  expect(replicas()).toBe(busy)
  s.runUntil(s.now + 180_000)
  expect(replicas()).toBe(1)
})

test('a LoadBalancer Service gets an address that the client outside reaches through ready nodes', () => {
  const s = new Session({ nodes: 3 })
  s.runUntil(20_000)
  run(s, 'kubectl create deployment web --image=nginx:1.27 --replicas=2')
  run(s, 'kubectl expose deployment web --port=80 --type=LoadBalancer')
  expect(run(s, 'kubectl get service web').out).toContain('<pending>')
  s.runUntil(s.now + 60_000)
  expect(run(s, 'kubectl get service web').out).toMatch(/LoadBalancer +\S+ +203\.0\.113\.11 +80:/)
  const said = run(s, 'kubectl describe service web').out
  expect(said).toMatch(
    /Normal +EnsuringLoadBalancer +\S+ +service-controller +Ensuring load balancer/,
  )
  expect(said).toMatch(
    /Normal +EnsuredLoadBalancer +\S+ +service-controller +Ensured load balancer/,
  )

  const entries = () => {
    const nodes = new Set<string>()
    for (let i = 0; i < 20; i++) {
      const walk = ask(s, { from: 'client', host: '203.0.113.11', port: 80 })
      expect(walk.result.ok).toBe(true)
      nodes.add(walk.hops.find((h) => h.kind === 'node')?.place ?? '')
    }
    return [...nodes].sort()
  }
  expect(entries()).toEqual(['node-1', 'node-2', 'node-3'])
  run(s, `kubectl patch service web -p '{"spec":{"externalTrafficPolicy":"Local"}}'`)
  s.runUntil(s.now + 5000)
  const where = run(s, `kubectl get pods -l app=web -o jsonpath='{.items[*].spec.nodeName}'`).out
  expect(entries()).toEqual(where.split(' ').sort())

  run(s, `kubectl patch service web -p '{"spec":{"loadBalancerSourceRanges":["10.0.0.0/8"]}}'`)
  s.runUntil(s.now + 5000)
  const kept = ask(s, { from: 'client', host: '203.0.113.11', port: 80 })
  expect(kept.hops.at(-1)?.note).toBe('203.0.113.7 is in none of its loadBalancerSourceRanges')

  expect(run(s, 'kubectl delete service web').code).toBe(0)
  expect(run(s, 'kubectl get service web').code).toBe(1)
  expect(ask(s, { from: 'client', host: '203.0.113.11', port: 80 }).result.ok).toBe(false)
})

const INGRESS = `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: shop}
spec:
  rules:
  - host: shop.example.com
    http:
      paths:
      - {path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}
      - {path: /echo, pathType: Prefix, backend: {service: {name: echo, port: {number: 80}}}}
      - {path: /gone, pathType: Prefix, backend: {service: {name: nobody, port: {number: 80}}}}
`

test('an Ingress made before its controller is up is taken over when it comes', () => {
  const s = new Session({ nodes: 1 })
  s.runUntil(5000)
  apply(s, INGRESS)
  expect(run(s, 'kubectl get ingress shop -o jsonpath={.status.loadBalancer}').out).toBe('{}')
  s.runUntil(120_000)
  expect(run(s, 'kubectl get events --no-headers').out).toMatch(/Sync +ingress\/shop +Scheduled/)
  expect(run(s, 'kubectl get ingress shop --no-headers').out).toContain('203.0.113.10')
})

test('an Ingress gets an address, and its hosts and paths lead to their Services', () => {
  const s = new Session({ nodes: 2 })
  s.runUntil(20_000)
  run(s, 'kubectl create deployment web --image=nginx:1.27')
  run(s, 'kubectl expose deployment web --port=80')
  run(s, 'kubectl create deployment echo --image=hashicorp/http-echo -- /http-echo -text=hi')
  run(s, 'kubectl expose deployment echo --port=80 --target-port=5678')
  s.runUntil(60_000)
  apply(s, INGRESS)
  s.runUntil(s.now + 70_000)
  expect(run(s, 'kubectl get ingress shop --no-headers').out).toMatch(
    /^shop +nginx +shop\.example\.com +203\.0\.113\.10 +80 /,
  )
  expect(run(s, 'kubectl describe ingress shop').out).toMatch(
    /Normal +Sync +\S+ .*nginx-ingress-controller +Scheduled for sync/,
  )
  const get = (host: string, path: string) => {
    const { result } = ask(s, { from: 'client', host, port: 80, path })
    return result.ok ? result.response : { status: 0, body: result.why }
  }
  expect(get('shop.example.com', '/').body).toContain('Welcome to nginx!')
  expect(get('shop.example.com', '/echo')).toMatchObject({ status: 200, body: 'hi\n' })
  expect(get('shop.example.com', '/gone').status).toBe(503)
  expect(get('203.0.113.10', '/').status).toBe(404)
  expect(run(s, 'kubectl logs -n kube-system deploy/ingress-nginx-controller').out).toContain(
    '"GET /echo HTTP/1.1" 200 3 "-" "-" [default-echo-80]',
  )
})
