/** Monaco with YAML: a slim build, its workers, and the shim that monaco-yaml needs on newer Monaco. */
import descriptions from 'virtual:descriptions'
import EditorWorker from 'monaco-editor/editor/editor.worker.js?worker'
import * as monaco from 'monaco-editor/editor.js'
import 'monaco-editor/features/register.all.js'
import 'monaco-editor/languages/definitions/yaml/register.js'
import { configureMonacoYaml } from 'monaco-yaml'
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

configureMonacoYaml(forYaml, {
  enableSchemaRequest: false,
  isKubernetes: true,
  yamlVersion: '1.1',
  schemas: [
    {
      uri: 'inmemory://kubarium/manifest.json',
      fileMatch: ['**/*.yaml'],
      schema: manifestSchema(descriptions) as never,
    },
  ],
})

export { monaco }
