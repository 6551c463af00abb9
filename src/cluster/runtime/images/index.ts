/** The catalogue: one line an image. An unknown image gets a stand-in that says so. */
import type { ImageBehaviour } from '../image.ts'
import { server, text } from '../serving.ts'
import { busybox } from './busybox.ts'
import { memcached, mongo, mysql, postgres, redis } from './databases.ts'
import {
  alpine,
  centos,
  debian,
  forbidden,
  nettools,
  perl,
  python,
  stress,
  suse,
  ubuntu,
  vishStress,
} from './distributions.ts'
import { guestbook, php } from './guestbook.ts'
import { httpd } from './httpd.ts'
import { ingressNginx } from './ingressnginx.ts'
import { nginx } from './nginx.ts'
import * as system from './system.ts'
import {
  agnhost,
  echoserver,
  helloApp,
  httpEcho,
  livenessSample,
  pause,
  whoami,
} from './testing.ts'

/** All known images. */
export const images: readonly ImageBehaviour[] = [
  nginx,
  ingressNginx,
  httpd,
  busybox,
  alpine,
  debian,
  ubuntu,
  centos,
  suse,
  python,
  perl,
  php,
  nettools,
  stress,
  vishStress,
  forbidden,
  redis,
  mysql,
  postgres,
  mongo,
  memcached,
  guestbook,
  agnhost,
  livenessSample,
  pause,
  httpEcho,
  helloApp,
  whoami,
  echoserver,
  system.coredns,
  system.kubeProxy,
  system.etcd,
  system.apiserver,
  system.controllerManager,
  system.scheduler,
  system.metricsServer,
  system.localPath,
  system.flannel,
  system.fluentd,
  system.nodeExporter,
]

const byRepository = new Map(images.flatMap((i) => i.repositories.map((r) => [r, i] as const)))

/** An image reference taken apart, with containerd's defaults filled in. */
export interface ImageReference {
  /** `docker.io/library/nginx` */
  readonly repository: string
  readonly tag: string
  readonly digest: string
  /** `docker.io/library/nginx:1.27` */
  readonly canonical: string
}

/** Takes an image reference apart. @returns undefined when it is not one */
export function parseImage(name: string): ImageReference | undefined {
  const m = /^([^@]+?)(?::([\w][\w.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$/.exec(name)
  if (
    !m ||
    /[A-Z]/.test(m[1]?.replace(/^[^/]*[.:][^/]*\//, '') ?? '') ||
    /\/\/|^\/|\/$/.test(m[1] ?? '')
  ) {
    return undefined
  }
  let repository = m[1] as string
  const first = repository.split('/')[0] as string
  if (!repository.includes('/')) repository = `docker.io/library/${repository}`
  else if (!/[.:]/.test(first) && first !== 'localhost') repository = `docker.io/${repository}`
  const tag = m[2] ?? (m[3] ? '' : 'latest')
  const digest = m[3] ?? ''
  return {
    repository,
    tag,
    digest,
    canonical: `${repository}${tag ? `:${tag}` : ''}${digest ? `@${digest}` : ''}`,
  }
}

/**
 * The behaviour of an image. Registries that answer nothing are recognised by their names (`.invalid`, `.local`
 * hosts, repositories called `nonexistent` or the like), so that ImagePullBackOff can be shown on purpose.
 */
export function findImage(reference: ImageReference): ImageBehaviour | { missing: string } {
  const { repository, tag } = reference
  if (/\.(invalid|local|example)(:\d+)?\//.test(repository)) {
    const host = repository.split('/')[0]
    return {
      missing: `failed to resolve reference "${reference.canonical}": failed to do request: Head "https://${host}/v2/${repository.slice(repository.indexOf('/') + 1)}/manifests/${tag}": dial tcp: lookup ${host}: no such host`,
    }
  }
  const known = byRepository.get(repository)
  if (
    /(does-?not-?exist|non-?existent|no-such|nosuch|missing)/.test(`${repository}:${tag}`) ||
    (known && !(known.tags ?? PLAUSIBLE_TAG).test(tag))
  ) {
    return { missing: notFound(reference, known !== undefined) }
  }
  if (known?.pullError)
    return { missing: `failed to resolve reference "${reference.canonical}": ${known.pullError}` }
  return known ?? standIn(repository)
}

/** Tags of the catalogue's images look like versions or known words; a typo is as fatal as on a real registry. */
const PLAUSIBLE_TAG =
  /^(v?\d[\w.-]*|latest|stable|alpine|slim|mainline|glibc|musl|uclibc|edge|e2e|bookworm|trixie|jammy|noble|lts|perl|apache|fpm|bullseye|buster|jessie|stretch)([\w.-]*)$|^$/

function notFound(r: ImageReference, known: boolean): string {
  if (known) return `failed to resolve reference "${r.canonical}": ${r.canonical}: not found`
  return `failed to resolve reference "${r.canonical}": pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed`
}

/** Runs, answers HTTP on the ports that images of its kind use, and says in its log that it is a stand-in. */
function standIn(repository: string): ImageBehaviour {
  const run = server({
    ports: [80, 8080],
    memoryBytes: 16 * 1024 * 1024,
    banner: () => [
      `[kubarium] ${repository} is not in the catalogue: this stand-in runs and answers HTTP`,
    ],
    *handle(p) {
      return text(`${repository} (stand-in) on ${p.around.hostname}\n`)
    },
  })
  return {
    repositories: [repository],
    bytes: 60 * 1024 * 1024,
    entrypoint: ['/entrypoint'],
    cmd: [],
    shell: 'full',
    standIn: true,
    programs: { entrypoint: run },
  }
}
