import { type Dirent, mkdirSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { errorMessageOf, InterphaseError } from '../error.ts'
import type { ReleaseDirectoryFiles } from '../release/assemble.ts'

/** The files of one release directory, grouped by purpose. */
export interface ListedReleaseDirectory extends ReleaseDirectoryFiles {
  /** The path of `release.json`, if the file exists. */
  readonly about?: string
}

/** The names of the directories that a release directory can contain. `lib` contains code that function migrations import. */
const DIRECTORIES: ReadonlySet<string> = new Set(['states', 'probes', 'rows', 'lib'])

/**
 * Returns the release directories in a directory, with their files. `directory` and all paths in the result are relative to the
 * project's root. Throws `release.bad-name` for a file beside the release directories, and `release.unreadable` for a release
 * directory with an invalid name or an unknown directory.
 */
export function listReleaseDirectories(root: string, directory: string): readonly ListedReleaseDirectory[] {
  return entriesOf(root, directory).flatMap((entry) => {
    if (entry.kind === 'directory') return [listRelease(root, entry.path, entry.name)]
    if (isProse(entry.name)) return []
    throw new InterphaseError('release.bad-name', {
      file: entry.path,
      problem: 'a file must lie in a release directory, not next to the release directories',
    })
  })
}

/** Creates the directory of the releases if it does not exist. Git does not keep an empty directory. */
export function createReleasesDirectory(root: string, directory: string): void {
  mkdirSync(join(root, directory), { recursive: true })
}

function listRelease(root: string, directory: string, name: string): ListedReleaseDirectory {
  refuseInvalidReleaseName(directory, name)
  const entries = entriesOf(root, directory)
  const stray = entries.find((entry) => entry.kind === 'directory' && !DIRECTORIES.has(entry.name))
  if (stray) throw unreadable(directory, `${stray.name}/ is not allowed in a release; its directories are ${[...DIRECTORIES].join(', ')}`)
  const files = entries.filter((entry) => entry.kind === 'file' && !isProse(entry.name))
  const about = files.find((entry) => entry.name === 'release.json')
  const has = (below: string) => entries.some((entry) => entry.name === below)
  return {
    name,
    directory,
    ...(about && { about: about.path }),
    migrations: files.filter((entry) => entry !== about).map(({ path }) => path),
    rows: has('rows') ? filesOf(root, `${directory}/rows`) : [],
    probes: has('probes') ? listProbes(root, `${directory}/probes`) : { old: [], new: [] },
  }
}

/** Throws `release.unreadable` if `name` is not a valid name for a release. */
export function refuseInvalidReleaseName(directory: string, name: string): void {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)) throw unreadable(directory, 'its name may contain only letters, digits, and . _ -')
}

function listProbes(root: string, directory: string): ReleaseDirectoryFiles['probes'] {
  const entries = entriesOf(root, directory).filter(({ name }) => !isProse(name))
  const stray = entries.find(({ kind, name }) => kind === 'file' || (name !== 'old' && name !== 'new'))
  if (stray) throw unreadable(directory, `${stray.name} is not allowed in probes/; only old/ and new/ are`)
  const list = (name: string) => (entries.some((entry) => entry.name === name) ? filesOf(root, `${directory}/${name}`) : [])
  return { old: list('old'), new: list('new') }
}

function filesOf(root: string, directory: string): readonly string[] {
  const entries = entriesOf(root, directory).filter(({ name }) => !isProse(name))
  const stray = entries.find(({ kind }) => kind === 'directory')
  if (stray) throw unreadable(directory, `${stray.name}/ is a directory; only files are allowed here`)
  return entries.map(({ path }) => path)
}

interface DirectoryEntry {
  readonly name: string
  readonly path: string
  readonly kind: 'file' | 'directory'
}

/**
 * Returns the entries of a directory, sorted by name, without hidden files. Editors and operating systems create hidden files in
 * any directory.
 */
function entriesOf(root: string, directory: string): readonly DirectoryEntry[] {
  try {
    const entries = readdirSync(join(root, directory), { withFileTypes: true }).filter(({ name }) => !name.startsWith('.'))
    return entries
      .map(
        (entry): DirectoryEntry => ({ name: entry.name, path: `${directory}/${entry.name}`, kind: kindOf(entry, join(root, directory)) }),
      )
      .sort((a, b) => (a.name < b.name ? -1 : 1))
  } catch (error) {
    throw new InterphaseError('release.unreadable', { directory, problem: errorMessageOf(error) }, { cause: error })
  }
}

function kindOf(entry: Dirent, directory: string): DirectoryEntry['kind'] {
  // A symbolic link has the kind of the file or directory to which it points. A broken link is an error.
  const about = entry.isSymbolicLink() ? statSync(join(directory, entry.name)) : entry
  return about.isDirectory() ? 'directory' : 'file'
}

function isProse(name: string): boolean {
  return name.endsWith('.md')
}

function unreadable(directory: string, problem: string): InterphaseError {
  return new InterphaseError('release.unreadable', { directory, problem })
}
