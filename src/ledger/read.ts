import type { DatabaseSession, Dialect, SchemaWithLedger } from '../dialect/dialect.ts'
import { sql, sqlValue } from '../dialect/sql.ts'
import { InterphaseError } from '../error.ts'
import { LEDGER_FORMAT_VERSION } from '../formats.ts'
import { type WorkCursor, WorkCursorShape } from '../plan/cursor.ts'
import type { AppliedMigration, AppliedMigrationState, LedgerHistory, ReplacedMigrationRun } from '../plan/history.ts'
import { type LedgerNote, parseLedgerNote } from '../plan/note.ts'
import type { SchemaGroupKey } from '../schema/object.ts'
import { parseJsonText, parseValueWithZodSchema } from '../shape.ts'
import { ledgerNoteFromEarlierFormat, type ProgressOfEarlierFormat, workCursorFromEarlierFormat } from './earlier.ts'
import { type LedgerNoteRow as ChainedNote, digestBeforeNextNote, findNoteChainProblems } from './note-chain.ts'
import { countQuarantinedRowsByMigration } from './quarantine.ts'
import { readSharedDataStepCursorAndRanges } from './ranges.ts'
import { FIRST_LEDGER_FORMAT_WITH_PAST_RUNS } from './tables.ts'

/**
 * Returns the content of the ledger for the project. Returns undefined if the database has no ledger, or if the ledger has no row
 * of the project. Throws `database.no-schema` if the search path names no existing schema, `ledger.elsewhere` if the ledger of
 * the project is in another schema, `ledger.newer` if a newer engine wrote the ledger, and `ledger.unreadable` for a row that
 * cannot be parsed.
 */
export async function readLedgerHistory(
  session: DatabaseSession,
  dialect: LedgerFinder,
  project: string,
): Promise<LedgerHistory | undefined> {
  const row = await readAndCheckLedgerProjectRow(session, dialect, project)
  return row && (await readLedgerContent(session, dialect, project, row)).history
}

/** The functions of a dialect that find the tables of a ledger. */
type LedgerFinder = Pick<Dialect, 'hasTable' | 'otherLedgers'>

/**
 * Returns the row of the project in the ledger, with the format of the ledger and the holder of the lock. Returns undefined if
 * the database has no ledger, or if the ledger has no row of the project. Throws `database.no-schema` if the search path names no
 * existing schema, `ledger.elsewhere` if the ledger of the project is in another schema, and `ledger.newer` if a newer engine
 * wrote the ledger.
 */
export async function readAndCheckLedgerProjectRow(
  session: DatabaseSession,
  dialect: LedgerFinder,
  project: string,
): Promise<LedgerProjectRow | undefined> {
  const row = (await databaseHasLedger(session, dialect)) ? await readLedgerProjectRow(session, project) : undefined
  if (!row) await refuseElsewhere(session, dialect, project)
  if (row && Number(row.format) > LEDGER_FORMAT_VERSION)
    throw new InterphaseError('ledger.newer', { found: Number(row.format), knows: LEDGER_FORMAT_VERSION })
  return row
}

/**
 * The content of the ledger for one project, and the number of its last row. The numbers of new rows continue from this number.
 */
export interface LedgerContent {
  readonly history: LedgerHistory
  /**
   * The greatest number (`place`) of a migration row or past run of the project in the ledger. The number is 0 if the project has
   * no migration row and no past run.
   */
  readonly lastPlace: bigint
}

/** Reads the ledger of a project. `row` is the row of the project, which the caller has already read. */
export async function readLedgerContent(
  session: DatabaseSession,
  dialect: Pick<Dialect, 'hasTable'>,
  project: string,
  row: LedgerProjectRow,
): Promise<LedgerContent> {
  const applied = await session.query<MigrationRow>(
    sql`SELECT * FROM interphase_migration WHERE project = ${sqlValue(project)} ORDER BY place, started_at`,
  )
  const past =
    Number(row.format) < FIRST_LEDGER_FORMAT_WITH_PAST_RUNS
      ? []
      : await session.query<PastRow>(sql`SELECT * FROM interphase_run WHERE project = ${sqlValue(project)} ORDER BY place`)
  const notes = await session.query<NoteRow>(sql`SELECT * FROM interphase_note WHERE project = ${sqlValue(project)} ORDER BY place`)
  const holder = lockHolderOfProjectRow(row)
  const history: LedgerHistory = {
    project,
    format: Number(row.format),
    epoch: String(row.epoch),
    ...(holder ? { holder } : {}),
    applied: await Promise.all(applied.map(appliedOf).map((one) => withRanges(session, project, one))),
    past: past.map(pastOf),
    notes: notes.map(noteOfRow),
    quarantined: await countQuarantinedRowsByMigration(session, dialect, project),
    groups: groupsFrom(row.table_groups),
  }
  const places = [...applied, ...past].map(({ place }) => BigInt(place))
  return { history, lastPlace: places.reduce((last, place) => (place > last ? place : last), 0n) }
}

/** Adds the progress of the workers to a running data step that several workers share. */
async function withRanges(session: DatabaseSession, project: string, applied: AppliedMigration): Promise<AppliedMigration> {
  const { run } = applied
  if (run.state !== 'running' || run.cursor.kind !== 'batch' || !run.cursor.shared) return applied
  const shared = await readSharedDataStepCursorAndRanges(session, project, applied.id)
  if (!shared) return applied
  const { batches, rows, size, at, rate } = shared.cursor
  const { rate: _, ...cursor } = run.cursor
  const progress = { batches, rows, size, at, ...(rate !== undefined && { rate }) }
  return { ...applied, run: { ...run, cursor: { ...cursor, ...progress }, ranges: shared.ranges } }
}

/**
 * Returns the server connection and the user of the run that holds the lock or ended without releasing it. Returns undefined if
 * the ledger contains no such run.
 */
export function lockHolderOfProjectRow({ backend, held_by: by, held_since: since }: LedgerProjectRow): LedgerHistory['holder'] {
  return backend === null ? undefined : { backend, by: by ?? '', since: since ?? '' }
}

/**
 * Returns the ledger row of a project. Returns undefined if the ledger has no row of the project. The tables of the ledger must
 * exist.
 */
export async function readLedgerProjectRow(session: DatabaseSession, project: string): Promise<LedgerProjectRow | undefined> {
  const [row] = await session.query<LedgerProjectRow>(sql`SELECT * FROM interphase_project WHERE project = ${sqlValue(project)}`)
  return row
}

/**
 * Throws `ledger.elsewhere` if another schema contains the ledger of the project. Without the error, a connection with another
 * search path would find no ledger and run every migration again.
 */
async function refuseElsewhere(session: DatabaseSession, dialect: LedgerFinder, project: string): Promise<void> {
  const found = await dialect.otherLedgers?.(session, project)
  if (!found) return
  if (found.otherSchemas.length === 0) {
    if (found.currentSchema) return
    throw new InterphaseError('database.no-schema', { where: session.where, path: found.searchPath })
  }
  const says = ({ schema, parameter }: SchemaWithLedger) => `${schema}: ${parameter}`
  throw new InterphaseError('ledger.elsewhere', {
    project,
    where: session.where,
    there: found.otherSchemas.map(says),
    ...(found.currentSchema && { here: says(found.currentSchema) }),
  })
}

/**
 * Returns true if the database contains the ledger table that is created last. All other tables of the ledger then also exist.
 */
export function databaseHasLedger(session: DatabaseSession, dialect: Pick<Dialect, 'hasTable'>): Promise<boolean> {
  return dialect.hasTable(session, 'interphase_project')
}

/** Another project that interphase migrates in the same database, with its groups of schema objects. */
export interface OtherProjectInDatabase {
  readonly project: string
  readonly groups: readonly SchemaGroupKey[]
}

/**
 * Returns the other projects in the same database, with their groups of schema objects. Comparisons of the schema ignore these
 * groups.
 */
export async function readOtherProjects(session: DatabaseSession, project: string): Promise<readonly OtherProjectInDatabase[]> {
  const rows = await session.query<{ project: string; table_groups: string }>(
    sql`SELECT project, table_groups FROM interphase_project WHERE project <> ${sqlValue(project)} ORDER BY project`,
  )
  return rows.map((row) => ({ project: row.project, groups: groupsFrom(row.table_groups) }))
}

/** A row of the table `interphase_project`. */
export interface LedgerProjectRow {
  readonly format: number | string
  readonly epoch: number | string
  readonly backend: string | null
  readonly held_by: string | null
  readonly held_since: string | null
  readonly table_groups: string
}

/** The columns that the ledger rows of a migration and of a past run have in common. */
interface RunRow {
  readonly place: string | number
  readonly id: string
  readonly release_name: string
  readonly checksum: string
  readonly affected: number | string
  readonly how: AppliedMigration['how']
  readonly started_at: string
  readonly finished_at: string | null
  readonly run_by: string
  readonly engine: string
  readonly plan: string
  readonly policy: string
}

/** The ledger row of a migration, with the columns of the current ledger format or of an earlier format. */
interface MigrationRow extends RunRow, Partial<ProgressOfEarlierFormat> {
  readonly run_cursor?: string | null
  readonly run_state: string
}

interface PastRow extends RunRow {
  readonly replaced: ReplacedMigrationRun['replaced']
  readonly replaced_at: string
  readonly replaced_by: string
}

interface NoteRow {
  readonly noted_at: string
  readonly kind: string
  readonly noted_by: string
  readonly subject: string
  readonly fields?: string | null
  /** The sentence of the note. The column exists only in the ledger formats 1 and 2. */
  readonly detail?: string
}

function appliedOf(row: MigrationRow): AppliedMigration {
  return { ...runOf(row), run: stateOfRow(row) }
}

function pastOf(row: PastRow): ReplacedMigrationRun {
  return {
    ...runOf(row),
    affected: Number(row.affected),
    ...(row.finished_at !== null && { finishedAt: row.finished_at }),
    replaced: row.replaced,
    replacedAt: row.replaced_at,
    replacedBy: row.replaced_by,
  }
}

function runOf(row: RunRow): Omit<AppliedMigration, 'run'> {
  return {
    id: row.id,
    release: row.release_name,
    checksum: row.checksum,
    how: row.how,
    startedAt: row.started_at,
    by: row.run_by,
    engine: row.engine,
    plan: row.plan,
    policy: row.policy,
  }
}

function stateOfRow(row: MigrationRow): AppliedMigrationState {
  if (row.run_state === 'done') return { state: 'done', at: row.finished_at ?? row.started_at, affected: Number(row.affected) }
  const cursor = cursorOfRow(row)
  if (row.run_state !== 'undoing') return { state: 'running', cursor }
  if (cursor.kind === 'statement') return { state: 'undoing', cursor }
  throw new InterphaseError('ledger.unreadable', { what: `the cursor of ${row.id}`, problem: 'an undo has no batches' })
}

/**
 * Returns the cursor, which contains the progress of a migration, from a ledger row. After an interrupted upgrade of the ledger,
 * a row can have the columns of both the current and an earlier format. If the row was upgraded, the new column has a value.
 */
function cursorOfRow({ id, run_cursor: stored, statement, statements, statement_sent: sent }: MigrationRow): WorkCursor {
  const refuse = (problem: string) => new InterphaseError('ledger.unreadable', { what: `the cursor of ${id}`, problem })
  if (typeof stored === 'string') return parseValueWithZodSchema(WorkCursorShape, parseJsonText(stored, refuse), refuse)
  if (statement === undefined || statements === undefined || sent === undefined) throw refuse('there is none')
  return workCursorFromEarlierFormat({ statement, statements, statement_sent: sent })
}

function noteOfRow({ noted_at: at, kind, noted_by: by, subject, fields, detail }: NoteRow): LedgerNote {
  const isStored = typeof fields === 'string' || detail === undefined
  return { at, by, subject, ...(isStored ? parseLedgerNote(kind, fields ?? '') : ledgerNoteFromEarlierFormat(kind, subject, detail)) }
}

/**
 * Reads the chain of the project's notes from the ledger. Returns the number of notes, all digests, the last digest, and the
 * problems of the chain.
 */
export async function readAndCheckNoteChain(session: DatabaseSession, project: string) {
  const [row] = await session.query<{ note_head: string }>(
    sql`SELECT note_head FROM interphase_project WHERE project = ${sqlValue(project)}`,
  )
  const rows = await session.query<ChainedNote>(
    sql`SELECT place, noted_at, kind, noted_by, subject, fields, digest FROM interphase_note WHERE project = ${sqlValue(project)} ORDER BY place`,
  )
  const head = row?.note_head ?? ''
  const digests = rows.map(({ digest }) => digest)
  return { notes: rows.length, digests, head: digestBeforeNextNote(head, rows.at(-1)), problems: findNoteChainProblems(rows, head) }
}

function groupsFrom(text: string): readonly SchemaGroupKey[] {
  return text === '' ? [] : text.split('\n')
}
