/** Where describers write: indented lines with tabs, laid out at the end. @source staging/src/k8s.io/kubectl/pkg/describe/describe.go */
import { humanDuration } from '../../cluster/api/meta/duration.ts'
import { formatTime, parseTime } from '../../cluster/api/meta/time.ts'
import { compareStrings } from '../printers/gojson.ts'

/** Annotations longer than this are put on lines of their own, and cut. */
const ANNOTATION_MAX = 140
const SKIPPED = new Set(['kubectl.kubernetes.io/last-applied-configuration'])

type StringMap = Readonly<Record<string, string>> | undefined

/** Collects text; a level is two spaces. */
export class PrefixWriter {
  text = ''

  constructor(private readonly base = 0) {}

  /** Writes at a level; the text brings its own newline. */
  write(level: number, text: string): void {
    this.text += '  '.repeat(this.base + level) + text
  }

  /** `Key:<tab>value` on a line of its own. */
  field(level: number, key: string, value: unknown): void {
    this.write(level, `${key}:\t${value ?? ''}\n`)
  }

  /** Several values under one title, aligned. */
  list(title: string, values: readonly string[], indent = ''): void {
    this.write(0, `${indent}${title}:\t`)
    if (values.length === 0) this.text += '<none>\n'
    values.forEach((v, i) => {
      if (i > 0) this.write(0, `${indent}\t`)
      this.text += `${v}\n`
    })
  }

  /** Labels, one on a line. */
  labels(title: string, labels: StringMap, indent = ''): void {
    const keys = Object.keys(labels ?? {}).sort(compareStrings)
    this.list(
      title,
      keys.map((k) => `${k}=${labels?.[k]}`),
      indent,
    )
  }

  /** Annotations, one on a line, long ones cut. */
  annotations(title: string, annotations: StringMap): void {
    this.write(0, `${title}:\t`)
    const keys = Object.keys(annotations ?? {})
      .filter((k) => !SKIPPED.has(k))
      .sort(compareStrings)
    if (keys.length === 0) this.text += '<none>\n'
    keys.forEach((k, i) => {
      if (i > 0) this.write(0, '\t')
      const value = (annotations?.[k] ?? '').replace(/\n$/, '')
      if (value.length + k.length + 2 > ANNOTATION_MAX || value.includes('\n')) {
        this.text += `${k}:\n`
        for (const line of value.split('\n')) this.write(0, `\t  ${shorten(line)}\n`)
      } else this.text += `${k}: ${value}\n`
    })
  }
}

function shorten(line: string): string {
  const max = ANNOTATION_MAX - 2
  return line.length > max ? `${line.slice(0, max)}...` : line
}

const DAYS = ['Thu', 'Fri', 'Sat', 'Sun', 'Mon', 'Tue', 'Wed']
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')
const DAY_MS = 86_400_000

/** `Sat, 21 Nov 2026 11:22:21 +0000`; Go's zero time when unset. */
export function longTime(text: string | undefined | null): string {
  const ms = parseTime(text)
  if (ms === undefined) return 'Mon, 01 Jan 0001 00:00:00 +0000'
  const iso = formatTime(ms)
  const day = DAYS[((Math.floor(ms / DAY_MS) % 7) + 7) % 7]
  const month = MONTHS[Number(iso.slice(5, 7)) - 1]
  return `${day}, ${iso.slice(8, 10)} ${month} ${iso.slice(0, 4)} ${iso.slice(11, 19)} +0000`
}

/** How long ago, in short; `<unknown>` when unset. @param now Unix milliseconds */
export function ago(text: string | undefined | null, now: number): string {
  const ms = parseTime(text)
  return ms === undefined ? '<unknown>' : humanDuration(now - ms)
}

/** `True` or `False`; `<unset>` when absent. */
export function boolText(v: boolean | undefined | null): string {
  if (v === undefined || v === null) return '<unset>'
  return v ? 'True' : 'False'
}

/** `a=b,c=d`, or `<none>`. */
export function pairsText(m: StringMap): string {
  const keys = Object.keys(m ?? {}).sort(compareStrings)
  return keys.length === 0 ? '<none>' : keys.map((k) => `${k}=${m?.[k]}`).join(',')
}

/** A Go list of strings: `[a b]`. */
export function goList(items: readonly unknown[] | undefined | null): string {
  return `[${(items ?? []).join(' ')}]`
}

/** A table of conditions, one level in. */
export function writeConditions(
  w: PrefixWriter,
  conditions: readonly {
    readonly type: string
    readonly status: string
    readonly lastTransitionTime?: string
    readonly reason?: string
    readonly message?: string
  }[],
): void {
  w.write(1, 'Type\tStatus\tLastTransitionTime\tReason\tMessage\n')
  w.write(1, '----\t------\t------------------\t------\t-------\n')
  for (const x of conditions)
    w.write(
      1,
      `${x.type}\t${x.status}\t${longTime(x.lastTransitionTime)}\t${x.reason ?? ''}\t${x.message ?? ''}\n`,
    )
}
