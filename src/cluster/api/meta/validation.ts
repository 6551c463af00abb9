/**
 * Names, labels and annotations: what they may be, in upstream's words.
 * @source staging/src/k8s.io/apimachinery/pkg/util/validation/validation.go
 */

/** Longest RFC 1123 label and subdomain, in bytes. */
export const DNS_LABEL_MAX = 63
export const DNS_SUBDOMAIN_MAX = 253

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?'
const LABEL_RE = new RegExp(`^${LABEL}$`)
const LABEL_1035 = '[a-z]([-a-z0-9]*[a-z0-9])?'
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`
const SUBDOMAIN_RE = new RegExp(`^${SUBDOMAIN}$`)
const QUALIFIED = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]'
const QUALIFIED_RE = new RegExp(`^${QUALIFIED}$`)

const LABEL_TEXT =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character"
const SUBDOMAIN_TEXT =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character"
const LABEL_1035_TEXT =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character"
const QUALIFIED_TEXT =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"
const LABEL_KEY_TEXT = `a valid label key ${QUALIFIED_TEXT}`
const LABEL_VALUE_TEXT =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"

/** `text (e.g. 'a', or 'b', regex used for validation is '...')`. */
export function regexError(text: string, regex: string, ...examples: string[]): string {
  if (examples.length === 0) return `${text} (regex used for validation is '${regex}')`
  const list = examples.map((e) => `'${e}', `).join(' or ')
  return `${text} (e.g. ${list}regex used for validation is '${regex}')`
}

function maxLength(max: number): string {
  return `must be no more than ${max} characters`
}

/** Bytes of a text in UTF-8. */
export function byteLength(text: string): number {
  let n = 0
  for (const ch of text) {
    const c = ch.codePointAt(0) as number
    n += c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4
  }
  return n
}

/** An RFC 1123 label. @returns messages, none when it is one */
export function dnsLabel(value: string): string[] {
  const out: string[] = []
  if (value.length > DNS_LABEL_MAX) out.push(maxLength(DNS_LABEL_MAX))
  if (!LABEL_RE.test(value)) {
    const known = SUBDOMAIN_RE.test(value)
    out.push(known ? 'must not contain dots' : regexError(LABEL_TEXT, LABEL, 'my-name', '123-abc'))
  }
  return out
}

/** An RFC 1123 subdomain. @returns messages */
export function dnsSubdomain(value: string): string[] {
  const out: string[] = []
  if (value.length > DNS_SUBDOMAIN_MAX) out.push(maxLength(DNS_SUBDOMAIN_MAX))
  if (!SUBDOMAIN_RE.test(value)) out.push(regexError(SUBDOMAIN_TEXT, SUBDOMAIN, 'example.com'))
  return out
}

/** A subdomain whose labels may hold and begin with underscores. @returns messages */
export function dnsSubdomainUnderscore(value: string): string[] {
  const label = '[a-z0-9_]([-_a-z0-9]*[a-z0-9_])?'
  const regex = `${label}(\\.${label})*`
  const text =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"
  const out: string[] = []
  if (value.length > DNS_SUBDOMAIN_MAX) out.push(maxLength(DNS_SUBDOMAIN_MAX))
  if (!new RegExp(`^${regex}$`).test(value)) out.push(regexError(text, regex, 'example.com'))
  return out
}

/** An RFC 1035 label. @returns messages */
export function dns1035Label(value: string): string[] {
  const out: string[] = []
  if (value.length > DNS_LABEL_MAX) out.push(maxLength(DNS_LABEL_MAX))
  if (!new RegExp(`^${LABEL_1035}$`).test(value)) {
    out.push(regexError(LABEL_1035_TEXT, LABEL_1035, 'my-name', 'abc-123'))
  }
  return out
}

/** A wildcard subdomain such as `*.example.com`. @returns messages */
export function wildcardSubdomain(value: string): string[] {
  const regex = `\\*\\.${SUBDOMAIN}`
  const text =
    "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character"
  const out: string[] = []
  if (value.length > DNS_SUBDOMAIN_MAX) out.push(maxLength(DNS_SUBDOMAIN_MAX))
  if (!new RegExp(`^${regex}$`).test(value)) out.push(regexError(text, regex, '*.example.com'))
  return out
}

/** `prefix/name`: keys of labels, annotations, taints, finalizers, resources. @returns messages */
export function qualifiedName(value: string): string[] {
  const out: string[] = []
  const parts = value.split('/')
  let name = parts[0] as string
  if (parts.length === 2) {
    const prefix = parts[0] as string
    name = parts[1] as string
    if (prefix === '') out.push('prefix part must be non-empty')
    else out.push(...dnsSubdomain(prefix).map((m) => `prefix part ${m}`))
  } else if (parts.length > 2) {
    const tail = " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
    return [`${regexError(LABEL_KEY_TEXT, QUALIFIED, 'MyName', 'my.name', '123-abc')}${tail}`]
  }
  if (name === '') out.push('name part must be non-empty')
  else if (name.length > 63) out.push(`name part ${maxLength(63)}`)
  if (!QUALIFIED_RE.test(name)) {
    out.push(`name part ${regexError(QUALIFIED_TEXT, QUALIFIED, 'MyName', 'my.name', '123-abc')}`)
  }
  return out
}

/** A label's value. @returns messages */
export function labelValue(value: string): string[] {
  const out: string[] = []
  if (value.length > 63) out.push(maxLength(63))
  if (value !== '' && !QUALIFIED_RE.test(value)) {
    const regex = `(${QUALIFIED})?`
    out.push(regexError(LABEL_VALUE_TEXT, regex, 'MyValue', 'my_value', '12345'))
  }
  return out
}

/** A path segment that any object name must be (custom and RBAC kinds). @returns messages */
export function pathSegmentName(value: string): string[] {
  if (value === '.' || value === '..') return [`may not be '${value}'`]
  const out: string[] = []
  for (const c of ['/', '%']) if (value.includes(c)) out.push(`may not contain '${c}'`)
  return out
}

/** A name's check for `generateName`: a trailing dash is allowed, as a suffix follows. */
export function maskTrailingDash(name: string): string {
  return name.length > 1 && name.endsWith('-') ? `${name.slice(0, -2)}a` : name
}

/** A port's name (IANA service name): up to 15 bytes, at least one letter. @returns messages */
export function portName(value: string): string[] {
  const out: string[] = []
  if (value.length > 15) out.push('must be no more than 15 characters')
  if (!/^[-a-z0-9]+$/.test(value)) {
    out.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)')
  }
  if (!/[a-z]/.test(value)) out.push('must contain at least one letter (a-z)')
  if (value.includes('--')) out.push('must not contain consecutive hyphens')
  if (value.startsWith('-') || value.endsWith('-')) out.push('must not begin or end with a hyphen')
  return out
}

/** A port number. @returns messages */
export function portNumber(value: number): string[] {
  return value >= 1 && value <= 65535 ? [] : ['must be between 1 and 65535, inclusive']
}

/** A key of ConfigMap or Secret data. @returns messages */
export function configMapKey(value: string): string[] {
  const regex = '[-._a-zA-Z0-9]+'
  const out: string[] = []
  if (value.length > DNS_SUBDOMAIN_MAX) out.push(maxLength(DNS_SUBDOMAIN_MAX))
  if (!/^[-._a-zA-Z0-9]+$/.test(value)) {
    const text = "a valid config key must consist of alphanumeric characters, '-', '_' or '.'"
    out.push(regexError(text, regex, 'key.name', 'KEY_NAME', 'key-name'))
  }
  if (value === '.') out.push("must not be '.'")
  if (value === '..') out.push("must not be '..'")
  else if (value.startsWith('..')) out.push("must not start with '..'")
  return out
}
