/** JSON patch. @source https://www.rfc-editor.org/rfc/rfc6902, github.com/evanphx/json-patch */
import { deepEqual, isObject, type JsonObject } from '../meta/json.ts'

/** One operation as sent. */
export interface JsonPatchOperation {
  readonly op: string
  readonly path: string
  readonly from?: string
  readonly value?: unknown
}

/** A patch that cannot be applied. */
export class JsonPatchError extends Error {
  override name = 'JsonPatchError'
}

/** The target with all operations applied in order; shares what they do not touch. @throws JsonPatchError */
export function jsonPatch(target: unknown, operations: readonly JsonPatchOperation[]): unknown {
  let doc = target
  for (const o of operations) doc = applyOne(doc, o)
  return doc
}

function applyOne(doc: unknown, o: JsonPatchOperation): unknown {
  if (!isObject(o)) throw new JsonPatchError('unexpected kind: unknown')
  if (typeof o.path !== 'string') throw new JsonPatchError('missing path')
  const from = typeof o.from === 'string' ? o.from : ''
  switch (o.op) {
    case 'add':
      return change(doc, o.path, (parent, key) => insert(parent, key, o.value))
    case 'remove':
      return change(doc, o.path, (parent, key) => remove(parent, key))
    case 'replace':
      if (o.path === '') return o.value
      return change(doc, o.path, (parent, key) => replace(parent, key, o.value))
    case 'move': {
      const value = read(doc, from)
      const without = change(doc, from, (parent, key) => remove(parent, key))
      return change(without, o.path, (parent, key) => insert(parent, key, value))
    }
    case 'copy': {
      const value = read(doc, from)
      return change(doc, o.path, (parent, key) => insert(parent, key, value))
    }
    case 'test':
      if (!deepEqual(readOr(doc, o.path), o.value ?? null)) {
        throw new JsonPatchError(`testing value ${o.path} failed`)
      }
      return doc
    default:
      throw new JsonPatchError(`unexpected kind: ${o.op}`)
  }
}

function pointer(path: string): string[] {
  if (path === '') return []
  if (!path.startsWith('/')) throw new JsonPatchError(`bad path ${path}`)
  return path
    .slice(1)
    .split('/')
    .map((p) => p.replace(/~1/g, '/').replace(/~0/g, '~'))
}

function read(doc: unknown, path: string): unknown {
  let v = doc
  for (const key of pointer(path)) {
    v = member(v, key)
    if (v === undefined) throw new JsonPatchError(`missing value at ${path}`)
  }
  return v
}

function readOr(doc: unknown, path: string): unknown {
  let v = doc
  for (const key of pointer(path)) {
    if (v === undefined) return null
    v = member(v, key)
  }
  return v ?? null
}

function member(v: unknown, key: string): unknown {
  if (Array.isArray(v)) return v[index(v, key)]
  return isObject(v) && Object.hasOwn(v, key) ? v[key] : undefined
}

function index(list: readonly unknown[], key: string): number {
  if (!/^-?\d+$/.test(key)) throw new JsonPatchError(`invalid array index ${key}`)
  const i = Number(key)
  return i < 0 ? list.length + i : i
}

type Change = (parent: JsonObject | unknown[], key: string) => unknown

function change(doc: unknown, path: string, f: Change): unknown {
  const keys = pointer(path)
  if (keys.length === 0) return f({}, '') as unknown
  return descend(doc, keys, 0, f, path)
}

function descend(v: unknown, keys: string[], i: number, f: Change, path: string): unknown {
  if (!isObject(v) && !Array.isArray(v)) throw new JsonPatchError(`doc is missing path: ${path}`)
  const key = keys[i] as string
  if (i === keys.length - 1) return f(v, key)
  const child = member(v, key)
  if (child === undefined) throw new JsonPatchError(`doc is missing path: ${path}`)
  const next = descend(child, keys, i + 1, f, path)
  if (Array.isArray(v)) return v.map((x, j) => (j === index(v, key) ? next : x))
  return { ...v, [key]: next }
}

function insert(parent: JsonObject | unknown[], key: string, value: unknown): unknown {
  if (!Array.isArray(parent))
    return key === '' && isEmpty(parent) ? value : { ...parent, [key]: value }
  if (key === '-') return [...parent, value]
  const i = index(parent, key)
  if (i > parent.length || i < 0) throw new JsonPatchError(`unable to access invalid index: ${key}`)
  return [...parent.slice(0, i), value, ...parent.slice(i)]
}

function isEmpty(o: JsonObject): boolean {
  return Object.keys(o).length === 0
}

function remove(parent: JsonObject | unknown[], key: string): unknown {
  if (Array.isArray(parent)) {
    const i = index(parent, key)
    if (i >= parent.length || i < 0) throw new JsonPatchError(`invalid index ${key}`)
    return parent.filter((_, j) => j !== i)
  }
  if (!Object.hasOwn(parent, key))
    throw new JsonPatchError(`unable to remove nonexistent key: ${key}`)
  const { [key]: _, ...rest } = parent
  return rest
}

function replace(parent: JsonObject | unknown[], key: string, value: unknown): unknown {
  if (Array.isArray(parent)) {
    const i = index(parent, key)
    if (i >= parent.length || i < 0) throw new JsonPatchError(`invalid index ${key}`)
    return parent.map((x, j) => (j === i ? value : x))
  }
  if (!Object.hasOwn(parent, key))
    throw new JsonPatchError(`replace operation does not apply: missing key: ${key}`)
  return { ...parent, [key]: value }
}
