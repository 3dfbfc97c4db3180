import type { Clock } from '../clock.ts'
import type { Border, FileReader, FunctionHost, Session, SourceLocation, TimeLimits } from '../dialect/dialect.ts'
import type { Emit } from '../event.ts'
import type { State } from '../schema/state.ts'

/** A session that runs the statements of a migration, with everything that this needs. */
export interface StatementRunner {
  readonly session: Session
  readonly functions: FunctionHost
  readonly emit: Emit
  readonly clock: Clock
  /** The limits of a function outside a transaction. A transaction has its own. */
  readonly limits?: TimeLimits
  readonly files: FileReader
  readonly border: Border
  /** On a target database: the planned state before this statement of the migration. */
  readonly known?: (index: number) => State | undefined
  /** Aborts when the run must stop. */
  readonly signal: AbortSignal
}

/** Checks a statement before it is sent. Throws `statement.refused`, `statement.veiled` and `statement.stranger`. */
export type ApproveStatement = (text: string, at: SourceLocation, known: State | undefined, inTransaction: boolean) => Promise<void>
