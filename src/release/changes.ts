import { InterphaseError } from '../error.ts'
import type { PhaseName } from '../phase/phase.ts'
import { type MigrationFileName, type MigrationFilePurpose, parseMigrationFileName } from './file-name.ts'
import { groupItemsByKey } from './group.ts'
import { isSameFileNumber, sortNaturally } from './natural-order.ts'

/** The files of one change of a release, for all dialects. */
export interface ChangeFiles {
  readonly number: string
  readonly slug: string
  readonly phases: { readonly [P in PhaseName]?: MigrationFiles }
}

/**
 * The files of one migration by their purpose, for all dialects. At least one file is the migration itself, and not its undo or
 * pending query.
 */
export type MigrationFiles = { readonly [R in MigrationFilePurpose]: readonly FileWithParsedName[] }

/** A file path with the parts of the file name. */
export interface FileWithParsedName extends MigrationFileName {
  readonly file: string
}

/**
 * Groups the files of a release into changes, sorted by number. Throws an error for a file with an invalid name, and for a file
 * that belongs to no migration. Also throws an error for two files with the same purpose and dialect, and for two changes with
 * the same number.
 */
export function groupFilesIntoChanges(release: string, files: readonly string[]): readonly ChangeFiles[] {
  const named = files.map((file): FileWithParsedName => ({ ...parseMigrationFileName(file), file }))
  const byChange = groupItemsByKey(named, ({ number, slug }) => `${number}-${slug}`)
  const changes = [...byChange.values()].flatMap((members) => changeOf(release, members))
  const sorted = sortNaturally(changes, ({ number, slug }) => `${number}-${slug}`)
  sorted.forEach((change, index) => refuseTwoSlugs(release, sorted[index - 1], change))
  return sorted
}

function changeOf(release: string, members: readonly FileWithParsedName[]): readonly ChangeFiles[] {
  const [first] = members
  if (!first) return []
  const { number, slug } = first
  const byPhase = groupItemsByKey(members, ({ phase }) => phase)
  const phases = [...byPhase].map(([phase, files]) => [phase, phaseFilesOf(`${release}/${number}-${slug}.${phase}`, files)] as const)
  return [{ number, slug, phases: Object.fromEntries(phases) }]
}

function phaseFilesOf(migration: string, files: readonly FileWithParsedName[]): MigrationFiles {
  const of = (role: MigrationFilePurpose) => files.filter((file) => file.role === role)
  const roles: MigrationFiles = { migration: of('migration'), pending: of('pending'), undo: of('undo') }
  for (const role of Object.values(roles)) refuseDuplicates(migration, role)
  const [orphan] = roles.migration.length === 0 ? files : []
  if (orphan) throw new InterphaseError('release.orphan', { file: orphan.file, needs: migration })
  return roles
}

function refuseDuplicates(migration: string, files: readonly FileWithParsedName[]): void {
  if (files.length < 2) return
  for (const same of groupItemsByKey(files, ({ dialect }) => dialect).values()) {
    if (same.length > 1) throw new InterphaseError('release.duplicate', { migration, files: same.map(({ file }) => file) })
  }
}

function refuseTwoSlugs(release: string, before: ChangeFiles | undefined, change: ChangeFiles): void {
  if (!before || !isSameFileNumber(before.number, change.number)) return
  // The numbers 10 and 010 with the same slug belong to two changes. Such numbers are an error, because the order of the two
  // changes would be undefined.
  const slugs = [before, change].map(({ number, slug }) => (before.slug === change.slug ? `${number}-${slug}` : slug))
  throw new InterphaseError('release.two-slugs', { release, number: change.number, slugs })
}
