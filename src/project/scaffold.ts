import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { errorMessageOf, InterphaseError } from '../error.ts'
import type { PhaseName } from '../phase/phase.ts'
import { parseMigrationFileName } from '../release/file-name.ts'
import type { DialectName } from '../schema/object.ts'
import type { ProjectConfig } from './config.ts'
import { listReleaseDirectories, requireReleaseName } from './listing.ts'

/** The settings of a new project. */
export interface NewProjectSettings {
  readonly project?: string
  readonly dialects: readonly DialectName[]
}

/** Creates a project in this directory: a configuration and an empty directory for releases. Returns the paths of the files. */
export function createProjectFiles(directory: string, { project, dialects }: NewProjectSettings): readonly string[] {
  const root = resolve(directory)
  return writeNew(root, {
    'interphase.config.ts': configText(project ?? basename(root), dialects),
    'releases/README.md': RELEASES_README,
  })
}

/**
 * Creates the migration files of a change, one for each of these phases. Creates the directory of the release if it does not exist.
 * Returns the paths.
 */
export function createChangeFiles(
  { root, releases }: Pick<ProjectConfig, 'root' | 'releases'>,
  release: string,
  change: string,
  phases: readonly PhaseName[],
): readonly string[] {
  const directory = `${releases}/${release}`
  const files = phases.flatMap((phase) => Object.entries(FILES[phase]).map(([tags, text]) => [`${directory}/${change}.${tags}.sql`, text]))
  // The names are checked by the same code that reads releases.
  requireReleaseName(directory, release)
  for (const [file = ''] of files) parseMigrationFileName(file)
  const found = existsSync(join(root, directory)) ? listReleaseDirectories(root, releases).find(({ name }) => name === release) : undefined
  const number = Number.parseInt(change, 10)
  const rival = found?.migrations.find((file) => Number(parseMigrationFileName(file).number) === number)
  if (rival !== undefined) throw new InterphaseError('file.exists', { files: [rival] })
  return writeNew(root, Object.fromEntries(files))
}

const FILES: { readonly [P in PhaseName]: Readonly<Record<string, string>> } = {
  'expand': {
    'expand': '-- Add the objects that the new version of the application needs. The old version must notice no change.\n',
    'expand.undo': '-- Undo the expand. Used by interphase undo, before contract begins.\n',
  },
  'migrate': {
    'migrate':
      '-- Move the rows. Both versions of the application may read and write meanwhile. If the step may run\n-- twice, add a comment line with the words `interphase: rerunnable` here.\n',
    'migrate.pending': '-- Return one number: the rows that the step has not changed yet.\nSELECT 0\n',
  },
  'contract': {
    'contract': '-- Remove the objects that only the old version needed, and add the rules of the new version.\n',
  },
}

const RELEASES_README = `# Releases

A directory here is a release: the unit that is rolled out. Begin one, and a change in it, with

    interphase new 2026.1-first 010-what-changes

and see docs/releases.md of interphase for what a release may hold.
`

function configText(project: string, dialects: readonly DialectName[]): string {
  const quoted = (text: string) => `'${text.replaceAll(/['\\\\]/g, String.raw`\$&`)}'`
  return `import { defineConfig } from 'interphase'

export default defineConfig({
  project: ${quoted(project)},
  dialects: [${dialects.map(quoted).join(', ')}],
})
`
}

/** Writes all of these files, or none if one of them exists. */
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
