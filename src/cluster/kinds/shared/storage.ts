/** How volumes and claims print their access modes. @source pkg/apis/core/v1/helper/helpers.go */

const SHORT: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
}

/** `RWO,ROX`, in a fixed order, without repeats. */
export function shortAccessModes(modes: readonly string[] | undefined): string {
  return Object.keys(SHORT)
    .filter((m) => modes?.includes(m))
    .map((m) => SHORT[m])
    .join(',')
}

/** Access modes as errors list them. */
export const ACCESS_MODES = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod']

/** Where a volume's or claim's class once was named. */
export const BETA_CLASS = 'volume.beta.kubernetes.io/storage-class'

/** The word about it. */
export const BETA_CLASS_WARNING = `metadata.annotations[${BETA_CLASS}]: deprecated since v1.8; use "storageClassName" attribute instead`
