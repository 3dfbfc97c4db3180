import type { StatementPriceOfStep } from '../effect/price.ts'
import type { PrivilegeRevocation } from '../effect/revoke.ts'
import type { RowWriteOfStep } from '../effect/row-write.ts'
import type { StatementsDerivedFromDeclaration } from '../release/declared.ts'
import type { ChangeId, MigrationId } from '../release/migration.ts'
import type { Difference } from '../schema/difference.ts'
import type { StateFingerprint } from '../schema/fingerprint.ts'
import type { DialectName, SchemaGroupKey, SchemaObjectId } from '../schema/object.ts'

/**
 * The recorded states of a release: the facts that the engine observed while the release ran on a shadow. The files with these
 * facts are stored beside the release, and authors review and commit the files.
 */
export interface RecordedRelease {
  readonly release: string
  readonly dialect: DialectName
  readonly server: RecordedServer
  /** The digest of the inputs of the recording besides the migrations: the sample rows and the set-up script of the shadow. */
  readonly inputs: string
  readonly start: StateFingerprint
  readonly end: StateFingerprint
  /** The number of different orders of the release. The number is 1 if authored and phased order are the same sequence. */
  readonly orders: 1 | 2
  /** The harmless differences between the orders, and the facts that the proof could not determine, one sentence each. */
  readonly reported: readonly string[]
  readonly migrations: ReadonlyMap<MigrationId, RecordedMigration>
}

/** The server on which a release was recorded. */
export interface RecordedServer {
  readonly version: string
  /**
   * The major version of the server that recorded a release. A comparison includes the texts of views and functions only between
   * servers of the same major version.
   */
  readonly major: number
  /**
   * The setting `lower_case_table_names` of the server. The field is present if the setting is not 0 and a statement contains a
   * table name with a capital letter.
   */
  readonly lowerCaseTableNames?: number
}

/** The facts that the engine observed about one migration on a shadow. */
export interface RecordedMigration {
  readonly id: MigrationId
  readonly change: ChangeId
  readonly checksum: string
  /** The way in which the migration ran: in one transaction ('together') or with a commit after each statement ('stepwise'). */
  readonly path: 'together' | 'stepwise'
  /**
   * The schema changes of each step in authored order. A step is one statement, or the whole migration if it runs in one
   * transaction.
   */
  readonly authored: readonly MigrationStepDifferences[]
  /**
   * The schema changes of each step in phased order, which is the order in which a run executes migrations. A step is one
   * statement, or the whole migration if it runs in one transaction.
   */
  readonly phased: readonly MigrationStepDifferences[]
  /**
   * The keys of the groups of schema objects that the migration touched in authored or in phased order. A group is, for example,
   * a table with its columns and keys.
   */
  readonly footprint: readonly SchemaGroupKey[]
  readonly wrote: boolean
  /**
   * The tables whose rows each step wrote in phased order, with the columns that the step changed. A step is one statement, or the
   * whole migration if it runs in one transaction.
   */
  readonly writes: readonly RowWriteOfStep[]
  /**
   * The ids of the existing sequences whose value the migration set. For an identity column and an AUTO_INCREMENT column, the
   * list contains the id of the column.
   */
  readonly sets?: readonly SchemaObjectId[]
  /** The existing objects on which the migration revoked privileges, with the statements that revoked them. */
  readonly revokes?: readonly PrivilegeRevocation[]
  /**
   * The keys of the groups of existing objects that the migration dropped or redefined by DDL, although the schema is the same
   * before and after this DDL. An example is a table that the migration drops and creates again. The list contains a group only if
   * the DDL cannot be rolled back. The list covers authored order and phased order.
   */
  readonly redefined?: readonly SchemaGroupKey[]
  /**
   * The number of written rows that the server counted on the shadow. If a data step wrote 0 rows, the sample rows possibly did
   * not test it.
   */
  readonly affected: number
  /** The price of each statement in phased order. For a function, the list contains equal prices only once. */
  readonly prices: readonly StatementPriceOfStep[]
  /** The derived statements of a declared data step. `status` prints these statements without loading the module. */
  readonly derived?: StatementsDerivedFromDeclaration
  /**
   * The recorded undo of the migration, which ran in the state at the end of phased order. The field is absent if no undo ran.
   */
  readonly undo?: RecordedUndo
}

/** The facts that the engine observed about the undo of one migration on a shadow. */
export interface RecordedUndo {
  readonly path: 'together' | 'stepwise'
  readonly steps: readonly MigrationStepDifferences[]
  readonly footprint: readonly SchemaGroupKey[]
  readonly wrote: boolean
  readonly writes: readonly RowWriteOfStep[]
}

/**
 * The differences that one step of a migration makes in the schema. A step is one statement, or the whole migration if it runs in
 * one transaction.
 */
export type MigrationStepDifferences = readonly Difference[]
