/**
 * CEL's `authorizer`: may the one who asks do this?
 * @source staging/src/k8s.io/apiserver/pkg/cel/library/authz.go
 */
import type { Environment } from '@marcbachmann/cel-js'
import type { UserInfo } from '../../api/transport.ts'
import { authorize } from '../authz/authorize.ts'
import type { Access } from '../authz/rbac.ts'
import type { Registry } from '../registry/registry.ts'

type Ask = Omit<Access, 'verb'>

/** The `authorizer` variable, and every step of a question asked of it. */
export class CelAuthorizer {
  constructor(
    readonly ask: Ask,
    readonly decide: (a: Access) => boolean,
  ) {}

  /** The same question, narrowed. */
  with(more: Partial<Ask>): CelAuthorizer {
    return new CelAuthorizer({ ...this.ask, ...more }, this.decide)
  }
}

/** What a check answers. */
export class CelDecision {
  constructor(readonly allowed: boolean) {}
}

/** The authorizer for the one who asks. */
export function authorizerOf(r: Registry, user: UserInfo): CelAuthorizer {
  const nothing = { namespace: '', group: '', resource: '', subresource: '', name: '' }
  return new CelAuthorizer({ ...nothing, user }, (a) => authorize(r, a).allowed)
}

/** Makes its questions known. */
export function registerAuthorizer(env: Environment): void {
  env.registerType('Authorizer', CelAuthorizer)
  env.registerType('Decision', CelDecision)
  const narrow = (name: string, more: (text: string) => Partial<Ask>) =>
    env.registerFunction(`Authorizer.${name}(string): Authorizer`, (x: CelAuthorizer, t: string) =>
      x.with(more(t)),
    )
  narrow('group', (group) => ({ group }))
  narrow('resource', (resource) => ({ resource }))
  narrow('subresource', (subresource) => ({ subresource }))
  narrow('namespace', (namespace) => ({ namespace }))
  narrow('name', (name) => ({ name }))
  narrow('path', (path) => ({ path }))
  env.registerFunction(
    'Authorizer.serviceAccount(string, string): Authorizer',
    (x: CelAuthorizer, namespace: string, name: string) =>
      x.with({
        user: {
          name: `system:serviceaccount:${namespace}:${name}`,
          groups: [
            'system:serviceaccounts',
            `system:serviceaccounts:${namespace}`,
            'system:authenticated',
          ],
        },
      }),
  )
  env.registerFunction('Authorizer.check(string): Decision', (x: CelAuthorizer, verb: string) => {
    return new CelDecision(x.decide({ ...x.ask, verb }))
  })
  env.registerFunction('Decision.allowed(): bool', (d: CelDecision) => d.allowed)
  env.registerFunction('Decision.reason(): string', () => '')
  env.registerFunction('Decision.errored(): bool', () => false)
}
