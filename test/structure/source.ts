import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..')

/** One file of src/, as the structure tests read it. */
export interface Source {
  /** From src/, with forward slashes: `run/phase.ts`. */
  readonly path: string
  /** The directory right under src/, or the file itself where it lies there. */
  readonly directory: string
  /** Without the comments that stand on lines of their own. */
  readonly code: string
  readonly imports: readonly Import[]
}

export interface Import {
  /** As it is written. */
  readonly from: string
  /** The file of src/, where it is one. */
  readonly file?: string
  /** The package, where it is one and not Node's own. */
  readonly library?: string
}

export function sources(root = ROOT): readonly Source[] {
  const paths = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).map((path) => path.replaceAll('\\', '/'))
  const files = paths.filter((path) => path.endsWith('.ts')).sort()
  return files.map((path) => sourceOf(path, readFileSync(join(root, 'src', path), 'utf8')))
}

export function sourceOf(path: string, text: string): Source {
  const code = text.replaceAll(/^[ \t]*(?:\/\*[\s\S]*?\*\/|\/\/.*$)/gm, '')
  const written = [...code.matchAll(IMPORT)].map((match) => match[1] ?? match[2] ?? match[3] ?? '')
  return { path, directory: path.split('/')[0] ?? path, code, imports: [...new Set(written)].map((from) => importOf(path, from)) }
}

/** `import … from '…'`, `export … from '…'`, `import '…'`, `import('…')` in code and types, and `createRequire(…)('…')`. */
const IMPORT =
  /^\s*(?:import|export)\s(?:[^'"`;=]*?\sfrom\s*)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]|\bcreateRequire\([^)]*\)\(['"]([^'"]+)['"]/gm

function importOf(path: string, from: string): Import {
  if (from.startsWith('.')) return { from, file: posix.join(posix.dirname(path), from) }
  if (from.startsWith('node:')) return { from }
  const parts = from.split('/')
  return { from, library: parts.slice(0, from.startsWith('@') ? 2 : 1).join('/') }
}
