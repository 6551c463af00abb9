/**
 * `kubectl cp` between the home folder and a container. Files travel through `cat`, not tar, which simulated images do
 * not have; what is copied, and what is refused, is the same.
 * @source staging/src/k8s.io/kubectl/pkg/cmd/cp/cp.go
 */
import type { Pod } from '../../cluster/api/generated/types.ts'
import type { Task } from '../../cluster/sim/task.ts'
import { execIn } from '../attaching.ts'
import type { Command } from '../command.ts'
import { CliError } from '../errors.ts'
import type { Flag } from '../flags.ts'
import { Invocation, normalize } from '../invocation.ts'
import { defaultContainer } from '../pods.ts'
import { getObject, type Target } from '../resource.ts'

const flags: readonly Flag[] = [
  {
    name: 'container',
    short: 'c',
    kind: 'string',
    usage:
      'Container name. If omitted, use the kubectl.kubernetes.io/default-container annotation for selecting the container to be attached or the first container in the pod will be chosen',
  },
  {
    name: 'no-preserve',
    kind: 'bool',
    default: 'false',
    usage: "The copied file/directory's ownership and permissions will not be preserved",
  },
  {
    name: 'retries',
    kind: 'int',
    default: '0',
    usage: 'Set number of retries to complete a copy operation from a container.',
  },
]

/** Where a file is: in a pod, or here. */
interface Place {
  readonly namespace: string
  readonly pod: string
  readonly path: string
}

/** Copies files and folders. */
export const cp: Command = {
  name: 'cp',
  use: 'cp <file-spec-src> <file-spec-dest> [options]',
  short: 'Copy files and directories to and from containers',
  examples:
    '# Copy a file of the home folder into a pod\nkubectl cp web.yaml my-pod:/tmp/web.yaml\n\n# Copy a file out of a container\nkubectl cp my-ns/my-pod:/etc/hosts hosts -c app',
  flags,
  *run(k) {
    if (k.args.length !== 2) throw new CliError('source and destination are required')
    const from = placeOf(k, k.args[0] as string)
    const to = placeOf(k, k.args[1] as string)
    if (!from.path || !to.path) throw new CliError('filepath can not be empty')
    if (from.pod && to.pod)
      throw new CliError('one of src or dest must be a local file specification')
    if (!from.pod && !to.pod)
      throw new CliError('one of src or dest must be a remote file specification')
    return from.pod ? yield* fetchFiles(k, from, to.path) : yield* sendFiles(k, from.path, to)
  },
}

function placeOf(k: Invocation, text: string): Place {
  const colon = text.indexOf(':')
  if (colon < 0) return { namespace: '', pod: '', path: text }
  const [a = '', b] = text.slice(0, colon).split('/')
  const path = text.slice(colon + 1)
  return b === undefined ? { namespace: k.namespace, pod: a, path } : { namespace: a, pod: b, path }
}

interface Remote {
  readonly target: Target & { readonly name: string }
  readonly container: string
}

function* remote(k: Invocation, place: Place): Task<Remote> {
  const mapping = yield* k.mapping('pods')
  const target = { mapping, namespace: place.namespace, name: place.pod }
  const pod = (yield* getObject(k, target)) as unknown as Pod
  const container = k.flags.string('container') || defaultContainer(k, pod, true)
  return { target, container }
}

/** Runs something in the container. @returns what it printed and its exit code */
function* inside(
  k: Invocation,
  r: Remote,
  command: readonly string[],
  stdin?: string,
): Task<{ out: string; err: string; code: number }> {
  const said = { out: '', err: '', code: 0 }
  const { input: _typed, ...io } = k.io
  const quiet = new Invocation(
    k.deps,
    {
      ...io,
      ...(stdin === undefined ? {} : { stdin }),
      stdout: (t) => {
        said.out += t
      },
      stderr: (t) => {
        said.err += t
      },
    },
    k.flags,
    k.path,
  )
  const o = { container: r.container, stdin: stdin !== undefined, tty: false }
  said.code = yield* execIn(quiet, r.target, command, o)
  return said
}

function* sendFiles(k: Invocation, path: string, to: Place): Task<number> {
  const single = k.file(path)
  const folder = single === undefined ? k.folder(path, true) : undefined
  if (single === undefined && !folder)
    throw new CliError(`${path} doesn't exist in local filesystem`)
  const r = yield* remote(k, to)
  const isFolder = yield* isDirectory(k, r, to.path)
  const base = normalize(path)
  const name = base.slice(base.lastIndexOf('/') + 1)
  const root = isFolder ? `${to.path.replace(/\/$/, '')}/${name}` : to.path
  for (const file of folder ?? [base]) {
    const target = folder ? root + file.slice(base.length) : root
    const parent = target.slice(0, target.lastIndexOf('/'))
    if (parent) yield* inside(k, r, ['mkdir', '-p', parent])
    const text = k.file(file) ?? ''
    const sent = yield* inside(k, r, ['sh', '-c', `cat > '${target}'`], text)
    if (sent.code !== 0) {
      k.err(sent.err)
      return sent.code
    }
  }
  return 0
}

function* isDirectory(k: Invocation, r: Remote, path: string): Task<boolean> {
  return (yield* inside(k, r, ['sh', '-c', `test -d '${path}'`])).code === 0
}

/** A file itself, or every file in a folder and below. */
function* filesBelow(k: Invocation, r: Remote, path: string): Task<string[]> {
  if (!(yield* isDirectory(k, r, path))) return [path]
  const listed = yield* inside(k, r, ['ls', '-1', path])
  const found: string[] = []
  for (const name of listed.out.split('\n').filter(Boolean))
    found.push(...(yield* filesBelow(k, r, `${path === '/' ? '' : path}/${name}`)))
  return found
}

function* fetchFiles(k: Invocation, from: Place, to: string): Task<number> {
  const files = k.io.files
  if (!files) throw new CliError('there is no home folder to copy into')
  const r = yield* remote(k, from)
  const listed = yield* filesBelow(k, r, from.path.replace(/(.)\/$/, '$1'))
  const local = normalize(to)
  const into = k.folder(local)
    ? `${local}/${from.path.slice(from.path.lastIndexOf('/') + 1)}`
    : local
  for (const path of listed) {
    const got = yield* inside(k, r, ['cat', path])
    if (got.code !== 0) {
      k.err(got.err)
      return got.code
    }
    files.set(normalize(into + path.slice(from.path.length)), got.out)
  }
  return 0
}
