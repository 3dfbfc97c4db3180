import type { Release } from '../release/migration.ts'
import { executeSqlFile, type ReleaseBoundaryDatabase, runWithDatabaseSession } from '../shadow/boundary.ts'
import type { ShadowServerContext } from '../shadow/shadow-server.ts'
import { type GeneratedRowsOptions, insertGeneratedRows, type TableWithGeneratedRows } from './fill.ts'

/**
 * A scratch database with the schema before a release, and with the rows on which the release is rehearsed. The rehearsal copies
 * this database for authored order, for phased order and for the probes, so each of them starts with the same rows.
 */
export interface FilledShadowDatabase {
  readonly database: string
  readonly filled: readonly TableWithGeneratedRows[]
  /** True if the database contains at least one generated row. */
  readonly isGenerated: boolean
  readonly seed: number
}

/**
 * Creates a scratch database with the schema before a release, the sample rows of the directory `rows/`, and generated rows.
 * Authored order and phased order then run in copies of this database, so both orders start with the same rows.
 */
export async function createFilledShadowDatabase(
  shadows: ShadowServerContext,
  release: Release,
  boundary: ReleaseBoundaryDatabase,
  filling: GeneratedRowsOptions,
): Promise<FilledShadowDatabase> {
  const { server, dialect, signal } = shadows
  const database = filling.rows > 0 ? 'filled' : 'loaded'
  const filled = await runWithDatabaseSession(dialect, await server.copy(boundary.name, database), async (session) => {
    for (const rows of release.rows) await executeSqlFile(session, dialect, rows, 'record.rows')
    return filling.rows > 0 ? insertGeneratedRows({ session, dialect, signal }, boundary.reading.state, filling) : []
  })
  const generated = filled.reduce((sum, { rows }) => sum + rows, 0)
  if (filling.rows > 0) {
    shadows.emit({
      type: 'rows-generated',
      release: release.name,
      dialect: dialect.name,
      rows: generated,
      tables: filled.length,
      short: filled.flatMap(shortage),
    })
  }
  return { database, filled, isGenerated: generated > 0, seed: filling.seed }
}

function shortage({ table, rows, because }: TableWithGeneratedRows): readonly string[] {
  if (because === undefined) return []
  return [`table ${table} has ${rows === 0 ? 'no generated rows' : `only ${rows} generated rows`}: ${because}; add rows for it to rows/`]
}
