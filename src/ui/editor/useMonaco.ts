/** Monaco in the page: one model that lives as long as the page, checked after each pause, tied to what is selected. */
import { type RefObject, useEffect, useRef } from 'react'
import { createStore } from 'zustand'
import { words } from '../i18n/i18n.ts'
import { prefer, preferences, usePreference } from '../store/preferences.ts'
import { type Selected, selection } from '../store/selection.ts'
import { cards } from '../store/world.ts'
import { check } from './checking.ts'
import { described, parse } from './documents.ts'
import { refreshLenses } from './help.ts'
import { monaco } from './monaco.ts'
import { documentOf, objectOf } from './objects.ts'

/** Pause after the last key before the server is asked. @unit real ms */
const CHECK_MS = 700
/** How often the documents are compared with the cluster. @unit real ms */
const LOOK_MS = 500

const START = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: hello
spec:
  replicas: 2
  selector:
    matchLabels:
      app: hello
  template:
    metadata:
      labels:
        app: hello
    spec:
      containers:
        - name: hello
          image: nginx:1.27
          ports:
            - containerPort: 80
`

export const draft = createStore(() => ({ text: START, version: 0 }))

/** Opens a text in the editor. */
export function openInEditor(text: string): void {
  draft.setState((s) => ({ text, version: s.version + 1 }))
  prefer({ dock: 'editor' })
}

/** What the pane does with the editor. */
export interface EditorHandle {
  text(): string
  model(): monaco.editor.ITextModel | null
  /** Puts a snippet at the end, as a document of its own, with its tab stops. */
  insert(snippet: string): void
  focus(): void
}

/** Makes the editor in an element. @param on told of each change, and of the key that reviews */
export function useMonaco(
  host: RefObject<HTMLDivElement | null>,
  on: { changed(): void; review(): void },
): EditorHandle {
  const editor = useRef<monaco.editor.IStandaloneCodeEditor>(undefined)
  const latest = useRef(on)
  latest.current = on
  const theme = usePreference((p) => p.theme)
  const language = usePreference((p) => p.language)
  useEffect(() => {
    if (!host.current) return
    const uri = monaco.Uri.parse('file:///manifest.yaml')
    const model =
      monaco.editor.getModel(uri) ?? monaco.editor.createModel(draft.getState().text, 'yaml', uri)
    const ed = createEditor(host.current, model)
    editor.current = ed
    const { KeyMod, KeyCode } = monaco
    ed.addCommand(KeyMod.CtrlCmd | KeyCode.Enter, () => latest.current.review())
    const stops = [followDraft(ed, () => latest.current.changed()), followCluster(ed)]
    return () => {
      for (const stop of stops) stop()
      ed.dispose()
    }
  }, [host])
  useEffect(() => dress(theme), [theme])
  useEffect(() => {
    editor.current?.updateOptions({ ariaLabel: words(language, 'editor.label') })
    refreshLenses()
  }, [language])
  return {
    text: () => editor.current?.getModel()?.getValue() ?? '',
    model: () => editor.current?.getModel() ?? null,
    insert: (snippet) => insert(editor.current, snippet),
    focus: () => editor.current?.focus(),
  }
}

/** An editor as all of the page look. */
export function createEditor(
  host: HTMLElement,
  model: monaco.editor.ITextModel,
): monaco.editor.IStandaloneCodeEditor {
  return monaco.editor.create(host, {
    model,
    automaticLayout: true,
    minimap: { enabled: false },
    fontSize: 12,
    lineHeight: 18,
    fontFamily: 'JetBrains Mono, ui-monospace, Menlo, Consolas, monospace',
    tabSize: 2,
    scrollBeyondLastLine: false,
    fixedOverflowWidgets: true,
    quickSuggestions: { other: true, comments: false, strings: true },
    ariaLabel: words(preferences.getState().language, 'editor.label'),
  })
}

/** Monaco's own themes on the page's ground. */
export function dress(theme: 'dark' | 'light'): void {
  const css = getComputedStyle(document.documentElement)
  const colour = (name: string) => css.getPropertyValue(name).trim()
  monaco.editor.defineTheme('kubarium', {
    base: theme === 'dark' ? 'vs-dark' : 'vs',
    inherit: true,
    rules: [],
    colors: {
      'editor.background': colour('--sunk'),
      'editorGutter.background': colour('--sunk'),
      'editorWidget.background': colour('--card'),
      'editorSuggestWidget.background': colour('--card'),
      'editorHoverWidget.background': colour('--card'),
      'editorLineNumber.foreground': colour('--muted'),
      'editorCodeLens.foreground': colour('--muted'),
      'editorLink.activeForeground': colour('--accent'),
      focusBorder: colour('--accent'),
    },
  })
  monaco.editor.setTheme('kubarium')
}

/** Keeps the draft and the model the same, and asks the server after each pause. */
function followDraft(ed: monaco.editor.IStandaloneCodeEditor, changed: () => void): () => void {
  const model = ed.getModel()
  if (!model) return () => {}
  if (model.getValue() !== draft.getState().text) model.setValue(draft.getState().text)
  const stop = draft.subscribe((s, old) => {
    if (s.version !== old.version) model.setValue(s.text)
  })
  let timer: ReturnType<typeof setTimeout>
  const changes = model.onDidChangeContent(() => {
    draft.setState({ text: model.getValue() })
    changed()
    clearTimeout(timer)
    timer = setTimeout(() => void check(model), CHECK_MS)
  })
  return () => {
    clearTimeout(timer)
    stop()
    changes.dispose()
  }
}

/** Marks the document of what is selected, and says which documents are in the cluster. */
function followCluster(ed: monaco.editor.IStandaloneCodeEditor): () => void {
  const band = ed.createDecorationsCollection()
  const objects = () => described(parse(ed.getModel()?.getValue() ?? ''))
  let there = ''
  const look = () => {
    const now = objects()
      .map((d) => objectOf(d)?.uid ?? '')
      .join()
    if (now !== there) refreshLenses()
    there = now
  }
  let timer: ReturnType<typeof setTimeout> | undefined
  const stopCards = cards.listen('now', () => {
    timer ??= setTimeout(() => {
      timer = undefined
      look()
    }, LOOK_MS)
  })
  const show = (o: Selected | undefined) => {
    const d = o && documentOf(o, objects())
    band.clear()
    if (!d) return
    band.set([
      {
        range: new monaco.Range(d.line, 1, d.lastLine, 1),
        options: { isWholeLine: true, linesDecorationsClassName: 'document-selected' },
      },
    ])
    ed.revealLineNearTop(d.line)
  }
  show(selection.getState().selected)
  const stopSelection = selection.subscribe((s, old) => {
    if (s.selected !== old.selected) show(s.selected)
  })
  return () => {
    clearTimeout(timer)
    stopCards()
    stopSelection()
  }
}

function insert(ed: monaco.editor.IStandaloneCodeEditor | undefined, snippet: string): void {
  const model = ed?.getModel()
  if (!ed || !model) return
  const text = model.getValue()
  const before = text.trim() === '' ? '' : text.endsWith('\n') ? '---\n' : '\n---\n'
  ed.focus()
  if (text.trim() === '') ed.setSelection(model.getFullModelRange())
  else {
    const end = model.getFullModelRange().getEndPosition()
    ed.setPosition(end)
  }
  const controller = ed.getContribution('snippetController2') as
    | (monaco.editor.IEditorContribution & { insert(body: string): void })
    | null
  controller?.insert(before + snippet)
  ed.revealLineInCenterIfOutsideViewport(ed.getPosition()?.lineNumber ?? 1)
}
