import type { Clock } from '../clock.ts'
import type {
  DatabaseSession,
  FunctionMigrationRunner,
  OutsideObjectDetector,
  SourceLocation,
  SqlFileAnalyzer,
  StatementTimeLimits,
} from '../dialect/dialect.ts'
import type { EmitEvent } from '../event.ts'
import type { MigrationId } from '../release/migration.ts'
import type { SchemaGroupKey } from '../schema/object.ts'
import type { SchemaState } from '../schema/state.ts'

/** A session that executes the statements of a migration, and the readers, checks and limits that the execution needs. */
export interface StatementExecutionContext {
  readonly session: DatabaseSession
  readonly functions: FunctionMigrationRunner
  readonly emit: EmitEvent
  readonly clock: Clock
  /** The time limits of a function migration that runs outside a transaction. A transaction has its own time limits. */
  readonly limits?: StatementTimeLimits
  readonly files: SqlFileAnalyzer
  readonly border: OutsideObjectDetector
  /** Returns the planned state before a statement of the migration. The field is present only on a target database. */
  readonly known?: (index: number) => SchemaState | undefined
  /**
   * The schema of a shadow before the statement or function that the engine executes. On a target database, the field is absent,
   * and the function `known` returns the planned state.
   */
  readonly shadowState?: SchemaState
  /**
   * The groups of schema objects that the migration changed, or whose rows the migration wrote, when `record` executed the
   * migration. The field is absent on a shadow. It is also absent if the recording does not list all tables that the migration
   * wrote.
   */
  readonly changed?: ReadonlySet<SchemaGroupKey>
  /**
   * The ids of the migrations that wrote no rows on the shadow and must write no rows on the target. The value for each id is the
   * reason of the policy.
   */
  readonly forbiddenRows?: ReadonlyMap<MigrationId, string>
  /** The signal that aborts when the run must stop. */
  readonly signal: AbortSignal
}

/**
 * A function that checks a statement before the engine sends the statement. Throws one of the errors `statement.refused`,
 * `statement.veiled`, `statement.stranger`, `statement.rows` and `statement.unrecorded` if the engine must not send the
 * statement.
 */
export type CheckStatementBeforeSending = (
  text: string,
  at: SourceLocation,
  known: SchemaState | undefined,
  inTransaction: boolean,
) => Promise<void>
