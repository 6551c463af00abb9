/**
 * The labels by which a namespace chooses its levels of pod security.
 * @source staging/src/k8s.io/pod-security-admission/api/helpers.go
 */
import { invalidValue } from '../../api/meta/field.ts'
import type { FieldError } from '../../api/meta/status.ts'

/** How much a pod may do, the least first refused. */
export type Level = 'privileged' | 'baseline' | 'restricted'

/** A level as some version of Kubernetes understood it. */
export interface LevelVersion {
  readonly level: Level
  /** `latest` or `v1.x`. */
  readonly version: string
}

/** What a namespace refuses and what it warns of. */
export interface Policy {
  readonly enforce: LevelVersion
  readonly warn: LevelVersion
}

const LEVELS: readonly Level[] = ['privileged', 'baseline', 'restricted']
const PREFIX = 'pod-security.kubernetes.io/'
const VERSION = /^(latest|v1\.(0|[1-9]\d*))$/

type Labels = Readonly<Record<string, string>> | undefined

/** The policy of a namespace; what is not labelled is privileged. */
export function policyOf(labels: Labels): Policy {
  const enforce = modeOf(labels, 'enforce', 'restricted')
  const warn = modeOf(labels, 'warn', 'privileged')
  // What is enforced is warned of too: workloads are told before their pods fail.
  if (labels?.[`${PREFIX}warn`] !== undefined || stricter(enforce.level, warn.level) <= 0) {
    return { enforce, warn }
  }
  const given = labels?.[`${PREFIX}warn-version`]
  return { enforce, warn: { level: enforce.level, version: given ?? enforce.version } }
}

function modeOf(labels: Labels, mode: string, otherwise: Level): LevelVersion {
  const level = labels?.[PREFIX + mode]
  const version = labels?.[`${PREFIX}${mode}-version`]
  return {
    level: level === undefined ? 'privileged' : (LEVELS.find((l) => l === level) ?? otherwise),
    version: version !== undefined && VERSION.test(version) ? version : 'latest',
  }
}

/** Above 0 when `a` allows less than `b`. */
export function stricter(a: Level, b: Level): number {
  return LEVELS.indexOf(a) - LEVELS.indexOf(b)
}

/** What is wrong with the labels. */
export function labelFaults(labels: Labels): FieldError[] {
  const out: FieldError[] = []
  const check = (key: string, good: (v: string) => boolean, text: string) => {
    const value = labels?.[PREFIX + key]
    if (value === undefined || good(value)) return
    out.push(invalidValue(`metadata.labels[${PREFIX}${key}]`, value, text))
  }
  for (const mode of ['enforce', 'audit', 'warn']) {
    check(mode, (v) => LEVELS.some((l) => l === v), `must be one of ${LEVELS.join(', ')}`)
    check(`${mode}-version`, (v) => VERSION.test(v), 'must be "latest" or "v1.x"')
  }
  return out
}
