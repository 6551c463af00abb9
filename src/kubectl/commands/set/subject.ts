/** `kubectl set subject`. @source staging/src/k8s.io/kubectl/pkg/cmd/set/set_subject.go */
import type { Subject } from '../../../cluster/api/generated/types.ts'
import type { Command } from '../../command.ts'
import { CliError } from '../../errors.ts'
import { equal } from '../../patch/json.ts'
import { operationPrinter, patchObject } from '../../writes.ts'
import { setFlags, setTargets } from './template.ts'

const GROUP = 'rbac.authorization.k8s.io'

/** Adds users, groups and service accounts to bindings. */
export const setSubject: Command = {
  name: 'subject',
  use: 'subject (-f FILENAME | TYPE NAME) [--user=username] [--group=groupname] [--serviceaccount=namespace:serviceaccountname] [options]',
  short: 'Update the user, group, or service account in a role binding or cluster role binding',
  examples: '# Add a user to a binding\nkubectl set subject rolebinding admin --user=user1',
  flags: [
    ...setFlags,
    { name: 'group', kind: 'array', usage: 'Groups to bind to the role' },
    { name: 'serviceaccount', kind: 'array', usage: 'Service accounts to bind to the role' },
    { name: 'user', kind: 'array', usage: 'Usernames to bind to the role' },
  ],
  *run(k) {
    const f = k.flags
    const added: Subject[] = [
      ...f.strings('user').map((name) => ({ apiGroup: GROUP, kind: 'User', name })),
      ...f.strings('group').map((name) => ({ apiGroup: GROUP, kind: 'Group', name })),
      ...f.strings('serviceaccount').map((text) => {
        const [namespace, name] = text.split(':')
        if (!name) throw new CliError('serviceaccount must be <namespace>:<name>')
        return { kind: 'ServiceAccount', name, namespace: namespace as string }
      }),
    ]
    if (added.length === 0)
      throw new CliError('you must specify at least one value of user, group or serviceaccount')
    for (const info of yield* setTargets(k, k.args)) {
      const { kind } = info.mapping
      if (kind !== 'RoleBinding' && kind !== 'ClusterRoleBinding')
        throw new CliError('setting subjects is only supported for RoleBinding/ClusterRoleBinding')
      const old = ((info.object as { subjects?: Subject[] }).subjects ?? []) as Subject[]
      const fresh = added.filter((a) => !old.some((o) => equal(o, a)))
      if (fresh.length === 0) continue
      const subjects = [...old, ...fresh]
      const local = k.dryRun() === 'client' || f.bool('local')
      const object = local
        ? { ...info.object, subjects }
        : yield* patchObject(k, info, 'merge', { subjects })
      const printer = operationPrinter(k, 'subjects updated')
      printer.print(object)
      printer.flush()
    }
    return undefined
  },
}
