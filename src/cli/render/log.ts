import { LOG_REPORT_FORMAT_VERSION } from '../../formats.ts'
import type { WorkCursor } from '../../plan/cursor.ts'
import type { AppliedMigration, LedgerHistory, ReplacedMigrationRun } from '../../plan/history.ts'
import { formatLedgerNote, type LedgerNote } from '../../plan/note.ts'
import type { LogVerification } from '../../status/log-verification.ts'
import { formatTable } from '../layout/table.ts'
import { formatCountWithNoun, formatUtcTime } from '../layout/text.ts'

/** Returns the text that `interphase log` prints: the entries of the ledger, the oldest first. */
export function formatLedgerLog(project: string, history: LedgerHistory | undefined, since?: string): string {
  if (!history || (history.applied.length === 0 && history.notes.length === 0)) {
    return `The database has no ledger entries of ${project}${since === undefined ? '' : ` since ${formatUtcTime(since)} UTC`}.`
  }
  const lines = [...history.past.map(pastLine), ...history.applied.map(appliedLine), ...history.notes.map(noteLine)]
  const rows = lines.toSorted((a, b) => (a.began < b.began ? -1 : a.began > b.began ? 1 : 0)).map(({ cells }) => cells)
  return formatTable(['when (UTC)', 'who', 'what', 'on', ''], rows)
}

/** Returns the JSON document that `interphase log --json` prints. */
export function makeLedgerLogDocument(project: string, history: LedgerHistory | undefined) {
  const notes = (history?.notes ?? []).map((note) => ({ ...note, says: formatLedgerNote(note) }))
  return { format: LOG_REPORT_FORMAT_VERSION, project, applied: history?.applied ?? [], past: history?.past ?? [], notes }
}

/**
 * Returns the entries of the ledger since the time `time`, which is in ISO 8601 form. For a finished migration, the time of its
 * end decides. For an unfinished migration, the time of its start decides. For a past run that was repeated or undone, the time
 * of its replacement decides.
 */
export function selectLedgerEntriesSince(history: LedgerHistory, time: string): LedgerHistory {
  return {
    ...history,
    applied: history.applied.filter(({ run, startedAt }) => (run.state === 'done' ? run.at : startedAt) >= time),
    past: history.past.filter(({ replacedAt }) => replacedAt >= time),
    notes: history.notes.filter(({ at }) => at >= time),
  }
}

/** Returns true if the ledger contains at least one applied migration, one past run that was repeated or undone, or one note. */
export function hasMigrationsOrNotes({ applied, past, notes }: LedgerHistory): boolean {
  return applied.length + past.length + notes.length > 0
}

/** Returns the text that `interphase log --verify` prints. */
export function formatLogVerification({ project, notes, head, problems }: LogVerification): string {
  if (problems.length > 0)
    return [`The notes of ${project} were changed by something other than interphase:`, ...problems.map((one) => `  ${one}`)].join('\n')
  if (notes === 0) return `The ledger has no notes of ${project}.`
  return `${formatCountWithNoun(notes, 'note')} of ${project}: none was edited, removed, inserted or moved.\nThe digest of the last note: ${head}`
}

interface Line {
  /**
   * The start of the migration, or the time of the note. The log is sorted by this time, so that the notes about a migration
   * follow the line of the migration.
   */
  readonly began: string
  readonly cells: readonly string[]
}

function appliedLine({ id, run, how, startedAt, by }: AppliedMigration): Line {
  const at = run.state === 'done' ? run.at : startedAt
  return { began: startedAt, cells: [formatUtcTime(at), by, WHAT[how], id, outcome(run)] }
}

function pastLine({ id, how, startedAt, finishedAt, by, affected, replaced, replacedAt }: ReplacedMigrationRun): Line {
  const rows = affected > 0 ? `${formatCountWithNoun(affected, 'row')}; ` : ''
  const unfinished = finishedAt === undefined ? 'not finished; ' : ''
  const outcome = `${unfinished}${rows}${REPLACED[replaced]} ${formatUtcTime(replacedAt)}`
  return { began: startedAt, cells: [formatUtcTime(finishedAt ?? startedAt), by, WHAT[how], id, outcome] }
}

const REPLACED: { readonly [R in ReplacedMigrationRun['replaced']]: string } = {
  'again': 'repeated',
  'undone': 'undone',
  'not done': 'stamped as not done',
}

const WHAT: { readonly [H in AppliedMigration['how']]: string } = {
  run: 'run',
  adopted: 'adopted',
  again: 'run again',
  snapshot: 'snapshot',
}

function outcome(run: AppliedMigration['run']): string {
  if (run.state === 'running') return `not finished: ${doneText(run.cursor)}`
  if (run.state === 'undoing') return `not undone yet: ${doneText(run.cursor)}`
  return run.affected > 0 ? formatCountWithNoun(run.affected, 'row') : ''
}

function doneText(cursor: WorkCursor): string {
  if (cursor.kind === 'statement') return `${cursor.next} of ${formatCountWithNoun(cursor.of, 'statement')}`
  return `${formatCountWithNoun(cursor.batches, 'batch', 'batches')}, about ${formatCountWithNoun(cursor.rows, 'row')}`
}

function noteLine(note: LedgerNote): Line {
  const { at, kind, by, subject } = note
  return { began: at, cells: [formatUtcTime(at), by, kind, subject, formatLedgerNote(note)] }
}
