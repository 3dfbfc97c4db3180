/** One statement of a migration file, unchanged, without the semicolon or other delimiter at its end. */
export interface FileStatement {
  readonly text: string
  /** The statement as the file contains it. Absent if `text` is the same: under some modes, the file reader replaces characters in `text`. */
  readonly written?: string
  /** The line of the statement's first word in the file, counted from 1. */
  readonly line: number
  /**
   * How the statement behaves in a transaction. 'atomic': the statement can run in a transaction and be rolled back. 'bare': it
   * commits implicitly or cannot run in a transaction, such as every DDL statement of MySQL and MariaDB, CREATE INDEX CONCURRENTLY and
   * VACUUM. 'control': it begins or ends a transaction.
   */
  readonly manner: 'atomic' | 'bare' | 'control'
  /** True when a statement of kind 'bare' that does not change the schema may be sent twice. ANALYZE and GRANT may, TRUNCATE may not. */
  readonly repeatable: boolean
  /**
   * True when the statement blocks no session while it waits for a lock, and leaves an invalid object when it is cancelled. Such a
   * statement runs without a lock timeout.
   */
  readonly patient: boolean
  /**
   * True when this item combines several statements of the file that must run without another statement between them. After a failure,
   * some of them may be done.
   */
  readonly several?: true
  /** True when a rollback does not remove the rows that the statement writes. A failed statement may have written some of its rows. */
  readonly lasting?: true
}

/** The statements of one migration file, and the way to run them. */
export interface SqlScript {
  readonly statements: readonly FileStatement[]
  /**
   * 'together': all statements and the ledger row run in one transaction. 'stepwise': the statements run one after the other, with a
   * progress row in the ledger.
   */
  readonly path: 'together' | 'stepwise'
}
