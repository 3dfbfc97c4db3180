import type { Clock } from '../clock.ts'
import type {
  DatabaseSession,
  FunctionMigrationRunner,
  OutsideObjectCheck,
  SourceLocation,
  SqlFileReader,
  StatementTimeLimits,
} from '../dialect/dialect.ts'
import type { EmitEvent } from '../event.ts'
import type { MigrationId } from '../release/migration.ts'
import type { SchemaGroupKey } from '../schema/object.ts'
import type { SchemaState } from '../schema/state.ts'

/** A session that runs the statements of a migration, with everything that this needs. */
export interface StatementRunner {
  readonly session: DatabaseSession
  readonly functions: FunctionMigrationRunner
  readonly emit: EmitEvent
  readonly clock: Clock
  /** The time limits of a function outside a transaction. A transaction has its own limits. */
  readonly limits?: StatementTimeLimits
  readonly files: SqlFileReader
  readonly border: OutsideObjectCheck
  /** Returns the planned state before a statement of the migration. Present only on a target database. */
  readonly known?: (index: number) => SchemaState | undefined
  /** The state of a shadow before the step. A target database has `known` instead. */
  readonly shadowState?: SchemaState
  /**
   * The groups of schema objects that the migration changed or whose rows it wrote when it was recorded. Absent on a shadow, and if the
   * recording does not know the tables that it wrote.
   */
  readonly changed?: ReadonlySet<SchemaGroupKey>
  /** The functions that wrote no rows on the shadow and may write none, each with the reason of the policy. */
  readonly forbiddenRows?: ReadonlyMap<MigrationId, string>
  /** Aborts when the run must stop. */
  readonly signal: AbortSignal
}

/** A function that checks a statement before it is sent. Throws `statement.refused`, `statement.veiled`, `statement.stranger`, `statement.rows` and `statement.unrecorded`. */
export type ApproveStatement = (text: string, at: SourceLocation, known: SchemaState | undefined, inTransaction: boolean) => Promise<void>
