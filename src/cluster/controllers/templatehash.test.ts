import '../../session/tools.ts'
import { expect, test } from 'vitest'
import { Session } from '../../session/session.ts'
import { run } from '../../testing/terminal.ts'

const RICH = JSON.stringify({
  spec: {
    template: {
      spec: {
        containers: [
          {
            name: 'nginx',
            livenessProbe: { httpGet: { path: '/live', port: 'http' }, initialDelaySeconds: 5 },
            readinessProbe: { tcpSocket: { port: 8080 }, failureThreshold: 5 },
            startupProbe: { exec: { command: ['true'] } },
            lifecycle: { preStop: { sleep: { seconds: 3 } } },
          },
        ],
        nodeSelector: { disk: 'fast' },
        priorityClassName: 'system-node-critical',
        topologySpreadConstraints: [
          {
            maxSkew: 1,
            topologyKey: 'zone',
            whenUnsatisfiable: 'ScheduleAnyway',
            labelSelector: { matchLabels: { app: 'web' } },
          },
        ],
      },
    },
  },
})

const set = (name: string, container: string, image: string) => `kubectl apply -f - <<'EOF'
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: ${name}}
spec:
  serviceName: ${name}
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec: {containers: [{name: ${container}, image: "${image}"}]}
EOF`

/** What a real 1.36.2 control plane named what these lines made. */
const ACTS: readonly (readonly [line: string, name: string])[] = [
  ['kubectl create deployment web --image=nginx:1.27', 'web-7d876db474'],
  ['kubectl set resources deployment/web --requests=cpu=200m', 'web-865f55cbdc'],
  ['kubectl set resources deployment/web --requests=cpu=64', 'web-6d7dcc8bbd'],
  ['kubectl delete deployment web; kubectl create deployment web --image=nginx:1.27', ''],
  ['kubectl rollout pause deployment/web; kubectl set image deployment/web nginx=nginx:1.28', ''],
  ['kubectl set resources deployment/web -c nginx --limits=cpu=200m,memory=64Mi', ''],
  ['kubectl rollout resume deployment/web', 'web-5855d58c64'],
  ['kubectl delete deployment web; kubectl create deployment web --image=nginx:1.27', ''],
  [`kubectl patch deployment web -p '${RICH}'`, 'web-6845469c66'],
  ['kubectl create deployment c --image=nginx:1.27', 'c-7ffc49ff57'],
  [
    `kubectl patch deployment c -p '{"spec":{"template":{"spec":{"nodeSelector":{"disk":"nowhere"}}}}}'`,
    'c-7c8f688b7f',
  ],
  ['kubectl create deployment high --image=nginx:1.27', 'high-5b4fbfc7dd'],
  [set('web', 'web', 'nginx:1.27'), 'web-58766555d5'],
  [set('web', 'web', 'nginx:1.28'), 'web-ccff64dfb'],
  [set('db', 'pg', 'postgres:16'), 'db-7bf4698b88'],
]

test('ReplicaSets and revisions have the names that a real cluster gives them', () => {
  const s = new Session({ nodes: 2, bare: true, hollow: true })
  s.runUntil(5000)
  for (const [line, name] of ACTS) {
    run(s, line)
    s.runUntil(s.now + 3000)
    const names = s
      .objects()
      .filter((o) => o.kind === 'ReplicaSet' || o.kind === 'ControllerRevision')
      .map((o) => o.metadata.name)
    if (name) expect.soft(names, line).toContain(name)
  }
})
