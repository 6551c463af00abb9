/** Owner references: who controls whom. @source apimachinery/pkg/apis/meta/v1/controller_ref.go */
import type { ObjectMeta, OwnerReference } from '../generated/types.ts'
import type { KubeObject } from '../object.ts'

/** The owner reference with `controller: true`. */
export function controllerOf(o: { metadata: ObjectMeta }): OwnerReference | undefined {
  return o.metadata.ownerReferences?.find((r) => r.controller === true)
}

/** True when `owner` controls `o`. */
export function isControlledBy(
  o: { metadata: ObjectMeta },
  owner: { metadata: ObjectMeta },
): boolean {
  return controllerOf(o)?.uid === owner.metadata.uid
}

/** The reference a controller puts on what it creates. */
export function controllerRef(owner: KubeObject): OwnerReference {
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: owner.metadata.name ?? '',
    uid: owner.metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  }
}
