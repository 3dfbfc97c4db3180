import type { DeclarationWithReason, MigrationId } from '../release/migration.ts'
import type { SchemaGroupKey } from '../schema/object.ts'
import type { StatementCursor, WorkCursor } from './cursor.ts'
import type { LedgerNote, LedgerNoteFields } from './note.ts'

/**
 * The content of the ledger for one project: the applied migrations, the past runs, the notes, the quarantine and the objects
 * that belong to the project.
 */
export interface LedgerHistory {
  readonly project: string
  readonly format: number
  /**
   * The number of the last run in the ledger. Each run increases the number by one. Every write to the ledger checks the number,
   * so an older run can no longer write.
   */
  readonly epoch: string
  /** The server connection of the last or current run, and the user who started the run. */
  readonly holder?: { readonly backend: string; readonly by: string; readonly since: string }
  /** The applied migrations, in the order in which they began. */
  readonly applied: readonly AppliedMigration[]
  /**
   * The runs of migrations that no longer count, because of a later run, an undo, or a person who marked the migration as not
   * done. The runs are in the order in which they began.
   */
  readonly past: readonly ReplacedMigrationRun[]
  readonly notes: readonly LedgerNote[]
  /** The number of rows in quarantine, which data steps could not write, for each data step that has rows in quarantine. */
  readonly quarantined: ReadonlyMap<MigrationId, number>
  /**
   * The keys of the groups of schema objects that belong to the project in the database. Other projects in the same database do
   * not change these objects.
   */
  readonly groups: readonly SchemaGroupKey[]
}

/** The row of a migration in the ledger. The migration has begun or is done. */
export interface AppliedMigration {
  readonly id: MigrationId
  readonly release: string
  readonly checksum: string
  readonly run: AppliedMigrationState
  readonly how: 'run' | 'adopted' | 'again' | 'snapshot'
  /** The start time of the migration in UTC, in ISO 8601 form. */
  readonly startedAt: string
  readonly by: string
  readonly engine: string
  /**
   * The fingerprints of the plan and of the policy under which the migration ran. Both texts are empty if the migration did not run
   * in the database: for an adopted database, for a snapshot, and for a release that stands for squashed releases.
   */
  readonly plan: string
  readonly policy: string
}

/** A past run of a migration that no longer counts, because it was repeated or undone. `interphase log` still prints the run. */
export interface ReplacedMigrationRun
  extends Pick<AppliedMigration, 'id' | 'release' | 'checksum' | 'how' | 'startedAt' | 'by' | 'engine' | 'plan' | 'policy'> {
  /** The end time of the run. The field is absent if the run was interrupted. */
  readonly finishedAt?: string
  readonly affected: number
  /**
   * The reason why the run no longer counts: 'again' after a repetition of the data step, 'undone' after an undo, and 'not done'
   * after a person marked the migration as not done.
   */
  readonly replaced: 'again' | 'undone' | 'not done'
  readonly replacedAt: string
  readonly replacedBy: string
}

/** A range of keys that is not completely processed, in a data step that several workers share. */
export interface SharedStepRange {
  /**
   * The worker that processes the range, and the user who runs the worker. The field is absent if no worker processes the range.
   */
  readonly worker?: string
  readonly by?: string
  /** The key up to which the rows of the range are processed, and the last key of the range. */
  readonly after?: readonly string[]
  readonly upTo: readonly string[]
  readonly batches: number
  readonly rows: number
  /** The time of the last batch of the range, and the time after which another worker may take over the range. */
  readonly at: string
  readonly leasedUntil: string
}

export type AppliedMigrationState =
  | { readonly state: 'done'; readonly at: string; readonly affected: number }
  /** A run of a migration that has begun and is not done. The cursor contains the progress of the migration. */
  | { readonly state: 'running'; readonly cursor: WorkCursor; readonly ranges?: readonly SharedStepRange[] }
  /** A run of a migration that was done, and whose undo has begun. The cursor contains the progress of the undo. */
  | { readonly state: 'undoing'; readonly cursor: StatementCursor }

/** Returns true if a migration is done and its undo has not begun. */
export function isMigrationDone(applied: AppliedMigration | undefined): boolean {
  return applied?.run.state === 'done'
}

/** Returns true if the project was adopted in the database, which means that its schema existed before interphase was used. */
export function wasProjectAdopted(history: LedgerHistory | undefined): boolean {
  return history?.applied.some(({ how }) => how === 'adopted') ?? false
}

/**
 * Returns the last note about a snapshot if the creation of the snapshot has begun and is not complete. Returns undefined if no
 * snapshot is incomplete. A snapshot is the creation of a recorded schema in an empty database, without running the migrations.
 * While a snapshot is incomplete, only the same command can continue.
 */
export function findUnfinishedSnapshotNote(history: LedgerHistory | undefined): LedgerNoteFields<'snapshot'> | undefined {
  if (!history || history.applied.length > 0) return undefined
  const last = history.notes.findLast((note) => note.kind === 'snapshot')
  return last?.kind === 'snapshot' && last.fields.stage === 'begun' ? last.fields : undefined
}

/**
 * Returns the policy rules that did not apply to a run of the migration, because its file declared an exception. The rules and
 * their reasons come from the notes of the ledger.
 */
export function policyExceptionsInLedger(history: LedgerHistory | undefined, id: MigrationId): readonly DeclarationWithReason[] {
  return history === undefined ? [] : (exceptionsByMigration(history.notes).get(id) ?? [])
}

// A cache of the exceptions of each list of notes. The cache saves time, because `status` reads the exceptions of each migration,
// and a long chain has thousands of notes.
const indexed = new WeakMap<LedgerHistory['notes'], ReadonlyMap<string, readonly DeclarationWithReason[]>>()

function exceptionsByMigration(notes: LedgerHistory['notes']): ReadonlyMap<string, readonly DeclarationWithReason[]> {
  const known = indexed.get(notes)
  if (known) return known
  const found = new Map<string, DeclarationWithReason[]>()
  for (const note of notes) {
    if (note.kind !== 'despite') continue
    const { rule: effect, because } = note.fields
    found.set(note.subject, [...(found.get(note.subject) ?? []), { effect, because }])
  }
  indexed.set(notes, found)
  return found
}

/**
 * Returns the former default collations of the database. If the database was restored from another database, the result also
 * contains the default collations of the other database.
 */
export function formerDefaultCollationsInNotes(notes: readonly Pick<LedgerNote, 'kind' | 'subject'>[]): ReadonlySet<string> {
  return new Set(notes.flatMap(({ kind, subject }) => (kind === 'collation' ? [subject] : [])))
}

/**
 * Returns the run that has written a note about its beginning and no note about its end. Returns undefined if no run is in
 * progress. If a run takes over the lock of a killed run, it writes a note, so that the killed run no longer counts as in
 * progress.
 */
export function findRunInProgress(
  notes: LedgerHistory['notes'],
): { readonly release: string; readonly phase: string; readonly at: string } | undefined {
  const last = notes.findLast(({ kind }) => kind === 'begun' || kind === 'ended' || kind === 'taken over')
  return last?.kind === 'begun' ? { release: last.fields.release, phase: last.fields.phase, at: last.at } : undefined
}
