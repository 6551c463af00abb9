/** General distributions and language images: a shell that ends without a terminal, and their own main program. */
import type { Task } from '../../sim/task.ts'
import type { ImageBehaviour } from '../image.ts'
import type { Process } from '../process.ts'
import { server, text } from '../serving.ts'
import { curlTool } from '../tools/net.ts'
import { allocate } from './hog.ts'

const MB = 1024 * 1024

function distribution(repositories: string[], megabytes: number, cmd: string[]): ImageBehaviour {
  return { repositories, bytes: megabytes * MB, entrypoint: [], cmd, shell: 'full' }
}

export const debian = distribution(['docker.io/library/debian'], 48, ['bash'])
export const ubuntu = distribution(['docker.io/library/ubuntu'], 29, ['/bin/bash'])
export const alpine = distribution(['docker.io/library/alpine'], 4, ['/bin/sh'])
export const centos = distribution(
  ['docker.io/library/centos', 'docker.io/library/fedora', 'docker.io/library/rockylinux'],
  80,
  ['/bin/bash'],
)
export const suse = distribution(['docker.io/mstormo/suse', 'docker.io/opensuse/leap'], 60, [
  '/bin/bash',
])

/** `python -m http.server`, and scripts that the glass cannot run say so. */
export const python: ImageBehaviour = {
  repositories: ['docker.io/library/python'],
  bytes: 360 * MB,
  entrypoint: [],
  cmd: ['python3'],
  shell: 'full',
  programs: { python: runPython, python3: runPython },
}

function* runPython(p: Process, argv: readonly string[]): Task<number> {
  const i = argv.indexOf('http.server')
  if (i > 0) {
    const port = Number(argv[i + 1] ?? 8000) || 8000
    const serve = server({
      ports: [port],
      memoryBytes: 14 * MB,
      *handle(q, r) {
        const names = q.fs.isDirectory(q.cwd) ? q.fs.list(q.cwd) : []
        return text(
          `<!DOCTYPE HTML>\n<title>Directory listing for ${r.path}</title>\n<ul>\n${names.map((n) => `<li>${n}</li>`).join('\n')}\n</ul>\n`,
          200,
          'text/html',
        )
      },
    })
    return yield* serve(p, argv)
  }
  if (argv.includes('--version')) {
    p.out('Python 3.14.0\n')
    return 0
  }
  if (argv.length === 1) return 0
  const print = /^print\((["'])(.*)\1\)$/.exec(argv[2] ?? '')
  if (argv[1] === '-c' && print) {
    p.out(`${print[2]}\n`)
    return 0
  }
  p.err('python: the glass does not run Python programs\n')
  return 1
}

/** perl, as the documentation's Job that computes pi to 2000 places uses it. */
export const perl: ImageBehaviour = {
  repositories: ['docker.io/library/perl'],
  bytes: 360 * MB,
  entrypoint: [],
  cmd: ['perl', '-de0'],
  shell: 'full',
  programs: {
    *perl(p, argv) {
      const places = /bpi\((\d+)\)/.exec(argv.join(' '))
      if (!places) return 0
      p.use(20 * MB, 1000)
      yield* p.sleep(4000)
      p.out(`${pi(Math.min(4000, Number(places[1])))}\n`)
      return 0
    },
  },
}

/** Pi to n digits, by Machin's formula in whole numbers. */
function pi(digits: number): string {
  const scale = 10n ** BigInt(digits + 10)
  const arctan = (x: bigint) => {
    let term = scale / x
    let sum = term
    for (let n = 3n, sign = -1n; term !== 0n; n += 2n, sign = -sign) {
      term /= x * x
      sum += (sign * term) / n
    }
    return sum
  }
  const value = (4n * (4n * arctan(5n) - arctan(239n))) / 10n ** 10n
  const s = value.toString()
  return `${s[0]}.${s.slice(1, digits)}`
}

/** A shell with curl and other tools for looking around. */
export const nettools: ImageBehaviour = {
  repositories: [
    'docker.io/curlimages/curl',
    'docker.io/nicolaka/netshoot',
    'docker.io/praqma/network-multitool',
    'docker.io/wbitt/network-multitool',
    'docker.io/radial/busyboxplus',
    'gcr.io/kubernetes-e2e-test-images/dnsutils',
    'registry.k8s.io/e2e-test-images/jessie-dnsutils',
    'registry.k8s.io/e2e-test-images/dnsutils',
    'docker.io/tutum/dnsutils',
  ],
  bytes: 24 * MB,
  entrypoint: [],
  cmd: ['sh', '-c', 'sleep 3600000'],
  shell: 'full',
  programs: { ...curlTool },
}

/** The memory and CPU hog of the documentation. */
export const stress: ImageBehaviour = {
  repositories: ['docker.io/polinux/stress', 'docker.io/progrium/stress'],
  bytes: 4 * MB,
  entrypoint: [],
  cmd: ['sh'],
  shell: 'busybox',
}

/** The hog that takes its memory piece by piece: `-mem-total 7Gi -mem-alloc-size 100Mi -mem-alloc-sleep 1s -cpus 2`. */
export const vishStress: ImageBehaviour = {
  repositories: ['docker.io/vish/stress'],
  bytes: 4 * MB,
  entrypoint: ['/stress', '-logtostderr'],
  cmd: [],
  shell: 'none',
  programs: { stress: allocate },
}

/** A real image that only its owner may pull. */
export const forbidden: ImageBehaviour = {
  repositories: ['docker.io/imiell/bad-dockerfile-private'],
  bytes: 1,
  entrypoint: [],
  cmd: [],
  shell: 'none',
  pullError:
    'pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed',
}
