/** Asks the API server by dry run what it thinks of the text; what it says becomes marks with ways out. */
import { bridge } from '../bridge/bridge.ts'
import { type Mark, marksOf } from './markers.ts'
import { monaco } from './monaco.ts'

const OWNER = 'server'

type Model = monaco.editor.ITextModel

const latest = new WeakMap<Model, readonly Mark[]>()

/** The marks that the text has now. */
export function marksIn(model: Model): readonly Mark[] {
  return latest.get(model) ?? []
}

/** Asks the server. Nothing is changed. */
export async function check(model: Model): Promise<void> {
  if (model.isDisposed()) return
  if (!model.getValue().trim()) return mark(model, '')
  const version = model.getVersionId()
  const r = await bridge.kubectl('kubectl apply --dry-run=server -f -', {
    stdin: model.getValue(),
    aside: true,
  })
  if (!model.isDisposed() && model.getVersionId() === version)
    mark(model, r.code === 0 ? '' : r.stderr)
}

/** Shows what kubectl said at the lines that it is about. */
export function mark(model: Model | null | undefined, stderr: string): void {
  if (!model) return
  const marks = stderr ? marksOf(model.getValue(), stderr) : []
  latest.set(model, marks)
  monaco.editor.setModelMarkers(
    model,
    OWNER,
    marks.map((m) => ({
      severity: monaco.MarkerSeverity.Error,
      message: m.message,
      source: 'API server',
      startLineNumber: m.line,
      endLineNumber: m.line,
      startColumn: m.column,
      endColumn: m.endColumn,
    })),
  )
}
