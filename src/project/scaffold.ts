import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { errorMessageOf, InterphaseError } from '../error.ts'
import { PHASES, type PhaseName } from '../phase/phase.ts'
import { parseMigrationFileName } from '../release/file-name.ts'
import { isSameFileNumber } from '../release/natural-order.ts'
import type { OpenQuestion } from '../release/question.ts'
import type { DialectName } from '../schema/object.ts'
import { CONFIG_FILE_NAMES, type ProjectConfig } from './config.ts'
import { listReleaseDirectories, refuseInvalidReleaseName } from './listing.ts'
import type { PatternFile } from './patterns/patterns.ts'

/** The settings of a new project, from which `init` writes the configuration. */
export interface NewProjectSettings {
  readonly project?: string
  readonly dialects: readonly DialectName[]
  /** The names of the tables that belong to other programs. */
  readonly ignore?: readonly string[]
}

/** The name of the directory of the releases in a new project. */
export const RELEASES_DIRECTORY = 'releases'

/** The line of `.gitignore` for the directory of local data, which contains the embedded server and its databases. */
const LOCAL_DATA_LINE = '.interphase/'

/**
 * Creates a project in the directory: a configuration file, an empty directory for releases, and a line in `.gitignore`. Writes
 * no file if a configuration file or the README.md of the releases already exists. Returns the paths of the written files.
 */
export function createProjectFiles(directory: string, { project, dialects, ignore = [] }: NewProjectSettings): readonly string[] {
  const root = resolve(directory)
  const configs = CONFIG_FILE_NAMES.filter((name) => existsSync(join(root, name)))
  if (configs.length > 0) throw new InterphaseError('file.exists', { files: configs })
  const files = writeNew(root, {
    [`interphase.config.${typescriptExtensionIn(root)}`]: configText(project ?? basename(root), dialects, ignore),
    [`${RELEASES_DIRECTORY}/README.md`]: RELEASES_README,
  })
  if (ignoresLocalData(root)) return files
  appendFileSync(join(root, '.gitignore'), `${endsInLine(join(root, '.gitignore')) ? '' : '\n'}${LOCAL_DATA_LINE}\n`)
  return [...files, '.gitignore']
}

function ignoresLocalData(root: string): boolean {
  const path = join(root, '.gitignore')
  return existsSync(path) && /^\/?\.interphase\/?\s*$/m.test(readFileSync(path, 'utf8'))
}

function endsInLine(path: string): boolean {
  return !existsSync(path) || /(^|\n)$/.test(readFileSync(path, 'utf8'))
}

/** The options for the files of a new change. */
export interface NewChangeOptions {
  /** The phases for which the command creates files. The default is all phases. */
  readonly phases?: readonly PhaseName[]
  /** True if the command creates TypeScript functions. By default, it creates SQL files. */
  readonly typescript?: boolean
  /**
   * The files of a pattern, which is a template for a common change. If the field is present, the command writes these files
   * instead of files without a pattern.
   */
  readonly files?: readonly PatternFile[]
}

/**
 * Creates the migration files of a change, and the directory of the release if the directory does not exist. If the change
 * exists, the function adds the files of other phases. Returns the paths of the files. Throws `file.exists` if the change has a
 * file of one of the phases, or if another change of the release has the same number.
 */
export function createChangeFiles(
  { root, releases }: Pick<ProjectConfig, 'root' | 'releases'>,
  release: string,
  change: string,
  options: NewChangeOptions = {},
): readonly string[] {
  const directory = `${releases}/${release}`
  const files = changeFiles(options, typescriptExtensionIn(join(root, releases))).map(
    ({ tags, text }) => [`${directory}/${change}.${tags}`, text] as const,
  )
  // The name of a new release or change must satisfy the same checks as the names of existing releases.
  refuseInvalidReleaseName(directory, release)
  const names = files.map(([file]) => parseMigrationFileName(file))
  const found = existsSync(join(root, directory)) ? listReleaseDirectories(root, releases).find(({ name }) => name === release) : undefined
  const rivals = (found?.migrations ?? []).filter((file) => {
    const existing = parseMigrationFileName(file)
    return names.some(
      ({ number, slug, phase }) => isSameFileNumber(existing.number, number) && (existing.slug !== slug || existing.phase === phase),
    )
  })
  if (rivals.length > 0) throw new InterphaseError('file.exists', { files: rivals })
  return writeNew(root, Object.fromEntries(files))
}

function changeFiles(
  { phases = PHASES, typescript = false, files }: NewChangeOptions,
  extension: 'ts' | 'mts',
): readonly { readonly tags: string; readonly text: string }[] {
  if (files) {
    const wanted = files.filter(({ kind }) => phases.some((phase) => kind.startsWith(phase)))
    return wanted.map(({ tags, text }) => ({ tags: `${tags}.sql`, text }))
  }
  if (typescript) return phases.map((phase) => ({ tags: `${phase}.${extension}`, text: FUNCTION_TEXTS[phase] }))
  return phases.flatMap((phase) => Object.entries(SQL_FILES[phase]).map(([tags, text]) => ({ tags, text })))
}

/** Returns the questions in generated SQL files. A person must answer them before the release can be recorded. */
export function readQuestionsInFiles(root: string, files: readonly string[]): readonly OpenQuestion[] {
  return files.flatMap((file) =>
    readFileSync(join(root, file), 'utf8')
      .split('\n')
      .flatMap((text, index) => {
        const [, question] = /^-- interphase: question (.*)$/.exec(text) ?? []
        return question === undefined ? [] : [{ file, line: index + 1, question }]
      }),
  )
}

/**
 * Returns the extension of new TypeScript files in a directory. The result is `mts` in a TypeScript project whose package.json
 * does not have the type `module`, and otherwise `ts`. In such a project, TypeScript treats a `.ts` file as CommonJS, and refuses
 * `import` with `verbatimModuleSyntax`.
 */
function typescriptExtensionIn(directory: string): 'ts' | 'mts' {
  let hasTypescriptConfig = false
  for (let at = resolve(directory); ; at = dirname(at)) {
    hasTypescriptConfig ||= existsSync(join(at, 'tsconfig.json'))
    const file = join(at, 'package.json')
    if (existsSync(file)) return hasTypescriptConfig && !isModulePackage(file) ? 'mts' : 'ts'
    if (at === dirname(at)) return 'ts'
  }
}

function isModulePackage(file: string): boolean {
  try {
    const manifest: unknown = JSON.parse(readFileSync(file, 'utf8'))
    return typeof manifest === 'object' && manifest !== null && 'type' in manifest && manifest.type === 'module'
  } catch {
    // An invalid package.json is not reported here, because TypeScript and Node report it. The files of its directory then count
    // as CommonJS.
    return false
  }
}

const SQL_FILES: { readonly [P in PhaseName]: Readonly<Record<string, string>> } = {
  'expand': {
    'expand.sql': '-- Add the objects that the new version of the application needs. The old version must notice no change.\n',
    'expand.undo.sql': '-- Undo the expand. Used by interphase undo, before contract begins.\n',
  },
  'migrate': {
    'migrate.sql':
      '-- Move the rows. Both versions of the application may read and write meanwhile. If the step may run\n-- twice, add a comment line with the words `interphase: rerunnable` here.\n',
    'migrate.pending.sql': '-- Return one number: the rows that the step has not changed yet.\nSELECT 0\n',
  },
  'contract': {
    'contract.sql': '-- Remove the objects that only the old version needed, and add the rules of the new version.\n',
  },
}

const FUNCTION_TEXTS: { readonly [P in PhaseName]: string } = {
  expand: `import { expand } from 'interphase'

export default expand({
  // Add the objects that the new version of the application needs. The old version must notice no change.
  async up({ query }) {
    await query('CREATE TABLE my_table (id bigint NOT NULL PRIMARY KEY)')
  },
  // Used by interphase undo, before contract begins.
  async down({ query }) {
    await query('DROP TABLE my_table')
  },
})
`,
  migrate: `import { migrate, sql } from 'interphase'

// The engine derives the UPDATE, runs it in batches, and counts the rows that are left.
export default migrate({
  table: 'my_table',
  set: { my_column: sql\`upper(my_other_column)\` },
  where: sql\`my_other_column IS NOT NULL\`,
})
`,
  contract: `import { contract } from 'interphase'

export default contract({
  // Remove the objects that only the old version needed, and add the rules of the new version.
  async up({ query }) {
    await query('ALTER TABLE my_table DROP COLUMN my_other_column')
  },
})
`,
}

const RELEASES_README = `# Releases

A directory here is a release, the unit that is rolled out. This command creates a release and a change in it:

    interphase new 2026.1-first 010-what-changes

For a common change, add the option --pattern. docs/releases.md of interphase describes the files of a release.
`

function configText(project: string, dialects: readonly DialectName[], ignore: readonly string[]): string {
  const quoted = (text: string) => `'${text.replaceAll(/['\\\\]/g, String.raw`\$&`)}'`
  return `import { defineConfig } from 'interphase'

export default defineConfig({
  project: ${quoted(project)},
  dialects: [${dialects.map(quoted).join(', ')}],
${ignore.length === 0 ? '' : `  // The tables of another migration tool.\n  ignore: [${ignore.map(quoted).join(', ')}],\n`}${dialects.flatMap(shadowLines).join('')}})
`
}

/**
 * Returns the lines of the configuration about the shadow server of a dialect. PostgreSQL needs no setting, because interphase
 * then uses the embedded server.
 */
function shadowLines(dialect: DialectName): readonly string[] {
  if (dialect === 'postgres') return []
  return [
    `  // record creates scratch databases on a ${dialect} server. Name one here, or in INTERPHASE_SHADOW_${dialect.toUpperCase()}_URL:\n`,
    `  // shadow: { ${dialect}: { url: '${dialect}://root@127.0.0.1:3306' } },\n`,
  ]
}

/** Writes all files, or no file if one of them already exists. Returns the paths of the files. */
function writeNew(root: string, files: Readonly<Record<string, string>>): readonly string[] {
  const names = Object.keys(files)
  const there = names.filter((file) => existsSync(join(root, file)))
  if (there.length > 0) throw new InterphaseError('file.exists', { files: there })
  for (const [file, text] of Object.entries(files)) {
    try {
      mkdirSync(dirname(join(root, file)), { recursive: true })
      writeFileSync(join(root, file), text, { flag: 'wx' })
    } catch (error) {
      throw new InterphaseError('file.unwritable', { file, problem: errorMessageOf(error) }, { cause: error })
    }
  }
  return names
}
