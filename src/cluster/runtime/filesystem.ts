/** A container's files: an image's own below, volumes mounted over it. Paths are absolute, text only. */

/** The files of one volume (or of an image layer), shared by whoever mounts it. */
export interface Volume {
  readonly files: Map<string, string>
  /** Directories that exist though nothing is in them. */
  readonly directories: Set<string>
}

/** Makes an empty volume. */
export function emptyVolume(files: Readonly<Record<string, string>> = {}): Volume {
  return { files: new Map(Object.entries(files)), directories: new Set() }
}

interface Mount {
  readonly path: string
  readonly volume: Volume
  readonly subPath: string
  readonly readOnly: boolean
}

/** Why a file operation failed, in the words of the C library. */
export class FileError extends Error {
  override name = 'FileError'
}

/** One container's view. */
export class Filesystem {
  private readonly mounts: Mount[] = []
  constructor(
    private readonly root: Volume,
    private readonly readOnlyRoot = false,
  ) {}

  /** Mounts a volume (or its file or folder `subPath`) at a path; later mounts win inside it. */
  mount(
    path: string,
    volume: Volume,
    options: { readOnly?: boolean; subPath?: string } = {},
  ): void {
    this.mounts.push({
      path: normalize(path),
      volume,
      subPath: options.subPath ? normalize(`/${options.subPath}`) : '',
      readOnly: options.readOnly ?? false,
    })
    this.mounts.sort((a, b) => b.path.length - a.path.length)
  }

  read(path: string): string {
    const { volume, inner } = this.locate(path)
    const text = volume.files.get(inner)
    if (text !== undefined) return text
    if (this.isDirectory(path)) throw new FileError('Is a directory')
    throw new FileError('No such file or directory')
  }

  exists(path: string): boolean {
    const { volume, inner } = this.locate(path)
    return volume.files.has(inner) || this.isDirectory(path)
  }

  isFile(path: string): boolean {
    const { volume, inner } = this.locate(path)
    return volume.files.has(inner)
  }

  isDirectory(path: string): boolean {
    const p = normalize(path)
    if (p === '/') return true
    const { volume, inner } = this.locate(p)
    if (volume.directories.has(inner) || inner === '/') return true
    const prefix = `${inner}/`
    for (const f of volume.files.keys()) if (f.startsWith(prefix)) return true
    for (const d of volume.directories) if (d.startsWith(prefix)) return true
    return this.mounts.some((m) => m.path === p || m.path.startsWith(`${p}/`))
  }

  write(path: string, text: string, append = false): void {
    const { volume, inner, readOnly } = this.locate(path)
    if (readOnly) throw new FileError('Read-only file system')
    if (this.isDirectory(path)) throw new FileError('Is a directory')
    const parent = normalize(path).replace(/\/[^/]*$/, '') || '/'
    if (!this.isDirectory(parent)) throw new FileError('nonexistent directory')
    volume.files.set(inner, append ? (volume.files.get(inner) ?? '') + text : text)
  }

  makeDirectory(path: string, parents = false): void {
    const { volume, inner, readOnly } = this.locate(path)
    if (readOnly) throw new FileError('Read-only file system')
    if (this.exists(path)) {
      if (parents && this.isDirectory(path)) return
      throw new FileError('File exists')
    }
    volume.directories.add(inner)
  }

  remove(path: string, recursive = false): void {
    const { volume, inner, readOnly } = this.locate(path)
    if (!this.exists(path)) throw new FileError('No such file or directory')
    if (readOnly) throw new FileError('Read-only file system')
    if (volume.files.delete(inner)) return
    if (!recursive) throw new FileError('Is a directory')
    for (const f of [...volume.files.keys()]) if (f.startsWith(`${inner}/`)) volume.files.delete(f)
    for (const d of [...volume.directories]) {
      if (d === inner || d.startsWith(`${inner}/`)) volume.directories.delete(d)
    }
  }

  /** Names in a directory, sorted. */
  list(path: string): string[] {
    const p = normalize(path)
    if (!this.isDirectory(p)) throw new FileError('No such file or directory')
    const { volume, inner } = this.locate(p)
    const names = new Set<string>()
    const prefix = inner === '/' ? '/' : `${inner}/`
    for (const f of [...volume.files.keys(), ...volume.directories]) {
      if (f.startsWith(prefix) && f !== prefix)
        names.add(f.slice(prefix.length).split('/')[0] as string)
    }
    const outer = p === '/' ? '/' : `${p}/`
    for (const m of this.mounts) {
      if (m.path.startsWith(outer)) names.add(m.path.slice(outer.length).split('/')[0] as string)
    }
    return [...names].sort()
  }

  /** Paths mounted, for `df` and `mount`. */
  mounted(): readonly string[] {
    return this.mounts.map((m) => m.path)
  }

  private locate(path: string): { volume: Volume; inner: string; readOnly: boolean } {
    const p = normalize(path)
    for (const m of this.mounts) {
      if (p !== m.path && !p.startsWith(m.path === '/' ? '/' : `${m.path}/`)) continue
      const rest = p.slice(m.path.length)
      return { volume: m.volume, inner: m.subPath + rest || '/', readOnly: m.readOnly }
    }
    return { volume: this.root, inner: p, readOnly: this.readOnlyRoot }
  }
}

/** Makes a path absolute and plain: no `.`, no `..`, no double or trailing slash. */
export function normalize(path: string, cwd = '/'): string {
  const parts: string[] = []
  for (const part of (path.startsWith('/') ? path : `${cwd}/${path}`).split('/')) {
    if (part === '' || part === '.') continue
    if (part === '..') parts.pop()
    else parts.push(part)
  }
  return `/${parts.join('/')}`
}
