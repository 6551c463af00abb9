/** Why an image cannot be had, and which one may have been meant. */
import { images, parseImage } from '../../cluster/runtime/images/index.ts'
import type { Part } from './containers.ts'
import { headOf, target, templateLine } from './edits.ts'
import { acting, bad, type Candidate, type Finding, nearest, said } from './finding.ts'
import { aboutOf } from './look.ts'
import { rules } from './rules.ts'

/** Of a container whose image cannot be had. */
export function imageFinding(part: Part, reason: string, message: string): Finding {
  const { pod, spec, look } = part
  const name = spec.image ?? ''
  const values = { container: spec.name, image: name, reason, message: shorten(message) }
  const list = part.init ? 'initContainers' : 'containers'
  if (reason === 'ErrImageNeverPull') {
    const patch = { [list]: [{ name: spec.name, imagePullPolicy: 'IfNotPresent' }] }
    const command = templateLine(look, pod, patch)
    return bad('why.image.never', aboutOf(pod), {
      values,
      rule: rules.images,
      field: `spec.${list}.imagePullPolicy`,
      fixes: [{ command, why: said('why.fix.pullpolicy'), cost: 1 }],
    })
  }
  const fixes: Candidate[] = guesses(part).map((image, i) => ({
    command: setImage(part, image),
    why: said('why.fix.image', { image }),
    cost: 1 + i / 10,
  }))
  const down = registryFault(part, name)
  if (down?.kind === 'registry') {
    const act = { kind: 'registry-heal', image: down.image } as const
    return bad('why.image.registry', aboutOf(pod), {
      values,
      rule: rules.images,
      field: `spec.${list}.image`,
      fixes: [acting(act, said('why.fix.registry')), ...fixes],
      beyond: said('why.beyond.registry'),
    })
  }
  const id =
    reason === 'InvalidImageName'
      ? 'why.image.invalid'
      : /no such host|i\/o timeout|connection/.test(message)
        ? 'why.image.registry'
        : /insufficient_scope|repository does not exist/.test(message)
          ? 'why.image.repository'
          : 'why.image.tag'
  return bad(id, aboutOf(pod), {
    values,
    rule: rules.images,
    field: `spec.${list}.image`,
    fixes,
    beyond: said('why.beyond.registry'),
  })
}

/** What a person did to the registry of an image. */
function registryFault({ look }: Part, image: string) {
  const repository = parseImage(image)?.repository
  return look
    .faults()
    .find(
      (f) =>
        f.kind === 'registry' &&
        (f.image === '*' || (parseImage(f.image)?.repository ?? f.image) === repository),
    )
}

function setImage(part: Part, image: string): string {
  const head = headOf(part.look, part.pod)
  const line = `kubectl set image ${target(head)} ${part.spec.name}=${image}`
  if (head.kind !== 'StatefulSet' && head.kind !== 'ReplicaSet') {
    if (head.kind !== 'Job') return line
    return templateLine(part.look, part.pod, { containers: [{ name: part.spec.name, image }] })
  }
  return templateLine(part.look, part.pod, { containers: [{ name: part.spec.name, image }] })
}

/** What it had before, what others in the cluster use, what the catalogue calls nearly so; the likeliest first. */
function guesses(part: Part): string[] {
  const { look, pod, spec } = part
  const wrong = spec.image ?? ''
  const found: string[] = []
  const head = headOf(look, pod)
  for (const set of look.list('ReplicaSet', pod.metadata.namespace ?? '')) {
    if (!set.metadata.ownerReferences?.some((r) => r.uid === head.metadata.uid)) continue
    const c = set.spec?.template?.spec?.containers.find((x) => x.name === spec.name)
    if (c?.image && c.image !== wrong) found.unshift(c.image)
  }
  const parsed = parseImage(wrong.toLowerCase())
  const short = wrong.toLowerCase().replace(/:[^/]*$/, '')
  if (parsed) {
    const known = images.flatMap((i) => [...i.repositories])
    const used = look
      .list('Pod')
      .flatMap((p) => p.spec?.containers ?? [])
      .flatMap((c) => c.image ?? [])
    const near = known.includes(parsed.repository)
      ? parsed.repository
      : alike(parsed.repository, known)
    if (near) {
      const name =
        near === parsed.repository ? short : near.replace(/^docker\.io\/(library\/)?/, '')
      found.push(...used.filter((u) => parseImage(u)?.repository === near && u !== wrong))
      if (near !== parsed.repository && parsed.tag) found.push(`${name}:${parsed.tag}`)
      const version = /\d+(\.\d+)*/.exec(parsed.tag)?.[0]
      if (version && version !== parsed.tag) found.push(`${name}:${version}`)
      found.push(`${name}:latest`)
    }
  }
  return [...new Set(found)].filter((i) => i !== wrong).slice(0, 4)
}

/** The repository of the catalogue whose last name is nearest, or that the wrong name begins with. */
function alike(repository: string, known: readonly string[]): string | undefined {
  const last = (r: string) => r.slice(r.lastIndexOf('/') + 1)
  const wrong = last(repository)
  const near = nearest(wrong, known.map(last))
  return known.find((k) => wrong.startsWith(last(k))) ?? known.find((k) => last(k) === near)
}

/** The end of a message of wrapped errors says it. */
function shorten(message: string): string {
  const at = message.lastIndexOf('failed to resolve reference')
  return at < 0 ? message : message.slice(at)
}
