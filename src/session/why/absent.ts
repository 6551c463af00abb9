/** Why something does not exist: refused, deleted, never made, or made somewhere else. */
import type { AnyObject, KubeObject } from '../../cluster/api/object.ts'
import type { TraceRecord } from '../../cluster/sim/trace.ts'
import { toYaml } from '../../kubectl/printers/yaml.ts'
import type { About } from '../../protocol/protocol.ts'
import { diagnose } from './diagnose.ts'
import { copied, headOf } from './edits.ts'
import { bad, type Candidate, type Finding, nearest, ok, said } from './finding.ts'
import type { Look } from './look.ts'
import { refusalFinding } from './refusals.ts'
import { rules } from './rules.ts'

/** Of a name that nothing has. */
export function absentFinding(look: Look, about: About): Finding {
  const records = look.records(about)
  const refused = records.find(isRefusal)
  const deleted = records.find(
    (r) => r.verb === 'request' && /^delete/.test(r.text) && Number(r.detail?.code) < 400,
  )
  if (refused && refused.id > (deleted?.id ?? 0)) return refusal(look, about, refused)
  if (deleted) {
    const last = look.versions(about).at(-1)?.kv.value as KubeObject | undefined
    const head = last && headOf(look, last)
    const by = String(deleted.detail?.user ?? deleted.owner)
    return ok('why.deleted', about, {
      values: { kind: about.kind, by: by.replace(/^system:(serviceaccount:kube-system:)?/, '') },
      rule: rules.owners,
      ...(head && head !== last ? { because: diagnose(look, head) } : {}),
    })
  }
  const all = look.list(about.kind as 'Pod') as readonly KubeObject[]
  const elsewhere = all.find((o) => o.metadata.name === about.name)
  if (elsewhere) {
    const there = elsewhere.metadata.namespace ?? ''
    return bad('why.elsewhere', about, {
      values: { kind: about.kind, there, here: about.namespace },
      rule: rules.namespaces,
      fixes: copyHere(elsewhere as AnyObject, about),
    })
  }
  const names = all
    .filter((o) => (o.metadata.namespace ?? '') === about.namespace)
    .map((o) => o.metadata.name ?? '')
  const near = nearest(about.name, names)
  return bad(near ? 'why.gone.near' : 'why.gone', about, {
    values: { kind: about.kind, near: near ?? '-' },
    beyond: near
      ? said('why.beyond.name', { kind: about.kind, near })
      : said('why.beyond.never', { kind: about.kind }),
  })
}

/** The same object in the namespace that was asked for. What its controllers made is theirs to make. */
function copyHere(o: AnyObject, about: About): Candidate[] {
  if (o.metadata.ownerReferences?.some((r) => r.controller)) return []
  const manifest = toYaml(copied(o, about.namespace))
  return [
    {
      command: `kubectl apply -f - <<'EOF'\n${manifest}EOF`,
      why: said('why.fix.copy', { kind: about.kind, what: about.name, here: about.namespace }),
      cost: 3,
    },
  ]
}

/** Why the newest refused request about an object was refused; undefined when none was. */
export function refusedFinding(look: Look, about: About): Finding | undefined {
  const record = look.records(about).find(isRefusal)
  return record && refusal(look, about, record)
}

function isRefusal(r: TraceRecord): boolean {
  const code = Number(r.detail?.code)
  return code >= 400 && code !== 404
}

/** What the API server said, with the command that led to it to be given again once it may pass. */
function refusal(look: Look, about: About, record: TraceRecord): Finding {
  const owner = {
    apiVersion: '',
    kind: about.kind,
    metadata: { name: about.name, namespace: about.namespace },
  }
  const found = refusalFinding(look, String(record.detail?.message ?? ''), owner)
  const typed = look.chain(record.id).findLast((r) => r.verb === 'command')?.text
  const fixes = (found.fixes ?? []).map(
    (f): Candidate => (typed ? { ...f, command: `${f.command}\n${typed}` } : f),
  )
  return { ...found, about, fixes }
}
