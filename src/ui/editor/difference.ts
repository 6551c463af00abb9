/** What `kubectl diff` printed, taken apart object by object. Pure. */

/** What would change in one object. */
export interface ObjectDifference {
  /** `v1.ConfigMap.default.settings`, as kubectl names its file. */
  readonly file: string
  readonly kind: string
  readonly namespace: string
  readonly name: string
  readonly isNew: boolean
  readonly added: number
  readonly removed: number
  /** Lines of the unified difference, without its headers. */
  readonly lines: readonly string[]
}

/** One entry for each object that would change. */
export function differences(printed: string): ObjectDifference[] {
  return printed
    .split(/^diff -u .*\/(?=[^/\n]*$)/m)
    .slice(1)
    .map((part) => {
      const [file = '', ...rest] = part.split('\n')
      const lines = rest.filter((l, i) => !(i < 2 && /^(---|\+\+\+) /.test(l)) && l !== '')
      const body = lines.filter((l) => !l.startsWith('@@'))
      return {
        file,
        ...partsOf(file),
        isNew: body.every((l) => l.startsWith('+')),
        added: body.filter((l) => l.startsWith('+')).length,
        removed: body.filter((l) => l.startsWith('-')).length,
        lines,
      }
    })
}

/** `apps.v1.Deployment.default.web`: group (with dots, or none), version, kind, namespace, name. */
function partsOf(file: string): { kind: string; namespace: string; name: string } {
  const words = file.split('.')
  const at = words.findIndex((w) => /^[A-Z]/.test(w))
  const [kind = file, namespace = '', ...name] = at < 0 ? [] : words.slice(at)
  return { kind, namespace, name: name.join('.') }
}
