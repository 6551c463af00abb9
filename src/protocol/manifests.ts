/** Manifests that come from another cluster or go to one. Plain JSON data only. */

/** All that a person made, as YAML. */
export interface ExportedManifests {
  readonly yaml: string
  /** Objects in it. */
  readonly count: number
}

/** One object that an import would make. */
export interface ImportItem {
  readonly kind: string
  /** '' for kinds without one. */
  readonly namespace: string
  readonly name: string
  /** True when the values of a Secret were replaced. */
  readonly masked: boolean
}

/** What an import would do; nothing has been done yet. */
export interface ImportPlan {
  readonly items: readonly ImportItem[]
  /** How many objects were left out, by reason and kind. */
  readonly leftOut: readonly {
    readonly reason: 'owned' | 'kept-by-cluster' | 'installation' | 'not-an-object'
    readonly kind: string
    readonly count: number
  }[]
  /** Texts for `kubectl apply -f -`, one after the other. */
  readonly batches: readonly ImportBatch[]
}

/** One apply of an import. */
export interface ImportBatch {
  readonly yaml: string
  /** Lines that wait for what the next batch builds on. */
  readonly waits: readonly string[]
}
