/**
 * Field errors of probes and lifecycle hooks.
 * @source pkg/apis/core/validation/validation.go validateHandler, validateProbe
 */
import type { Container, LifecycleHandler, Probe } from '../../api/generated/types.ts'
import { forbiddenField, invalidValue, notSupported, required } from '../../api/meta/field.ts'
import type { FieldError } from '../../api/meta/status.ts'
import { portName } from '../../api/meta/validation.ts'

const PORT_RANGE = 'must be between 1 and 65535, inclusive'

/** Field errors of hooks. @param grace seconds the pod has to end */
export function validateLifecycle(c: Container, grace: number, at: string): FieldError[] {
  const out: FieldError[] = []
  for (const hook of ['postStart', 'preStop'] as const) {
    const h = c.lifecycle?.[hook]
    if (h) out.push(...validateHandler(h, `${at}.lifecycle.${hook}`, grace))
  }
  return out
}

const SCHEMES = ['HTTP', 'HTTPS']
const HEADER_TEXT =
  "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')"

type Handler = LifecycleHandler & Pick<Probe, 'grpc'>

function validateHandler(h: Handler, at: string, grace?: number): FieldError[] {
  const out: FieldError[] = []
  let handlers = 0
  for (const kind of ['exec', 'httpGet', 'tcpSocket', 'grpc', 'sleep'] as const) {
    if (!h[kind]) continue
    if (handlers++ > 0) {
      out.push(forbiddenField(`${at}.${kind}`, 'may not specify more than 1 handler type'))
      continue
    }
    out.push(...validateAction(h, kind, `${at}.${kind}`, grace))
  }
  if (handlers === 0) out.push(required(at, 'must specify a handler type'))
  return out
}

function validateAction(h: Handler, kind: string, at: string, grace = 30): FieldError[] {
  const out: FieldError[] = []
  if (kind === 'exec' && (h.exec?.command?.length ?? 0) === 0) out.push(required(`${at}.command`))
  if (kind === 'httpGet') {
    if (!h.httpGet?.path) out.push(required(`${at}.path`))
    out.push(...portOf(h.httpGet?.port, `${at}.port`))
    const scheme = h.httpGet?.scheme as string | undefined
    if (!scheme || !SCHEMES.includes(scheme)) {
      out.push(notSupported(`${at}.scheme`, scheme ?? '', SCHEMES))
    }
    for (const { name } of h.httpGet?.httpHeaders ?? []) {
      if (/^[-A-Za-z0-9]+$/.test(name)) continue
      out.push(invalidValue(`${at}.httpHeaders`, name, HEADER_TEXT))
    }
  }
  if (kind === 'tcpSocket') out.push(...portOf(h.tcpSocket?.port, `${at}.port`))
  if (kind === 'grpc') out.push(...portOf(h.grpc?.port, `${at}.port`))
  const seconds = h.sleep?.seconds
  if (kind === 'sleep' && seconds !== undefined && (seconds < 0 || seconds > grace)) {
    const text = `must be non-negative and less than terminationGracePeriodSeconds (${grace})`
    out.push(invalidValue(at, seconds, text))
  }
  return out
}

/** Errors of a port given by number or by name. */
export function portOf(port: number | string | undefined, at: string): FieldError[] {
  if (typeof port === 'string') return portName(port).map((t) => invalidValue(at, port, t))
  const n = port ?? 0
  return n >= 1 && n <= 65535 ? [] : [invalidValue(at, n, PORT_RANGE)]
}

/** Field errors of the three probes. */
export function validateProbes(c: Container, at: string): FieldError[] {
  const out: FieldError[] = []
  for (const kind of ['livenessProbe', 'readinessProbe', 'startupProbe'] as const) {
    const p = c[kind]
    if (!p) continue
    const path = `${at}.${kind}`
    out.push(...validateHandler(p as Handler, path))
    for (const f of COUNTS) {
      const v = p[f]
      if (v !== undefined && v < 0) {
        out.push(invalidValue(`${path}.${f}`, v, 'must be greater than or equal to 0'))
      }
    }
    if (p.terminationGracePeriodSeconds !== undefined) {
      if (kind === 'readinessProbe') {
        const text = 'must not be set for readinessProbes'
        out.push(
          invalidValue(
            `${path}.terminationGracePeriodSeconds`,
            p.terminationGracePeriodSeconds,
            text,
          ),
        )
      } else if (p.terminationGracePeriodSeconds <= 0) {
        const text = 'must be greater than 0'
        out.push(
          invalidValue(
            `${path}.terminationGracePeriodSeconds`,
            p.terminationGracePeriodSeconds,
            text,
          ),
        )
      }
    }
    if (kind !== 'readinessProbe' && p.successThreshold !== 1) {
      out.push(invalidValue(`${path}.successThreshold`, p.successThreshold, 'must be 1'))
    }
  }
  return out
}

const COUNTS = [
  'initialDelaySeconds',
  'timeoutSeconds',
  'periodSeconds',
  'successThreshold',
  'failureThreshold',
] as const
