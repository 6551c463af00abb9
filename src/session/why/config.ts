/** Why a container lacks its configuration: a ConfigMap, a Secret or a key that is not there. */
import type { Pod } from '../../cluster/api/generated/types.ts'
import type { Part } from './containers.ts'
import { inNamespace, templateLine } from './edits.ts'
import { bad, type Candidate, type Finding, nearest, said } from './finding.ts'
import { aboutOf, type Look } from './look.ts'
import { rules } from './rules.ts'

/** Of a container that cannot be created. */
export function configFinding(part: Part, message: string, reason: string): Finding {
  const found = missing(part.look, part.pod, message)
  if (found) return found
  const { look, pod, spec } = part
  const fixes: Candidate[] = /runAsNonRoot/.test(message)
    ? [
        {
          command: templateLine(look, pod, {
            containers: [{ name: spec.name, securityContext: { runAsUser: 1000 } }],
          }),
          why: said('why.fix.user', { container: spec.name }),
          cost: 1,
        },
      ]
    : []
  return bad('why.container.create', aboutOf(pod), {
    values: { container: spec.name, reason, message },
    rule: rules.config,
    fixes,
  })
}

/** A ConfigMap, Secret or key that a message of the kubelet says is not there. */
export function missing(look: Look, pod: Pod, message: string): Finding | undefined {
  const key =
    /couldn't find key (\S+) in (ConfigMap|Secret) [^/\s]+\/(\S+)/.exec(message) ??
    /references non-existent (?:config|secret) key: (\S+)/.exec(message)
  const object = /(configmap|secret) "?([\w./-]+?)"? not found/i.exec(message)
  if (!object && !key) return undefined
  if (key?.[2] && key[3]) return missingKey(look, pod, key[1] ?? '', key[2] as Kind, key[3])
  if (key) return missingItem(look, pod, key[1] ?? '')
  const kind: Kind = /secret/i.test(object?.[1] ?? '') ? 'Secret' : 'ConfigMap'
  const name = (object?.[2] ?? '').replace(/^.*\//, '')
  const namespace = pod.metadata.namespace ?? ''
  const known = look.list(kind, namespace).map((o) => o.metadata.name ?? '')
  const near = nearest(name, known)
  const elsewhere = look.list(kind).find((o) => o.metadata.name === name)?.metadata.namespace
  const keys = keysWanted(pod, kind, name)
  const literals = (keys.length > 0 ? keys : ['key']).map((k) => ` --from-literal=${k}=value`)
  const how = kind === 'Secret' ? 'secret generic' : 'configmap'
  const create = `kubectl create ${how} ${name}${inNamespace(pod)}${literals.join('')}`
  const fixes: Candidate[] = [
    { command: create, why: said('why.fix.create', { kind, what: name }), cost: 3 },
  ]
  if (near) {
    fixes.unshift({
      command: renamed(look, pod, kind, name, near),
      why: said('why.fix.rename', { kind, what: near }),
      cost: 1,
    })
  }
  const id = near ? 'why.config.near' : elsewhere ? 'why.config.namespace' : 'why.config.missing'
  return bad(id, aboutOf(pod), {
    values: { kind, object: name, near: near ?? '-', namespace, elsewhere: elsewhere ?? '-' },
    rule: kind === 'Secret' ? rules.secret : rules.config,
    fixes,
  })
}

type Kind = 'ConfigMap' | 'Secret'

function missingKey(look: Look, pod: Pod, key: string, kind: Kind, name: string): Finding {
  const o = look.get(kind, pod.metadata.namespace ?? '', name)
  const keys = Object.keys(o?.data ?? {})
  const near = nearest(key, keys)
  const data = kind === 'Secret' ? 'stringData' : 'data'
  const patch = JSON.stringify({ [data]: { [key]: 'value' } })
  const fixes: Candidate[] = [
    {
      command: `kubectl patch ${kind.toLowerCase()} ${name}${inNamespace(pod)} --type=merge -p '${patch}'`,
      why: said('why.fix.key', { key, kind, what: name }),
      cost: 2,
    },
  ]
  const env = near ? rekeyed(look, pod, kind, name, key, near) : undefined
  if (env && near)
    fixes.unshift({ command: env, why: said('why.fix.key.use', { key: near }), cost: 1 })
  return bad(near ? 'why.config.key.near' : 'why.config.key', aboutOf(pod), {
    values: { kind, object: name, key, keys: keys.join(', ') || '-', near: near ?? '-' },
    rule: kind === 'Secret' ? rules.secret : rules.config,
    fixes,
  })
}

/** A key that a volume's items name. */
function missingItem(look: Look, pod: Pod, key: string): Finding | undefined {
  for (const v of pod.spec?.volumes ?? []) {
    if (v.configMap?.items?.some((i) => i.key === key))
      return missingKey(look, pod, key, 'ConfigMap', v.configMap.name ?? '')
    if (v.secret?.items?.some((i) => i.key === key))
      return missingKey(look, pod, key, 'Secret', v.secret.secretName ?? '')
  }
  return undefined
}

/** Keys of it that the pod reads. */
function keysWanted(pod: Pod, kind: Kind, name: string): string[] {
  const keys = new Set<string>()
  for (const c of [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])]) {
    for (const e of c.env ?? []) {
      const ref = kind === 'Secret' ? e.valueFrom?.secretKeyRef : e.valueFrom?.configMapKeyRef
      if (ref?.name === name) keys.add(ref.key)
    }
  }
  for (const v of pod.spec?.volumes ?? []) {
    if (kind === 'Secret' && v.secret?.secretName === name)
      for (const i of v.secret.items ?? []) keys.add(i.key)
    if (kind === 'ConfigMap' && v.configMap?.name === name)
      for (const i of v.configMap.items ?? []) keys.add(i.key)
  }
  return [...keys]
}

/** The template with another name in each place that names it. */
function renamed(look: Look, pod: Pod, kind: Kind, from: string, to: string): string {
  const ref = kind === 'Secret' ? 'secretRef' : 'configMapRef'
  const keyRef = kind === 'Secret' ? 'secretKeyRef' : 'configMapKeyRef'
  const containers = (pod.spec?.containers ?? []).flatMap((c) => {
    const env = (c.env ?? []).flatMap((e) => {
      const r = e.valueFrom?.[keyRef]
      return r?.name === from
        ? [{ name: e.name, valueFrom: { [keyRef]: { name: to, key: r.key } } }]
        : []
    })
    const uses = c.envFrom?.some((s) => s[ref]?.name === from)
    const envFrom = c.envFrom?.map((s) =>
      s[ref]?.name === from ? { ...s, [ref]: { name: to } } : s,
    )
    if (env.length === 0 && !uses) return []
    return [{ name: c.name, ...(env.length > 0 ? { env } : {}), ...(uses ? { envFrom } : {}) }]
  })
  const volumes = (pod.spec?.volumes ?? []).flatMap((v): object[] => {
    if (kind === 'Secret' && v.secret?.secretName === from)
      return [{ name: v.name, secret: { secretName: to } }]
    if (kind === 'ConfigMap' && v.configMap?.name === from)
      return [{ name: v.name, configMap: { name: to } }]
    return []
  })
  const line = templateLine(look, pod, {
    ...(containers.length > 0 ? { containers } : {}),
    ...(volumes.length > 0 ? { volumes } : {}),
  })
  return line
}

function rekeyed(
  look: Look,
  pod: Pod,
  kind: Kind,
  name: string,
  from: string,
  to: string,
): string | undefined {
  const keyRef = kind === 'Secret' ? 'secretKeyRef' : 'configMapKeyRef'
  for (const c of pod.spec?.containers ?? []) {
    const e = c.env?.find((x) => {
      const r = x.valueFrom?.[keyRef]
      return r?.name === name && r.key === from
    })
    if (e) {
      const valueFrom = { [keyRef]: { name, key: to } }
      return templateLine(look, pod, {
        containers: [{ name: c.name, env: [{ name: e.name, valueFrom }] }],
      })
    }
  }
  return undefined
}
