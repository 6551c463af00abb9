/** The simple JSON paths of printer columns: `.a.b`, `[0]`, `['a']`, `[*]`, `[?(@.type=="Ready")]`. */
import { isObject } from '../../api/meta/json.ts'

/** All values at the path. */
export function jsonPath(value: unknown, path: string): unknown[] {
  let current: unknown[] = [value]
  for (const step of steps(path)) current = current.flatMap((v) => step(v))
  return current.filter((v) => v !== undefined && v !== null)
}

type Step = (v: unknown) => unknown[]

const TOKEN =
  /\.([A-Za-z0-9_$-]+|\\.)+|\[\s*(\d+)\s*\]|\[\s*\*\s*\]|\.\*|\[\s*'((?:[^'\\]|\\.)*)'\s*\]|\[\s*"((?:[^"\\]|\\.)*)"\s*\]|\[\?\(\s*@\.([A-Za-z0-9_.-]+)\s*(==|!=)\s*(?:'([^']*)'|"([^"]*)"|([\w.-]+))\s*\)\]/g

function steps(path: string): Step[] {
  const out: Step[] = []
  for (const m of path.matchAll(TOKEN)) {
    const text = m[0]
    if (text === '.*' || /^\[\s*\*\s*\]$/.test(text)) out.push(children)
    else if (m[2] !== undefined) out.push(member(Number(m[2])))
    else if (m[3] !== undefined || m[4] !== undefined) out.push(member((m[3] ?? m[4]) as string))
    else if (m[5] !== undefined) {
      const want = m[7] ?? m[8] ?? m[9] ?? ''
      out.push(filter(m[5], m[6] === '==', want))
    } else out.push(member(text.slice(1).replace(/\\/g, '')))
  }
  return out
}

function children(v: unknown): unknown[] {
  if (Array.isArray(v)) return v
  return isObject(v) ? Object.values(v) : []
}

function member(key: string | number): Step {
  return (v) => {
    if (Array.isArray(v)) return typeof key === 'number' ? [v[key]] : []
    return isObject(v) ? [v[key]] : []
  }
}

function filter(path: string, equal: boolean, want: string): Step {
  const inner = steps(`.${path}`)
  return (v) => {
    if (!Array.isArray(v)) return []
    return v.filter((item) => {
      let found: unknown[] = [item]
      for (const s of inner) found = found.flatMap((x) => s(x))
      return (String(found[0]) === want) === equal
    })
  }
}
