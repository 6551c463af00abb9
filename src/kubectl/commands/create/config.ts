/**
 * `kubectl create configmap` and `kubectl create secret`: literals, files, folders and env files become data.
 * @source staging/src/k8s.io/kubectl/pkg/cmd/create/create_configmap.go, create_secret.go, create_secret_tls.go,
 *   create_secret_docker.go, staging/src/k8s.io/kubectl/pkg/util/hash/hash.go
 */

import { sha256Hex } from '../../../cluster/api/meta/sha256.ts'
import { encodeBase64 } from '../../base64.ts'
import type { Command } from '../../command.ts'
import { CliError } from '../../errors.ts'
import type { Flag } from '../../flags.ts'
import type { Invocation } from '../../invocation.ts'
import { goJson } from '../../printers/gojson.ts'
import { generatorCommand, type Json, metadataOf } from './generator.ts'

const sourceFlags: readonly Flag[] = [
  {
    name: 'append-hash',
    kind: 'bool',
    default: 'false',
    usage: 'Append a hash of the content to its name.',
  },
  { name: 'from-env-file', kind: 'strings', usage: 'A file of lines of key=val pairs.' },
  {
    name: 'from-file',
    kind: 'strings',
    usage: 'A file or folder; a key may be given as key=path.',
  },
  { name: 'from-literal', kind: 'array', usage: 'A key and literal value (mykey=somevalue).' },
]

const KEY_RULE =
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"

/** `create configmap`. */
export const configmap: Command = generatorCommand({
  name: 'configmap',
  aliases: ['cm'],
  use: 'NAME [--from-file=[key=]source] [--from-literal=key1=value1] [--dry-run=server|client|none] [options]',
  short: 'Create a config map from a local file, directory or literal value',
  examples:
    '# Create a config map from two literals\nkubectl create configmap conf --from-literal=mode=dark --from-literal=size=3',
  flags: sourceFlags,
  failure: () => 'failed to create configmap: ',
  build(k, name) {
    const data = gather(k, 'ConfigMap', name)
    const object: Json = {
      apiVersion: 'v1',
      ...(Object.keys(data).length > 0 ? { data } : {}),
      kind: 'ConfigMap',
      metadata: metadataOf(name),
    }
    if (!k.flags.bool('append-hash')) return object
    const hash = contentHash(goJson({ data: data, kind: 'ConfigMap', name }))
    return { ...object, metadata: metadataOf(`${name}-${hash}`) }
  },
})

const generic: Command = generatorCommand({
  name: 'generic',
  use: 'NAME [--type=string] [--from-file=[key=]source] [--from-literal=key1=value1] [options]',
  short: 'Create a secret from a local file, directory, or literal value',
  examples:
    '# Create a secret from a literal\nkubectl create secret generic pass --from-literal=password=x',
  flags: [...sourceFlags, { name: 'type', kind: 'string', usage: 'The type of secret to create' }],
  failure: () => 'failed to create secret ',
  build(k, name) {
    const data = gather(k, 'Secret', name)
    return secretObject(k, name, k.flags.string('type'), encoded(data))
  },
})

const tls: Command = generatorCommand({
  name: 'tls',
  use: 'NAME --cert=path/to/cert/file --key=path/to/key/file [options]',
  short: 'Create a TLS secret',
  examples:
    '# Create a TLS secret from a key pair\nkubectl create secret tls my-tls --cert=tls.crt --key=tls.key',
  flags: [
    {
      name: 'append-hash',
      kind: 'bool',
      default: 'false',
      usage: 'Append a hash of the content to its name.',
    },
    { name: 'cert', kind: 'string', usage: 'Path to PEM encoded public key certificate.' },
    {
      name: 'key',
      kind: 'string',
      usage: 'Path to private key associated with given certificate.',
    },
  ],
  failure: () => 'failed to create secret ',
  build(k, name) {
    const cert = k.flags.string('cert')
    const key = k.flags.string('key')
    if (!cert || !key) throw new CliError('key and cert must be specified')
    const read = (path: string) => {
      const text = k.file(path)
      if (text === undefined)
        throw new CliError(`Cannot read file ${path}, open ${path}: no such file or directory`)
      return text
    }
    const data = { 'tls.crt': read(cert), 'tls.key': read(key) }
    if (!data['tls.crt'].includes('-----BEGIN'))
      throw new CliError('tls: failed to find any PEM data in certificate input')
    if (!data['tls.key'].includes('-----BEGIN'))
      throw new CliError('tls: failed to find any PEM data in key input')
    return secretObject(k, name, 'kubernetes.io/tls', encoded(data))
  },
})

const dockerRegistry: Command = generatorCommand({
  name: 'docker-registry',
  use: 'NAME --docker-username=user --docker-password=password --docker-email=email [--docker-server=string] [options]',
  short: 'Create a secret for use with a Docker registry',
  examples:
    '# Create a pull secret\nkubectl create secret docker-registry reg --docker-username=me --docker-password=x',
  flags: [
    {
      name: 'append-hash',
      kind: 'bool',
      default: 'false',
      usage: 'Append a hash of the content to its name.',
    },
    { name: 'docker-email', kind: 'string', usage: 'Email for Docker registry' },
    {
      name: 'docker-password',
      kind: 'string',
      usage: 'Password for Docker registry authentication',
    },
    {
      name: 'docker-server',
      kind: 'string',
      default: 'https://index.docker.io/v1/',
      usage: 'Server location for Docker registry',
    },
    {
      name: 'docker-username',
      kind: 'string',
      usage: 'Username for Docker registry authentication',
    },
    { name: 'from-file', kind: 'strings', usage: 'A .dockerconfigjson file.' },
  ],
  failure: () => 'failed to create secret ',
  build(k, name) {
    const f = k.flags
    let config: string
    if (f.strings('from-file').length > 0) {
      config = gather(k, 'Secret', name)['.dockerconfigjson'] ?? ''
    } else {
      const username = f.string('docker-username')
      const password = f.string('docker-password')
      const email = f.string('docker-email')
      const server = f.string('docker-server')
      if (!username || !password || !server)
        throw new CliError(
          'either --from-file or the combination of --docker-username, --docker-password and --docker-server is required',
        )
      const entry = {
        username,
        password,
        ...(email ? { email } : {}),
        auth: encodeBase64(`${username}:${password}`),
      }
      config = JSON.stringify({ auths: { [server]: entry } })
    }
    const data = encoded({ '.dockerconfigjson': config })
    return secretObject(k, name, 'kubernetes.io/dockerconfigjson', data)
  },
})

/** `create secret`. */
export const secret: Command = {
  name: 'secret',
  use: 'secret (docker-registry | generic | tls)',
  short: 'Create a secret using a specified subcommand',
  subcommands: [dockerRegistry, generic, tls],
}

function secretObject(k: Invocation, name: string, type: string, data: Json): Json {
  const full = k.flags.bool('append-hash')
    ? `${name}-${contentHash(goJson({ data, kind: 'Secret', name, type }))}`
    : name
  return {
    apiVersion: 'v1',
    ...(Object.keys(data).length > 0 ? { data } : {}),
    kind: 'Secret',
    metadata: metadataOf(full),
    ...(type ? { type } : {}),
  }
}

function encoded(data: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(data).map(([key, v]) => [key, encodeBase64(v)]))
}

/** The data of the flags. @throws CliError for unreadable sources, bad and repeated keys */
function gather(k: Invocation, kind: string, name: string): Record<string, string> {
  const f = k.flags
  const literals = f.strings('from-literal')
  const files = f.strings('from-file')
  const envFiles = f.strings('from-env-file')
  if (envFiles.length > 0 && (literals.length > 0 || files.length > 0))
    throw new CliError('from-env-file cannot be combined with from-file or from-literal')
  const data: Record<string, string> = {}
  const add = (key: string, value: string) => {
    if (!/^[-._a-zA-Z0-9]+$/.test(key)) {
      if (kind === 'Secret')
        throw new CliError(`"${key}" is not valid key name for a Secret ${KEY_RULE}`)
      throw new CliError(`"${key}" is not a valid key name for a ${kind}: ${KEY_RULE}`)
    }
    if (Object.hasOwn(data, key)) {
      const where =
        kind === 'Secret'
          ? `cannot add key ${key}, another key by that name already exists`
          : `cannot add key "${key}", another key by that name already exists in Data for ${kind} "${name}"`
      throw new CliError(where)
    }
    data[key] = value
  }
  for (const source of files) addFile(k, source, add)
  for (const literal of literals) {
    const eq = literal.indexOf('=')
    if (eq < 1)
      throw new CliError(
        eq === 0
          ? `invalid literal source ${literal}, expected key=value`
          : `invalid literal source ${literal}, expected key=value`,
      )
    add(literal.slice(0, eq), literal.slice(eq + 1))
  }
  for (const path of envFiles) addEnvFile(k, path, add)
  return data
}

function addFile(k: Invocation, source: string, add: (key: string, value: string) => void): void {
  const eq = source.indexOf('=')
  const path = eq < 0 ? source : source.slice(eq + 1)
  const key = eq < 0 ? (path.split('/').at(-1) as string) : source.slice(0, eq)
  if (eq === 0) throw new CliError(`key name for file path ${path} missing`)
  if (eq > 0 && path === '') throw new CliError(`file path for key name ${key} missing`)
  if (path === '-') return add(eq < 0 ? 'stdin' : key, k.io.stdin ?? '')
  const text = k.file(path)
  if (text !== undefined) return add(key, text)
  const inside = k.folder(path)
  if (!inside) throw new CliError(`error reading ${path}: no such file or directory`)
  if (eq > 0) throw new CliError(`cannot give a key name for a directory path`)
  for (const f of inside) add(f.split('/').at(-1) as string, k.file(f) ?? '')
}

function addEnvFile(k: Invocation, path: string, add: (key: string, value: string) => void): void {
  const text = k.file(path)
  if (text === undefined) throw new CliError(`error reading ${path}: no such file or directory`)
  for (const line of text.split('\n')) {
    const l = line.trimStart()
    if (l === '' || l.startsWith('#')) continue
    const eq = l.indexOf('=')
    const key = eq < 0 ? l : l.slice(0, eq)
    if (!/^[-._a-zA-Z][-._a-zA-Z0-9]*$/.test(key))
      throw new CliError(
        `"${key}" is not a valid key name: a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not start with a digit (e.g. 'my.env-name',  or 'MY_ENV.NAME',  or 'MyEnvName1', regex used for validation is '[-._a-zA-Z][-._a-zA-Z0-9]*')`,
      )
    if (eq < 0) add(key, k.io.env?.get(key) ?? '')
    else add(key, l.slice(eq + 1))
  }
}

/** Ten characters of a hash that names the content, in the alphabet that forms no words. */
function contentHash(text: string): string {
  const swaps: Readonly<Record<string, string>> = { 0: 'g', 1: 'h', 3: 'k', a: 'm', e: 't' }
  return [...sha256Hex(text).slice(0, 10)].map((c) => swaps[c] ?? c).join('')
}
