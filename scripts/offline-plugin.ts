/** Writes the service worker beside the built page, with the list of what it keeps. */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { Plugin } from 'vite'

const NAME = 'sw.js'

function files(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((e) => {
    const path = join(dir, e.name)
    return e.isDirectory() ? files(path) : [path]
  })
}

/** Makes the built page work offline. */
export function offline(): Plugin {
  let ssr = false
  return {
    name: 'kubarium-offline',
    apply: 'build',
    configResolved(config) {
      ssr = Boolean(config.build.ssr)
    },
    writeBundle({ dir }) {
      if (ssr || !dir) return
      const names = files(dir)
        .map((path) => relative(dir, path).replaceAll('\\', '/'))
        .filter((name) => name !== NAME)
        .sort()
      const hash = createHash('sha256')
      for (const name of names) hash.update(name).update(readFileSync(join(dir, name)))
      // The page is kept under the address at which it is opened.
      const kept = names.map((name) => (name === 'index.html' ? './' : `./${name}`))
      const source = readFileSync(new URL('./service-worker.js', import.meta.url), 'utf8')
        .replace('self.__FILES__', JSON.stringify(kept, null, 2))
        .replace('self.__VERSION__', JSON.stringify(hash.digest('hex').slice(0, 16)))
      writeFileSync(join(dir, NAME), source)
    },
  }
}
