import { statSync } from 'node:fs'
import { dirname, extname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { InterphaseError } from '../error.ts'
import type { Imported } from '../release/checksum.ts'
import { readText } from './text.ts'

/** Files whose imports were already looked up, by absolute path. */
export type ImportCache = Map<string, Source>

interface Source {
  readonly text: string
  readonly specifiers: readonly string[]
}

/** Where a function migration lies: `file` and `directory` are absolute, `name` and `release` are what messages say. */
export interface Origin {
  readonly file: string
  readonly name: string
  readonly directory: string
  readonly release: string
}

/**
 * The files that a function migration imports, and those that they import, found in the text without running it. Packages
 * are not among them; a relative path out of the release directory is `migration.import-outside`.
 */
export function importsOf(origin: Origin, cache: ImportCache = new Map()): readonly Imported[] {
  const found = new Map<string, Imported>()
  const open = [origin.file]
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    for (const specifier of sourceOf(origin, file, cache).specifiers) {
      const target = targetOf(origin, file, specifier)
      if (target === undefined || target === origin.file || found.has(target)) continue
      found.set(target, { file: relative(origin.directory, target).split(sep).join('/'), text: sourceOf(origin, target, cache).text })
      open.push(target)
    }
  }
  return [...found.values()].sort((a, b) => (a.file < b.file ? -1 : 1))
}

/** The specifiers of all imports in a text, in its order; imports of types alone leave nothing behind and do not count. */
export function specifiersIn(text: string): readonly string[] {
  const code = text.replace(STRING_OR_COMMENT, (piece) => (piece.startsWith('/') ? ' ' : piece))
  return [...code.matchAll(STRING_OR_IMPORT)].flatMap(({ groups }) => {
    if (groups?.['computed'] !== undefined) return [COMPUTED]
    const specifier = groups?.['from'] ?? groups?.['bare'] ?? groups?.['call']
    return specifier === undefined || groups?.['type'] !== undefined ? [] : [specifier]
  })
}

const COMPUTED = '<computed>'
const STRING = String.raw`'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"`
// A slash after a backslash stands in a regular expression.
const STRING_OR_COMMENT = new RegExp(String.raw`${STRING}|(?<!\\)/\*[\s\S]*?\*/|(?<!\\)//[^\n]*`, 'g')
const STRING_OR_IMPORT = new RegExp(
  [
    String.raw`(?<![\w$.])(?:import|export)\b\s*(?<type>type\s+(?!from\b))?(?:[\w$]+\s*,?\s*)?(?:\*\s*(?:as\s+[\w$]+\s*)?|\{[^}]*\}\s*)?from\s*['"](?<from>[^'"\n]*)['"]`,
    String.raw`(?<![\w$.])import\s*['"](?<bare>[^'"\n]*)['"]`,
    String.raw`(?<![\w$.])(?:import|require)\s*\(\s*(?:['"](?<call>[^'"\n]*)['"]|(?<computed>[^\s)]))`,
    STRING,
  ].join('|'),
  'g',
)

function targetOf(origin: Origin, from: string, specifier: string): string | undefined {
  if (specifier === COMPUTED) throw problem(origin, `${shortName(origin, from)} computes what it imports; the checksum could not cover it`)
  const local = /^\.{1,2}(?:\/|$)/.test(specifier)
  // `#name` is an import by way of package.json: a file of the project all the same.
  if (!local && !isAbsolute(specifier) && !/^(?:file:|#)/.test(specifier)) return undefined
  const path = resolve(dirname(from), specifier)
  if (!local || !path.startsWith(origin.directory + sep)) {
    throw new InterphaseError('migration.import-outside', { file: origin.name, imports: specifier, release: origin.release })
  }
  const target = candidates(path).find(isFile)
  if (target === undefined) throw problem(origin, `${shortName(origin, from)} imports ${specifier}, which is not there`)
  return target
}

function candidates(path: string): readonly string[] {
  const extensions = ['.ts', '.js', '.mjs', '.cjs', '.mts', '.cts', '.json']
  const written = extname(path)
  // TypeScript is imported by the name of the JavaScript it becomes.
  const twin = /^\.[mc]?js$/.test(written) ? [`${path.slice(0, -written.length)}${written.replace('js', 'ts')}`] : []
  return [path, ...twin, ...extensions.map((each) => path + each), ...extensions.map((each) => join(path, `index${each}`))]
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false
}

function sourceOf(origin: Origin, file: string, cache: ImportCache): Source {
  const known = cache.get(file)
  if (known) return known
  const text = readText(file, (reason) => problem(origin, `${shortName(origin, file)}: ${reason}`))
  const source = { text, specifiers: extname(file) === '.json' ? [] : specifiersIn(text) }
  cache.set(file, source)
  return source
}

function shortName(origin: Origin, file: string): string {
  return file === origin.file ? 'it' : relative(origin.directory, file).split(sep).join('/')
}

function problem(origin: Origin, text: string): InterphaseError {
  return new InterphaseError('migration.module', { file: origin.name, problem: text })
}
