/** One statement of a migration file, unchanged, without its terminator. */
export interface Statement {
  readonly text: string
  /** The line of its first word in the file, counted from 1. */
  readonly line: number
  /**
   * 'atomic': it can run in a transaction and be rolled back. 'bare': it commits implicitly or cannot run in a transaction, such as
   * every DDL statement of MySQL and MariaDB, CREATE INDEX CONCURRENTLY and VACUUM. 'control': it begins or ends a transaction.
   */
  readonly manner: 'atomic' | 'bare' | 'control'
  /** True when a bare statement that does not change the schema may be sent twice: ANALYZE and GRANT, but not TRUNCATE. */
  readonly repeatable: boolean
  /**
   * True when the statement blocks no session while it waits for a lock, and leaves an invalid object when it is cancelled. It then
   * runs without a lock timeout.
   */
  readonly patient: boolean
  /**
   * True when it combines several statements of the file that must run without another statement between them. After a failure, some of
   * them may be done.
   */
  readonly several?: true
}

/** The statements of one file, and the way to run them. */
export interface Script {
  readonly statements: readonly Statement[]
  /**
   * 'together': all statements and the ledger row in one transaction. 'stepwise': one statement after the other, with a cursor in the
   * ledger.
   */
  readonly path: 'together' | 'stepwise'
}
