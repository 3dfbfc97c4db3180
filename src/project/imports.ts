import { statSync } from 'node:fs'
import { dirname, extname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { InterphaseError } from '../error.ts'
import type { ImportedFile } from '../release/checksum.ts'
import { type ImportInModuleText, parseImportsInModuleText, parserMessageWithoutPosition } from './specifiers.ts'
import { readTextFile } from './text.ts'

/** A cache of files with their text and their imports, by absolute path. */
export type ImportCache = Map<string, Source>

interface Source {
  readonly text: string
  readonly sites: readonly ImportInModuleText[]
}

/**
 * The file of a function migration in which the engine searches for imports. `file` and `directory` are absolute paths. `name`
 * and `release` are the names for messages.
 */
export interface ImportingMigration {
  readonly file: string
  readonly name: string
  readonly directory: string
  readonly release: string
}

/** The files of the release that a function migration imports, and all problems with its imports. */
export interface ImportsOfMigration {
  readonly imported: readonly ImportedFile[]
  /**
   * The problems with the imports: the error `migration.import-outside` for each path outside the release directory, and
   * `migration.import` for every other problem.
   */
  readonly problems: readonly InterphaseError[]
}

/**
 * Returns the files that a function migration imports, directly or through other files. The function reads the text of the files
 * without executing them. The result contains no packages. Throws `migration.module` for a file that cannot be read, and
 * `migration.import` for a file that cannot be parsed.
 */
export function readMigrationImports(origin: ImportingMigration, cache: ImportCache = new Map()): ImportsOfMigration {
  const found = new Map<string, ImportedFile>()
  const problems: InterphaseError[] = []
  const open = [origin.file]
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    for (const connected of sourceOf(origin, file, cache).sites) {
      const target = targetOf(origin, file, connected)
      if (target instanceof InterphaseError) problems.push(target)
      if (typeof target !== 'string' || target === origin.file || found.has(target)) continue
      found.set(target, { file: relative(origin.directory, target).split(sep).join('/'), text: sourceOf(origin, target, cache).text })
      open.push(target)
    }
  }
  return { imported: [...found.values()].sort((a, b) => (a.file < b.file ? -1 : 1)), problems }
}

/** Returns the absolute path of an imported file of the release, undefined for a package, or the error for any other import. */
function targetOf(origin: ImportingMigration, from: string, connected: ImportInModuleText): string | InterphaseError | undefined {
  if ('problem' in connected) return problem(origin, from, connected.line, connected.problem)
  const { specifier, line } = connected
  const local = /^\.{1,2}(?:\/|$)/.test(specifier)
  // The definition of an import `#name` is in package.json. Such an import loads a file of the project, so it does not count as
  // the import of a package.
  if (!local && !isAbsolute(specifier) && !/^(?:file:|#)/.test(specifier)) return undefined
  const path = resolve(dirname(from), specifier)
  if (!local || !path.startsWith(origin.directory + sep)) {
    return new InterphaseError('migration.import-outside', {
      file: nameOf(origin, from),
      line,
      imports: specifier,
      release: origin.release,
    })
  }
  return candidates(path).find(isFile) ?? problem(origin, from, line, `the imported file ${specifier} does not exist`)
}

function candidates(path: string): readonly string[] {
  const extensions = ['.ts', '.js', '.mjs', '.cjs', '.mts', '.cts', '.json']
  const written = extname(path)
  // TypeScript files import other TypeScript files by the names of the compiled JavaScript files. The engine therefore also
  // searches for the TypeScript file of an imported name.
  const twin = /^\.[mc]?js$/.test(written) ? [`${path.slice(0, -written.length)}${written.replace('js', 'ts')}`] : []
  return [path, ...twin, ...extensions.map((each) => path + each), ...extensions.map((each) => join(path, `index${each}`))]
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false
}

function sourceOf(origin: ImportingMigration, file: string, cache: ImportCache): Source {
  const known = cache.get(file)
  if (known) return known
  const text = readTextFile(file, (reason) => new InterphaseError('migration.module', { file: nameOf(origin, file), problem: reason }))
  const source = { text, sites: extname(file) === '.json' ? [] : sitesOf(origin, file, text) }
  cache.set(file, source)
  return source
}

/** Returns the imports in a file. Throws `migration.import` for a file that cannot be parsed, because its imports are unknown. */
function sitesOf(origin: ImportingMigration, file: string, text: string): readonly ImportInModuleText[] {
  try {
    return parseImportsInModuleText(text, file)
  } catch (error) {
    throw problem(origin, file, lineOf(error), parserMessageWithoutPosition(error), error)
  }
}

function lineOf(error: unknown): number {
  const { loc } = error as { readonly loc?: { readonly line?: number } }
  return loc?.line ?? 1
}

/**
 * Returns the path of a file of the release for messages. The path begins in the same directory as the path of the migration in
 * messages.
 */
function nameOf(origin: ImportingMigration, file: string): string {
  if (file === origin.file) return origin.name
  const up = relative(dirname(origin.file), file).split(sep).join('/')
  return join(dirname(origin.name), up).split(sep).join('/')
}

function problem(origin: ImportingMigration, from: string, line: number, text: string, cause?: unknown): InterphaseError {
  return new InterphaseError('migration.import', { file: nameOf(origin, from), line, problem: text }, { cause })
}
