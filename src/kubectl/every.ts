/**
 * Every command, grouped as `kubectl --help` shows them. To add one, write its file and one line here. Importing this
 * provides them; the page's worker does so when its cluster lives, everybody else at once.
 */
import type { Command } from './command.ts'
import { apiResources, apiVersions, clusterInfo, version } from './commands/apiresources.ts'
import { apply } from './commands/apply.ts'
import { auth } from './commands/auth.ts'
import { autoscale } from './commands/autoscale.ts'
import { certificate } from './commands/certificate.ts'
import { config } from './commands/config.ts'
import { cp } from './commands/cp.ts'
import { create } from './commands/create.ts'
import { debug } from './commands/debug.ts'
import { remove } from './commands/delete.ts'
import { describe } from './commands/describe.ts'
import { diff } from './commands/diff.ts'
import { cordon, drain, uncordon } from './commands/drain.ts'
import { edit } from './commands/edit.ts'
import { alpha, completion, plugin } from './commands/elsewhere.ts'
import { events } from './commands/events.ts'
import { attach, exec } from './commands/exec.ts'
import { explain } from './commands/explain.ts'
import { expose } from './commands/expose.ts'
import { get } from './commands/get.ts'
import { kustomize } from './commands/kustomize.ts'
import { annotate, label } from './commands/label.ts'
import { logs } from './commands/logs.ts'
import { patch } from './commands/patch.ts'
import { portForward } from './commands/portforward.ts'
import { proxy } from './commands/proxy.ts'
import { replace } from './commands/replace.ts'
import { rollout } from './commands/rollout.ts'
import { run } from './commands/run.ts'
import { scale } from './commands/scale.ts'
import { set } from './commands/set.ts'
import { taint } from './commands/taint.ts'
import { top } from './commands/top.ts'
import { wait } from './commands/wait.ts'
import type { CommandGroup } from './help.ts'
import { provideCommands } from './registry.ts'

const every: readonly CommandGroup[] = [
  { title: 'Basic Commands (Beginner):', commands: [create, expose, run, set] },
  { title: 'Basic Commands (Intermediate):', commands: [explain, get, edit, remove] },
  { title: 'Deploy Commands:', commands: [rollout, scale, autoscale] },
  {
    title: 'Cluster Management Commands:',
    commands: [certificate, clusterInfo, top, cordon, uncordon, drain, taint],
  },
  {
    title: 'Troubleshooting and Debugging Commands:',
    commands: [describe, logs, attach, exec, portForward, proxy, cp, auth, debug, events],
  },
  { title: 'Advanced Commands:', commands: [diff, apply, patch, replace, wait, kustomize] },
  { title: 'Settings Commands:', commands: [label, annotate, completion] },
  {
    title: 'Other Commands:',
    commands: [alpha, apiResources, apiVersions, config, plugin, version],
  },
]

provideCommands(every)
