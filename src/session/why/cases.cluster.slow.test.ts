import { expect, test } from 'vitest'
import { apply, hold } from '../../testing/whycase.ts'

const pod = (name: string, spec: string) =>
  apply(`apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}}\nspec: ${spec}`)

test('a person without the right to', () => {
  hold({
    steps: [
      'kubectl create namespace shop',
      'kubectl create configmap a --from-literal=k=v -n shop --as=anna',
    ],
    about: 'ConfigMap/shop/a',
    chain: ['why.refused.rbac'],
    says: { user: 'anna', verb: 'create', resource: 'configmaps', namespace: 'shop' },
    fix: /^kubectl create role anna-create-configmaps --verb=create --resource=configmaps -n shop && kubectl create rolebinding/,
  })
})

test('a pod that a quota refuses', () => {
  hold({
    steps: ['kubectl create quota none --hard=pods=0', 2000, 'kubectl run web --image=nginx:1.27'],
    about: 'Pod/web',
    chain: ['why.refused.quota'],
    says: { quota: 'none', limited: 'pods=0' },
    fix: /^kubectl patch resourcequota none/,
  })
})

test('a pod that a LimitRange refuses', () => {
  const range = apply(
    'apiVersion: v1\nkind: LimitRange\nmetadata: {name: small}\nspec: {limits: [{type: Container, max: {cpu: 500m}}]}',
  )
  hold({
    steps: [
      range,
      pod('big', '{containers: [{name: c, image: "nginx:1.27", resources: {limits: {cpu: "1"}}}]}'),
    ],
    about: 'Pod/big',
    chain: ['why.refused.limit'],
    says: { bound: 'maximum', resource: 'cpu', limit: '500m', asked: '1' },
    fix: /^kubectl patch limitrange small/,
  })
})

test('a pod that Pod Security refuses', () => {
  hold({
    steps: [
      'kubectl label namespace default pod-security.kubernetes.io/enforce=baseline',
      pod('root', '{hostNetwork: true, containers: [{name: c, image: "nginx:1.27"}]}'),
    ],
    about: 'Pod/root',
    chain: ['why.refused.podsecurity'],
    says: { level: 'baseline', violations: /host namespaces/ },
    fix: /enforce=privileged/,
  })
})

test('a Deployment whose pods Pod Security refuses', () => {
  hold({
    steps: [
      'kubectl label namespace default pod-security.kubernetes.io/enforce=restricted',
      'kubectl create deployment web --image=nginx:1.27',
    ],
    about: 'Deployment/web',
    chain: ['why.deployment.held', 'why.refused.podsecurity'],
    says: { level: 'restricted' },
    fix: /"runAsNonRoot":true/,
  })
})

test('a ServiceAccount that does not exist', () => {
  hold({
    steps: [
      'kubectl create deployment web --image=nginx:1.27',
      `kubectl patch deployment web -p '{"spec":{"template":{"spec":{"serviceAccountName":"robot"}}}}'`,
    ],
    about: 'Deployment/web',
    chain: ['why.deployment.held', 'why.refused.account'],
    says: { account: 'robot' },
    fix: /^kubectl create serviceaccount robot$/,
  })
})

test('a policy of the cluster denies', () => {
  hold({
    steps: [
      apply(
        'apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicy\nmetadata: {name: few}\nspec: {matchConstraints: {resourceRules: [{apiGroups: [apps], apiVersions: [v1], operations: [CREATE], resources: [deployments]}]}, validations: [{expression: "object.spec.replicas <= 3", message: at most three}]}',
      ),
      apply(
        'apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicyBinding\nmetadata: {name: few}\nspec: {policyName: few, validationActions: [Deny]}',
      ),
      2000,
      'kubectl create deployment web --image=nginx:1.27 --replicas=5',
    ],
    about: 'Deployment/web',
    chain: ['why.refused.policy'],
    says: { policy: 'few', message: 'at most three' },
    fix: /^kubectl delete validatingadmissionpolicybinding few/,
  })
})

test('an object that does not go because of its finalizer', () => {
  hold({
    steps: [
      apply(
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: kept, finalizers: [example.com/guard]}',
      ),
      'kubectl delete configmap kept --wait=false',
    ],
    about: 'ConfigMap/kept',
    chain: ['why.finalizer'],
    says: { finalizer: 'example.com/guard' },
    fix: /"finalizers":null/,
  })
})

test('a namespace that does not go because of what is in it', () => {
  hold({
    steps: [
      'kubectl create namespace old',
      apply(
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: kept, namespace: old, finalizers: [example.com/guard]}',
      ),
      'kubectl delete namespace old --wait=false',
    ],
    about: 'Namespace/old',
    chain: ['why.namespace.stuck', 'why.finalizer'],
    says: { finalizer: 'example.com/guard' },
    fix: /^kubectl patch configmap kept -n old/,
  })
})

test('a node whose machine has lost power', () => {
  hold({
    steps: [{ kind: 'power-off', node: 'node-1' }],
    wait: 120_000,
    about: 'Node/node-1',
    chain: ['why.node.unknown', 'why.node.power'],
    fix: { kind: 'power-on', node: 'node-1' },
  })
})

test('a node whose link to the API server is cut', () => {
  const link = { from: 'node-1', to: 'kube-apiserver-1' }
  hold({
    steps: [{ kind: 'cut', ...link }],
    wait: 120_000,
    about: 'Node/node-1',
    chain: ['why.node.unknown', 'why.node.cut'],
    says: link,
    fix: { kind: 'mend', ...link },
  })
})

test('a pod on a node that went silent stays, terminating', () => {
  const { fixes } = hold({
    steps: [
      'kubectl run web --image=nginx:1.27',
      20_000,
      { kind: 'power-off', node: 'node-1' },
      { kind: 'power-off', node: 'node-2' },
      90_000,
      'kubectl delete pod web --wait=false',
    ],
    about: 'Pod/web',
    chain: ['why.pod.terminating.silent', 'why.node.unknown', 'why.node.power'],
    fix: { kind: 'power-on', node: 'node-1' },
  })
  expect(fixes[1]).toMatchObject({
    works: true,
    command: expect.stringMatching(/--force --grace-period=0$/),
  })
})

test('a drain that a budget blocks', () => {
  const { fixes } = hold({
    steps: [
      'kubectl create deployment web --image=nginx:1.27 --replicas=2',
      20_000,
      'kubectl create poddisruptionbudget web --selector=app=web --min-available=2',
      2000,
      'kubectl drain node-1 --ignore-daemonsets --delete-emptydir-data --force --timeout=10s',
    ],
    about: 'Node/node-1',
    chain: ['why.node.draining', 'why.budget.full'],
    says: { healthy: 2, desired: 2, expected: 2 },
    fix: /^kubectl scale deployment\/web --replicas=3$/,
  })
  expect(fixes[0]?.broke).toEqual([])
})

test('a ServiceAccount of pods without the right to', () => {
  hold({
    steps: [
      'kubectl create serviceaccount app',
      'kubectl create configmap state --from-literal=k=v --as=system:serviceaccount:default:app',
    ],
    about: 'ConfigMap/state',
    chain: ['why.refused.rbac'],
    says: { user: 'system:serviceaccount:default:app', verb: 'create', resource: 'configmaps' },
    fix: /--serviceaccount=default:app/,
  })
})

test('a webhook that denies', () => {
  hold({
    steps: [
      pod(
        'hook, labels: {app: hook}',
        '{containers: [{name: hook, image: "registry.k8s.io/e2e-test-images/agnhost:2.56", args: [webhook]}]}',
      ),
      apply(
        'apiVersion: v1\nkind: Service\nmetadata: {name: hook}\nspec: {selector: {app: hook}, ports: [{port: 443, targetPort: 8443}]}',
      ),
      20_000,
      apply(`apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: deny}
webhooks:
- name: deny.example.com
  admissionReviewVersions: [v1]
  sideEffects: None
  clientConfig: {service: {namespace: default, name: hook, path: /always-deny}}
  rules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [configmaps]}]`),
      'kubectl create configmap refused',
    ],
    about: 'ConfigMap/refused',
    chain: ['why.refused.webhook'],
    says: { webhook: 'deny.example.com', message: /denies all requests/ },
    fix: /^kubectl delete validatingwebhookconfiguration deny/,
  })
})
