/** `kubectl kustomize`. @source staging/src/k8s.io/kubectl/pkg/cmd/kustomize/kustomize.go */
import type { Command } from '../command.ts'
import { CliError } from '../errors.ts'
import { normalize } from '../invocation.ts'
import { buildKustomization } from '../kustomize/build.ts'
import { toYaml } from '../printers/yaml.ts'

/** Prints what a kustomization folder stands for. */
export const kustomize: Command = {
  name: 'kustomize',
  use: 'kustomize DIR [flags] [options]',
  short: 'Build a kustomization target from a directory or URL',
  long: "Build a set of KRM resources using a 'kustomization.yaml' file. The DIR argument must be a path to a directory containing 'kustomization.yaml'. If DIR is omitted, '.' is assumed.",
  examples: [
    '# Build the home folder\nkubectl kustomize',
    '# Build a folder\nkubectl kustomize overlays/production',
  ].join('\n\n'),
  flags: [
    {
      name: 'load-restrictor',
      kind: 'string',
      default: 'LoadRestrictionsRootOnly',
      usage: 'With LoadRestrictionsNone, files outside of the folder may be read.',
    },
    {
      name: 'output',
      short: 'o',
      kind: 'string',
      usage: 'If specified, write output to this path.',
    },
  ],
  *run(k) {
    if (k.args.length > 1) throw new CliError('specify one path to kustomization.yaml')
    const objects = buildKustomization(k.io.files ?? new Map(), k.args[0] ?? '.', (w) => k.err(w))
    const text = objects.map(toYaml).join('---\n')
    const path = k.flags.string('output')
    if (path) k.io.files?.set(normalize(path), text)
    else k.out(text)
    return 0
  },
}
