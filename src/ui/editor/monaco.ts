/** Monaco with YAML: a slim build, its workers, and the shim that monaco-yaml needs on newer Monaco. */
import descriptions from 'virtual:descriptions'
import EditorWorker from 'monaco-editor/editor/editor.worker.js?worker'
import * as monaco from 'monaco-editor/editor.js'
import 'monaco-editor/features/register.all.js'
import 'monaco-editor/languages/definitions/yaml/register.js'
import { configureMonacoYaml } from 'monaco-yaml'
import type { CustomKind } from './custom.ts'
import { manifestSchema } from './schema.ts'
import YamlWorker from './yaml.worker.ts?worker'

/** monaco >= 0.53 wants `{worker}`; the manager inside monaco-yaml still passes the older shape. */
interface LegacyOptions {
  createData?: unknown
  host?: Record<string, (...args: unknown[]) => unknown>
  keepIdleModels?: boolean
}

self.MonacoEnvironment = { getWorker: () => new EditorWorker() }

const forYaml = {
  ...monaco,
  editor: {
    ...monaco.editor,
    createWebWorker(o: LegacyOptions) {
      const worker = new YamlWorker()
      worker.postMessage('ignore')
      worker.postMessage(o.createData)
      return monaco.editor.createWebWorker({
        worker,
        host: o.host as never,
        keepIdleModels: o.keepIdleModels ?? false,
      })
    },
  },
} as unknown as Parameters<typeof configureMonacoYaml>[0]

const yaml = configureMonacoYaml(forYaml, options([]))
let known = '[]'

/** Tells the editor of the kinds that CustomResourceDefinitions made. */
export function setCustomKinds(kinds: readonly CustomKind[]): void {
  const text = JSON.stringify(kinds)
  if (text === known) return
  known = text
  void yaml.update(options(kinds))
}

function options(custom: readonly CustomKind[]) {
  return {
    enableSchemaRequest: false,
    isKubernetes: true,
    yamlVersion: '1.1' as const,
    schemas: [
      {
        uri: 'inmemory://kubarium/manifest.json',
        fileMatch: ['**/*.yaml'],
        schema: manifestSchema(descriptions, custom) as never,
      },
    ],
  }
}

export { monaco }
