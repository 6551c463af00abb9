/** All that can be asked about why, in one part that the page's worker loads when its cluster lives. */
export { ranked, tryFixes } from './fixes.ts'
export { Look } from './look.ts'
export { refusedBy, troubles } from './troubles.ts'
export { why, whyRefused } from './why.ts'
