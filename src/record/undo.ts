import type { CatalogReading } from '../dialect/dialect.ts'
import { errorMessageOf, InterphaseError } from '../error.ts'
import { didMigrationChangeSchema } from '../plan/undo.ts'
import { CANNOT_RUN_AGAIN_TEXT, listRowsLostByUndo, UNDO_SENTENCE_PREFIX } from '../proof/undo-rows.ts'
import type { Migration, MigrationId, Release } from '../release/migration.ts'
import { describeDifferences, describeObjectMismatch } from '../schema/describe.ts'
import { differences, isDifferenceThatCounts } from '../schema/difference.ts'
import type { SchemaState } from '../schema/state.ts'
import { executeSqlFile, type ReleaseBoundaryDatabase, runWithDatabaseSession } from '../shadow/boundary.ts'
import { executeMigrationsOnShadow, isErrorCausedByMigration } from '../shadow/execute.ts'
import { readAllTableRows } from '../shadow/rows.ts'
import type { ShadowServerContext } from '../shadow/shadow-server.ts'
import { executeAndObserveMigration } from '../shadow/watch.ts'
import type { RecordedUndo } from '../state/recording.ts'
import type { CompleteExecutionTrace } from '../state/trace.ts'
import { type MigrationWork, prepareUndoWork, reasonMigrationIsIrreversible } from '../work/work.ts'

/** A migration that can be undone, and its undo. `undo` is undefined for a migration that did not change the schema. */
interface UndoOfMigration {
  readonly migration: Migration
  readonly undo: MigrationWork | undefined
}

/** The recorded undos of a release by migration id, after their execution on a shadow. */
export interface ExecutedUndosResult {
  readonly undos: ReadonlyMap<MigrationId, RecordedUndo>
  /** Sentences about the rows that the undos lose, and about a release that cannot run again after its undo. */
  readonly reported: readonly string[]
}

const NONE: ExecutedUndosResult = { undos: new Map(), reported: [] }

/**
 * Executes the undoable part of the release with its sample rows, then the undos in reverse order, and then the release again.
 * Returns the recorded undos. Throws `record.undo` if an undo fails or does not restore the schema before its migration. The
 * function does nothing for a release without undos, or with the field `history` in `release.json`.
 */
export async function executeUndosOnShadow(
  shadows: ShadowServerContext,
  release: Release,
  phased: CompleteExecutionTrace,
  from: ReleaseBoundaryDatabase,
): Promise<ExecutedUndosResult> {
  if (release.history !== undefined) return NONE
  const way = await undoPlanOf(shadows, phased)
  if (!way.some(({ undo }) => undo)) return NONE
  const { server, dialect } = shadows
  return runWithDatabaseSession(dialect, await server.copy(from.name, 'undo'), async (session) => {
    const executor = { ...shadows, session }
    for (const rows of release.rows) await executeSqlFile(session, dialect, rows, 'record.rows')
    const identified = await dialect.catalog.read(session, 'whole')
    const order = way.map(({ migration }) => migration)
    const start = { ...identified, state: from.reading.state }
    // Without sample rows, the proof of the undo files reads and compares no rows.
    const rowsAt = (at: CatalogReading) => (release.rows.length === 0 ? [] : readAllTableRows(executor, at))
    const before = await rowsAt(start)
    const { entries, reading, failed } = await executeMigrationsOnShadow(executor, order, start)
    if (failed) throw refusal(shadows, release, failed.migration, failed.migration.file, [failed.problem])
    const applied = await rowsAt(reading)
    const stateBefore = new Map(entries.map((entry) => [entry.migration.id, entry.before]))
    const found = new Map<MigrationId, RecordedUndo>()
    let now = reading
    for (const { migration, undo } of way.toReversed()) {
      if (!undo) continue
      const { seen, after } = await executeAndObserveMigration(executor, undo, now).catch((error: unknown) => {
        throw isErrorCausedByMigration(error) ? refusal(shadows, release, migration, undo.migration.file, [errorMessageOf(error)]) : error
      })
      const left = leftOver(stateBefore.get(migration.id), after.state)
      if (left.length > 0) throw refusal(shadows, release, migration, undo.migration.file, left)
      found.set(migration.id, { path: seen.path, footprint: seen.footprint, wrote: seen.wrote, writes: seen.writes, steps: seen.steps })
      now = after
    }
    if (release.rows.length === 0) return { undos: found, reported: [] }
    const around = { before, applied, undone: await rowsAt(now) }
    const again = await executeMigrationsOnShadow(executor, order, now)
    if (again.failed) {
      const { migration, problem } = again.failed
      return {
        undos: found,
        reported: [
          ...listRowsLostByUndo(around),
          `${UNDO_SENTENCE_PREFIX}${CANNOT_RUN_AGAIN_TEXT} after the undo: ${migration.id}: ${problem}`,
        ],
      }
    }
    return { undos: found, reported: listRowsLostByUndo({ ...around, again: await rowsAt(again.reading) }) }
  })
}

/**
 * Returns the migrations that can be undone, in phased order, each with its undo. The list ends before the first irreversible
 * migration, because an undo cannot go back beyond this migration.
 */
async function undoPlanOf(
  { dialect, load, undoablePhases: phases }: ShadowServerContext,
  { entries }: CompleteExecutionTrace,
): Promise<readonly UndoOfMigration[]> {
  const way: UndoOfMigration[] = []
  for (const { migration, steps, after } of entries) {
    if ((await reasonMigrationIsIrreversible(migration, load)) !== undefined) break
    const undo = phases.includes(migration.phase) ? await prepareUndoWork(migration, dialect.files, load, { before: after }) : undefined
    if (!phases.includes(migration.phase) || (!undo && didMigrationChangeSchema({ phased: steps }))) break
    way.push({ migration, undo })
  }
  return way
}

function leftOver(before: SchemaState | undefined, after: SchemaState): readonly string[] {
  const found = before ? differences(before, after).filter(isDifferenceThatCounts) : []
  return describeDifferences(found, (one) => describeObjectMismatch(one, { before: 'before the migration', after: 'after its undo' }))
}

function refusal(
  { dialect }: ShadowServerContext,
  release: Release,
  migration: Migration,
  file: string,
  problems: readonly string[],
): InterphaseError<'record.undo'> {
  return new InterphaseError('record.undo', { release: release.name, dialect: dialect.name, migration: migration.id, file, problems })
}
