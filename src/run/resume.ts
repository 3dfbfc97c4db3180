import type { ServerSessions } from '../dialect/dialect.ts'
import { InterphaseError } from '../error.ts'
import { beforeStatement, type StatementCursor } from '../plan/cursor.ts'
import type { PlannedPosition } from '../state/planned.ts'
import { sizeOf, statementsOf } from '../work/kinds.ts'
import { performBare } from '../work/perform.ts'
import type { Recall } from '../work/recall.ts'
import { recallFor, sessionLost } from '../work/session-state.ts'
import { mayHaveCommittedRows, type SettleContext, settle } from '../work/settle.ts'
import { rest, stopIfAsked } from '../work/stop.ts'
import type { Work } from '../work/work.ts'
import { type Executor, keepExceptions, type RulesReached, stepFrom, tagOf } from './apply.ts'
import type { MigrationLedgerWrites } from './ledger-entry.ts'

/** The progress of an interrupted migration or of an interrupted undo. */
export interface UnfinishedMigrationState {
  readonly state: 'running' | 'undoing'
  readonly cursor: StatementCursor
}

const POLL_MS = 200

/**
 * Resumes a migration that an earlier run left unfinished. The schema shows whether its last statement was executed: the statement is
 * then sent again or skipped. If the schema does not show it, throws `ledger.unfinished`.
 */
export async function resumeMigration(
  executor: Executor,
  processes: ServerSessions,
  work: Work,
  entry: MigrationLedgerWrites,
  position: PlannedPosition | undefined,
  row: UnfinishedMigrationState,
  isCorrected = false,
  rules?: RulesReached,
): Promise<number> {
  const at = row.cursor.next
  if (work.path === 'together' || !position)
    throw unfinished(work, row, ['it committed by itself before it was through; what it wrote cannot be told from the schema'])
  const next = row.cursor.sent ? await nextAfterSent(executor, processes, work, position, row) : at
  if (!row.cursor.sent) await expectBefore(executor, work, position, at)
  if (isCorrected) await entry.correct(beforeStatement(at, sizeOf(work)))
  if (isCorrected) await keepExceptions(executor, work)
  const found = next > at ? 'done' : 'not done'
  if (next > at) await entry.moveTo(beforeStatement(next, sizeOf(work)))
  if (row.cursor.sent) await executor.ledger.note({ kind: 'interrupted', fields: { cursor: row.cursor, found } }, work.migration.id)
  const recall = await recallFor(executor.files, work, position, next)
  if (recall.way === 'ask') throw sessionLost(work, next, recall.lost)
  executor.emit({ type: 'migration-resumed', migration: work.migration.id, statement: at, found })
  await restore(executor, work, entry, next, recall)
  return stepFrom(executor, work, entry, { position, ...(rules && { rules }) }, recall.from)
}

/** Restores the session state that the file has set so far, or moves the cursor back to an earlier statement. */
async function restore(executor: Executor, work: Work, entry: MigrationLedgerWrites, next: number, recall: Restoring): Promise<void> {
  const { migration } = work
  if (recall.from < next) await entry.moveTo(beforeStatement(recall.from, sizeOf(work)))
  if (recall.from < next || recall.replay.length > 0)
    executor.emit({ type: 'session-restored', migration: migration.id, statement: recall.from, replayed: recall.replay.length })
  await executor.session.limit(executor.limits)
  for (const index of recall.replay) {
    stopIfAsked(executor.signal, migration.id)
    await performBare(executor, work, index, '')
  }
}

type Restoring = Extract<Recall, { readonly way: 'continue' }>

async function nextAfterSent(
  executor: Executor,
  processes: ServerSessions,
  work: Work,
  position: PlannedPosition,
  row: UnfinishedMigrationState,
): Promise<number> {
  await awaitOrphan(executor, processes, work, row.cursor.next)
  return statementToResume(executor, work, position, row)
}

/** Decides with which statement to continue after a statement was sent whose outcome is unknown. Throws `ledger.unfinished`. */
export async function statementToResume(
  executor: SettleContext,
  work: Work,
  position: PlannedPosition,
  row: UnfinishedMigrationState,
): Promise<number> {
  const at = row.cursor.next
  const settled = await settle(executor, position, at)
  if (typeof settled === 'object') throw unfinished(work, row, settled.differs)
  if (mayHaveCommittedRows(work, position, at)) {
    if (work.says.rerunnable) return at
    throw unfinished(work, row, [
      `the schema is as it was ${settled === 'done' ? 'to be after it' : 'before it'}, and it also writes rows, of which the schema says nothing`,
    ])
  }
  if (settled === 'done') return at + 1
  if (settled === 'not done' || isRepeatable(work, at)) return at
  throw unfinished(work, row, ['it leaves no trace in the schema, and sending it twice may do harm'])
}

function isRepeatable(work: Work, index: number): boolean {
  if (work.says.rerunnable) return true
  return statementsOf(work)[index]?.repeatable ?? false
}

async function expectBefore(executor: Executor, work: Work, position: PlannedPosition, at: number): Promise<void> {
  const before = at === 0 ? position.before : position.steps[at - 1]
  if (before) await executor.guard.groups(before, position.guarded, `before statement ${at + 1} of ${work.migration.id}`)
}

/** Waits for the end of a statement that the server can still be executing although the process that sent it has died. */
async function awaitOrphan(executor: Executor, processes: ServerSessions, work: Work, at: number): Promise<void> {
  let told = false
  while (await processes.running(executor.session, tagOf(executor, work, at))) {
    if (!told) executor.emit({ type: 'migration-resumed', migration: work.migration.id, statement: at, found: 'still running' })
    told = true
    await rest(executor.clock, POLL_MS, executor.signal, work.migration.id)
  }
}

function unfinished(work: Work, row: UnfinishedMigrationState, differences: readonly string[]): InterphaseError {
  return new InterphaseError('ledger.unfinished', {
    migration: work.migration.id,
    statement: row.cursor.next + 1,
    of: Math.max(row.cursor.of, sizeOf(work)),
    differences,
  })
}
