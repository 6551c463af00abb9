/** English words of presentation mode. */
export const enPresent = {
  'present.title': 'Presentation',
  'present.start': 'Present',
  'present.none': 'No notes yet: write what you want to say, step by step.',
  'present.next': 'Next note (Page Down)',
  'present.back': 'Previous note (Page Up)',
  'present.edit': 'Notes',
  'present.help':
    'Page Up and Page Down step through them. Hold L for a pointer. They stay in this browser, with this scene.',
  'present.text': 'What is said at this step',
  'present.line': 'A line for the terminal, run by a click',
  'present.moment': 'Show the moment that is shown now',
  'present.up': 'Earlier',
  'present.remove': 'Remove this note',
  'present.add': 'Add a note',
  'present.done': 'Done',
  'present.dock': 'Terminal and editor',
  'present.inspector': 'Inspector',
  'present.leave': 'Leave the presentation (Esc)',
} as const
