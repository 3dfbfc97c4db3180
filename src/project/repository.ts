import { existsSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'

/** The way from the root of the repository to this directory, with forward slashes; empty where there is none. */
export function placeInRepository(directory: string): string {
  for (let at = directory; ; at = dirname(at)) {
    if (existsSync(join(at, '.git'))) return relative(at, directory).split(sep).join('/')
    if (dirname(at) === at) return ''
  }
}
