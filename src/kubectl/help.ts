/** Help texts: kubectl's own layout around our own words. @source staging/src/k8s.io/kubectl/pkg/util/templates */
import type { Command } from './command.ts'
import { type Flag, globalFlags } from './flags.ts'
import { compareStrings } from './printers/gojson.ts'

/** One heading of the root help with its commands, in order. */
export interface CommandGroup {
  readonly title: string
  readonly commands: readonly Command[]
}

/** `kubectl` without arguments, or `kubectl --help`. */
export function rootHelp(groups: readonly CommandGroup[]): string {
  const parts = [
    'kubectl controls the Kubernetes cluster manager.\n\n Find more information at: https://kubernetes.io/docs/reference/kubectl/\n',
  ]
  for (const g of groups) parts.push(`${g.title}\n${table(g.commands)}`)
  parts.push('Usage:\n  kubectl [flags] [options]\n')
  parts.push(
    'Use "kubectl <command> --help" for more information about a given command.\nUse "kubectl options" for a list of global command-line options (applies to all commands).\n',
  )
  return parts.join('\n')
}

function table(commands: readonly Command[]): string {
  const width = Math.max(...commands.map((c) => c.name.length), 11)
  return commands.map((c) => `  ${c.name.padEnd(width)}   ${c.short}\n`).join('')
}

/** Help of one command. @param path with its parents: `kubectl create` */
export function commandHelp(command: Command, path: string): string {
  const parent = path.split(' ').slice(0, -1).join(' ')
  const parts: string[] = [`${command.long ?? `${command.short}.`}\n`]
  if (command.aliases?.length)
    parts.push(`Aliases:\n${[command.name, ...command.aliases].join(', ')}\n`)
  if (command.examples) parts.push(`Examples:\n${indent(command.examples, '  ')}\n`)
  if (command.subcommands) parts.push(`Available Commands:\n${table(command.subcommands)}`)
  const flags = (command.flags ?? []).filter((f) => !f.hidden)
  if (flags.length > 0) parts.push(`Options:\n${flagsHelp(flags)}`)
  parts.push(`Usage:\n  ${parent} ${command.use}\n`)
  const more = command.subcommands
    ? `Use "${path} <command> --help" for more information about a given command.\n`
    : ''
  parts.push(
    `${more}Use "kubectl options" for a list of global command-line options (applies to all commands).\n`,
  )
  return parts.join('\n')
}

/** `kubectl options`. */
export function optionsHelp(): string {
  return `The following options can be passed to any command:\n\n${flagsHelp(globalFlags)}`
}

function flagsHelp(flags: readonly Flag[]): string {
  return [...flags]
    .sort((a, b) => compareStrings(a.name, b.name))
    .map(flagHelp)
    .join('\n')
}

function flagHelp(f: Flag): string {
  const short = f.short ? `-${f.short}, ` : ''
  return `    ${short}--${f.name}=${shownDefault(f)}:\n        ${f.usage}\n`
}

function shownDefault(f: Flag): string {
  switch (f.kind) {
    case 'bool':
      return f.default ?? 'false'
    case 'int':
      return f.default ?? '0'
    case 'duration':
      return f.default ?? '0s'
    case 'strings':
    case 'array':
      return f.default ? `[${f.default}]` : '[]'
    default:
      return `'${f.default ?? ''}'`
  }
}

function indent(text: string, by: string): string {
  return text
    .split('\n')
    .map((l) => (l === '' ? l : by + l))
    .join('\n')
}
