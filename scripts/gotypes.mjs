#!/usr/bin/env node
/**
 * Makes src/cluster/api/generated/gotypes.json: the fields of the Go structs that a pod template is made of, in the
 * order of their declaration, which is what upstream's hash of a template is a hash of.
 *
 *   node scripts/gotypes.mjs GOPATH    a folder that holds k8s.io/api and k8s.io/apimachinery of the release
 *
 * A struct is one text: `Name type json` for each field, split by `;`; a json name of `-` stands for a field whose own
 * fields lie beside it.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const [root = ''] = process.argv.slice(2)
const sources = ['k8s.io/api/core/v1/types.go', 'k8s.io/apimachinery/pkg/apis/meta/v1/types.go']
const structs = new Map()
const named = new Map()

/** As Go's reflection names a type outside its package. */
function qualified(type) {
  const pointer = /^(\*|\[\])(.*)$/.exec(type)
  if (pointer) return pointer[1] + qualified(pointer[2])
  const map = /^map\[(\w+)\](.*)$/.exec(type)
  if (map) return `map[${qualified(map[1])}]${qualified(map[2])}`
  if (/^(string|bool|u?int(8|16|32|64)?|byte|float(32|64))$/.test(type)) return type
  if (type.includes('.')) return type.replace(/^metav1\./, 'v1.')
  return `v1.${type}`
}

for (const source of sources) {
  const text = readFileSync(join(root, source), 'utf8')
  for (const [, name, type] of text.matchAll(/^type (\w+) ([\w.[\]*]+)$/gm)) named.set(`v1.${name}`, qualified(type))
  for (const [, name, body] of text.matchAll(/^type (\w+) struct \{\n([\s\S]*?)^\}/gm)) {
    const fields = []
    for (const line of body.split('\n')) {
      const field = /^\t(?:(\w+)\s+)?([\w.[\]*]+)\s+`json:"([^",]*)([^"]*)"/.exec(line)
      if (!field) continue
      const [, own, type, json, options] = field
      const goName = own ?? type.replace(/^.*\./, '')
      fields.push(`${goName} ${qualified(type)} ${json || (options.includes('inline') ? '-' : goName)}`)
    }
    if (!structs.has(`v1.${name}`) || name === 'ObjectMeta') structs.set(`v1.${name}`, fields.join(';'))
  }
}

const out = {}
const plain = {}
const want = ['v1.PodTemplateSpec']
while (want.length > 0) {
  const type = want.pop().replace(/^(\*|\[\]|map\[[\w.]+\])+/, '')
  if (type in out || type in plain) continue
  const fields = structs.get(type)
  if (fields !== undefined) {
    out[type] = fields
    for (const f of fields.split(';')) want.push(f.split(' ')[1] ?? '')
  } else if (named.has(type) && named.get(type) !== 'string') {
    plain[type] = named.get(type)
    want.push(named.get(type))
  }
}
const sorted = (o) => Object.fromEntries(Object.entries(o).sort(([a], [b]) => (a < b ? -1 : 1)))
writeFileSync('src/cluster/api/generated/gotypes.json', `${JSON.stringify({ structs: sorted(out), named: sorted(plain) }, null, 1)}\n`)
