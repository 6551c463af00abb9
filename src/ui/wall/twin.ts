/** The map as text and as SVG: everything that it shows, for a file, a screen reader, a slide. Pure. */
import type { PodCard } from '../../protocol/cards.ts'
import type { Paint, Palette } from './ink.ts'
import { type Cell, type Group, LOOKS, type Plan, WALL } from './plan.ts'

/** One line about a pod, as `kubectl get pods` would put it. */
function podLine(p: PodCard): string {
  const parts = [
    `${p.namespace}/${p.name}`,
    p.status,
    `${p.ready}/${p.containers}`,
    ...(p.restarts ? [`restarts ${p.restarts}`] : []),
    ...(p.ip ? [p.ip] : []),
    ...(p.unschedulable ? [p.unschedulable] : []),
  ]
  return `  ${parts.join('  ')}`
}

function groupLine(plan: Plan, g: Group): string {
  const ready = g.looks[LOOKS.indexOf('ready')] ?? 0
  const state = g.node
    ? ` ${g.node.ready === 'True' ? 'Ready' : g.node.ready === 'False' ? 'NotReady' : 'Unknown'}${g.node.cordoned ? ',SchedulingDisabled' : ''}`
    : ''
  return `${plan.grouping} ${g.key || '<none>'}${state}: ${g.count} pods, ${ready} ready`
}

/** The map as a tree of lines: boxes, and under each its pods with their states. */
export function textOf(plan: Plan): string {
  const lines: string[] = []
  const order = [...plan.groups].sort((a, b) => (a.key < b.key ? -1 : 1))
  for (const g of order) {
    lines.push(groupLine(plan, g))
    for (const c of g.cells) if (c) lines.push(podLine(c.pod))
  }
  return `${lines.join('\n')}\n`
}

const quoted = (s: string) =>
  s.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')

/** The map as a drawing of its own, in the colours of the theme. */
export function svgOf(plan: Plan, palette: Palette): string {
  const pad = 24
  const left = plan.left - pad
  const width = plan.width - plan.left + pad * 2
  const height = plan.height + pad * 2
  const out = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${left} ${-pad} ${width} ${height}" font-family="Inter, system-ui, sans-serif">`,
    `<pattern id="hatch" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path d="M0 0h8M0 0v8" stroke="${palette.bad}" stroke-width="1.6"/></pattern>`,
    `<rect x="${left}" y="${-pad}" width="${width}" height="${height}" fill="${palette.glass}"/>`,
  ]
  for (const g of plan.groups) {
    const lost = g.node !== undefined && g.node.ready !== 'True'
    out.push(
      `<rect x="${g.x}" y="${g.y}" width="${g.w}" height="${g.h}" rx="10" fill="${lost ? palette.sunk : palette.card}" stroke="${lost ? palette.bad : palette.line}"${lost ? ' stroke-dasharray="6 4"' : ''}/>`,
      `<text x="${g.x + WALL.pad}" y="${g.y + 26}" font-size="16" font-weight="600" fill="${palette.text}">${quoted(g.key || 'Pending')}</text>`,
      `<text x="${g.x + g.w - WALL.pad}" y="${g.y + 26}" font-size="13" text-anchor="end" fill="${palette.muted}">${g.looks[0] ?? 0}/${g.count}</text>`,
    )
    for (const c of g.cells) if (c) out.push(cellSvg(plan, c, palette))
  }
  out.push('</svg>')
  return out.join('\n')
}

function cellSvg(plan: Plan, c: Cell, palette: Palette): string {
  const { x, y } = plan.place(c)
  const paint = palette.paints[c.ink.ink] as Paint
  const { look } = c.pod
  const solid = look === 'ready' || look === 'restarting'
  const pale = look === 'succeeded' || look === 'terminating'
  const fill = solid || pale ? paint.fill : look === 'failed' ? 'url(#hatch)' : 'none'
  const line = solid || pale ? '' : ` stroke="${paint.line}" stroke-width="2"`
  const dashed = look === 'pending' || look === 'creating' ? ' stroke-dasharray="4 3"' : ''
  const mark =
    look === 'restarting'
      ? `<circle cx="${x + 34}" cy="${y + 6}" r="6" fill="none" stroke="${palette.warn}" stroke-width="2.4"/>`
      : ''
  const title = `${c.pod.namespace}/${c.pod.name}: ${c.pod.status} ${c.pod.ready}/${c.pod.containers}`
  return `<g><title>${quoted(title)}</title><rect x="${x + 1}" y="${y + 1}" width="38" height="38" rx="7" fill="${fill}"${pale ? ' fill-opacity="0.35"' : ''}${line}${dashed}/>${mark}<text x="${x + 20}" y="${y + 24}" font-size="12" text-anchor="middle" font-family="monospace" fill="${solid ? paint.on : paint.line}">${quoted(c.ink.monogram)}</text></g>`
}
