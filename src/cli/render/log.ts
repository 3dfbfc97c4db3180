import { LOG_FORMAT } from '../../formats.ts'
import type { Applied, History, PastRun } from '../../plan/history.ts'
import { type Note, noteText } from '../../plan/note.ts'
import { tableText } from './table.ts'
import { count, moment } from './text.ts'

/** The text that `interphase log` prints: the entries of the ledger, the oldest first. */
export function logText(project: string, history: History | undefined): string {
  if (!history || (history.applied.length === 0 && history.notes.length === 0)) return `The database has no ledger entries of ${project}.`
  const lines = [...history.past.map(pastLine), ...history.applied.map(appliedLine), ...history.notes.map(noteLine)]
  const rows = lines.toSorted((a, b) => (a.began < b.began ? -1 : a.began > b.began ? 1 : 0)).map(({ cells }) => cells)
  return tableText(['when (UTC)', 'who', 'what', 'on', ''], rows)
}

/** The JSON document that `interphase log --json` prints. */
export function logDocument(project: string, history: History | undefined) {
  const notes = (history?.notes ?? []).map((note) => ({ ...note, says: noteText(note) }))
  return { format: LOG_FORMAT, project, applied: history?.applied ?? [], past: history?.past ?? [], notes }
}

interface Line {
  /** The start of the migration. Log lines are sorted by this time, so that the notes about a migration follow the migration. */
  readonly began: string
  readonly cells: readonly string[]
}

function appliedLine({ id, run, how, startedAt, by }: Applied): Line {
  const at = run.state === 'done' ? run.at : startedAt
  return { began: startedAt, cells: [moment(at), by, WHAT[how], id, outcome(run)] }
}

function pastLine({ id, how, startedAt, finishedAt, by, affected, replaced, replacedAt }: PastRun): Line {
  const rows = affected > 0 ? `${count(affected, 'row')}; ` : ''
  const unfinished = finishedAt === undefined ? 'not finished; ' : ''
  const outcome = `${unfinished}${rows}${REPLACED[replaced]} ${moment(replacedAt)}`
  return { began: startedAt, cells: [moment(finishedAt ?? startedAt), by, WHAT[how], id, outcome] }
}

const REPLACED: { readonly [R in PastRun['replaced']]: string } = {
  'again': 'repeated',
  'undone': 'undone',
  'not done': 'stamped as not done',
}

const WHAT: { readonly [H in Applied['how']]: string } = { run: 'run', adopted: 'adopted', again: 'run again' }

function outcome(run: Applied['run']): string {
  if (run.state === 'running') return `not finished: ${run.cursor.next} of ${count(run.cursor.of, 'statement')}`
  if (run.state === 'undoing') return `not undone yet: ${run.cursor.next} of ${count(run.cursor.of, 'statement')}`
  return run.affected > 0 ? count(run.affected, 'row') : ''
}

function noteLine(note: Note): Line {
  const { at, kind, by, subject } = note
  return { began: at, cells: [moment(at), by, kind, subject, noteText(note)] }
}
