import type { PriceOfStep } from '../effect/price.ts'
import type { RevokedPrivileges } from '../effect/revoke.ts'
import type { RowWriteOfStep } from '../effect/row-write.ts'
import type { DerivedStatements } from '../release/declared.ts'
import type { ChangeId, MigrationId } from '../release/migration.ts'
import type { Difference } from '../schema/difference.ts'
import type { StateFingerprint } from '../schema/fingerprint.ts'
import type { DialectName, SchemaGroupKey, SchemaObjectId } from '../schema/object.ts'

/**
 * The recorded states of a release: everything that the engine observed while the release ran on a shadow. The files are stored beside the
 * release, and authors review and commit them.
 */
export interface RecordedRelease {
  readonly release: string
  readonly dialect: DialectName
  readonly server: RecordedServer
  /**
   * The digest of everything besides the migrations that the recording depends on: the sample rows and the set-up script of the
   * shadow.
   */
  readonly inputs: string
  readonly start: StateFingerprint
  readonly end: StateFingerprint
  /** The number of different orders: 1 if authored and phased order are the same sequence. */
  readonly orders: 1 | 2
  /** Harmless differences between the orders, and facts that the proof could not see, one sentence each. */
  readonly reported: readonly string[]
  readonly migrations: ReadonlyMap<MigrationId, RecordedMigration>
}

/** The server on which a release was recorded. */
export interface RecordedServer {
  readonly version: string
  /** The major version of the server. View and function texts are compared only with a server of the same major version. */
  readonly major: number
  /** The setting `lower_case_table_names` of the server. Present if it is not 0 and a statement names a table with a capital letter. */
  readonly lowerCaseTableNames?: number
}

/** Everything that the engine observed about one migration on a shadow. */
export interface RecordedMigration {
  readonly id: MigrationId
  readonly change: ChangeId
  readonly checksum: string
  /** 'together' if the migration ran in one transaction, 'stepwise' if each statement was committed separately. */
  readonly path: 'together' | 'stepwise'
  /** The changes of each statement in authored order. A migration that runs in one transaction counts as one step. */
  readonly authored: readonly MigrationStepChanges[]
  /** The changes of each statement in phased order, which is the order of a run. */
  readonly phased: readonly MigrationStepChanges[]
  /** The groups of schema objects (such as a table with its columns and keys) that the migration touched in authored or in phased order. */
  readonly footprint: readonly SchemaGroupKey[]
  readonly wrote: boolean
  /** The rows that the migration's steps wrote in phased order, and the values that they changed. */
  readonly writes: readonly RowWriteOfStep[]
  /** The existing sequences whose value the migration set. An identity is named by its column. */
  readonly sets?: readonly SchemaObjectId[]
  /** The existing objects on which the migration took privileges away. */
  readonly revokes?: readonly RevokedPrivileges[]
  /** The existing tables that statements defined anew without changing them, outside a transaction, in one of the orders. */
  readonly redefined?: readonly SchemaGroupKey[]
  /** The number of written rows that the server counted on the shadow. If a data step has 0, the sample rows may not have tested it. */
  readonly affected: number
  /** The price of each statement in phased order. For a function, each price is listed once. */
  readonly prices: readonly PriceOfStep[]
  /** The statements of a declared data step. `status` shows them without loading the module. */
  readonly derived?: DerivedStatements
  /** The changes of the migration's undo, in the state that phased order leaves. Absent if no undo was tried. */
  readonly undo?: RecordedUndo
}

/** Everything that the engine observed about the undo of one migration on a shadow. */
export interface RecordedUndo {
  readonly path: 'together' | 'stepwise'
  readonly steps: readonly MigrationStepChanges[]
  readonly footprint: readonly SchemaGroupKey[]
  readonly wrote: boolean
  readonly writes: readonly RowWriteOfStep[]
}

/** The schema changes of one step of a migration. */
export type MigrationStepChanges = readonly Difference[]
