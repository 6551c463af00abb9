/** Files in and out of the page: nothing is uploaded, nothing asks a server. */
import { fileOf } from './bundle.ts'
import { currentBundle } from './log.ts'

/** Ends of names under which manifests come. */
const MANIFEST = /\.(ya?ml|json)$/i

/** Hands a text over as a file of that name. */
export function download(name: string, text: string, type: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }))
  const a = document.createElement('a')
  a.href = url
  a.download = name
  a.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}

/** Saves the session to a file. */
export async function saveToFile(): Promise<void> {
  const stamp = new Date().toISOString().slice(0, 16).replace(/[T:]/g, '-')
  download(`kubarium-${stamp}.kubarium`, fileOf(await currentBundle('shown')), 'application/json')
}

/** Lets the reader choose files. @returns undefined when none was chosen */
export function chooseFiles(accept: string, multiple: boolean): Promise<File[] | undefined> {
  return new Promise((resolve) => {
    const input = document.createElement('input')
    input.type = 'file'
    input.accept = accept
    input.multiple = multiple
    input.dataset.testid = 'file'
    input.hidden = true
    const done = (files: File[] | undefined) => {
      input.remove()
      resolve(files)
    }
    input.addEventListener('change', () => done([...(input.files ?? [])]))
    input.addEventListener('cancel', () => done(undefined))
    document.body.append(input)
    input.click()
  })
}

/** Whether a file's text is a session or manifests. */
export function looksLikeManifests(name: string, text: string): boolean {
  return MANIFEST.test(name) && !/^\s*\{\s*"format"\s*:\s*"kubarium-session"/.test(text)
}
