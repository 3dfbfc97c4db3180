import type { Dialect, Session } from '../dialect/dialect.ts'
import { type Sql, sql, value } from '../dialect/sql.ts'
import { InterphaseError } from '../error.ts'
import { LEDGER_FORMAT } from '../formats.ts'
import { storedCursor } from '../plan/cursor.ts'
import { storedFields } from '../plan/note.ts'
import { type EarlierProgress, earlierCursor, earlierNote } from './earlier.ts'
import { type NoteRow, noteDigest } from './note-chain.ts'

type Upgrading = Pick<Dialect, 'hasColumn' | 'ledgerText' | 'mutex'>

// The lock timeout of the upgrade. A backup can lock the tables for long, and other runs and readers would queue behind an upgrade
// that waits.
const LOCK_TIMEOUT_MS = 10_000

/**
 * Upgrades the ledger's tables from an earlier format. The tables belong to all projects of the database, so the locks of all projects
 * are held. MySQL and MariaDB commit each DDL statement, so every step first checks whether it was done. The last step drops a column.
 * If that column is missing, all steps are done.
 */
export async function upgradeLedger(session: Session, dialect: Upgrading, project: string): Promise<void> {
  if (await isChained(session, dialect)) return
  await session.limit({ lockTimeoutMs: LOCK_TIMEOUT_MS })
  await withoutOtherRuns(session, dialect, project, async () => {
    // After this statement, an engine that knows only the earlier formats refuses the ledger.
    await session.query(sql`UPDATE interphase_project SET format = ${value(LEDGER_FORMAT)} WHERE format < ${value(LEDGER_FORMAT)}`)
    await upgradeCursors(session, dialect)
    await upgradeNotes(session, dialect)
    await session.query(sql`ALTER TABLE interphase_note DROP COLUMN detail`)
  })
  await session.limit({})
}

/** True if the ledger's tables have the columns of the present format. The last step of an upgrade drops the column `detail`. */
export async function isChained(session: Session, dialect: Pick<Dialect, 'hasColumn'>): Promise<boolean> {
  return !(await dialect.hasColumn(session, 'interphase_note', 'detail'))
}

/**
 * Runs `work` while no other project of this database has a run. Throws `lock.busy` if one has, because that run writes columns that
 * the upgrade drops.
 */
async function withoutOtherRuns(session: Session, { mutex }: Upgrading, project: string, work: () => Promise<void>): Promise<void> {
  const others = await session.query<{ project: string }>(
    sql`SELECT project FROM interphase_project WHERE project <> ${value(project)} ORDER BY project`,
  )
  const taken: string[] = []
  try {
    for (const { project: other } of others) {
      if (!(await mutex.take(session, { project: other }))) {
        const holder = await mutex.holder(session, { project: other })
        throw new InterphaseError('lock.busy', { holder: holder?.says ?? `a run of ${other}`, waitedMs: 0 })
      }
      taken.push(other)
    }
    await work()
  } finally {
    if (!session.lost.aborted) for (const other of taken) await mutex.give(session, { project: other })
  }
}

async function upgradeCursors(session: Session, dialect: Upgrading): Promise<void> {
  await addMissing(
    session,
    dialect,
    'interphase_migration',
    'run_cursor',
    sql`ALTER TABLE interphase_migration ADD COLUMN run_cursor ${dialect.ledgerText}`,
  )
  if (!(await dialect.hasColumn(session, 'interphase_migration', 'statement'))) return
  const rows = await session.query<EarlierProgress & { readonly project: string; readonly id: string }>(
    sql`SELECT project, id, statement, statements, statement_sent FROM interphase_migration WHERE run_state <> 'done'`,
  )
  for (const row of rows) {
    await session.query(
      sql`UPDATE interphase_migration SET run_cursor = ${value(storedCursor(earlierCursor(row)))} WHERE project = ${value(row.project)} AND id = ${value(row.id)}`,
    )
  }
  await session.query(sql`ALTER TABLE interphase_migration DROP COLUMN statement, DROP COLUMN statements, DROP COLUMN statement_sent`)
}

/**
 * Converts the notes of earlier formats. After an interruption all fields and digests are computed again, because the old sentences
 * still exist.
 */
async function upgradeNotes(session: Session, dialect: Upgrading): Promise<void> {
  const { ledgerText: text } = dialect
  const columns = sql`ALTER TABLE interphase_note ADD COLUMN fields ${text}, ADD COLUMN digest varchar(64) DEFAULT '' NOT NULL`
  await addMissing(session, dialect, 'interphase_note', 'fields', columns)
  const head = sql`ALTER TABLE interphase_project ADD COLUMN note_head varchar(64) DEFAULT '' NOT NULL`
  await addMissing(session, dialect, 'interphase_project', 'note_head', head)
  const heads = new Map<string, string>()
  const notes = await session.query<Omit<NoteRow, 'fields' | 'digest'> & { readonly project: string; readonly detail: string }>(
    sql`SELECT project, place, noted_at, kind, noted_by, subject, detail FROM interphase_note ORDER BY project, place`,
  )
  for (const note of notes) {
    const fields = storedFields(earlierNote(note.kind, note.subject, note.detail))
    const digest = noteDigest(heads.get(note.project) ?? '', { ...note, fields })
    await session.query(
      sql`UPDATE interphase_note SET fields = ${value(fields)}, digest = ${value(digest)} WHERE project = ${value(note.project)} AND place = ${value(note.place)}`,
    )
    heads.set(note.project, digest)
  }
  for (const [project, last] of heads)
    await session.query(sql`UPDATE interphase_project SET note_head = ${value(last)} WHERE project = ${value(project)}`)
}

async function addMissing(session: Session, dialect: Upgrading, table: string, column: string, statement: Sql): Promise<void> {
  if (!(await dialect.hasColumn(session, table, column))) await session.query(statement)
}
