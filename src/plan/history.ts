import type { DeclarationWithReason, MigrationId } from '../release/migration.ts'
import type { SchemaGroupKey } from '../schema/object.ts'
import type { StatementCursor, WorkCursor } from './cursor.ts'
import type { LedgerNote, LedgerNoteFields } from './note.ts'

/** The content of the ledger for one project: the applied migrations, the past runs and the notes. */
export interface LedgerHistory {
  readonly project: string
  readonly format: number
  /**
   * The number of the last run. It rises by one with every run. Every write to the ledger depends on it, so an older run cannot write.
   */
  readonly epoch: string
  /** The server connection of the last or present run, and the user who started the run. */
  readonly holder?: { readonly backend: string; readonly by: string; readonly since: string }
  /** The applied migrations, in the order in which they began. */
  readonly applied: readonly AppliedMigration[]
  /** The past runs of migrations that a later run, an undo or a stamp replaced, in the order in which they began. */
  readonly past: readonly PastMigrationRun[]
  readonly notes: readonly LedgerNote[]
  /** The number of rows in quarantine of each data step that has such rows. */
  readonly quarantined: ReadonlyMap<MigrationId, number>
  /** The groups of schema objects that belong to the project in this database. Other projects in the same database leave them alone. */
  readonly groups: readonly SchemaGroupKey[]
}

/** A migration that has begun or is done, as the ledger stores it. */
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
  /** The fingerprints of the plan and of the policy under which the migration ran. Empty for a migration of an adopted database or of a snapshot. */
  readonly plan: string
  readonly policy: string
}

/** A past run of a migration that no longer counts. `interphase log` still shows it. */
export interface PastMigrationRun
  extends Pick<AppliedMigration, 'id' | 'release' | 'checksum' | 'how' | 'startedAt' | 'by' | 'engine' | 'plan' | 'policy'> {
  /** The time of the end. Absent if the run was interrupted. */
  readonly finishedAt?: string
  readonly affected: number
  /** Why the run no longer counts: 'again' for a repeated data step, 'undone' for an undo, 'not done' for a stamp by a person. */
  readonly replaced: 'again' | 'undone' | 'not done'
  readonly replacedAt: string
  readonly replacedBy: string
}

/** A range of keys of a data step that workers share, which is not done. */
export interface SharedStepRange {
  /** The worker that has the range, and the user who runs it. Absent if no worker has it. */
  readonly worker?: string
  readonly by?: string
  /** The key up to which the rows of the range are done, and the last key of the range. */
  readonly after?: readonly string[]
  readonly upTo: readonly string[]
  readonly batches: number
  readonly rows: number
  /** The time of the last batch, and the time after which another worker may take the range over. */
  readonly at: string
  readonly leasedUntil: string
}

export type AppliedMigrationState =
  | { readonly state: 'done'; readonly at: string; readonly affected: number }
  /** The migration has started. The cursor is its progress. */
  | { readonly state: 'running'; readonly cursor: WorkCursor; readonly ranges?: readonly SharedStepRange[] }
  /** The migration was done, and its undo is running. The cursor is the progress of the undo. */
  | { readonly state: 'undoing'; readonly cursor: StatementCursor }

/** True if a migration was completed and is not being undone. */
export function isMigrationDone(applied: AppliedMigration | undefined): boolean {
  return applied?.run.state === 'done'
}

/** True if the project was adopted: its schema existed before the engine was used. */
export function wasProjectAdopted(history: LedgerHistory | undefined): boolean {
  return history?.applied.some(({ how }) => how === 'adopted') ?? false
}

/**
 * Returns the note of a snapshot that was begun and not completed. The schema is then incomplete, and only the same command can continue.
 * Undefined if there is none.
 */
export function findBegunSnapshot(history: LedgerHistory | undefined): LedgerNoteFields<'snapshot'> | undefined {
  if (!history || history.applied.length > 0) return undefined
  const last = history.notes.findLast((note) => note.kind === 'snapshot')
  return last?.kind === 'snapshot' && last.fields.stage === 'begun' ? last.fields : undefined
}

/** Returns the policy rules that a migration broke on purpose when it ran, from the ledger. */
export function policyExceptionsInLedger(history: LedgerHistory | undefined, id: MigrationId): readonly DeclarationWithReason[] {
  return history === undefined ? [] : (exceptionsByMigration(history.notes).get(id) ?? [])
}

// The status asks for each migration, and a long chain has thousands of notes.
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

/** Returns the former default collations of the database, or of a database from which it was restored. */
export function collationsInNotes(notes: readonly Pick<LedgerNote, 'kind' | 'subject'>[]): ReadonlySet<string> {
  return new Set(notes.flatMap(({ kind, subject }) => (kind === 'collation' ? [subject] : [])))
}

/**
 * Returns the run that has noted its beginning and not its end. A run that takes the lock of a killed one notes this, which ends the
 * killed run.
 */
export function findRunInProgress(
  notes: LedgerHistory['notes'],
): { readonly release: string; readonly phase: string; readonly at: string } | undefined {
  const last = notes.findLast(({ kind }) => kind === 'begun' || kind === 'ended' || kind === 'taken over')
  return last?.kind === 'begun' ? { release: last.fields.release, phase: last.fields.phase, at: last.at } : undefined
}
