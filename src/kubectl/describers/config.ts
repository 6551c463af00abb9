/** Describes ConfigMaps, Secrets and ServiceAccounts. @source staging/src/k8s.io/kubectl/pkg/describe/describe.go */
import type { ConfigMap, Secret, ServiceAccount } from '../../cluster/api/generated/types.ts'
import type { AnyObject } from '../../cluster/api/object.ts'
import type { Task } from '../../cluster/sim/task.ts'
import { decodeBase64 } from '../base64.ts'
import { compareStrings } from '../printers/gojson.ts'
import { type DescribeContext, head, related } from './describer.ts'
import { describeEvents } from './events.ts'

/** A ConfigMap. */
export function* describeConfigMap(c: DescribeContext, o: AnyObject): Task<void> {
  const { w } = c
  const { data = {}, binaryData = {} } = o as unknown as ConfigMap
  head(c, o)
  w.write(0, '\nData\n====\n')
  for (const k of Object.keys(data).sort(compareStrings)) w.write(0, `${k}:\n----\n${data[k]}\n\n`)
  w.write(0, '\nBinaryData\n====\n')
  for (const k of Object.keys(binaryData).sort(compareStrings))
    w.write(0, `${k}: ${decodeBase64(binaryData[k] as string).bytes.length} bytes\n`)
  w.write(0, '\n')
  yield* describeEvents(c, o)
}

const TOKEN_TYPE = 'kubernetes.io/service-account-token'

/** A Secret: sizes, never values. */
export function* describeSecret(c: DescribeContext, o: AnyObject): Task<void> {
  const { w } = c
  const secret = o as unknown as Secret
  head(c, o)
  w.write(0, `\nType:\t${secret.type ?? ''}\n`)
  w.write(0, '\nData\n====\n')
  const data = secret.data ?? {}
  for (const k of Object.keys(data).sort(compareStrings)) {
    const { bytes, text } = decodeBase64(data[k] as string)
    const shown = k === 'token' && secret.type === TOKEN_TYPE
    w.field(0, k, shown ? text : `${bytes.length} bytes`)
  }
}

/** A ServiceAccount. */
export function* describeServiceAccount(c: DescribeContext, o: AnyObject): Task<void> {
  const sa = o as unknown as ServiceAccount
  head(c, o)
  const secrets = yield* related<Secret>(c, 'secrets', o.metadata.namespace ?? '')
  const known = new Set(secrets.map((s) => s.metadata.name))
  const tokens = secrets.filter(
    (s) =>
      s.type === TOKEN_TYPE &&
      s.metadata.annotations?.['kubernetes.io/service-account.name'] === o.metadata.name &&
      s.metadata.annotations?.['kubernetes.io/service-account.uid'] === o.metadata.uid,
  )
  const named = (refs: readonly { name?: string }[] | undefined) =>
    (refs ?? []).map((r) => (known.has(r.name) ? (r.name as string) : `${r.name} (not found)`))
  rows(c, 'Image pull secrets:', named(sa.imagePullSecrets))
  rows(c, 'Mountable secrets: ', named(sa.secrets))
  rows(
    c,
    'Tokens:            ',
    tokens.map((t) => t.metadata.name as string),
  )
  yield* describeEvents(c, o)
}

function rows(c: DescribeContext, title: string, names: readonly string[]): void {
  if (names.length === 0) c.w.write(0, `${title}\t<none>\n`)
  names.forEach((n, i) => {
    c.w.write(0, `${i === 0 ? title : ' '.repeat(19)}\t${n}\n`)
  })
}
