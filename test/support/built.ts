import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ROOT } from '../structure/source.ts'

// The loader as a URL. Node resolves the name of a package from the working directory, which is the directory of another project.
const TSX = pathToFileURL(join(ROOT, 'node_modules', 'tsx', 'dist', 'loader.mjs')).href

const isBuilt = isFresh()

/**
 * The options with which Node runs a module of `src/`. Without a fresh build, the options contain a loader. With a fresh build,
 * the list is empty, because Node runs the built file, which starts much faster.
 */
export const LOADER: readonly string[] = isBuilt ? [] : ['--import', TSX]

/** Returns the file of an entry point of the build (`index`, `cli/main`), or its source file if the build is not fresh. */
export function moduleFile(name: string): string {
  return isBuilt ? join(ROOT, 'dist', `${name}.js`) : join(ROOT, 'src', `${name}.ts`)
}

function isFresh(): boolean {
  const built = join(ROOT, 'dist', 'cli', 'main.js')
  const changedMs = (file: string) => statSync(file).mtimeMs
  const files = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
  return existsSync(built) && files.every((file) => changedMs(join(ROOT, 'src', file)) <= changedMs(built))
}
