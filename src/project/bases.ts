import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { errorMessageOf, InterphaseError } from '../error.ts'
import type { ReleaseChain } from '../release/migration.ts'
import { compareTextsNaturally } from '../release/natural-order.ts'
import { DIALECTS, type DialectName } from '../schema/object.ts'
import { parseJsonText, parseValueWithZodSchema } from '../shape.ts'
import type { ProjectConfig } from './config.ts'
import type { LeftOutLegacyStatement } from './legacy-text.ts'
import { readReleaseChain } from './releases.ts'
import { readTextFile } from './text.ts'

/**
 * A base: a legacy schema, with the migrations from this schema to a point of the project's chain. The releases of a base form a
 * chain of their own. The first release of this chain contains the legacy script, and the other releases are the bridge.
 */
export interface LegacyBase {
  readonly name: string
  /** The directory of the base's releases, relative to the project's root. */
  readonly directory: string
  /**
   * The id of a migration or the name of a release of the project. After this migration or release, the schema of the project
   * equals the schema at the end of the base.
   */
  readonly continues: string
  /** A query that counts rows. A database counts as the base only if the query counts at least one row. */
  readonly rows?: string
}

const Shape = z.strictObject({
  $schema: z.string().exactOptional(),
  continues: z.string().min(1),
  rows: z.string().min(1).exactOptional(),
  dialects: z.array(z.enum(DIALECTS)).min(1).exactOptional(),
})

type BaseProject = Pick<ProjectConfig, 'root' | 'bases' | 'project'>

/**
 * Returns the bases of a project, which are old schemas with migrations, for one dialect. The bases are in natural order of their
 * names, the oldest first. Throws `base.invalid` if the directory or a file of a base cannot be read.
 */
export function listBases({ root, bases }: Pick<BaseProject, 'root' | 'bases'>, dialect: DialectName): readonly LegacyBase[] {
  const names = directoriesIn(join(root, bases))
  return names.toSorted(compareTextsNaturally).flatMap((name): readonly LegacyBase[] => {
    const directory = `${bases}/${name}`
    const file = `${directory}.json`
    const refuse = (problem: string, cause?: unknown) => new InterphaseError('base.invalid', { base: name, file, problem }, { cause })
    const { continues, rows, dialects } = parseValueWithZodSchema(
      Shape,
      parseJsonText(readTextFile(join(root, file), refuse), refuse),
      refuse,
    )
    if (dialects && !dialects.includes(dialect)) return []
    return [{ name, directory, continues, ...(rows !== undefined && { rows }) }]
  })
}

function directoriesIn(directory: string): readonly string[] {
  if (!existsSync(directory)) return []
  try {
    const entries = readdirSync(directory, { withFileTypes: true })
    return entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map(({ name }) => name)
  } catch (error) {
    throw new InterphaseError('base.invalid', { base: '', file: directory, problem: errorMessageOf(error) }, { cause: error })
  }
}

/** The releases of a base, and the statements of its files that the engine does not execute. */
export interface BaseChain {
  readonly base: LegacyBase
  readonly chain: ReleaseChain
  readonly leftOut: readonly (LeftOutLegacyStatement & { readonly file: string })[]
}

/**
 * Reads the releases of a base, and marks all of them as history, because the application of a legacy schema does not run during
 * the bridge. No policy applies to a release of history, and a release of history cannot be undone. Throws `base.invalid` for a
 * base without a script.
 */
export function readBaseChain({ root }: Pick<BaseProject, 'root'>, base: LegacyBase, dialect: DialectName): BaseChain {
  const leftOut: (LeftOutLegacyStatement & { readonly file: string })[] = []
  const { releases, ...rest } = readReleaseChain({ root, releases: base.directory }, dialect, {
    leftOut: (file, statements) => leftOut.push(...statements.map((statement) => ({ file, ...statement }))),
  })
  if (releases.length === 0)
    throw new InterphaseError('base.invalid', { base: base.name, file: base.directory, problem: 'it has no release with a script' })
  const history = `the base ${base.name}`
  return { base, chain: { ...rest, releases: releases.map((release) => ({ history, ...release })) }, leftOut }
}

/** Returns true if a project name in the ledger is the name of a base (an old schema) of the project `project`. */
export function isLedgerProjectNameOfBase(project: string, name: string): boolean {
  return name.startsWith(`${project} base `)
}

/** Returns the project name under which the ledger stores the migrations of a base, which is an old schema of the project. */
export function ledgerProjectNameOfBase(project: string, base: string): string {
  return `${project} base ${base}`
}
