/** Why an Ingress answers or does not. */
import type { Ingress, IngressBackend } from '../../cluster/api/generated/types.ts'
import { inNamespace, patchLine } from './edits.ts'
import { bad, type Candidate, type Finding, nearest, ok, said, waiting } from './finding.ts'
import { aboutOf, type Look } from './look.ts'
import { rules } from './rules.ts'
import { serviceFinding } from './services.ts'

const DEFAULT_CLASS = 'ingressclass.kubernetes.io/is-default-class'

/** How an Ingress fares. */
export function ingressFinding(look: Look, ingress: Ingress): Finding {
  const about = aboutOf(ingress)
  const classes = look.list('IngressClass')
  const name = ingress.spec?.ingressClassName
  if (
    !classes.some((c) =>
      name ? c.metadata.name === name : c.metadata.annotations?.[DEFAULT_CLASS] === 'true',
    )
  ) {
    const other = classes[0]?.metadata.name
    return bad('why.ingress.class', about, {
      values: {
        ingressClass: name || '""',
        known: classes.map((c) => c.metadata.name).join(', ') || '-',
      },
      rule: rules.ingress,
      field: 'spec.ingressClassName',
      fixes: other
        ? [
            {
              command: patchLine(ingress, { spec: { ingressClassName: other } }, 'merge'),
              why: said('why.fix.ingress.class', { ingressClass: other }),
              cost: 1,
            },
          ]
        : [],
    })
  }
  for (const { backend, at, where } of backends(ingress)) {
    const found = backendFinding(look, ingress, backend, at, where)
    if (found) return found
  }
  const hosts = (ingress.spec?.rules ?? []).map((r) => r.host ?? '*').join(', ')
  const address = ingress.status?.loadBalancer?.ingress?.[0]?.ip ?? ''
  const paths = backends(ingress)
    .map((b) => b.where)
    .join(', ')
  if (!address)
    return waiting('why.ingress.address', about, { values: { hosts }, rule: rules.ingress })
  return ok('why.ingress', about, { values: { hosts, paths, address }, rule: rules.ingress })
}

function backends(ingress: Ingress): { backend: IngressBackend; at: string; where: string }[] {
  const spec = ingress.spec
  const all = (spec?.rules ?? []).flatMap((r, i) =>
    (r.http?.paths ?? []).map((p, j) => ({
      backend: p.backend,
      at: `/spec/rules/${i}/http/paths/${j}/backend`,
      where: `${r.host ?? '*'}${p.path ?? '/'}`,
    })),
  )
  if (!spec?.defaultBackend) return all
  return [...all, { backend: spec.defaultBackend, at: '/spec/defaultBackend', where: '*' }]
}

function backendFinding(
  look: Look,
  ingress: Ingress,
  backend: IngressBackend,
  at: string,
  where: string,
): Finding | undefined {
  const about = aboutOf(ingress)
  const name = backend.service?.name
  if (!name) return undefined
  const { namespace } = about
  const replaced = (path: string, value: unknown) =>
    `kubectl patch ingress ${about.name}${inNamespace(ingress)} --type=json -p '${JSON.stringify([{ op: 'replace', path: at + path, value }])}'`
  const service = look.get('Service', namespace, name)
  const known = look.list('Service', namespace).map((s) => s.metadata.name ?? '')
  if (!service) {
    const near = nearest(name, known)
    const elsewhere = look.list('Service').find((s) => s.metadata.name === name)?.metadata.namespace
    const fixes: Candidate[] = (
      near ? [near] : known.filter((k) => k !== 'kubernetes').slice(0, 1)
    ).map((n) => ({
      command: replaced('/service/name', n),
      why: said('why.fix.ingress.service', { service: n }),
      cost: 1,
    }))
    return bad(elsewhere ? 'why.ingress.namespace' : 'why.ingress.service', about, {
      values: { where, service: name, near: near ?? '-', there: elsewhere ?? '', here: namespace },
      rule: rules.ingress,
      field: 'spec.rules.http.paths.backend.service.name',
      fixes,
    })
  }
  const wanted = backend.service?.port
  const ports = service.spec?.ports ?? []
  const fits = ports.some((p) =>
    wanted?.name ? p.name === wanted.name : p.port === wanted?.number,
  )
  if (!fits) {
    return bad('why.ingress.port', about, {
      values: {
        where,
        service: name,
        port: wanted?.name ?? wanted?.number ?? '',
        known: ports.map((p) => p.port).join(', '),
      },
      rule: rules.ingress,
      field: 'spec.rules.http.paths.backend.service.port',
      fixes: ports.slice(0, 2).map((p) => ({
        command: replaced('/service/port', { number: p.port }),
        why: said('why.fix.ingress.port', { port: p.port }),
        cost: 1,
      })),
    })
  }
  const because = serviceFinding(look, service)
  if (because.state !== 'bad') return undefined
  return bad('why.ingress.backend', about, {
    values: { where, service: name },
    rule: rules.ingress,
    because,
  })
}
