/** `kubectl set env`. @source staging/src/k8s.io/kubectl/pkg/cmd/set/set_env.go, set/env */
import type { Container, EnvVar } from '../../../cluster/api/generated/types.ts'
import type { AnyObject } from '../../../cluster/api/object.ts'
import type { Task } from '../../../cluster/sim/task.ts'
import { decodeBase64 } from '../../base64.ts'
import type { Command } from '../../command.ts'
import { CliError, throwAll } from '../../errors.ts'
import type { Invocation } from '../../invocation.ts'
import { fetchInfos, getObject } from '../../resource.ts'
import {
  mapContainers,
  matching,
  podSpecOf,
  saveChanges,
  setFlags,
  setTargets,
  splitPairs,
  withPodSpec,
} from './template.ts'

/** `set env`. */
export const setEnv: Command = {
  name: 'env',
  use: 'env RESOURCE/NAME KEY_1=VAL_1 ... KEY_N=VAL_N [options]',
  short: 'Update environment variables on a pod template',
  examples:
    '# Set, list and remove\nkubectl set env deployment/registry STORAGE_DIR=/local\nkubectl set env deployment/registry --list\nkubectl set env deployment/registry STORAGE_DIR-',
  flags: [
    ...setFlags,
    {
      name: 'containers',
      short: 'c',
      kind: 'string',
      default: '*',
      usage: 'The names of containers in the pod templates to change, may use wildcards.',
    },
    {
      name: 'env',
      short: 'e',
      kind: 'array',
      usage: 'A key-value pair for an environment variable to set.',
    },
    {
      name: 'from',
      kind: 'string',
      usage: 'The name of a resource from which to inject environment variables',
    },
    { name: 'keys', kind: 'strings', usage: 'Keys to import from the resource.' },
    {
      name: 'list',
      kind: 'bool',
      default: 'false',
      usage: 'Display the environment and any changes.',
    },
    {
      name: 'overwrite',
      kind: 'bool',
      default: 'true',
      usage: 'Allow existing variables to be changed.',
    },
    { name: 'prefix', kind: 'string', usage: 'Prefix to append to variable names' },
    {
      name: 'resolve',
      kind: 'bool',
      default: 'false',
      usage: 'Show what secret and config map references resolve to.',
    },
  ],
  *run(k) {
    const { resources, pairs } = splitPairs(k.args, true)
    const { add, remove } = parseEnv([...pairs, ...k.flags.strings('env')])
    if (k.flags.string('from')) add.push(...(yield* imported(k)))
    const infos = yield* setTargets(k, resources)
    const list = k.flags.bool('list')
    if (!list && add.length === 0 && remove.length === 0) return undefined
    const pattern = k.flags.string('containers')
    const changes: { info: (typeof infos)[number]; after: AnyObject }[] = []
    for (const info of infos) {
      const pod = podSpecOf(info.object)
      if (!pod) continue
      const all = [...(pod.initContainers ?? []), ...pod.containers]
      if (!all.some((c) => matching(c.name, pattern))) {
        k.err(
          `warning: ${info.mapping.kind}/${info.name} does not have any containers matching "${pattern}"\n`,
        )
        continue
      }
      if (!k.flags.bool('overwrite')) refuseOverwrite(all, pattern, add)
      const after = mapContainers(pod, true, (c) =>
        matching(c.name, pattern) ? { ...c, ...changed(c, add, remove) } : c,
      )
      if (list) {
        for (const c of [...(after.initContainers ?? []), ...after.containers])
          if (matching(c.name, pattern)) yield* show(k, info, c)
        continue
      }
      changes.push({ info, after: withPodSpec(info.object, after) })
    }
    yield* saveChanges(k, changes, 'env updated', 'failed to patch env update to pod template: ')
    return undefined
  },
}

function refuseOverwrite(all: readonly Container[], pattern: string, add: readonly EnvVar[]): void {
  for (const c of all.filter((x) => matching(x.name, pattern)))
    for (const e of c.env ?? [])
      if (add.some((a) => a.name === e.name))
        throw new CliError(
          `'${e.name}' already has a value (${e.value ?? ''}), and --overwrite is false`,
        )
}

function parseEnv(pairs: readonly string[]): { add: EnvVar[]; remove: string[] } {
  const add: EnvVar[] = []
  const remove: string[] = []
  for (const p of pairs) {
    const eq = p.indexOf('=')
    if (eq < 0) {
      if (!p.endsWith('-'))
        throw new CliError(`environment variables must be of the form key=value`)
      remove.push(p.slice(0, -1))
      continue
    }
    add.push({ name: p.slice(0, eq), value: p.slice(eq + 1) })
  }
  const both = remove.find((r) => add.some((a) => a.name === r))
  if (both)
    throw new CliError('can not both modify and remove an environment variable in the same command')
  return { add, remove }
}

function changed(
  c: Container,
  add: readonly EnvVar[],
  remove: readonly string[],
): { env?: EnvVar[] } {
  const env = (c.env ?? []).map((e) => add.find((a) => a.name === e.name) ?? e)
  for (const a of add) if (!env.some((e) => e.name === a.name)) env.push(a)
  const left = env.filter((e) => !remove.includes(e.name))
  if (left.length === 0 && !c.env) return {}
  return { env: left }
}

function* imported(k: Invocation): Task<EnvVar[]> {
  const errors: unknown[] = []
  const infos = yield* fetchInfos(k, { args: [k.flags.string('from')] }, errors)
  throwAll(errors)
  const keys = k.flags.strings('keys')
  const out: EnvVar[] = []
  for (const info of infos) {
    const { kind } = info.mapping
    if (kind !== 'ConfigMap' && kind !== 'Secret')
      throw new CliError(`unsupported resource specified in --from`)
    for (const key of Object.keys((info.object.data ?? {}) as object).sort()) {
      if (keys.length > 0 && !keys.includes(key)) continue
      const name = key.replace(/[^a-zA-Z0-9_]/g, '_').toUpperCase()
      if (name !== key) k.err(`Warning: key ${key} transferred to ${name}\n`)
      const ref = { key, name: info.name }
      out.push({
        name: k.flags.string('prefix') + name,
        valueFrom: kind === 'Secret' ? { secretKeyRef: ref } : { configMapKeyRef: ref },
      })
    }
  }
  return out
}

function* show(
  k: Invocation,
  info: { mapping: { kind: string }; name: string; namespace: string },
  c: Container,
): Task<void> {
  k.out(`# ${info.mapping.kind} ${info.name}, container ${c.name}\n`)
  for (const e of c.env ?? []) {
    if (!e.valueFrom) {
      k.out(`${e.name}=${e.value ?? ''}\n`)
      continue
    }
    if (k.flags.bool('resolve')) {
      const value = yield* resolved(k, info.namespace, e)
      if (value !== undefined) {
        k.out(`${e.name}=${value}\n`)
        continue
      }
    }
    k.out(`# ${e.name} from ${sourceText(e)}\n`)
  }
}

function sourceText(e: EnvVar): string {
  const from = e.valueFrom
  if (from?.fieldRef) return `field path ${from.fieldRef.fieldPath}`
  if (from?.resourceFieldRef) {
    const { containerName, resource } = from.resourceFieldRef
    return containerName ? `resource ${containerName}/${resource}` : `resource ${resource}`
  }
  if (from?.secretKeyRef) return `secret ${from.secretKeyRef.name}, key ${from.secretKeyRef.key}`
  if (from?.configMapKeyRef)
    return `configmap ${from.configMapKeyRef.name}, key ${from.configMapKeyRef.key}`
  return 'invalid valueFrom'
}

function* resolved(k: Invocation, namespace: string, e: EnvVar): Task<string | undefined> {
  const config = e.valueFrom?.configMapKeyRef
  const secret = e.valueFrom?.secretKeyRef
  const ref = config ?? secret
  if (!ref?.name) return undefined
  const mapping = yield* k.mapping(config ? 'configmaps' : 'secrets')
  const object = yield* getObject(k, { mapping, namespace, name: ref.name })
  const value = ((object.data ?? {}) as Record<string, string>)[ref.key]
  if (value === undefined) return undefined
  return config ? value : decodeBase64(value).text
}
