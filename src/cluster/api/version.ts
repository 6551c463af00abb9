/** The one pinned upstream release; discovery, /version, node status and docs read it. */
export const UPSTREAM = {
  version: 'v1.36.2',
  major: '1',
  minor: '36',
} as const
