/** Columns that many kinds print alike. @source pkg/printers/internalversion/printers.go */
import type { Column } from '../../api/definition.ts'
import type { Container, PodSpec } from '../../api/generated/types.ts'
import { age } from '../../api/meta/duration.ts'
import type { KubeObject } from '../../api/object.ts'

/** Name, as the first column of nearly everything. */
export function nameColumn<T extends KubeObject>(): Column<T> {
  return {
    name: 'Name',
    format: 'name',
    description:
      'Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to request the generation of an appropriate name automatically. Name is primarily intended for creation idempotence and configuration definition. Cannot be updated. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names',
    value: (o) => o.metadata.name ?? '',
  }
}

/** Age since creation. */
export function ageColumn<T extends KubeObject>(): Column<T> {
  return {
    name: 'Age',
    description:
      'CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed to be set in happens-before order across separate operations. Clients may not set this value. It is represented in RFC3339 form and is in UTC.\n\nPopulated by the system. Read-only. Null for lists. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata',
    value: (o, now) => age(o.metadata.creationTimestamp, now),
  }
}

/** Containers, images and selector, for `-o wide`. */
export function podTemplateColumns<T extends KubeObject>(
  spec: (o: T) => PodSpec | undefined,
  selector: (o: T) => string,
): Column<T>[] {
  const names = (s: PodSpec | undefined, f: (c: Container) => string | undefined) =>
    (s?.containers ?? []).map((c) => f(c) ?? '').join(',')
  return [
    { name: 'Containers', priority: 1, value: (o) => names(spec(o), (c) => c.name) },
    { name: 'Images', priority: 1, value: (o) => names(spec(o), (c) => c.image) },
    { name: 'Selector', priority: 1, value: selector },
  ]
}

/** A plain text or number column. */
export function column<T>(
  name: string,
  value: Column<T>['value'],
  more: Partial<Column<T>> = {},
): Column<T> {
  return { name, value, ...more }
}
