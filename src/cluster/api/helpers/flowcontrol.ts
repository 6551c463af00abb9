/**
 * Flow control that every server makes sure of: schemas, and the levels they lead to.
 * @source staging/src/k8s.io/apiserver/pkg/apis/flowcontrol/bootstrap/default.go (facts, read off a running 1.36)
 */
import type { AnyObject } from '../object.ts'
import raw from './flowcontrol.json' with { type: 'json' }

/** What is never given up, whatever an operator wants. */
export const MANDATORY: readonly string[] = ['exempt', 'catch-all']

/** All of it, in the order in which it is created. */
export const flowControl: readonly AnyObject[] = raw as unknown as AnyObject[]

/** Those of one kind. */
export function flowBootstrap(kind: 'FlowSchema' | 'PriorityLevelConfiguration'): AnyObject[] {
  return flowControl.filter((o) => o.kind === kind)
}
