/**
 * Fills Secrets that ask for a lasting token of a ServiceAccount, and removes those whose account is gone.
 * @source pkg/controller/serviceaccount/tokens_controller.go
 */
import type { Secret, ServiceAccount } from '../../api/generated/types.ts'
import { encodeBase64 } from '../../api/meta/base64.ts'
import { isReason } from '../../api/meta/status.ts'
import { keyOf } from '../../api/object.ts'
import type { Task } from '../../sim/task.ts'
import { type ControllerContext, callKey, defineController, startLoop } from '../framework.ts'

const TYPE = 'kubernetes.io/service-account-token'
const ACCOUNT_NAME = 'kubernetes.io/service-account.name'
const ACCOUNT_UID = 'kubernetes.io/service-account.uid'
/** The server grants as long as it may; upstream's controller signs tokens without an end itself. */
const TEN_YEARS_S = 10 * 365 * 86_400

/** The token controller. */
export const serviceaccounttoken = defineController({
  name: 'serviceaccount-token-controller',
  account: 'tokens-controller',
  start,
})

function start(c: ControllerContext): void {
  const secrets = c.informers.for('Secret')
  const accounts = c.informers.for('ServiceAccount')
  secrets.index('account', (s) =>
    s.type === TYPE
      ? `${s.metadata.namespace}/${s.metadata.annotations?.[ACCOUNT_NAME]}`
      : undefined,
  )
  const queue = startLoop({ context: c, kind: 'Secret', reconcile })
  const look = (s: Secret) => {
    if (s.type === TYPE && !s.metadata.deletionTimestamp) queue.add(keyOf(s))
  }
  secrets.on({ added: look, updated: (_old, s) => look(s) })
  const lookAll = (a: ServiceAccount) => {
    for (const s of secrets.by('account', keyOf(a))) queue.add(keyOf(s))
  }
  accounts.on({ added: lookAll, deleted: lookAll })

  function* reconcile(key: string): Task<void> {
    const secret = secrets.getKey(key)
    if (!secret) return
    const account = yield* accountOf(secret)
    const uid = secret.metadata.annotations?.[ACCOUNT_UID]
    if (!account || (uid && uid !== account.metadata.uid)) {
      yield* remove(secret)
      return
    }
    const { namespace } = secret.metadata
    const data = secret.data ?? {}
    const ca = encodeBase64(c.authority.certificate)
    const home = encodeBase64(namespace ?? '')
    const right = data['ca.crt'] === ca && data.namespace === home && data.token && uid
    if (right) return
    const token = data.token ?? encodeBase64(yield* request(account, secret))
    const annotations: Record<string, string> = { ...secret.metadata.annotations }
    if (account.metadata.uid) annotations[ACCOUNT_UID] = account.metadata.uid
    yield* c.client.update('Secret', {
      ...secret,
      metadata: { ...secret.metadata, annotations },
      data: { ...data, 'ca.crt': ca, namespace: home, token },
    })
  }

  function* accountOf(secret: Secret): Task<ServiceAccount | undefined> {
    const name = secret.metadata.annotations?.[ACCOUNT_NAME] ?? ''
    const known = accounts.get(secret.metadata.namespace, name)
    if (known) return known
    try {
      return yield* c.client.get('ServiceAccount', {
        namespace: secret.metadata.namespace ?? '',
        name,
      })
    } catch (error) {
      if (isReason(error, 'NotFound')) return undefined
      throw error
    }
  }

  function* request(account: ServiceAccount, secret: Secret): Task<string> {
    const { name, uid } = secret.metadata
    const boundObjectRef = { kind: 'Secret', apiVersion: 'v1', name, uid }
    const answer = (yield* c.client.createSubresource('ServiceAccount', callKey(account), 'token', {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      metadata: {},
      spec: { audiences: [], expirationSeconds: TEN_YEARS_S, boundObjectRef },
    })) as { status?: { token?: string } }
    return answer.status?.token ?? ''
  }

  function* remove(secret: Secret): Task<void> {
    try {
      yield* c.client.delete('Secret', callKey(secret))
    } catch (error) {
      if (!isReason(error, 'NotFound')) throw error
    }
  }
}
