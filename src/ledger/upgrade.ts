import type { DatabaseSession, Dialect } from '../dialect/dialect.ts'
import { type SqlStatement, sql, sqlValue } from '../dialect/sql.ts'
import { InterphaseError } from '../error.ts'
import { LEDGER_FORMAT_VERSION } from '../formats.ts'
import { serializeWorkCursor } from '../plan/cursor.ts'
import { serializeNoteFields } from '../plan/note.ts'
import { ledgerNoteFromEarlierFormat, type ProgressOfEarlierFormat, workCursorFromEarlierFormat } from './earlier.ts'
import { computeNoteDigest, type LedgerNoteRow } from './note-chain.ts'

type Upgrading = Pick<Dialect, 'hasColumn' | 'ledgerText' | 'runLock'>

// The lock timeout of the upgrade of the ledger, in milliseconds. The timeout is short because other runs and readers queue
// behind a waiting upgrade, and a backup can lock the tables for a long time.
const LOCK_TIMEOUT_MS = 10_000

/**
 * Upgrades the tables of the ledger from an earlier format. The tables belong to all projects of the database, so the upgrade
 * holds the locks of all projects. MySQL and MariaDB commit each DDL statement, so each step of the upgrade first checks that the
 * step is not done. The last step drops a column. If this column does not exist, all steps are done.
 */
export async function upgradeLedger(session: DatabaseSession, dialect: Upgrading, project: string): Promise<void> {
  if (await hasCurrentLedgerColumns(session, dialect)) return
  await session.limit({ lockTimeoutMs: LOCK_TIMEOUT_MS })
  await withoutOtherRuns(session, dialect, project, async () => {
    // After the UPDATE of the format, a version of interphase that supports only earlier formats refuses the ledger.
    await session.query(
      sql`UPDATE interphase_project SET format = ${sqlValue(LEDGER_FORMAT_VERSION)} WHERE format < ${sqlValue(LEDGER_FORMAT_VERSION)}`,
    )
    await upgradeCursors(session, dialect)
    await upgradeNotes(session, dialect)
    await session.query(sql`ALTER TABLE interphase_note DROP COLUMN detail`)
  })
  await session.limit({})
}

/**
 * Returns true if the tables of the ledger have the columns of the current format. The last step of an upgrade drops the column
 * `detail`.
 */
export async function hasCurrentLedgerColumns(session: DatabaseSession, dialect: Pick<Dialect, 'hasColumn'>): Promise<boolean> {
  return !(await dialect.hasColumn(session, 'interphase_note', 'detail'))
}

/**
 * Executes `work` under the locks of all other projects in the same database. Throws `lock.busy` if another project has a run,
 * because that run writes columns that the upgrade drops.
 */
async function withoutOtherRuns(
  session: DatabaseSession,
  { runLock }: Upgrading,
  project: string,
  work: () => Promise<void>,
): Promise<void> {
  const others = await session.query<{ project: string }>(
    sql`SELECT project FROM interphase_project WHERE project <> ${sqlValue(project)} ORDER BY project`,
  )
  const taken: string[] = []
  try {
    for (const { project: other } of others) {
      if (!(await runLock.acquire(session, { project: other }))) {
        const holder = await runLock.holder(session, { project: other })
        throw new InterphaseError('lock.busy', { holder: holder?.says ?? `a run of ${other}`, waitedMs: 0 })
      }
      taken.push(other)
    }
    await work()
  } finally {
    if (!session.lost.aborted) for (const other of taken) await runLock.release(session, { project: other })
  }
}

async function upgradeCursors(session: DatabaseSession, dialect: Upgrading): Promise<void> {
  await addMissing(
    session,
    dialect,
    'interphase_migration',
    'run_cursor',
    sql`ALTER TABLE interphase_migration ADD COLUMN run_cursor ${dialect.ledgerText}`,
  )
  if (!(await dialect.hasColumn(session, 'interphase_migration', 'statement'))) return
  const rows = await session.query<ProgressOfEarlierFormat & { readonly project: string; readonly id: string }>(
    sql`SELECT project, id, statement, statements, statement_sent FROM interphase_migration WHERE run_state <> 'done'`,
  )
  for (const row of rows) {
    await session.query(
      sql`UPDATE interphase_migration SET run_cursor = ${sqlValue(serializeWorkCursor(workCursorFromEarlierFormat(row)))} WHERE project = ${sqlValue(row.project)} AND id = ${sqlValue(row.id)}`,
    )
  }
  await session.query(sql`ALTER TABLE interphase_migration DROP COLUMN statement, DROP COLUMN statements, DROP COLUMN statement_sent`)
}

/**
 * Converts the notes of earlier ledger formats. After an interruption, the function computes all fields and digests again from
 * the old sentences, which still exist.
 */
async function upgradeNotes(session: DatabaseSession, dialect: Upgrading): Promise<void> {
  const { ledgerText: text } = dialect
  const columns = sql`ALTER TABLE interphase_note ADD COLUMN fields ${text}, ADD COLUMN digest varchar(64) DEFAULT '' NOT NULL`
  await addMissing(session, dialect, 'interphase_note', 'fields', columns)
  const head = sql`ALTER TABLE interphase_project ADD COLUMN note_head varchar(64) DEFAULT '' NOT NULL`
  await addMissing(session, dialect, 'interphase_project', 'note_head', head)
  const heads = new Map<string, string>()
  const notes = await session.query<Omit<LedgerNoteRow, 'fields' | 'digest'> & { readonly project: string; readonly detail: string }>(
    sql`SELECT project, place, noted_at, kind, noted_by, subject, detail FROM interphase_note ORDER BY project, place`,
  )
  for (const note of notes) {
    const fields = serializeNoteFields(ledgerNoteFromEarlierFormat(note.kind, note.subject, note.detail))
    const digest = computeNoteDigest(heads.get(note.project) ?? '', { ...note, fields })
    await session.query(
      sql`UPDATE interphase_note SET fields = ${sqlValue(fields)}, digest = ${sqlValue(digest)} WHERE project = ${sqlValue(note.project)} AND place = ${sqlValue(note.place)}`,
    )
    heads.set(note.project, digest)
  }
  for (const [project, last] of heads)
    await session.query(sql`UPDATE interphase_project SET note_head = ${sqlValue(last)} WHERE project = ${sqlValue(project)}`)
}

async function addMissing(
  session: DatabaseSession,
  dialect: Upgrading,
  table: string,
  column: string,
  statement: SqlStatement,
): Promise<void> {
  if (!(await dialect.hasColumn(session, table, column))) await session.query(statement)
}
