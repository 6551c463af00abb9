/**
 * A folder that holds a kustomization: it reads what is in or below it, and finds its neighbours.
 * @source https://kubectl.docs.kubernetes.io/faq/kustomize/ (files outside the root)
 */
import { CliError } from '../errors.ts'
import { normalize } from '../invocation.ts'

const HOME = '/root'
const FILES = ['kustomization.yaml', 'kustomization.yml', 'Kustomization']

/** One folder. */
export interface Folder {
  /** `/root/overlays/prod`. */
  readonly root: string
  /** The text of its kustomization. @throws CliError none, or several */
  kustomization(): string
  /** A file in or below the folder. @throws CliError in kustomize's words */
  read(path: string): string
  isFile(path: string): boolean
  isFolder(path: string): boolean
  /** The whole path of one beside or below it. */
  pathOf(path: string): string
  /** Another folder. @throws CliError when it is none, or holds this one */
  enter(path: string): Folder
}

/** Opens a folder of the home folder. @throws CliError when it is none */
export function openFolder(
  files: ReadonlyMap<string, string>,
  path: string,
  above: readonly string[] = [],
): Folder {
  if (/^(https?|ssh|git):\/\/|^git@|^github\.com\//.test(path))
    throw new CliError(`unable to read URL "${path}": this page makes no requests to other hosts`)
  const own = normalize(path)
  const root = own === '' ? HOME : `${HOME}/${own}`
  const missing = (p: string, full: string) =>
    `evalsymlink failure on '${p}' : lstat ${full}: no such file or directory`
  const inFolder = (p: string) => (p.startsWith('/') ? normalize(p) : normalize(`${own}/${p}`))
  const whole = (p: string) => {
    const full = inFolder(p)
    return full === '' ? HOME : `${HOME}/${full}`
  }
  const isFolder = own === '' || [...files.keys()].some((f) => f.startsWith(`${own}/`))
  if (!isFolder) {
    const why = files.has(own) ? `file is not directory` : missing(path, root)
    throw new CliError(
      files.has(own)
        ? `must build at directory: '${root}': ${why}`
        : `must build at directory: not a valid directory: ${why}`,
    )
  }
  return {
    root,
    kustomization() {
      const found = FILES.filter((f) => files.has(inFolder(f)))
      if (found.length === 0)
        throw new CliError(
          `unable to find one of 'kustomization.yaml', 'kustomization.yml' or 'Kustomization' in directory '${root}'`,
        )
      if (found.length > 1)
        throw new CliError(`Found multiple kustomization files under: ${root}\n`)
      return files.get(inFolder(found[0] as string)) as string
    },
    isFile: (p) => files.has(inFolder(p)),
    isFolder: (p) => [...files.keys()].some((f) => f.startsWith(`${inFolder(p)}/`)),
    pathOf: whole,
    read(p) {
      const full = inFolder(p)
      const text = files.get(full)
      if (text === undefined) throw new CliError(missing(`${root}/${p}`, `${root}/${p}`))
      if (own !== '' && !full.startsWith(`${own}/`))
        throw new CliError(`security; file '${HOME}/${full}' is not in or below '${root}'`)
      return text
    },
    enter(p) {
      const full = inFolder(p)
      const target = whole(p)
      const visited = [root, ...above].find((v) => v === target || v.startsWith(`${target}/`))
      if (visited)
        throw new CliError(
          `cycle detected: candidate root '${target}' contains visited root '${visited}'`,
        )
      try {
        return openFolder(files, full === '' ? '.' : full, [...above, root])
      } catch (error) {
        if (!(error instanceof CliError) || files.has(full)) throw error
        const why = missing(`${root}/${p}`, `${root}/${p}`)
        throw new CliError(`must build at directory: not a valid directory: ${why}`)
      }
    },
  }
}
