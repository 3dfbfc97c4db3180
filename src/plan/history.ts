import type { DeclarationWithReason, MigrationId } from '../release/migration.ts'
import type { SchemaGroupKey } from '../schema/object.ts'
import type { StatementCursor, WorkCursor } from './cursor.ts'
import type { LedgerNote, LedgerNoteFields } from './note.ts'

/**
 * The content of the ledger for one project: the applied migrations, the past runs, the notes, the quarantine and the claimed
 * objects.
 */
export interface LedgerHistory {
  readonly project: string
  readonly format: number
  /**
   * The number of the last run. Each run increases the number by one. Every write to the ledger checks the number, so an older
   * run cannot write.
   */
  readonly epoch: string
  /** The server connection of the last or current run, and the user who started the run. */
  readonly holder?: { readonly backend: string; readonly by: string; readonly since: string }
  /** The applied migrations, in the order in which they began. */
  readonly applied: readonly AppliedMigration[]
  /** The runs of migrations that a later run, an undo or a stamp has replaced, in the order in which they began. */
  readonly past: readonly ReplacedMigrationRun[]
  readonly notes: readonly LedgerNote[]
  /** For each data step with rows in quarantine, the number of these rows. */
  readonly quarantined: ReadonlyMap<MigrationId, number>
  /**
   * The keys of the groups of schema objects that belong to the project in this database. Other projects in the same database do
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
  /** The time of the start in UTC, in ISO 8601 form. */
  readonly startedAt: string
  readonly by: string
  readonly engine: string
  /**
   * The fingerprints of the plan and of the policy under which the migration ran. Empty if the migration did not run here: for an
   * adopted database, a snapshot, and a release that stands for squashed releases.
   */
  readonly plan: string
  readonly policy: string
}

/** A past run of a migration that no longer counts. `interphase log` still prints the run. */
export interface ReplacedMigrationRun
  extends Pick<AppliedMigration, 'id' | 'release' | 'checksum' | 'how' | 'startedAt' | 'by' | 'engine' | 'plan' | 'policy'> {
  /** The time of the end. Absent if the run was interrupted. */
  readonly finishedAt?: string
  readonly affected: number
  /**
   * The reason why the run no longer counts: 'again' for a repeated data step, 'undone' for an undo, 'not done' for a stamp by a
   * person.
   */
  readonly replaced: 'again' | 'undone' | 'not done'
  readonly replacedAt: string
  readonly replacedBy: string
}

/** A range of keys that is not completely processed, in a data step that workers share. */
export interface SharedStepRange {
  /** The worker that processes the range, and the user who runs the worker. Absent if no worker processes the range. */
  readonly worker?: string
  readonly by?: string
  /** The key up to which the rows of the range are processed, and the last key of the range. */
  readonly after?: readonly string[]
  readonly upTo: readonly string[]
  readonly batches: number
  readonly rows: number
  /** The time of the last batch, and the time after which another worker may take over the range. */
  readonly at: string
  readonly leasedUntil: string
}

export type AppliedMigrationState =
  | { readonly state: 'done'; readonly at: string; readonly affected: number }
  /** The migration has begun and is not done. The cursor contains the progress of the migration. */
  | { readonly state: 'running'; readonly cursor: WorkCursor; readonly ranges?: readonly SharedStepRange[] }
  /** The migration was done, and its undo has begun. The cursor contains the progress of the undo. */
  | { readonly state: 'undoing'; readonly cursor: StatementCursor }

/** Whether a migration is done and its undo has not begun. */
export function isMigrationDone(applied: AppliedMigration | undefined): boolean {
  return applied?.run.state === 'done'
}

/** Whether the project was adopted: its schema existed before the engine was used. */
export function wasProjectAdopted(history: LedgerHistory | undefined): boolean {
  return history?.applied.some(({ how }) => how === 'adopted') ?? false
}

/**
 * Returns the last note about a snapshot if the snapshot was begun and is not complete, and undefined otherwise. While a snapshot
 * is incomplete, only the same command can continue.
 */
export function findBegunSnapshot(history: LedgerHistory | undefined): LedgerNoteFields<'snapshot'> | undefined {
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

// Caches the exceptions of each list of notes. The status reads the exceptions of each migration, and a long chain has thousands
// of notes.
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

/** Returns the former default collations of the database, including those of a database from which this database was restored. */
export function collationsInNotes(notes: readonly Pick<LedgerNote, 'kind' | 'subject'>[]): ReadonlySet<string> {
  return new Set(notes.flatMap(({ kind, subject }) => (kind === 'collation' ? [subject] : [])))
}

/**
 * Returns the run that has written a note about its beginning and no note about its end. Returns undefined if no run is in
 * progress. A run that takes over the lock of a killed run writes a note, so that the killed run no longer counts as in progress.
 */
export function findRunInProgress(
  notes: LedgerHistory['notes'],
): { readonly release: string; readonly phase: string; readonly at: string } | undefined {
  const last = notes.findLast(({ kind }) => kind === 'begun' || kind === 'ended' || kind === 'taken over')
  return last?.kind === 'begun' ? { release: last.fields.release, phase: last.fields.phase, at: last.at } : undefined
}
