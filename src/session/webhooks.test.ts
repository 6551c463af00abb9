import './tools.ts'
import { expect, test } from 'vitest'
import { run } from '../testing/terminal.ts'
import { Session } from './session.ts'

const HOOK = `
apiVersion: v1
kind: Pod
metadata: {name: hook, labels: {app: hook}}
spec:
  containers: [{name: hook, image: registry.k8s.io/e2e-test-images/agnhost:2.56, args: [webhook]}]
---
apiVersion: v1
kind: Service
metadata: {name: hook}
spec: {selector: {app: hook}, ports: [{port: 443, targetPort: 8443}]}
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: {name: labels}
webhooks:
- name: add-label.example.com
  admissionReviewVersions: [v1]
  sideEffects: None
  clientConfig: {service: {namespace: default, name: hook, path: /add-label}}
  rules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [configmaps]}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: deny}
webhooks:
- name: deny.example.com
  admissionReviewVersions: [v1]
  sideEffects: None
  clientConfig: {service: {namespace: default, name: hook, path: /always-deny}}
  rules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [secrets]}]
`

test('a pod answers admission webhooks: it changes, it denies, and its absence fails closed', () => {
  const s = new Session({ nodes: 2 })
  s.runUntil(s.now + 30_000)
  expect(run(s, 'kubectl apply -f -', HOOK)).toMatchObject({ code: 0, err: '' })
  expect(run(s, 'kubectl wait pod/hook --for=condition=Ready --timeout=60s').code).toBe(0)
  s.runUntil(s.now + 5000)
  expect(run(s, 'kubectl create configmap labelled').err).toBe('')
  const label = "kubectl get configmap labelled -o jsonpath='{.metadata.labels.added-label}'"
  expect(run(s, label).out).toBe('yes')
  expect(run(s, 'kubectl create secret generic refused').err).toBe(
    'error: failed to create secret admission webhook "deny.example.com" denied the request: this webhook denies all requests\n',
  )
  expect(run(s, 'kubectl delete pod hook --now').code).toBe(0)
  s.runUntil(s.now + 5000)
  expect(run(s, 'kubectl create configmap unlabelled').err).toMatch(
    /failed calling webhook "add-label.example.com": failed to call webhook: Post "https:\/\/hook.default.svc:443\/add-label\?timeout=10s": dial tcp 10\.\d+\.\d+\.\d+:443: connect: connection refused/,
  )
})
