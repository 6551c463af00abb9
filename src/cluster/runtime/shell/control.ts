/** How break, continue, return leave the commands they stand in. */

/** What is left, and how many loops. */
export type Control = { kind: 'break' | 'continue' | 'return'; levels: number; code: number }

/** Raised inside the interpreter for break, continue and return. */
export class ControlFlow extends Error {
  override name = 'ControlFlow'
  constructor(readonly control: Control) {
    super(control.kind)
  }
}
