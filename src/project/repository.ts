import { existsSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'

/**
 * Returns the path from the root of the git repository to the directory, with forward slashes. Returns an empty text for a
 * directory outside a repository.
 */
export function pathFromRepositoryRoot(directory: string): string {
  for (let at = directory; ; at = dirname(at)) {
    if (existsSync(join(at, '.git'))) return relative(at, directory).split(sep).join('/')
    if (dirname(at) === at) return ''
  }
}
