/** `kubectl set`. @source staging/src/k8s.io/kubectl/pkg/cmd/set */
import type { Command } from '../command.ts'
import { setEnv } from './set/env.ts'
import { setImage, setResources, setSelector, setServiceAccount } from './set/fields.ts'
import { setSubject } from './set/subject.ts'

/** Changes specific fields. */
export const set: Command = {
  name: 'set',
  use: 'set SUBCOMMAND [options]',
  short: 'Set specific features on objects',
  long: 'Configure application resources.\n\nThese commands help you make changes to existing application resources.',
  subcommands: [setEnv, setImage, setResources, setSelector, setServiceAccount, setSubject],
}
