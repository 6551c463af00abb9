/** Commands against the real API server in this process, with stand-in kubelets; what they print, to the letter. */
import '../every.ts'
import { describe, expect, it } from 'vitest'
import type { ApiRequest, UserInfo } from '../../cluster/api/transport.ts'
import { Cluster, DEFAULT_CONFIG } from '../../cluster/cluster.ts'
import { spawn } from '../../cluster/sim/task.ts'
import type { KubectlCache } from '../kubectl.ts'
import { completeLine, runLine } from '../line.ts'

const ADMIN: UserInfo = { name: 'admin', groups: ['system:masters', 'system:authenticated'] }
const LINE_MS = 60_000

class Terminal {
  private readonly cluster = new Cluster({ ...DEFAULT_CONFIG, bare: true, hollow: true })
  private readonly cache: KubectlCache = {}
  readonly files = new Map<string, string>()

  constructor() {
    this.cluster.world.clock.run({ until: 10_000 })
  }

  private get deps() {
    const { api, world } = this.cluster
    return {
      world,
      cache: this.cache,
      *request(r: Omit<ApiRequest, 'cause'>) {
        return yield* api.handle({ ...r, user: ADMIN, cause: 0 })
      },
    }
  }

  private wait(done: () => boolean): void {
    const { clock } = this.cluster.world
    const limit = clock.now + LINE_MS
    while (!done() && clock.now < limit) clock.run({ until: Math.min(clock.now + 20, limit) })
  }

  run(line: string): { out: string; err: string; code: number | undefined } {
    const result = { out: '', err: '', code: undefined as number | undefined }
    const io = {
      files: this.files,
      stdout: (t: string) => {
        result.out += t
      },
      stderr: (t: string) => {
        result.err += t
      },
    }
    const { deps } = this
    spawn(this.cluster.world, 'test', line, function* () {
      result.code = yield* runLine(deps, line, io)
    })
    this.wait(() => result.code !== undefined)
    return result
  }

  complete(line: string): string[] {
    let found: string[] | undefined
    const { deps, files } = this
    spawn(this.cluster.world, 'test', line, function* () {
      found = yield* completeLine(deps, line, line.length, files)
    })
    this.wait(() => found !== undefined)
    return found ?? []
  }
}

/** An age, with the blanks that depend on its length. */
const ANY_AGE = /\b\d+s\b( +)?/g

/** Plays lines one after the other; each must print exactly this. */
function play(lines: readonly (readonly [string, string])[]): void {
  const terminal = new Terminal()
  for (const [line, want] of lines) {
    const { out, err, code } = terminal.run(line)
    const text = out + err + (code ? `[exit ${code}]\n` : '')
    expect(`$ ${line}\n${text.replace(ANY_AGE, (_, pad) => (pad ? '<age>   ' : '<age>'))}`).toBe(
      `$ ${line}\n${want}`,
    )
  }
}

describe('commands', () => {
  it('make, show and remove objects', () => {
    play([
      ['kubectl create configmap conf --from-literal=a=1', 'configmap/conf created\n'],
      ['kubectl get cm conf', 'NAME   DATA   AGE\nconf   1      <age>\n'],
      ["kubectl get cm conf -o jsonpath='{.data}'", '{"a":"1"}'],
      ['kubectl label cm conf tier=x', 'configmap/conf labeled\n'],
      ['kubectl annotate cm conf note=y', 'configmap/conf annotated\n'],
      ['kubectl patch cm conf -p \'{"data":{"a":"2"}}\'', 'configmap/conf patched\n'],
      ['kubectl patch cm conf -p \'{"data":{"a":"2"}}\'', 'configmap/conf patched (no change)\n'],
      ['kubectl get cm -l tier=x -L tier', 'NAME   DATA   AGE   TIER\nconf   1      <age>   x\n'],
      ['kubectl delete cm conf', 'configmap "conf" deleted\n'],
      [
        'kubectl get cm conf',
        'Error from server (NotFound): configmaps "conf" not found\n[exit 1]\n',
      ],
      ['kubectl get pods', 'No resources found in default namespace.\n'],
    ])
  })

  it('apply, diff and replace manifests', () => {
    const manifest = (v: string) =>
      `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\ndata: {v: "${v}"}\n`
    const apply = (v: string, verb: string) => `kubectl ${verb} -f - <<EOF\n${manifest(v)}EOF`
    play([
      [apply('1', 'apply'), 'configmap/m created\n'],
      [apply('1', 'apply'), 'configmap/m unchanged\n'],
      [apply('2', 'apply'), 'configmap/m configured\n'],
      [apply('2', 'apply --dry-run=server'), 'configmap/m unchanged (server dry run)\n'],
      [apply('2', 'diff'), ''],
      [apply('3', 'replace'), 'configmap/m replaced\n'],
      ['kubectl get cm m -o jsonpath={.data.v}', '3'],
      [apply('3', 'delete'), 'configmap "m" deleted\n'],
      ['kubectl apply -f none.yaml', 'error: the path "none.yaml" does not exist\n[exit 1]\n'],
    ])
  })

  it('run, scale and roll deployments', () => {
    play([
      [
        'kubectl create deployment web --image=nginx:1 --replicas=2',
        'deployment.apps/web created\n',
      ],
      ['sleep 2; kubectl rollout status deploy/web', 'deployment "web" successfully rolled out\n'],
      ['kubectl set image deploy/web nginx=nginx:2', 'deployment.apps/web image updated\n'],
      ['sleep 5; kubectl rollout history deploy/web', HISTORY],
      ['kubectl rollout undo deploy/web', 'deployment.apps/web rolled back\n'],
      ['kubectl scale deploy web --replicas=1', 'deployment.apps/web scaled\n'],
      ['kubectl expose deploy web --port=80', 'service/web exposed\n'],
      [
        'kubectl autoscale deploy web --max=3',
        'horizontalpodautoscaler.autoscaling/web autoscaled\n',
      ],
      ['kubectl rollout pause deploy/web', 'deployment.apps/web paused\n'],
      ['kubectl set env deploy/web A=1', 'deployment.apps/web env updated\n'],
      ['kubectl set env deploy/web --list', '# Deployment web, container nginx\nA=1\n'],
      ['kubectl wait --for=condition=Available deploy/web', 'deployment.apps/web condition met\n'],
    ])
  })

  it('tend nodes', () => {
    play([
      ['kubectl cordon node-1', 'node/node-1 cordoned\n'],
      ['kubectl cordon node-1', 'node/node-1 already cordoned\n'],
      ['kubectl drain node-1', 'node/node-1 already cordoned\nnode/node-1 drained\n'],
      ['kubectl uncordon node-1', 'node/node-1 uncordoned\n'],
      ['kubectl taint node node-1 a=b:NoSchedule', 'node/node-1 tainted\n'],
      ['kubectl taint node node-1 a-', 'node/node-1 untainted\n'],
    ])
  })

  it('refuse what they do not understand', () => {
    play([
      [
        'kubectl get widgets',
        'error: the server doesn\'t have a resource type "widgets"\n[exit 1]\n',
      ],
      [
        'kubectl get pods --foo',
        "error: unknown flag: --foo\nSee 'kubectl get --help' for usage.\n[exit 1]\n",
      ],
      [
        'kubectl rollout spin',
        'error: unknown command "spin"\nSee \'kubectl rollout -h\' for help and examples\n[exit 1]\n',
      ],
      ['kubectl create deployment x', 'error: required flag(s) "image" not set\n[exit 1]\n'],
      ['kubectl top nodes', 'error: Metrics API not available\n[exit 1]\n'],
    ])
  })

  it('tell about the cluster', () => {
    play([
      ['kubectl config current-context', 'kubernetes-admin@kubernetes\n'],
      ['kubectl config set-context --current --namespace=x', CONTEXT_MODIFIED],
      ['kubectl get pods', 'No resources found in x namespace.\n'],
      ['kubectl auth can-i create pods', 'yes\n'],
      ['kubectl explain pod.spec.nope', EXPLAIN_NOPE],
      ['kubectl api-resources --api-group=batch -o name', 'cronjobs.batch\njobs.batch\n'],
    ])
  })
})

const HISTORY = `deployment.apps/web 
REVISION  CHANGE-CAUSE
1         <none>
2         <none>

`
const CONTEXT_MODIFIED = 'Context "kubernetes-admin@kubernetes" modified.\n'
const EXPLAIN_NOPE = `KIND:       Pod
VERSION:    v1

error: field "nope" does not exist
[exit 1]
`

describe('describe', () => {
  it('lays out a pod without a node', () => {
    const terminal = new Terminal()
    terminal.run(
      `kubectl run p --image=x --overrides='{"spec":{"nodeSelector":{"no":"where"},"automountServiceAccountToken":false}}'`,
    )
    const { out } = terminal.run('kubectl describe pod p --show-events=false')
    expect(out).toBe(`Name:             p
Namespace:        default
Priority:         0
Service Account:  default
Node:             <none>
Labels:           run=p
Annotations:      <none>
Status:           Pending
IP:               
IPs:              <none>
Containers:
  p:
    Image:        x
    Port:         <none>
    Host Port:    <none>
    Environment:  <none>
    Mounts:       <none>
Conditions:
  Type           Status
  PodScheduled   False 
Volumes:         <none>
QoS Class:       BestEffort
Node-Selectors:  no=where
Tolerations:     node.kubernetes.io/not-ready:NoExecute op=Exists for 300s
                 node.kubernetes.io/unreachable:NoExecute op=Exists for 300s
`)
  })
})

describe('selections', () => {
  it('read files through a selector and refuse mixtures', () => {
    const terminal = new Terminal()
    const doc = (name: string) =>
      `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, labels: {app: ${name}}}\n`
    terminal.files.set('all.yaml', `${doc('one')}---\n${doc('two')}`)
    const said = (line: string) => {
      const { out, err } = terminal.run(line)
      return out + err
    }
    expect(said('kubectl apply -f all.yaml -l app=one')).toBe('configmap/one created\n')
    expect(said('kubectl create -f all.yaml -l app!=one')).toBe('configmap/two created\n')
    expect(said('kubectl delete -f all.yaml -l app=none')).toBe('No resources found\n')
    expect(said('kubectl delete -f all.yaml cm/one')).toBe(
      'error: resource/name arguments cannot be provided when a path is specified\n',
    )
    expect(said('kubectl delete cm one --all')).toBe(
      'error: name cannot be provided when a selector is specified\n',
    )
    expect(said('kubectl delete -l app=one')).toBe(
      'error: at least one resource must be specified to use a selector\n',
    )
    expect(said('kubectl label cm --all -l app=one a=b')).toBe(
      'error: cannot set --all and --selector at the same time\n',
    )
  })

  it('keep the command line with --record', () => {
    play([
      ['kubectl create deploy web --image=y:1', 'deployment.apps/web created\n'],
      [
        'kubectl set image deploy/web y=y:2 --record',
        'deployment.apps/web image updated\nFlag --record has been deprecated, --record will be removed in the future\n',
      ],
      [
        "kubectl get deploy web -o jsonpath='{.metadata.annotations.kubernetes\\.io/change-cause}'",
        'kubectl set image deploy/web y=y:2 --record=true',
      ],
    ])
  })
})

describe('debug', () => {
  it('adds containers and copies pods', () => {
    play([
      ['kubectl run p --image=x', 'pod/p created\n'],
      ['kubectl debug p --image=y -c one -q', ''],
      ['kubectl debug p --image=y -c two -q -- ls', ''],
      [
        "kubectl get pod p -o jsonpath='{range .spec.ephemeralContainers[*]}{.name}{.command}{end}'",
        'onetwo["ls"]',
      ],
      ['kubectl debug p --copy-to=q --set-image=p=z', ''],
      ["kubectl get pod q -o jsonpath='{.spec.containers[*].image}'", 'z'],
      ['kubectl debug p', 'error: you must specify --image when not using --copy-to.\n[exit 1]\n'],
    ])
  })
})

describe('completion', () => {
  const terminal = new Terminal()
  it.each([
    ['kubectl ro', ['rollout']],
    ['kubectl rollout un', ['undo']],
    ['kubectl get nod', ['nodes']],
    ['kubectl get nodes node-', ['node-1', 'node-2', 'node-3']],
    ['kubectl describe node/node-2', ['node/node-2']],
    ['kubectl get pods -n kube-s', ['kube-system']],
    ['kubectl get pods --all-n', ['--all-namespaces']],
    ['kube', ['kubectl']],
  ])('%s', (line, want) => {
    expect(terminal.complete(line)).toEqual(want)
  })
})
