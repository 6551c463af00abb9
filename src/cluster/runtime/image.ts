/** An image in the glass is a behaviour: what it starts, listens on, answers, logs, uses, and how it takes signals. */
import type { Task } from '../sim/task.ts'
import type { Process } from './process.ts'

/** A command that the shell or `exec` can run. @returns the exit code */
export type Command = (p: Process, argv: readonly string[]) => Task<number>

/** One image repository, all its tags. */
export interface ImageBehaviour {
  /** Normalised repositories it answers for, e.g. `docker.io/library/nginx`. */
  readonly repositories: readonly string[]
  /** Compressed size: drives pull time and image garbage collection. @unit bytes */
  readonly bytes: number
  readonly entrypoint: readonly string[]
  readonly cmd: readonly string[]
  readonly user?: number
  readonly workingDir?: string
  readonly env?: Readonly<Record<string, string>>
  /** Ports it opens by itself. */
  readonly ports?: readonly number[]
  readonly files?: Readonly<Record<string, string>>
  /** Programs beyond the base ones, by name (`nginx`, `redis-server`). */
  readonly programs?: Readonly<Record<string, Command>>
  /** Whether it has a shell and the usual small tools; distroless images have none. */
  readonly shell: 'busybox' | 'full' | 'none'
  /** Time between start and serving. @unit milliseconds */
  readonly startMs?: number
  /** True for the answer to an image that the catalogue does not know. */
  readonly standIn?: boolean
  /** Tags that the registry has; tags that look like versions or usual words unless given. */
  readonly tags?: RegExp
  /** Pulling fails with this text, as the registry of a private image answers. */
  readonly pullError?: string
}
