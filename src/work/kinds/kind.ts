import type { FileStatement } from '../../dialect/statement.ts'
import type { MigrationWorkBody } from '../body.ts'
import type { ApproveStatement, StatementRunner } from '../statement-runner.ts'
import type { MigrationWork } from '../work.ts'

/** The properties of one kind of work. */
export interface WorkKind<B extends MigrationWorkBody> {
  /** True if the statements are known before the work runs, so that each one can be checked, planned and resumed. */
  readonly isReadBefore: boolean
  /** True if a step executes exactly one statement of the file, unchanged. */
  readonly isStepOneStatement: boolean
  readonly size: (body: B) => number
  readonly statements: (body: B) => readonly FileStatement[]
  /** Returns the statements as the file contains them. */
  readonly texts: (body: B) => readonly string[]
  readonly hasParts: (body: B, index: number) => boolean
  /** Runs one step of the work. Returns the number of rows written. */
  readonly perform: (runner: StatementRunner, work: MigrationWork, body: B, step: StepToRun) => Promise<number>
}

/** The step to run, and the comment that is sent in front of its statement. */
export interface StepToRun {
  readonly index: number
  /** The comment in front of the statement, or an empty text. */
  readonly tag: string
  readonly approve: ApproveStatement
  readonly inTransaction: boolean
}
