/** CEL's named formats. @source staging/src/k8s.io/apiserver/pkg/cel/library/format.go */
import { type Environment, Optional } from '@marcbachmann/cel-js'
import {
  dns1035Label,
  dnsLabel,
  dnsSubdomain,
  labelValue,
  qualifiedName,
} from '../../api/meta/validation.ts'

class FormatLibrary {}

/** A named format in CEL. */
export class CelFormat {
  constructor(
    readonly name: string,
    /** What is wrong with a text; nothing when it fits. */
    readonly faults: (text: string) => readonly string[],
  ) {}
}

const matching = (pattern: RegExp, fault: string) => (text: string) =>
  pattern.test(text) ? [] : [fault]
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/
const prefixed = (f: (text: string) => readonly string[]) => (text: string) =>
  f(text.endsWith('-') ? `${text.slice(0, -1)}a` : text)

const FORMATS: readonly CelFormat[] = [
  new CelFormat('dns1123Label', dnsLabel),
  new CelFormat('dns1123Subdomain', dnsSubdomain),
  new CelFormat('dns1035Label', dns1035Label),
  new CelFormat('dns1123LabelPrefix', prefixed(dnsLabel)),
  new CelFormat('dns1123SubdomainPrefix', prefixed(dnsSubdomain)),
  new CelFormat('dns1035LabelPrefix', prefixed(dns1035Label)),
  new CelFormat('qualifiedName', qualifiedName),
  new CelFormat('labelValue', labelValue),
  new CelFormat('uri', matching(/^(?:[A-Za-z][\w+.-]*:)?\/\S*$/, 'invalid URI')),
  new CelFormat('uuid', matching(UUID, 'does not match the UUID format')),
  new CelFormat('byte', matching(BASE64, 'invalid base64')),
  new CelFormat('date', matching(/^\d{4}-\d\d-\d\d$/, 'invalid date')),
  new CelFormat(
    'datetime',
    matching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/, 'invalid datetime'),
  ),
]

/** Makes `format.dns1123Label()` and the like known, `format.named(name)` and `validate(text)`. */
export function registerFormats(env: Environment): void {
  env.registerType('FormatLibrary', FormatLibrary)
  env.registerType('Format', CelFormat)
  env.registerConstant('format', 'FormatLibrary', new FormatLibrary())
  for (const f of FORMATS) env.registerFunction(`FormatLibrary.${f.name}(): Format`, () => f)
  env.registerFunction('FormatLibrary.named(string): optional', (_: unknown, name: string) => {
    const found = FORMATS.find((f) => f.name === name)
    return found ? Optional.of(found) : Optional.none()
  })
  env.registerFunction('Format.validate(string): optional', (f: CelFormat, text: string) => {
    const faults = f.faults(text)
    return faults.length > 0 ? Optional.of([...faults]) : Optional.none()
  })
}
