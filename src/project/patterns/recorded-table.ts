import type { OnlineChangeWriter } from '../../dialect/online-writer.ts'
import type { SchemaChangeSqlWriter } from '../../dialect/schema-writer.ts'
import { loadOnlineWriter, loadSchemaChangeSqlWriter } from '../../dialects/open.ts'
import { InterphaseError } from '../../error.ts'
import type { PoliciesByPhase } from '../../phase/policy.ts'
import type { Release } from '../../release/migration.ts'
import { compareTextsNaturally } from '../../release/natural-order.ts'
import { type ColumnObject, type DialectName, type SchemaObject, tableGroupKey } from '../../schema/object.ts'
import type { SchemaState } from '../../schema/state.ts'
import type { ProjectConfig } from '../config.ts'
import { readPolicies } from '../policies.ts'
import { readReleasesWithStates } from '../recorded.ts'
import { readReleaseChain } from '../releases.ts'

/** A dialect for which a pattern writes files. */
export interface PatternTargetDialect {
  readonly dialect: DialectName
  /** The recorded schema that the author of the change knows. The field is absent if no release is recorded for the dialect. */
  readonly recorded?: RecordedSchema
}

/** A recorded schema of the project, with the functions that write SQL for its server, and the policies of the project. */
export interface RecordedSchema {
  readonly state: SchemaState
  /** The name of the release at whose end the database has the recorded schema. */
  readonly release: string
  /**
   * The releases up to the changed release whose recorded states are missing or stale. `state` does not contain their changes.
   */
  readonly unrecorded: readonly string[]
  readonly write: SchemaChangeSqlWriter
  readonly online: OnlineChangeWriter
  readonly policies: PoliciesByPhase
}

/** A column of a recorded schema, and the objects of its table. */
export interface RecordedColumn extends RecordedSchema {
  readonly dialect: DialectName
  readonly column: ColumnObject
  /** The objects of the table: the table itself, and its columns, constraints, indexes and triggers. */
  readonly objects: readonly SchemaObject[]
}

/**
 * Reads, for each dialect of the project, the schema that the author of a change of the release `release` knows. This is the
 * schema at the end of `release`. If `release` is not recorded, it is the schema at the end of the last recorded release before
 * `release`.
 */
export async function readPatternTargets(config: ProjectConfig, release: string): Promise<readonly PatternTargetDialect[]> {
  return Promise.all(
    config.dialects.map(async (dialect): Promise<PatternTargetDialect> => {
      const chain = readReleaseChain(config, dialect)
      const { releases } = await readReleasesWithStates(config.root, chain)
      const earlier = releasesUpTo(chain.releases, release)
      const last = releases.slice(0, earlier.length).at(-1)
      if (!last) return { dialect }
      return {
        dialect,
        recorded: {
          state: last.end,
          release: last.release.name,
          unrecorded: earlier.slice(releases.length),
          write: await loadSchemaChangeSqlWriter(dialect),
          online: await loadOnlineWriter(dialect),
          policies: readPolicies(config.phases),
        },
      }
    }),
  )
}

/**
 * Returns the names of the releases up to and including the release `release`. If `release` does not exist yet, returns the names
 * of the releases that precede it in natural order.
 */
function releasesUpTo(releases: readonly Release[], release: string): readonly string[] {
  const names = releases.map(({ name }) => name)
  const place = names.indexOf(release)
  return place >= 0 ? names.slice(0, place + 1) : names.filter((name) => compareTextsNaturally(name, release) < 0)
}

/** Returns a column of the recorded schema. If the table or the column does not exist, throws `usage` with similar names. */
export function requireColumnOfRecordedSchema(dialect: DialectName, recorded: RecordedSchema, table: string, name: string): RecordedColumn {
  const { state } = recorded
  const objects = [...(state.groups.get(tableGroupKey(table))?.values() ?? [])]
  if (objects.length === 0) {
    const tables = [...state.groups.keys()].flatMap((key) => (key.startsWith('table:') ? [key.slice('table:'.length)] : []))
    throw unknown(dialect, recorded, `table ${table}`, table, tables)
  }
  const columns = objects.filter((object) => object.kind === 'column')
  const column = columns.find((one) => one.name === name)
  if (column) return { ...recorded, dialect, column, objects }
  throw unknown(
    dialect,
    recorded,
    `column ${name} in the table ${table}`,
    name,
    columns.map((one) => one.name),
  )
}

function unknown(dialect: DialectName, { release, unrecorded }: RecordedSchema, what: string, name: string, known: readonly string[]) {
  const near = suggestKnownNames(name, known)
  const list = near.length === 0 ? '' : ` Similar names: ${near.join(', ')}.`
  const record =
    unrecorded.length === 0
      ? ''
      : ` If ${unrecorded.join(', ')} creates it, run interphase record first, because its recorded states are missing or stale.`
  return new InterphaseError('usage', {
    problem: `the recorded schema of ${dialect} at the end of ${release} has no ${what}`,
    try: `Correct the name.${list}${record}`,
  })
}

// The largest number of names that the message about an unknown name suggests. In a longer list, a reader would overlook the most
// similar names.
const SHOWN_NAMES = 5

/**
 * Returns the known names that are similar to the name `name`, the most similar first. If no name is similar, returns the first
 * known names.
 */
export function suggestKnownNames(name: string, known: readonly string[]): readonly string[] {
  const ranked = known.map((one) => ({ one, distance: distanceOf(name.toLowerCase(), one.toLowerCase()) }))
  const isNear = ({ one, distance }: { readonly one: string; readonly distance: number }) =>
    distance <= Math.max(2, Math.floor(name.length / 3)) || one.toLowerCase().includes(name.toLowerCase())
  const near = ranked.filter(isNear).toSorted((a, b) => a.distance - b.distance || (a.one < b.one ? -1 : 1))
  return (near.length > 0 ? near.map(({ one }) => one) : known.toSorted()).slice(0, SHOWN_NAMES)
}

/** Returns the Levenshtein distance of two words. */
function distanceOf(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (const [at, letter] of a.split('').entries()) {
    const next = [at + 1]
    for (let place = 1; place <= b.length; place++) {
      const replaced = (row[place - 1] ?? 0) + (b[place - 1] === letter ? 0 : 1)
      next.push(Math.min(replaced, (row[place] ?? 0) + 1, (next[place - 1] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}
