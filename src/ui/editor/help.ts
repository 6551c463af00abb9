/** What Monaco offers beside the schema: snippets, quick fixes, and the way from a document to its object. */
import { words } from '../i18n/i18n.ts'
import type { MessageId } from '../i18n/words.ts'
import { preferences } from '../store/preferences.ts'
import type { AnyCard } from '../store/world.ts'
import { marksIn } from './checking.ts'
import { described, parse } from './documents.ts'
import { fixesFor } from './fixes.ts'
import { monaco } from './monaco.ts'
import { objectOf, showOnMap } from './objects.ts'
import { isFreshDocument, snippets } from './snippets.ts'

const SHOW = 'kubarium.showOnMap'

const lenses = new monaco.Emitter<monaco.languages.CodeLensProvider>()

function say(id: MessageId, values: Readonly<Record<string, string>> = {}): string {
  return words(preferences.getState().language, id, values)
}

/** The objects or the language changed: the lines above the documents are looked at again. */
export function refreshLenses(): void {
  lenses.fire(lensProvider)
}

const lensProvider: monaco.languages.CodeLensProvider = {
  onDidChange: lenses.event,
  provideCodeLenses: (model) => ({
    lenses: described(parse(model.getValue())).map((d) => {
      const card = objectOf(d)
      const values = { kind: d.kind, name: d.name }
      return {
        range: new monaco.Range(d.line, 1, d.line, 1),
        command: card
          ? { id: SHOW, title: say('editor.lens.show', values), arguments: [card] }
          : { id: '', title: say('editor.lens.none', values) },
      }
    }),
    dispose() {},
  }),
}

monaco.editor.registerCommand(SHOW, (_accessor, card: AnyCard) => showOnMap(card))
monaco.languages.registerCodeLensProvider('yaml', lensProvider)

monaco.languages.registerCompletionItemProvider('yaml', {
  provideCompletionItems(model, position) {
    if (!isFreshDocument(model.getLinesContent(), position.lineNumber)) return { suggestions: [] }
    const range = new monaco.Range(
      position.lineNumber,
      1,
      position.lineNumber,
      model.getLineMaxColumn(position.lineNumber),
    )
    return {
      suggestions: snippets.map(({ kind, body }, i) => ({
        label: { label: kind, description: say('editor.snippet', { kind }) },
        kind: monaco.languages.CompletionItemKind.Snippet,
        insertText: body,
        insertTextRules: monaco.languages.CompletionItemInsertTextRule.InsertAsSnippet,
        sortText: `0${String(i).padStart(2, '0')}`,
        range,
      })),
    }
  },
})

monaco.languages.registerCodeActionProvider(
  'yaml',
  {
    provideCodeActions(model, range, context) {
      const text = model.getValue()
      const parsed = parse(text)
      const marks = marksIn(model).filter(
        (m) => m.line >= range.startLineNumber && m.line <= range.endLineNumber,
      )
      const actions = marks.flatMap((m) =>
        fixesFor(parsed, m).map((fix, i) => ({
          title: say(fix.title, fix.values),
          kind: 'quickfix',
          isPreferred: i === 0,
          diagnostics: context.markers.filter((x) => x.message === m.message),
          edit: {
            edits: [
              {
                resource: model.uri,
                versionId: model.getVersionId(),
                textEdit: {
                  range: rangeOf(model, fix.edit.from, fix.edit.to),
                  text: fix.edit.text,
                },
              },
            ],
          },
        })),
      )
      return { actions, dispose() {} }
    },
  },
  { providedCodeActionKinds: ['quickfix'] },
)

function rangeOf(model: monaco.editor.ITextModel, from: number, to: number): monaco.Range {
  const a = model.getPositionAt(from)
  const b = model.getPositionAt(to)
  return new monaco.Range(a.lineNumber, a.column, b.lineNumber, b.column)
}
