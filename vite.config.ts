import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { descriptions } from './scripts/descriptions-plugin.ts'
import { offline } from './scripts/offline-plugin.ts'

export default defineConfig({
  plugins: [react(), descriptions(), offline()],
  resolve: {
    alias: [
      {
        find: 'monaco-editor/esm/vs/editor/editor.worker.js',
        replacement: 'monaco-editor/editor/editor.worker.js',
      },
    ],
  },
  // Written for bundlers: its imports have no file endings, which Node alone refuses.
  ssr: { noExternal: ['@ngrok/webernetes'] },
  worker: { format: 'es', plugins: () => [descriptions()] },
  // Found only inside workers and lazy parts: named here, so that the dev server need not reload when it meets them.
  optimizeDeps: {
    include: [
      '@marcbachmann/cel-js',
      'croner',
      'ipaddr.js',
      'monaco-yaml',
      'monaco-yaml/yaml.worker.js',
      'rfc6902',
      'sorted-btree',
      'unbash',
      'yaml',
    ],
  },
  build: { target: 'es2022', chunkSizeWarningLimit: 5000 },
})
