/** What most scenes are set with, so that a first visit lives before the other commands are there. */
import { apply } from './commands/apply.ts'
import { provideCommands } from './registry.ts'

provideCommands([{ title: 'Advanced Commands:', commands: [apply] }])

/** Whether a line needs no more than that. */
export function isOfFew(line: string): boolean {
  return /^kubectl apply -f [\w.-]+$/.test(line)
}
