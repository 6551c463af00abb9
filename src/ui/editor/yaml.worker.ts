/** The YAML language server, in a worker of its own. */
import 'monaco-yaml/yaml.worker.js'
