import type { FileStatement } from '../../dialect/statement.ts'
import type { MigrationWorkBody } from '../body.ts'
import type { CheckStatementBeforeSending, StatementExecutionContext } from '../statement-execution-context.ts'
import type { MigrationWork } from '../work.ts'

/** The functions and properties of one kind of work. */
export interface MigrationWorkKind<B extends MigrationWorkBody> {
  /** True if the statements are known before the work runs. The engine can then check, plan and resume each statement. */
  readonly isReadBefore: boolean
  /** True if the engine executes each statement of the file unchanged and as a step of its own. */
  readonly isStepOneStatement: boolean
  readonly countMigrationSteps: (body: B) => number
  readonly statements: (body: B) => readonly FileStatement[]
  /** Returns the texts of the statements in the migration file. */
  readonly texts: (body: B) => readonly string[]
  readonly canCommitPartly: (body: B, index: number) => boolean
  /** Executes one step of the work, which is a statement or a whole function. Returns the number of rows written. */
  readonly perform: (runner: StatementExecutionContext, work: MigrationWork, body: B, step: WorkStepToRun) => Promise<number>
}

/**
 * The step of a migration that the engine executes (a statement or a whole function), and the SQL comment that it sends before the
 * statement.
 */
export interface WorkStepToRun {
  readonly index: number
  /**
   * The SQL comment that the engine sends before the statement, or an empty text. With the comment, a later run can find the
   * statement on the server.
   */
  readonly tag: string
  readonly approve: CheckStatementBeforeSending
  readonly inTransaction: boolean
}
