/** A way to the terminal for those who need not bring it: it comes with the dock. */

/** Types a line into the terminal and runs it, as if by hand. @returns false when the terminal is busy */
export async function typeLine(line: string): Promise<boolean> {
  const terminal = await import('./Terminal.tsx')
  return terminal.typeLine(line)
}
