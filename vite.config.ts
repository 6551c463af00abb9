import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { descriptions } from './scripts/descriptions-plugin.ts'

export default defineConfig({
  plugins: [react(), descriptions()],
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
  build: { target: 'es2022', chunkSizeWarningLimit: 5000 },
})
