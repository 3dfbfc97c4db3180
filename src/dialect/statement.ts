/** One statement of a migration file, without the semicolon or other delimiter at its end. */
export interface FileStatement {
  readonly text: string
  /**
   * The text of the statement exactly as the file contains it. The field is absent if `text` is the same. Under some SQL modes,
   * the file reader replaces characters in `text`.
   */
  readonly written?: string
  /** The line of the statement's first word in the file, counted from 1. */
  readonly line: number
  /**
   * The behaviour of the statement in a transaction. 'atomic': the statement can run in a transaction and be rolled back. 'bare':
   * the statement commits implicitly or cannot run in a transaction, such as every DDL statement of MySQL and MariaDB, CREATE
   * INDEX CONCURRENTLY and VACUUM. 'control': the statement begins or ends a transaction.
   */
  readonly manner: 'atomic' | 'bare' | 'control'
  /**
   * True when the engine can send a statement of kind 'bare' twice, with the same result as once. ANALYZE and GRANT are
   * repeatable, and TRUNCATE is not.
   */
  readonly repeatable: boolean
  /**
   * True when the statement blocks no session while it waits for a lock, and leaves an invalid object when it is cancelled. Such
   * a statement runs without a lock timeout.
   */
  readonly waitsWithoutTimeout: boolean
  /**
   * True when `text` combines several statements of the file between which no other statement may run. After a failure, the
   * server can have executed some of the combined statements.
   */
  readonly isCombined?: true
  /**
   * True when a rollback does not remove the rows that the statement writes. A failed statement can have written some of its
   * rows.
   */
  readonly writesWithoutRollback?: true
}

/** The statements of one migration file, and how the engine executes them: in one transaction, or one after the other. */
export interface SqlScript {
  readonly statements: readonly FileStatement[]
  /**
   * The way in which the statements run. 'together': all statements and the ledger row run in one transaction. 'stepwise': the
   * statements run one after the other, and a ledger row contains the progress.
   */
  readonly path: 'together' | 'stepwise'
}
