import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ROOT } from '../structure/source.ts'

// Node looks for a bare name from the working directory, which is another project's.
const TSX = pathToFileURL(join(ROOT, 'node_modules', 'tsx', 'dist', 'loader.mjs')).href

const isBuilt = isFresh()

/** What Node needs to run a module of `src/`: nothing where it is built, which starts much faster, otherwise a loader. */
export const LOADER: readonly string[] = isBuilt ? [] : ['--import', TSX]

/** The file of an entry point of the build (`index`, `cli/main`), or its source where that is newer. */
export function moduleFile(name: string): string {
  return isBuilt ? join(ROOT, 'dist', `${name}.js`) : join(ROOT, 'src', `${name}.ts`)
}

function isFresh(): boolean {
  const built = join(ROOT, 'dist', 'cli', 'main.js')
  const changedMs = (file: string) => statSync(file).mtimeMs
  const files = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
  return existsSync(built) && files.every((file) => changedMs(join(ROOT, 'src', file)) <= changedMs(built))
}
